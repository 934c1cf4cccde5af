// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/trace_content.hpp"

#include <limits>
#include <utility>

namespace eastwest {

namespace {

constexpr std::int64_t kNever = -1;  // kTimeNever as stored: easy to mask in pandas
std::int64_t stored(Time time) { return time == kTimeNever ? kNever : time.ps; }
std::int64_t span(Time from, Time to) { return from == kTimeNever || to == kTimeNever ? kNever : (to - from).ps; }

/// Time per output token after the first, rounded to the nearest picosecond.
std::int64_t time_per_output_token(const RequestRow& row) {
  const std::int64_t decode = span(row.first_token, row.finish);
  if (decode < 0 || row.output_tokens < 2) return kNever;
  const std::int64_t gaps = row.output_tokens - 1;
  return (decode + gaps / 2) / gaps;
}

void append_link_row(TraceTable& table, const LinkRow& row, std::size_t link_count) {
  // A row that is shorter than the fabric would shift every later one: our bug, stopped here.
  EASTWEST_CHECK(row.utilization.size() == link_count && row.queue_bytes_max.size() == link_count && row.drops.size() == link_count &&
                     row.ecn_marks.size() == link_count && row.pfc_pause.size() == link_count,
                 "a link row has one value per directed link");
  table.put(row.time.ps);
  table.put(row.interval.ps);
  table.put_array(row.utilization.data(), link_count);
  table.put_array(row.queue_bytes_max.data(), link_count);
  table.put_array(row.drops.data(), link_count);
  table.put_array(row.ecn_marks.data(), link_count);
  table.put_array(row.pfc_pause.data(), link_count);
  table.end_row();
}

void append_flow(TraceTable& table, const FlowRow& row) {
  table.put(row.id);
  table.put(row.job);
  table.put(row.source);
  table.put(row.destination);
  table.put(row.bytes.count);
  table.put(row.start.ps);
  table.put(row.finish.ps);
  table.put(row.ideal.ps);
  table.put(row.ideal.ps > 0 ? static_cast<double>((row.finish - row.start).ps) / static_cast<double>(row.ideal.ps)
                             : std::numeric_limits<double>::quiet_NaN());
  table.put(row.retransmits);
  table.end_row();
}

void append_request(TraceTable& table, const RequestRow& row) {
  table.put(row.id);
  table.put(row.job);
  table.put(row.prefill_instance);
  table.put(row.decode_instance);
  table.put(row.prompt_tokens);
  table.put(row.output_tokens);
  table.put(row.kv_bytes.count);
  for (const Time time : {row.arrival, row.prefill_start, row.prefill_end, row.kv_done, row.first_token, row.finish})
    table.put(stored(time));
  table.put(span(row.arrival, row.first_token));
  table.put(time_per_output_token(row));
  table.put(span(row.arrival, row.finish));
  table.put(row.cached_tokens);
  table.put(row.preemptions);
  for (const Duration gap : {row.itl_p50, row.itl_p99, row.itl_max}) table.put(gap.ps);
  table.put(static_cast<std::uint8_t>(row.within_slo));
  table.end_row();
}

}  // namespace

void append_rows(TraceTables& tables, const RecordBatch& batch, const std::vector<CollectiveSize>& sizes, std::size_t link_count) {
  for (const FlowRow& row : batch.flows) append_flow(tables.flows, row);
  for (const LinkRow& row : batch.links)
    if (link_count > 0) append_link_row(tables.links, row, link_count);
  for (const CollectiveRow& row : batch.collectives) {
    const CollectiveSize size = row.collective < sizes.size() ? sizes[row.collective] : CollectiveSize{};
    const double seconds = (row.finish - row.start).seconds();
    const double bandwidth = seconds > 0 ? static_cast<double>(size.bytes.count) / seconds : 0;
    tables.collectives.put(row.collective);
    tables.collectives.put(row.start.ps);
    tables.collectives.put(row.finish.ps);
    tables.collectives.put((row.finish - row.start).ps);
    tables.collectives.put(bandwidth);
    tables.collectives.put(bandwidth * size.bus_factor);
    tables.collectives.end_row();
  }
  for (const StepRow& row : batch.steps) {
    tables.steps.put(row.step);
    tables.steps.put(row.job);
    tables.steps.put(row.rank);
    tables.steps.put(row.start.ps);
    tables.steps.put(row.finish.ps);
    tables.steps.put(row.compute.ps);
    tables.steps.put(((row.finish - row.start) - row.compute).ps);
    for (const Duration wait : {row.tensor, row.pipeline, row.data, row.expert, row.context, row.bubble()}) tables.steps.put(wait.ps);
    tables.steps.end_row();
  }
  for (const RequestRow& row : batch.requests) append_request(tables.requests, row);
  for (const EventRow& row : batch.events) {
    tables.events.put(row.time.ps);
    tables.events.put(static_cast<std::uint8_t>(row.kind));
    tables.events.put(row.link);
    tables.events.put(row.detail);
    tables.events.end_row();
  }
  for (const PacketRow& row : batch.packets) {
    tables.packets.put(row.time.ps);
    tables.packets.put(row.latency.ps);
    tables.packets.put(row.flow);
    tables.packets.put(row.sequence);
    tables.packets.end_row();
  }
}

std::size_t byte_size(const RecordBatch& batch) {
  std::size_t bytes = sizeof(RecordBatch) + batch.flows.capacity() * sizeof(FlowRow) +
                      batch.collectives.capacity() * sizeof(CollectiveRow) + batch.steps.capacity() * sizeof(StepRow) +
                      batch.requests.capacity() * sizeof(RequestRow) + batch.events.capacity() * sizeof(EventRow) +
                      batch.packets.capacity() * sizeof(PacketRow) + batch.links.capacity() * sizeof(LinkRow);
  for (const LinkRow& row : batch.links)
    bytes += 4 * (row.utilization.capacity() + row.queue_bytes_max.capacity() + row.drops.capacity() + row.ecn_marks.capacity() +
                  row.pfc_pause.capacity());
  return bytes;
}

Status write_result(hdf5::File& file, const RunResult& result) {
  Status status = Done{};
  const auto numbers = [&](const std::string& path, const auto& values, const std::string& units, const std::string& description,
                           std::uint64_t width = 0) {
    if (status) status = file.write_numbers(path, values, units, description, width);
  };

  std::vector<std::int64_t> finish;
  for (const Time time : result.job_finish) finish.push_back(stored(time));
  numbers("/meta/jobs/finish", finish, "ps", "when the job's last work finished; -1: unfinished");

  std::vector<double> mean, max, expected;
  std::vector<std::uint64_t> drops, marks, frames, lost;
  std::vector<std::uint32_t> queue;
  std::vector<std::int64_t> paused;
  for (const LinkTotal& link : result.links) {
    mean.push_back(link.utilization_mean);
    max.push_back(link.utilization_max);
    drops.push_back(link.drops);
    marks.push_back(link.ecn_marks);
    queue.push_back(link.queue_bytes_max);
    paused.push_back(link.paused.ps);
    frames.push_back(link.frames);
    lost.push_back(link.frames_lost);
    expected.push_back(link.frames_lost_expected);
  }
  if (status) status = file.make_group("/links/total", "one row per directed link (row of /meta/fabric/links), over the whole run");
  numbers("/links/total/utilization_mean", mean, "1", "share of the simulated time in which the link was sending");
  numbers("/links/total/utilization_max", max, "1", "highest share over one probe interval");
  numbers("/links/total/drops", drops, "1", "frames dropped or lost");
  numbers("/links/total/ecn_marks", marks, "1", "frames marked with congestion experienced");
  numbers("/links/total/queue_bytes_max", queue, "B", "most bytes queued");
  numbers("/links/total/paused", paused, "ps", "time in which the sender was paused");
  numbers("/links/total/frames", frames, "1", "frames sent, data and answers; of a run of flows, its bytes in full frames");
  numbers("/links/total/frames_lost", lost, "1", "of them lost on the medium; 0 in a run of flows, which draws none");
  numbers("/links/total/frames_lost_expected", expected, "1", "the sum of the frames' probabilities of being lost, however small");

  constexpr std::size_t kBins = LatencyHistogram::kBins;
  std::vector<std::uint64_t> counts;
  std::vector<std::int64_t> edges;
  std::vector<std::uint16_t> jobs;
  std::vector<std::uint8_t> classes;
  for (const LatencyHistogram& histogram : result.latency) {
    std::vector<std::uint64_t> row = histogram.counts;
    row.resize(kBins);
    counts.insert(counts.end(), row.begin(), row.end());
    jobs.push_back(histogram.job);
    classes.push_back(histogram.traffic_class);
  }
  for (std::size_t bin = 0; bin < kBins; ++bin) edges.push_back(LatencyHistogram::lower_edge(bin).ps);
  numbers("/packets/latency_hist", counts, "1",
          "delivered data packets per bin of latency, NIC to NIC; rows: latency_job, latency_class; columns: latency_edge. A bin is at "
          "most 3.1 % wide",
          kBins);
  numbers("/packets/latency_edge", edges, "ps", "lower edge of the bin; the last bin holds everything above");
  numbers("/packets/latency_job", jobs, "1", "row of /meta/jobs");
  numbers("/packets/latency_class", classes, "1", "traffic class");
  if (status) status = file.attach_scale("/packets/latency_hist", "/packets/latency_edge", 1, "latency_edge");

  std::vector<std::string> checks, details;
  std::vector<std::uint8_t> passed;
  for (const Sanity& verdict : result.sanity) {
    checks.push_back(verdict.check);
    passed.push_back(verdict.passed ? 1 : 0);
    details.push_back(verdict.detail);
  }
  if (status) status = file.make_group("/sanity", "verdicts on the run itself");
  if (status) status = file.write_texts("/sanity/check", checks, "what was checked");
  numbers("/sanity/passed", passed, "1", "1: passed");
  if (status) status = file.write_texts("/sanity/detail", details, "figures");
  if (status) status = file.write_texts("/sanity/finding", result.findings, "what an engineer should know of the network, in words");
  return status;
}

Status write_final_attributes(hdf5::File& file, const RunResult& result, double wall_seconds) {
  Status status = Done{};
  const auto attribute = [&](const char* name, const auto& value) {
    if (status) status = file.write_attribute("/", name, value);
  };
  const Counters& counters = result.counters;
  attribute("digest", std::string_view(result.digest));
  attribute("diagnosis", std::string_view(result.diagnosis));
  attribute("simulated_ps", result.simulated.ps);
  attribute("window_ps", result.window.ps);
  attribute("wall_s", wall_seconds);
  const std::pair<const char*, std::uint64_t> counts[] = {
      {"packets", counters.packets},         {"packets_delivered", counters.packets_delivered},
      {"packet_hops", counters.packet_hops}, {"events", counters.events},
      {"windows", counters.windows},         {"drops_buffer", counters.drops_buffer},
      {"drops_fault", counters.drops_fault}, {"drops_loss", counters.drops_loss},
      {"ecn_marks", counters.ecn_marks},     {"pfc_pauses", counters.pfc_pauses},
      {"pfc_resumes", counters.pfc_resumes}, {"cnps", counters.cnps},
      {"retransmits", counters.retransmits}, {"timeouts", counters.timeouts},
      {"frames_lost", counters.frames_lost}};
  for (const auto& [name, value] : counts) attribute(name, value);
  attribute("frames_lost_expected", counters.frames_lost_expected);
  attribute("bytes_sent", counters.bytes_sent.count);
  attribute("bytes_delivered", counters.bytes_delivered.count);
  attribute("bytes_posted", counters.bytes_posted.count);
  attribute("bytes_scale_up", counters.bytes_scale_up.count);
  switch (result.outcome) {
    case Outcome::complete: attribute("outcome", std::string_view("complete")); break;
    case Outcome::cancelled: attribute("outcome", std::string_view("cancelled")); break;
    case Outcome::stalled: attribute("outcome", std::string_view("stalled")); break;
  }
  // Last, so that a reader who sees it finds all the rest.
  attribute("complete", std::int64_t{result.outcome == Outcome::complete ? 1 : 0});
  return status;
}

}  // namespace eastwest
