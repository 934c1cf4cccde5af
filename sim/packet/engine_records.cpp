// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <tuple>

#include "sim/packet/run_state.hpp"
#include "sim/sanity.hpp"

namespace eastwest::packet {

namespace {

template <class Row>
void move_rows(std::vector<Row>& from, std::vector<Row>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

void sort_rows(RecordBatch& batch) {
  std::sort(batch.flows.begin(), batch.flows.end(),
            [](const FlowRow& a, const FlowRow& b) { return a.finish != b.finish ? a.finish < b.finish : a.id < b.id; });
  std::sort(batch.steps.begin(), batch.steps.end(), [](const StepRow& a, const StepRow& b) {
    return std::tuple(a.finish, a.job, a.step, a.rank) < std::tuple(b.finish, b.job, b.step, b.rank);
  });
  std::sort(batch.events.begin(), batch.events.end(), [](const EventRow& a, const EventRow& b) {
    return std::tuple(a.time, a.link, a.kind, a.detail) < std::tuple(b.time, b.link, b.kind, b.detail);
  });
  std::sort(batch.packets.begin(), batch.packets.end(), [](const PacketRow& a, const PacketRow& b) {
    return std::tuple(a.time, a.flow, a.sequence) < std::tuple(b.time, b.flow, b.sequence);
  });
}

void hand_out(RunState& run, RecordBatch&& batch, const RecordSink& sink) {
  add(run.digest, batch);
  if (sink) sink(std::move(batch));
}

void add_fault_rows(RunState& run, RecordBatch& batch, std::int64_t from, std::int64_t to) {
  for (const Fault& fault : run.plan.faults) {
    if (fault.kind == FaultKind::receiver || fault.time.ps < from || fault.time.ps >= to) continue;
    if (fault.kind == FaultKind::loss) {
      const std::vector<EventRow> rows = loss_rows(*run.fabric, fault);
      batch.events.insert(batch.events.end(), rows.begin(), rows.end());
      continue;
    }
    const PortId a = run.fabric->cables[fault.cable.index()].a;
    batch.events.push_back({fault.time, fault.up ? EventKind::link_up : EventKind::link_down, run.fabric->ports[a.index()].out.value, 0});
  }
  for (std::size_t v = 1; v < run.plan.routes.size(); ++v)
    if (run.plan.routes[v].time.ps >= from && run.plan.routes[v].time.ps < to)
      batch.events.push_back({Time{run.plan.routes[v].time}, EventKind::reroute, kNil, v});
}

std::uint64_t frames_under_way(RunState& run) {
  std::uint64_t count = 0;
  const auto is_data = [](const Frame& frame) { return frame.kind() == FrameKind::data ? 1u : 0u; };
  for (std::size_t n = 0; n < run.network.inboxes.size(); ++n) {
    const Inbox& inbox = run.network.inboxes[n];
    const Domain& domain = run.domains[run.network.domain_of[n]];
    for (unsigned slot = 0; slot < kBuckets; ++slot) {
      const Bucket& bucket = run.network.buckets[n * kBuckets + slot];
      std::uint32_t left = bucket.count;
      for (std::uint32_t block = bucket.first; left != 0; block = domain.blocks.next(block))
        for (std::uint32_t i = 0; i < kBlockKeys && left != 0; ++i, --left)
          count += is_data(domain.frames[key_index(domain.blocks.block(block)[i])]);
    }
    for (const std::uint32_t index : inbox.far) count += is_data(domain.frames[index]);
  }
  for (const Domain& domain : run.domains)
    for (const auto& mail : domain.mail)
      for (const Mail& to : mail)
        for (const Frame& frame : to.frames) count += is_data(frame);
  for (SwitchState& state : run.switches)
    count += data_frames_waiting(run.plan, run.ports, run.domains[run.network.domain_of[state.node]].frames, state);
  return count;
}

Counters sum_counters(const RunState& run) {
  Counters sum;
  for (const Domain& domain : run.domains) {
    const Counters& c = domain.counters;
    sum.packets += c.packets;
    sum.packets_delivered += c.packets_delivered;
    sum.packet_hops += c.packet_hops;
    sum.events += c.events;
    sum.drops_buffer += c.drops_buffer;
    sum.drops_fault += c.drops_fault;
    sum.drops_loss += c.drops_loss;
    sum.ecn_marks += c.ecn_marks;
    sum.pfc_pauses += c.pfc_pauses;
    sum.pfc_resumes += c.pfc_resumes;
    sum.cnps += c.cnps;
    sum.trims += c.trims;
    sum.retransmits += c.retransmits;
    sum.timeouts += c.timeouts;
    sum.bytes_sent += c.bytes_sent;
    sum.bytes_delivered += c.bytes_delivered;
    sum.bytes_posted += c.bytes_posted;
    sum.bytes_scale_up += c.bytes_scale_up;
  }
  for (const PortState& port : run.ports) sum.packet_hops += port.frames;
  sum.windows = run.windows;
  return sum;
}

/// What was sent and lost, link by link: a link's loss holds from one change of it to the next.
void add_losses(const RunState& run, RunResult& result) {
  std::vector<double> frame_loss;
  for (const Link& link : run.fabric->links) frame_loss.push_back(link.frame_loss);
  for (const Domain& domain : run.domains)
    for (const LossChange& change : domain.loss_changes) {
      LinkTotal& total = result.links[change.link];
      total.frames_lost_expected += static_cast<double>(change.frames - total.frames) * frame_loss[change.link];
      total.frames = change.frames;
      frame_loss[change.link] = change.frame_loss;
    }
  for (std::size_t l = 0; l < result.links.size(); ++l) {
    LinkTotal& total = result.links[l];
    const PortState& port = run.ports[run.fabric->links[l].source.index()];
    total.frames_lost_expected += static_cast<double>(port.frames - total.frames) * frame_loss[l];
    total.frames = port.frames;
    total.frames_lost = port.lost;
  }
  add_losses_of_links(result);
}

void judge(RunState& run, RunResult& result) {
  const Counters& c = result.counters;
  const auto text = [](std::uint64_t v) { return std::to_string(v); };
  const std::uint64_t under_way = frames_under_way(run);
  const std::uint64_t dropped = c.drops_buffer + c.drops_fault + c.drops_loss;
  result.sanity.push_back({"packets conserved", c.packets == c.packets_delivered + dropped + under_way,
                           text(c.packets) + " sent = " + text(c.packets_delivered) + " delivered + " + text(dropped) + " dropped + " +
                               text(under_way) + " under way"});
  if (result.outcome == Outcome::complete)
    result.sanity.push_back({"bytes conserved", c.bytes_delivered == c.bytes_posted,
                             to_string(c.bytes_delivered) + " of " + to_string(c.bytes_posted) + " posted are delivered"});
  if (run.options.network.pfc)
    result.sanity.push_back(
        {"lossless classes dropped nothing", c.drops_buffer == 0, text(c.drops_buffer) + " packets dropped for lack of room"});
  if (c.frames_lost > 0 || c.frames_lost_expected > 1e-6) result.sanity.push_back(losses_as_expected(result.counters));
  std::uint64_t impossible = 0;
  std::string worst;
  for (const CollectiveRow& row : result.collectives) {
    const Collective& collective = run.workload->schedule.collectives[row.collective];
    if (row.finish - row.start >= collective.lower_bound) continue;
    ++impossible;
    worst = "`" + collective.name + "` took " + to_readable(row.finish - row.start) + ", its lower bound is " +
            to_readable(collective.lower_bound);
  }
  result.sanity.push_back(
      {"no collective beats its lower bound", impossible == 0, impossible == 0 ? text(result.collectives.size()) + " collectives" : worst});
  double busiest = 0;
  for (const LinkTotal& link : result.links) busiest = std::max({busiest, link.utilization_max, link.utilization_mean});
  result.sanity.push_back({"no link above its rate", busiest <= 1.0 + 1e-9, "busiest interval " + std::to_string(busiest)});
  if (!result.requests.empty()) result.sanity.push_back(requests_in_order(result.requests));
  result.sanity.push_back({"everything delivered", result.outcome == Outcome::complete,
                           result.outcome == Outcome::complete    ? "all work is done"
                           : result.outcome == Outcome::cancelled ? "interrupted"
                                                                  : result.diagnosis});
}

}  // namespace

void collect_records(RunState& run, const RecordSink& sink) {
  RecordBatch batch;
  std::vector<std::uint32_t> labels;
  for (Domain& domain : run.domains) {
    if (!domain.records.flows.empty()) move_rows(domain.records.flows, batch.flows);
    if (!domain.records.steps.empty()) move_rows(domain.records.steps, batch.steps);
    if (!domain.records.events.empty()) move_rows(domain.records.events, batch.events);
    if (!domain.records.packets.empty()) move_rows(domain.records.packets, batch.packets);
    if (!domain.collectives_done.empty()) move_rows(domain.collectives_done, labels);
  }
  if (!run.plan.faults.empty()) {
    add_fault_rows(run, batch, run.fault_clock, run.clock);
    run.fault_clock = run.clock;
  }
  std::sort(labels.begin(), labels.end());
  for (const std::uint32_t label : labels) {
    const CollectiveSpan& span = run.execution.collectives[label];
    batch.collectives.push_back({label, Time{span.start.load()}, Time{span.finish.load()}});
  }
  if (batch.empty()) return;
  for (FlowRow& row : batch.flows) row.retransmits = run.traffic.messages[row.id].retransmits;
  sort_rows(batch);
  run.collectives.insert(run.collectives.end(), batch.collectives.begin(), batch.collectives.end());
  run.steps.insert(run.steps.end(), batch.steps.begin(), batch.steps.end());
  hand_out(run, std::move(batch), sink);
}

void end_link_row(RunState& run, NodeClass nodes, std::int64_t time, const RecordSink& sink) {
  const std::size_t n = run.fabric->links.size();
  ProbeClock& probe = run.probes[nodes];
  auto pending = std::find_if(run.rows.begin(), run.rows.end(), [time](const PendingRow& p) { return p.row.time.ps == time; });
  if (pending == run.rows.end()) {
    pending = run.rows.emplace(run.rows.end());
    pending->row.time = {time};
    pending->row.interval = {time - probe.start};
    pending->row.utilization.resize(n);
    pending->row.queue_bytes_max.resize(n);
    pending->row.drops.resize(n);
    pending->row.ecn_marks.resize(n);
    pending->row.pfc_pause.resize(n);
  }
  LinkRow& row = pending->row;
  const auto interval = static_cast<double>(row.interval.ps);
  for (std::size_t l = 0; l < n; ++l) {
    const PortId source = run.fabric->links[l].source;
    if (run.plan.nodes[run.fabric->ports[source.index()].node.index()].is_switch != (nodes == kSwitches)) continue;
    PortState& port = run.ports[source.index()];
    LinkFigures& total = run.links[l];
    const std::int64_t overrun = std::max<std::int64_t>(0, port.busy_until - time);
    const std::int64_t busy = port.busy_sum - std::min(overrun, port.busy_sum);
    port.busy_sum -= busy;
    std::int64_t paused = port.paused_sum;
    port.paused_sum = 0;
    if (port.paused != 0) {
      paused += time - port.paused_since;
      port.paused_since = time;
    }
    const double utilization = static_cast<double>(busy) / interval;
    row.utilization[l] = static_cast<float>(utilization);
    row.pfc_pause[l] = static_cast<float>(static_cast<double>(paused) / interval);
    row.queue_bytes_max[l] = port.queue_max;
    row.drops[l] = port.drops;
    row.ecn_marks[l] = port.marks;
    total.busy += busy;
    total.paused += paused;
    total.utilization_max = std::max(total.utilization_max, utilization);
    total.drops += port.drops;
    total.marks += port.marks;
    total.queue_max = std::max(total.queue_max, port.queue_max);
    port.queue_max = port.queued_total;
    port.drops = port.marks = 0;
  }
  probe.start = time;
  if (++probe.rows % run.options.probes.rows_max == 0) probe.interval *= 2;
  probe.time = time + probe.interval;
  pending->classes |= 1u << nodes;
  while (!run.rows.empty() && run.rows.front().classes == 3u) {
    RecordBatch batch;
    batch.links.push_back(std::move(run.rows.front().row));
    run.rows.erase(run.rows.begin());
    hand_out(run, std::move(batch), sink);
  }
}

void end_link_rows(RunState& run, const RecordSink& sink) {
  const std::int64_t end = std::max(run.clock, run.switch_clock);
  for (const NodeClass nodes : {kHosts, kSwitches}) {
    while (run.probes[nodes].time <= end) end_link_row(run, nodes, run.probes[nodes].time, sink);
    if (run.probes[nodes].start < end) end_link_row(run, nodes, end, sink);
  }
}

RunResult make_result(RunState& run, Outcome outcome) {
  RunResult result;
  result.outcome = outcome;
  if (outcome == Outcome::stalled) result.diagnosis = describe_stall(run);
  result.findings = describe_findings(run);
  result.window = {run.plan.window};
  result.counters = sum_counters(run);
  std::int64_t last = run.last_finish;
  for (const auto& finish : run.execution.job_finish) last = std::max(last, finish.load());
  result.simulated = {outcome == Outcome::complete ? last : run.clock};
  // Until the last frame was on its wire; clocks stand at the end of a window, which in a short run is much later.
  std::int64_t quiet = std::max<std::int64_t>(1, result.simulated.ps);
  for (const PortState& port : run.ports) quiet = std::max(quiet, port.busy_until);
  const auto span = static_cast<double>(quiet);
  for (const LinkFigures& link : run.links)
    result.links.push_back(
        {static_cast<double>(link.busy) / span, link.utilization_max, link.drops, link.marks, link.queue_max, Duration{link.paused}});
  add_losses(run, result);
  const std::size_t series = run.workload->jobs.size() * kClassCount;
  for (std::size_t i = 0; i < series; ++i) {
    LatencyHistogram sum;
    sum.job = static_cast<std::uint16_t>(i / kClassCount);
    sum.traffic_class = static_cast<std::uint8_t>(i % kClassCount);
    sum.counts.assign(LatencyHistogram::kBins, 0);
    std::uint64_t total = 0;
    for (const Domain& domain : run.domains)
      for (std::size_t b = 0; b < LatencyHistogram::kBins; ++b) total += sum.counts[b] += domain.latency[i].counts[b];
    if (total != 0) result.latency.push_back(std::move(sum));
  }
  result.collectives = std::move(run.collectives);
  std::sort(result.collectives.begin(), result.collectives.end(),
            [](const CollectiveRow& a, const CollectiveRow& b) { return a.collective < b.collective; });
  result.steps = std::move(run.steps);
  std::sort(result.steps.begin(), result.steps.end(),
            [](const StepRow& a, const StepRow& b) { return std::tuple(a.job, a.step, a.rank) < std::tuple(b.job, b.step, b.rank); });
  result.requests = std::move(run.requests);
  std::sort(result.requests.begin(), result.requests.end(),
            [](const RequestRow& a, const RequestRow& b) { return std::tuple(a.job, a.id) < std::tuple(b.job, b.id); });
  result.token_gaps = token_gaps_of(*run.workload);
  for (const auto& finish : run.execution.job_finish)
    result.job_finish.push_back(outcome == Outcome::complete ? Time{finish.load()} : kTimeNever);
  for (const RequestRow& request : result.requests)
    if (outcome == Outcome::complete && request.finish != kTimeNever)
      result.job_finish[request.job] = std::max(result.job_finish[request.job], request.finish);
  judge(run, result);
  const Counters& c = result.counters;
  for (const std::uint64_t v : {c.packets, c.packets_delivered, c.packet_hops, c.drops_buffer, c.drops_fault, c.drops_loss, c.ecn_marks,
                                c.pfc_pauses, c.cnps, c.retransmits, c.timeouts})
    run.digest.add(v);
  for (const LinkFigures& link : run.links) run.digest.add(link.busy);
  for (const LatencyHistogram& histogram : result.latency)
    for (const std::uint64_t count : histogram.counts) run.digest.add(count);
  run.digest.add(result.simulated.ps);
  result.digest = run.digest.hex();
  return result;
}

}  // namespace eastwest::packet
