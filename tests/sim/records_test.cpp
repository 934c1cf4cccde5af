// SPDX-License-Identifier: Apache-2.0
#include "sim/records.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "core/random.hpp"

using namespace eastwest;

namespace {

RecordBatch one_of_each() {
  RecordBatch batch;
  batch.flows.push_back({1, 2, 3, 4, Bytes{5}, Time{6}, Time{7}, Duration{8}, 9});
  batch.collectives.push_back({1, Time{2}, Time{3}});
  batch.steps.push_back({1, 2, 3, Time{4}, Time{5}, Duration{6}});
  RequestRow request;
  request.id = 1;
  batch.requests.push_back(request);
  batch.events.push_back({Time{1}, EventKind::reroute, 2, 3});
  batch.links.push_back({Time{1}, Duration{2}, {0.5f, 0.25f, 1.0f}, {1, 2, 3}, {0, 0, 1}, {4, 5, 6}, {0.0f, 0.0f, 0.1f}});
  batch.packets.push_back({Time{1}, Duration{2}, 3, 4});
  return batch;
}

std::string digest_of(const RecordBatch& batch) {
  Digest digest;
  add(digest, batch);
  return digest.hex();
}

}  // namespace

TEST_CASE("digest: every field of every row changes it, so that no difference between runs can hide") {
  const std::string base = digest_of(one_of_each());
  const auto changed = [&](auto change) {
    RecordBatch batch = one_of_each();
    change(batch);
    CHECK(digest_of(batch) != base);
  };
  changed([](RecordBatch& b) { b.flows[0].id += 1; });
  changed([](RecordBatch& b) { b.flows[0].job += 1; });
  changed([](RecordBatch& b) { b.flows[0].source += 1; });
  changed([](RecordBatch& b) { b.flows[0].destination += 1; });
  changed([](RecordBatch& b) { b.flows[0].bytes.count += 1; });
  changed([](RecordBatch& b) { b.flows[0].start.ps += 1; });
  changed([](RecordBatch& b) { b.flows[0].finish.ps += 1; });
  changed([](RecordBatch& b) { b.flows[0].ideal.ps += 1; });
  changed([](RecordBatch& b) { b.flows[0].retransmits += 1; });
  changed([](RecordBatch& b) { b.collectives[0].collective += 1; });
  changed([](RecordBatch& b) { b.collectives[0].start.ps += 1; });
  changed([](RecordBatch& b) { b.collectives[0].finish.ps += 1; });
  changed([](RecordBatch& b) { b.steps[0].job += 1; });
  changed([](RecordBatch& b) { b.steps[0].step += 1; });
  changed([](RecordBatch& b) { b.steps[0].rank += 1; });
  changed([](RecordBatch& b) { b.steps[0].start.ps += 1; });
  changed([](RecordBatch& b) { b.steps[0].finish.ps += 1; });
  changed([](RecordBatch& b) { b.steps[0].compute.ps += 1; });
  changed([](RecordBatch& b) { b.requests[0].id += 1; });
  changed([](RecordBatch& b) { b.requests[0].job += 1; });
  changed([](RecordBatch& b) { b.requests[0].prefill_instance += 1; });
  changed([](RecordBatch& b) { b.requests[0].decode_instance += 1; });
  changed([](RecordBatch& b) { b.requests[0].prompt_tokens += 1; });
  changed([](RecordBatch& b) { b.requests[0].output_tokens += 1; });
  changed([](RecordBatch& b) { b.requests[0].kv_bytes.count += 1; });
  changed([](RecordBatch& b) { b.requests[0].arrival.ps += 1; });
  changed([](RecordBatch& b) { b.requests[0].prefill_start.ps -= 1; });
  changed([](RecordBatch& b) { b.requests[0].prefill_end.ps -= 1; });
  changed([](RecordBatch& b) { b.requests[0].kv_done.ps -= 1; });
  changed([](RecordBatch& b) { b.requests[0].first_token.ps -= 1; });
  changed([](RecordBatch& b) { b.requests[0].finish.ps -= 1; });
  changed([](RecordBatch& b) { b.requests[0].cached_tokens += 1; });
  changed([](RecordBatch& b) { b.requests[0].preemptions += 1; });
  changed([](RecordBatch& b) { b.events[0].time.ps += 1; });
  changed([](RecordBatch& b) { b.events[0].kind = EventKind::stall; });
  changed([](RecordBatch& b) { b.events[0].link += 1; });
  changed([](RecordBatch& b) { b.events[0].detail += 1; });
  changed([](RecordBatch& b) { b.links[0].time.ps += 1; });
  changed([](RecordBatch& b) { b.links[0].interval.ps += 1; });
  for (std::size_t l = 0; l < 3; ++l) {  // odd length: the last value stands alone in its word
    changed([l](RecordBatch& b) { b.links[0].utilization[l] += 0.125f; });
    changed([l](RecordBatch& b) { b.links[0].queue_bytes_max[l] += 1; });
    changed([l](RecordBatch& b) { b.links[0].drops[l] += 1; });
    changed([l](RecordBatch& b) { b.links[0].ecn_marks[l] += 1; });
    changed([l](RecordBatch& b) { b.links[0].pfc_pause[l] += 0.125f; });
  }
  changed([](RecordBatch& b) { b.packets[0].time.ps += 1; });
  changed([](RecordBatch& b) { b.packets[0].latency.ps += 1; });
  changed([](RecordBatch& b) { b.packets[0].flow += 1; });
  changed([](RecordBatch& b) { b.packets[0].sequence += 1; });
}

TEST_CASE("digest: order of rows matters, and rows of one kind may be cut into batches anywhere") {
  RecordBatch both;
  both.packets.push_back({Time{1}, Duration{2}, 3, 4});
  both.packets.push_back({Time{5}, Duration{2}, 3, 4});
  RecordBatch swapped = both;
  std::swap(swapped.packets[0], swapped.packets[1]);
  CHECK(digest_of(both) != digest_of(swapped));

  RecordBatch first, second;
  first.packets.push_back(both.packets[0]);
  second.packets.push_back(both.packets[1]);
  Digest cut;
  add(cut, first);
  add(cut, RecordBatch{});
  add(cut, second);
  CHECK(cut.hex() == digest_of(both));
}

TEST_CASE("latency histogram: bins join without gap or overlap, and each edge lies in its own bin") {
  CHECK(LatencyHistogram::bin_of(Duration{-1}) == 0);
  CHECK(LatencyHistogram::bin_of(Duration{0}) == 0);
  CHECK(LatencyHistogram::bin_of(Duration{999}) == 0);
  CHECK(LatencyHistogram::bin_of(Duration{1'000}) == 1);
  CHECK(LatencyHistogram::bin_of(Duration{2'000}) == 1 + 32);
  CHECK(LatencyHistogram::bin_of(Duration{1'024'000}) == 1 + 32 * 10);
  CHECK(LatencyHistogram::bin_of(Duration{INT64_MAX}) == LatencyHistogram::kBins - 1);
  for (std::size_t bin = 1; bin < LatencyHistogram::kBins; ++bin) {
    const Duration edge = LatencyHistogram::lower_edge(bin);
    REQUIRE(LatencyHistogram::bin_of(edge) == bin);
    REQUIRE(LatencyHistogram::bin_of(edge - Duration{1}) == bin - 1);
  }
}

TEST_CASE("latency histogram: the lower edge is at most 1/32 below any value in the bin (the stated bin error)") {
  const std::uint64_t seed = 20240611;
  INFO("seed " << seed);
  RandomStream random(seed, 1);
  for (int i = 0; i < 200'000; ++i) {
    // Log-uniform from 1 ns to the last octave: every octave is met about equally often.
    const auto bits = random.below(32);
    const std::int64_t base = std::int64_t{1000} << bits;
    const std::int64_t value = base + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(base)));
    const std::int64_t edge = LatencyHistogram::lower_edge(LatencyHistogram::bin_of(Duration{value})).ps;
    REQUIRE(edge <= value);
    REQUIRE(static_cast<double>(value - edge) <= static_cast<double>(value) / 32.0);
  }
}

TEST_CASE("latency histogram: quantiles are nearest-rank, on vectors worked by hand and against a sorted list") {
  LatencyHistogram h;
  CHECK(h.quantile(0.5).ps == 0);  // no counts at all
  h.counts.resize(LatencyHistogram::kBins);
  CHECK(h.quantile(0.5).ps == 0);  // empty
  for (const std::int64_t us : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) ++h.counts[LatencyHistogram::bin_of(Duration{us * 1'000'000})];
  const auto edge = [](std::int64_t us) { return LatencyHistogram::lower_edge(LatencyHistogram::bin_of(Duration{us * 1'000'000})).ps; };
  CHECK(h.quantile(0.0).ps == edge(1));
  CHECK(h.quantile(0.5).ps == edge(5));  // ceil(0.5 x 10) = 5th
  CHECK(h.quantile(0.51).ps == edge(6));
  CHECK(h.quantile(0.9).ps == edge(9));
  CHECK(h.quantile(1.0).ps == edge(10));

  const std::uint64_t seed = 7;
  INFO("seed " << seed);
  RandomStream random(seed, 2);
  LatencyHistogram many;
  many.counts.resize(LatencyHistogram::kBins);
  std::vector<std::int64_t> values;
  for (int i = 0; i < 5'000; ++i) {
    values.push_back(static_cast<std::int64_t>(1'000'000 * random.exponential()) + 1'000);
    ++many.counts[LatencyHistogram::bin_of(Duration{values.back()})];
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const std::int64_t exact = values[static_cast<std::size_t>(std::ceil(q * 5'000)) - 1];
    CHECK(many.quantile(q).ps <= exact);
    CHECK(static_cast<double>(exact - many.quantile(q).ps) <= static_cast<double>(exact) / 32);
  }
}

TEST_CASE("event kinds: each has its own name, as the trace format lists them") {
  CHECK(std::string(to_string(EventKind::link_down)) == "link_down");
  CHECK(std::string(to_string(EventKind::link_up)) == "link_up");
  CHECK(std::string(to_string(EventKind::reroute)) == "reroute");
  CHECK(std::string(to_string(EventKind::timeout)) == "timeout");
  CHECK(std::string(to_string(EventKind::pfc_storm)) == "pfc_storm");
  CHECK(std::string(to_string(EventKind::stall)) == "stall");
}
