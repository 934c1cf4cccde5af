// SPDX-License-Identifier: Apache-2.0
#include "sim/records.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace eastwest {

const char* to_string(EventKind kind) {
  switch (kind) {
    case EventKind::link_down: return "link_down";
    case EventKind::link_up: return "link_up";
    case EventKind::reroute: return "reroute";
    case EventKind::timeout: return "timeout";
    case EventKind::pfc_storm: return "pfc_storm";
    case EventKind::stall: return "stall";
    case EventKind::frame_loss: return "frame_loss";
  }
  return "unknown";
}

namespace {

// A tag before each row, not a count before each list: the digest then follows from the sequence of rows alone.
enum RowTag : std::uint64_t { kFlow = 1, kCollective, kStep, kRequest, kEvent, kLink, kPacket };

std::uint64_t pack(std::uint32_t high, std::uint32_t low) { return (static_cast<std::uint64_t>(high) << 32) | low; }

std::uint32_t word(float value) { return std::bit_cast<std::uint32_t>(value); }
std::uint32_t word(std::uint32_t value) { return value; }

template <class T>
void add_array(Digest& digest, const std::vector<T>& values) {
  digest.add(static_cast<std::uint64_t>(values.size()));
  std::size_t i = 0;
  for (; i + 1 < values.size(); i += 2) digest.add(pack(word(values[i]), word(values[i + 1])));
  if (i < values.size()) digest.add(pack(word(values[i]), 0));
}

}  // namespace

void add(Digest& digest, const RecordBatch& batch) {
  for (const FlowRow& row : batch.flows) {
    digest.add(std::uint64_t{kFlow} | (std::uint64_t{row.job} << 8));
    digest.add(row.id);
    digest.add(pack(row.source, row.destination));
    digest.add(row.bytes.count);
    digest.add(row.start.ps);
    digest.add(row.finish.ps);
    digest.add(row.ideal.ps);
    digest.add(row.retransmits);
  }
  for (const CollectiveRow& row : batch.collectives) {
    digest.add(std::uint64_t{kCollective});
    digest.add(row.collective);
    digest.add(row.start.ps);
    digest.add(row.finish.ps);
  }
  for (const StepRow& row : batch.steps) {
    digest.add(std::uint64_t{kStep} | (std::uint64_t{row.job} << 8));
    digest.add(pack(row.step, row.rank));
    digest.add(row.start.ps);
    digest.add(row.finish.ps);
    digest.add(row.compute.ps);
  }
  for (const RequestRow& row : batch.requests) {
    digest.add(std::uint64_t{kRequest} | (std::uint64_t{row.job} << 8));
    digest.add(row.id);
    digest.add(pack(row.prefill_instance, row.decode_instance));
    digest.add(pack(row.prompt_tokens, row.output_tokens));
    digest.add(row.kv_bytes.count);
    for (const Time time : {row.arrival, row.prefill_start, row.prefill_end, row.kv_done, row.first_token, row.finish}) digest.add(time.ps);
    // Only where there are any, so that runs without them keep the digests that they had. The other columns follow from iterations.
    if (row.cached_tokens != 0 || row.preemptions != 0) digest.add(pack(row.cached_tokens, row.preemptions));
  }
  for (const EventRow& row : batch.events) {
    digest.add(std::uint64_t{kEvent} | (static_cast<std::uint64_t>(row.kind) << 8));
    digest.add(row.time.ps);
    digest.add(row.link);
    digest.add(row.detail);
  }
  for (const LinkRow& row : batch.links) {
    digest.add(std::uint64_t{kLink});
    digest.add(row.time.ps);
    digest.add(row.interval.ps);
    add_array(digest, row.utilization);
    add_array(digest, row.queue_bytes_max);
    add_array(digest, row.drops);
    add_array(digest, row.ecn_marks);
    add_array(digest, row.pfc_pause);
  }
  for (const PacketRow& row : batch.packets) {
    digest.add(std::uint64_t{kPacket});
    digest.add(row.time.ps);
    digest.add(row.latency.ps);
    digest.add(row.flow);
    digest.add(row.sequence);
  }
}

namespace {
constexpr std::int64_t kHistogramUnit = 1'000;  // ps: the lower edge of octave 0
}

std::size_t LatencyHistogram::bin_of(Duration latency) {
  if (latency.ps < kHistogramUnit) return 0;
  const auto whole = static_cast<std::uint64_t>(latency.ps / kHistogramUnit);
  const std::size_t octave = static_cast<std::size_t>(std::bit_width(whole)) - 1;
  if (octave >= kOctaves) return kBins - 1;
  // In octave k the value is unit x 2^k x (1 + sub / 32); integers keep the edges exact.
  const std::int64_t scaled = latency.ps * static_cast<std::int64_t>(kSubBins) / (kHistogramUnit << octave);
  return 1 + octave * kSubBins + static_cast<std::size_t>(scaled) - kSubBins;
}

Duration LatencyHistogram::lower_edge(std::size_t bin) {
  if (bin == 0) return {0};
  const std::size_t octave = (bin - 1) / kSubBins;
  const std::size_t sub = (bin - 1) % kSubBins;
  const std::int64_t numerator = (kHistogramUnit << octave) * static_cast<std::int64_t>(kSubBins + sub);
  // Rounded up: the first whole picosecond inside the bin, so that bin_of(lower_edge(b)) is b.
  return {(numerator + static_cast<std::int64_t>(kSubBins) - 1) / static_cast<std::int64_t>(kSubBins)};
}

Duration LatencyHistogram::quantile(double q) const {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  if (total == 0) return {0};
  // Nearest rank: the smallest value such that at least q of all values are at or below it.
  // The small step back keeps 0.07 x 100 at rank 7 although 0.07 is not exact in binary.
  const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(total) * (1.0 - 1e-12));
  const std::uint64_t rank = std::clamp(static_cast<std::uint64_t>(wanted), std::uint64_t{1}, total);
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    seen += counts[bin];
    if (seen >= rank) return lower_edge(bin);
  }
  return lower_edge(counts.size() - 1);
}

}  // namespace eastwest
