// SPDX-License-Identifier: Apache-2.0
// The software side: ranks play their operations as the schedule's semantics say (workloads/schedule.hpp).
//
// A fused collective starts when its last member arrives and no other holds a port of its members; it holds them for
// latency + bytes / rate, and messages on those ports stand still meanwhile. One made by the scale-up switch holds the two
// directions of the ports apart, each for its own bytes; its latency holds nothing.
#include <algorithm>
#include <bit>

#include "sim/flow/flow_state.hpp"

namespace eastwest::flow {

namespace {

/// The number of a send's message: how many sends stand before it in the schedule.
std::uint32_t message_number(const FlowState& run, std::uint32_t operation) {
  const std::uint64_t below = run.send_bits[operation / 64] & ((std::uint64_t{1} << (operation % 64)) - 1);
  return run.send_before[operation / 64] + static_cast<std::uint32_t>(std::popcount(below));
}

void start_send(FlowState& run, std::uint32_t index, std::int64_t now) {
  const Operation& operation = run.workload->schedule.operations[index];
  const std::uint32_t t =
      new_transfer(run, operation.rank.value, operation.peer, {operation.amount}, operation.traffic_class, message_number(run, index));
  Transfer& transfer = run.transfers[t];
  transfer.start = now;
  transfer.send_operation = index;
  transfer.receive_operation = operation.match;
  const Stream& stream = run.streams[transfer.stream];
  if (stream.nic_source == 0) post_transfer(run, t, now);
  else run.events.push(now + stream.nic_source, event_key(kPost, t));
}

/// Takes one direction of all members' ports for `bytes`, as soon as no fused collective has it; the time when it is over.
std::int64_t hold_one_way(FlowState& run, std::uint32_t g, std::uint32_t direction, std::int64_t bytes, std::int64_t now) {
  if (bytes == 0) return now;
  const FusedGroup& group = run.workload->schedule.groups[g];
  std::int64_t start = now;
  for (const RankId member : group.members)
    start = std::max(start, run.scale_up[run.workload->ranks[member.index()].value].fused_until[direction]);
  const BitRate rate = run.fabric->hosts[run.ranks[group.members.front().index()].host].scale_up_rate;
  const std::int64_t end = start + serialisation({bytes}, rate).ps;
  for (const RankId member : group.members) run.scale_up[run.workload->ranks[member.index()].value].fused_until[direction] = end;
  const std::uint32_t stamp = direction == 1 ? kHoldIn : 0;
  if (start == now) in_switch(run, g, stamp);
  else run.events.push(start, event_key(kInSwitch, g, stamp));
  run.events.push(end, event_key(kInSwitch, g, stamp | kHoldEnd));
  return end;
}

void arrive_at_fused(FlowState& run, std::uint32_t g, std::int64_t now) {
  if (--run.fused_left[g] != 0) return;
  const Schedule& schedule = run.workload->schedule;
  const FusedGroup& group = schedule.groups[g];
  const std::int64_t bytes = schedule.operations[run.fused.operations[run.fused.first[g]]].amount;
  run.counters.bytes_scale_up.count += bytes * static_cast<std::int64_t>(group.members.size());
  if (group.in_switch) {
    const std::int64_t out = hold_one_way(run, g, 0, bytes, now);
    const std::int64_t in = hold_one_way(run, g, 1, group.bytes_in.count, now);
    run.events.push(std::max(out, in) + group.latency.ps, event_key(kFusedDone, g));
    return;
  }
  std::int64_t start = now;
  for (const RankId member : group.members) {
    const ScaleUpPort& port = run.scale_up[run.workload->ranks[member.index()].value];
    start = std::max({start, port.fused_until[0], port.fused_until[1]});
  }
  const BitRate rate = run.fabric->hosts[run.ranks[group.members.front().index()].host].scale_up_rate;
  const std::int64_t end = start + group.latency.ps + (bytes == 0 ? 0 : serialisation({bytes}, rate).ps);
  for (const RankId member : group.members) {
    ScaleUpPort& port = run.scale_up[run.workload->ranks[member.index()].value];
    port.fused_until[0] = port.fused_until[1] = end;
  }
  if (start == now) fused_starts(run, g);
  else run.events.push(start, event_key(kFusedStart, g));
  run.events.push(end, event_key(kFusedDone, g));
}

/// Operations that are over as soon as they start are left in `ready`.
void start_operation(FlowState& run, std::uint32_t index, std::int64_t now) {
  const Operation& operation = run.workload->schedule.operations[index];
  run.progress[index] |= kReady;
  if (operation.label != kNoLabel && operation.kind != OperationKind::receive)
    run.collectives[operation.label].start = std::min(run.collectives[operation.label].start, now);
  StepClock& clock = run.ranks[operation.rank.index()].clock;
  clock.start(operation, now);
  switch (operation.kind) {
    case OperationKind::compute: run.events.push(now + operation.amount, event_key(kComputeDone, index)); return;
    case OperationKind::send: return start_send(run, index, now);
    case OperationKind::receive:
      if ((run.progress[index] & kArrived) != 0) run.ready.push_back(index);
      return;
    case OperationKind::fused: return arrive_at_fused(run, operation.peer, now);
    case OperationKind::marker:
      run.batch.steps.push_back(clock.end(operation, now));
      run.ready.push_back(index);
      return;
  }
}

void finish_one(FlowState& run, std::uint32_t index, std::int64_t now) {
  const Schedule& schedule = run.workload->schedule;
  const Operation& operation = schedule.operations[index];
  EASTWEST_VERIFY((run.progress[index] & kDone) == 0, "an operation finishes twice");
  run.progress[index] |= kDone;
  ++run.operations_done;
  if (operation.kind == OperationKind::fused) run.ranks[operation.rank.index()].clock.finish(operation, now);
  if (operation.kind != OperationKind::send) {
    run.job_finish[operation.job] = std::max(run.job_finish[operation.job], now);
    if (operation.label != kNoLabel) {
      CollectiveSpan& span = run.collectives[operation.label];
      span.finish = std::max(span.finish, now);
      if (--span.left == 0) run.batch.collectives.push_back({operation.label, Time{span.start}, Time{span.finish}});
    }
  }
  for (const std::uint32_t next : schedule.successors_of(index))
    if ((--run.progress[next] & kWaitingMask) == 0) start_operation(run, next, now);
}

void finish_ready(FlowState& run, std::int64_t now) {
  while (!run.ready.empty()) {
    const std::uint32_t index = run.ready.back();
    run.ready.pop_back();
    finish_one(run, index, now);
  }
}

void arrive(FlowState& run, std::uint32_t operation, std::int64_t now) {
  run.progress[operation] |= kArrived;
  if ((run.progress[operation] & kReady) != 0) finish_operation(run, operation, now);
}

}  // namespace

void finish_operation(FlowState& run, std::uint32_t operation, std::int64_t now) {
  finish_one(run, operation, now);
  finish_ready(run, now);
}

void start_job(FlowState& run, std::uint32_t job, std::int64_t now) {
  for (const std::uint32_t operation : run.roots[job]) {
    start_operation(run, operation, now);
    finish_ready(run, now);
  }
}

void transfer_delivered(FlowState& run, std::uint32_t t, std::int64_t now) {
  const Transfer transfer = run.transfers[t];
  const bool of_driver = transfer.send_operation == kNil;
  if (run.options.probes.flows) {
    FlowRow row;
    row.id = transfer.number;
    row.job =
        of_driver ? run.driver_transfers[transfer.receive_operation].job : run.workload->schedule.operations[transfer.send_operation].job;
    row.source = transfer.source;
    row.destination = transfer.destination;
    row.bytes = {transfer.bytes};
    row.start = {transfer.start};
    row.finish = {now};
    row.ideal = {transfer.ideal};
    run.batch.flows.push_back(row);
  }
  run.transfers[t].next = run.free_transfer;
  run.free_transfer = t;
  if (!transfer.scale_up) run.counters.bytes_delivered.count += transfer.bytes;
  if (of_driver) {
    const DriverTransfer& posted = run.driver_transfers[transfer.receive_operation];
    run.drivers[posted.driver].done.push_back({posted.cookie, Time{now}});
    --run.drivers[posted.driver].outstanding;
    return;
  }
  if (transfer.scale_up) finish_operation(run, transfer.send_operation, now);
  run.ranks[transfer.destination].clock.message(transfer.start);
  arrive(run, transfer.receive_operation, now);
}

void in_switch(FlowState& run, std::uint32_t g, std::uint32_t stamp) {
  for (const RankId member : run.workload->schedule.groups[g].members)
    hold_scale_up(run, run.workload->ranks[member.index()].value, (stamp & kHoldIn) != 0 ? 1 : 0, (stamp & kHoldEnd) != 0 ? -1 : 1);
}

void fused_starts(FlowState& run, std::uint32_t g) {
  for (const RankId member : run.workload->schedule.groups[g].members)
    for (const std::uint32_t direction : {0u, 1u}) hold_scale_up(run, run.workload->ranks[member.index()].value, direction, 1);
}

void fused_done(FlowState& run, std::uint32_t g, std::int64_t now) {
  if (run.workload->schedule.groups[g].in_switch) {
    for (std::uint32_t i = run.fused.first[g]; i < run.fused.first[g + 1]; ++i) finish_operation(run, run.fused.operations[i], now);
    return;
  }
  for (const RankId member : run.workload->schedule.groups[g].members)
    for (const std::uint32_t direction : {0u, 1u}) hold_scale_up(run, run.workload->ranks[member.index()].value, direction, -1);
  for (std::uint32_t i = run.fused.first[g]; i < run.fused.first[g + 1]; ++i) finish_operation(run, run.fused.operations[i], now);
}

}  // namespace eastwest::flow
