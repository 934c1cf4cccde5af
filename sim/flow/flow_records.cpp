// SPDX-License-Identifier: Apache-2.0
// What a run hands out: rows in canonical order, link rows per probe interval, the result with its verdicts.
//
// Utilisation is worked out from the clocks of the groups when a row is due, so carrying it costs nothing in between:
//   busy time of link l in the interval = sum over groups of w(g,l) x service of g to all its streams / C(l).
#include <algorithm>
#include <cmath>
#include <tuple>

#include "sim/flow/flow_state.hpp"
#include "sim/sanity.hpp"

namespace eastwest::flow {

namespace {

constexpr std::size_t kBatchRows = 4096;

template <class Row, class Before>
void order(std::vector<Row>& rows, std::size_t from, Before before) {
  if (rows.size() > from + 1) std::sort(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.end(), before);
}

/// Full frames that a link carries while it is busy for `picoseconds`.
double frames_in(const FlowState& run, std::uint32_t link, double picoseconds) {
  const NetworkOptions& network = run.plan.network;
  const auto frame = static_cast<double>((network.mtu + network.header + network.gap).count);
  return picoseconds * 1e-12 * run.fabric->links[link].rate.bytes_per_second() / frame;
}

/// Service since the last probe, onto the links.
void add_service(FlowState& run, std::uint32_t g, std::int64_t time) {
  settle(run, g, time);
  Group& group = run.groups[g];
  const auto service = static_cast<double>(group.carried - group.probe_carried);
  group.probe_carried = group.carried;
  for (const Hop& hop : run.solvers[group.solver].hops(group.local)) {
    const double share = static_cast<double>(hop.weight) / static_cast<double>(kFullWeight);
    run.links[hop.link].interval += service * share / static_cast<double>(to_rate(run.fabric->links[hop.link].rate));
  }
}

}  // namespace

RowMarks mark_rows(const FlowState& run) {
  return {run.batch.flows.size(), run.batch.collectives.size(), run.batch.steps.size(), run.batch.events.size()};
}

void order_rows(FlowState& run, const RowMarks& marks) {
  RecordBatch& batch = run.batch;
  order(batch.flows, marks.flows, [](const FlowRow& a, const FlowRow& b) { return a.id < b.id; });
  order(batch.collectives, marks.collectives, [](const CollectiveRow& a, const CollectiveRow& b) { return a.collective < b.collective; });
  order(batch.steps, marks.steps,
        [](const StepRow& a, const StepRow& b) { return std::tuple(a.job, a.step, a.rank) < std::tuple(b.job, b.step, b.rank); });
  order(batch.events, marks.events,
        [](const EventRow& a, const EventRow& b) { return std::tuple(a.link, a.kind, a.detail) < std::tuple(b.link, b.kind, b.detail); });
}

void hand_out(FlowState& run, const RecordSink& sink) {
  RecordBatch& batch = run.batch;
  if (batch.empty()) return;
  run.collectives_done.insert(run.collectives_done.end(), batch.collectives.begin(), batch.collectives.end());
  run.steps.insert(run.steps.end(), batch.steps.begin(), batch.steps.end());
  run.requests.insert(run.requests.end(), batch.requests.begin(), batch.requests.end());
  add(run.digest, batch);
  if (sink) {
    sink(std::move(batch));
    batch = {};
  } else {  // keeps its memory
    batch.flows.clear();
    batch.collectives.clear();
    batch.steps.clear();
    batch.requests.clear();
    batch.events.clear();
    batch.links.clear();
  }
}

void hand_out_when_large(FlowState& run, const RecordSink& sink) {
  if (run.batch.flows.size() >= kBatchRows || run.batch.steps.size() >= kBatchRows) hand_out(run, sink);
}

void count_service(FlowState& run, std::int64_t now) {
  for (const std::uint32_t g : run.probed) add_service(run, g, now);
}

void count_losses(FlowState& run, std::uint32_t link) {
  LinkFigures& figures = run.links[link];
  const double busy = figures.busy + figures.interval;
  figures.lost += frames_in(run, link, busy - figures.counted) * run.frame_loss[link];
  figures.counted = busy;
}

void emit_link_row(FlowState& run, std::int64_t time, const RecordSink& sink) {
  std::size_t kept = 0;
  for (const std::uint32_t g : run.probed) {
    add_service(run, g, time);
    if (run.groups[g].rate != 0) run.probed[kept++] = g;
    else run.groups[g].probed = false;
  }
  run.probed.resize(kept);
  const std::size_t n = run.links.size();
  LinkRow row;
  row.time = {time};
  row.interval = {time - run.probe_start};
  row.utilization.resize(n);
  row.queue_bytes_max.resize(n);
  row.drops.resize(n);
  row.ecn_marks.resize(n);
  row.pfc_pause.resize(n);
  for (std::size_t l = 0; l < n; ++l) {
    LinkFigures& link = run.links[l];
    const double utilization = link.interval / static_cast<double>(row.interval.ps);
    row.utilization[l] = static_cast<float>(utilization);
    link.busy += link.interval;
    link.interval = 0;
    link.utilization_max = std::max(link.utilization_max, utilization);
  }
  run.probe_start = time;
  if (++run.probe_rows % run.options.probes.rows_max == 0) run.probe_interval *= 2;
  run.probe_time = time + run.probe_interval;
  run.batch.links.push_back(std::move(row));
  hand_out(run, sink);
}

RunResult make_result(FlowState& run, Outcome outcome) {
  RunResult result;
  result.outcome = outcome;
  if (outcome == Outcome::stalled) result.diagnosis = describe_stall(run);
  result.counters = run.counters;
  std::int64_t last = run.last_finish;
  for (const std::int64_t finish : run.job_finish) last = std::max(last, finish);
  result.simulated = {outcome == Outcome::complete ? last : run.clock};
  const double span = std::max<double>(1.0, static_cast<double>(run.clock));
  for (std::uint32_t l = 0; l < run.links.size(); ++l) {
    count_losses(run, l);
    LinkTotal total;
    total.utilization_mean = run.links[l].busy / span;
    total.utilization_max = run.links[l].utilization_max;
    total.frames = static_cast<std::uint64_t>(std::llround(frames_in(run, l, run.links[l].busy)));
    total.frames_lost_expected = run.links[l].lost;
    result.links.push_back(total);
  }
  add_losses_of_links(result);
  result.collectives = std::move(run.collectives_done);
  result.steps = std::move(run.steps);
  result.requests = std::move(run.requests);
  result.token_gaps = token_gaps_of(*run.workload);
  sort_rows(result);
  for (const std::int64_t finish : run.job_finish) result.job_finish.push_back(outcome == Outcome::complete ? Time{finish} : kTimeNever);
  for (const RequestRow& request : result.requests)
    if (outcome == Outcome::complete && request.finish != kTimeNever)
      result.job_finish[request.job] = std::max(result.job_finish[request.job], request.finish);

  if (outcome == Outcome::complete) result.sanity.push_back(bytes_conserved(result.counters));
  result.sanity.push_back(no_collective_beats_its_bound(result.collectives, run.workload->schedule.collectives));
  result.sanity.push_back(no_link_above_its_rate(result.links));
  if (!result.requests.empty()) result.sanity.push_back(requests_in_order(result.requests));
  result.sanity.push_back(everything_delivered(outcome, result.diagnosis));

  for (const Bytes bytes : {run.counters.bytes_sent, run.counters.bytes_delivered, run.counters.bytes_scale_up})
    run.digest.add(bytes.count);
  for (const LinkFigures& link : run.links) run.digest.add(static_cast<std::int64_t>(std::llround(link.busy)));
  run.digest.add(result.simulated.ps);
  result.digest = run.digest.hex();
  return result;
}

}  // namespace eastwest::flow
