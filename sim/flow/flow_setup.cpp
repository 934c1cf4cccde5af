// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/flow/flow_state.hpp"

namespace eastwest::flow {

namespace {

void make_solvers(FlowState& run) {
  bool used[kClassMax] = {};
  for (const Operation& operation : run.workload->schedule.operations) used[operation.traffic_class - 1u] = true;
  for (const Driver& driver : run.workload->drivers) used[run.workload->jobs[driver.job].traffic_class - 1u] = true;
  std::vector<Rate> wires;
  for (const Link& link : run.fabric->links) wires.push_back(to_rate(link.rate));
  for (const bool use : used) run.solvers.emplace_back(use ? wires : std::vector<Rate>{});
  for (unsigned c = 0; c < kClassMax; ++c)
    if (std::any_of(used + c + 1, used + kClassMax, [](bool use) { return use; })) run.solvers[c].watch_usage();
  std::vector<Rate> ports;
  for (const Host& host : run.fabric->hosts) ports.insert(ports.end(), std::size_t{2} * host.gpu_count, to_rate(host.scale_up_rate));
  run.solvers.emplace_back(std::move(ports));
  run.group_of_local.resize(run.solvers.size());
}

void number_sends(FlowState& run) {
  const LargeVector<Operation>& operations = run.workload->schedule.operations;
  run.send_bits.assign(operations.size() / 64 + 1, 0);
  run.send_before.assign(run.send_bits.size(), 0);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (i % 64 == 0) run.send_before[i / 64] = run.static_messages;
    if (operations[i].kind != OperationKind::send) continue;
    run.send_bits[i / 64] |= std::uint64_t{1} << (i % 64);
    ++run.static_messages;
  }
}

/// Messages of a connection take its queue pairs in turn, in the order of the schedule rather than of time.
void deal_turns(FlowState& run) {
  if (run.queue_pairs_most == 1) return;
  run.turns.reserve(run.static_messages);
  std::unordered_map<std::uint64_t, std::uint32_t> count;  // looked up, never walked
  for (const Operation& operation : run.workload->schedule.operations)
    if (operation.kind == OperationKind::send) run.turns.push_back(count[(std::uint64_t{operation.rank.value} << 32) | operation.peer]++);
}

/// Room for every connection that the schedule can open. Only what is used is ever touched, and growing step by step would
/// touch twice as much: on the first message of each connection, most of the cost is memory met for the first time.
void reserve_streams(FlowState& run) {
  const std::size_t ranks = run.workload->ranks.size();
  const std::size_t connections = std::min<std::size_t>(run.static_messages, ranks * (ranks - 1));
  run.streams.reserve(connections * run.queue_pairs_most);
  run.groups.reserve(connections * run.queue_pairs_most);
  run.transfers.reserve(connections);
}

void load_schedule(FlowState& run) {
  const Schedule& schedule = run.workload->schedule;
  run.progress.resize(schedule.operations.size());
  run.collectives.resize(schedule.collectives.size());
  run.roots.resize(run.workload->jobs.size());
  run.job_finish.assign(run.workload->jobs.size(), 0);
  std::vector<bool> runs;
  for (std::size_t j = 0; j < run.workload->jobs.size(); ++j)
    runs.push_back(job_runs(*run.workload, static_cast<std::uint16_t>(j), run.options.duration));
  for (std::uint32_t i = 0; i < schedule.operations.size(); ++i) {
    const Operation& operation = schedule.operations[i];
    EASTWEST_CHECK(operation.dependencies <= kWaitingMask, "an operation has more predecessors than a run can count");
    run.progress[i] = operation.dependencies;
    if (operation.label != kNoLabel && operation.kind != OperationKind::send) ++run.collectives[operation.label].left;
    if (operation.kind == OperationKind::receive && operation.dependencies == 0) run.progress[i] |= kReady;
    if (!runs[operation.job]) continue;
    ++run.operations_total;
    if (operation.dependencies == 0 && operation.kind != OperationKind::receive) run.roots[operation.job].push_back(i);
  }
  run.fused = fused_table(schedule);
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) run.fused_left.push_back(run.fused.first[g + 1] - run.fused.first[g]);
  for (std::uint32_t j = 0; j < run.roots.size(); ++j)
    if (!run.roots[j].empty()) run.events.push(run.workload->jobs[j].start.ps, event_key(kJobStart, j));
}

}  // namespace

Status set_up(FlowState& run, const Fabric& fabric, Workload& workload, const SimulationOptions& options) {
  run.fabric = &fabric;
  run.workload = &workload;
  run.options = options;
  Result<FlowPlan> plan = make_flow_plan(fabric, options);
  if (!plan) return plan.error();
  run.plan = std::move(plan).value();
  for (const GpuId gpu : workload.ranks)
    run.queue_pairs_most = std::max(run.queue_pairs_most, queue_pair_count(fabric, options.network, gpu));
  run.links.resize(fabric.links.size());
  run.cable_down.assign(fabric.cables.size(), false);
  for (const Link& link : fabric.links) run.frame_loss.push_back(link.frame_loss);
  run.lossy = std::any_of(run.frame_loss.begin(), run.frame_loss.end(), [](double loss) { return loss > 0; }) ||
              std::any_of(run.plan.faults.begin(), run.plan.faults.end(), [](const Fault& fault) { return fault.kind == FaultKind::loss; });
  run.scale_up.resize(fabric.gpu_count);
  for (const GpuId gpu : workload.ranks) run.ranks.push_back({.host = fabric.host_of_gpu(gpu), .clock = {}});
  run.connection_of_rank.assign(workload.ranks.size(), kNil);
  make_solvers(run);
  number_sends(run);
  deal_turns(run);
  reserve_streams(run);
  // Faults first, so that at one instant the network changes before it is used.
  for (std::uint32_t i = 0; i < run.plan.faults.size(); ++i) run.events.push(run.plan.faults[i].time.ps, event_key(kFaultEvent, i));
  for (std::uint32_t v = 1; v < run.plan.routes.size(); ++v) run.events.push(run.plan.routes[v].time.ps, event_key(kRerouteEvent, v));
  load_schedule(run);
  for (std::uint32_t d = 0; d < workload.drivers.size(); ++d) {
    const std::int64_t wake = workload.jobs[workload.drivers[d].job].start.ps;
    run.drivers.push_back({wake, 0, {}});
    run.events.push(wake, event_key(kDriverWake, d));
  }
  // Options made by hand may leave the interval out: then there is one row, at the end.
  run.probe_interval = options.probes.interval.ps > 0 ? options.probes.interval.ps : std::int64_t{1} << 61;
  run.probe_time = run.probe_interval;
  return Done{};
}

}  // namespace eastwest::flow
