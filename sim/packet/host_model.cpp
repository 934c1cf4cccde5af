// SPDX-License-Identifier: Apache-2.0
// The software side of a host: ranks play their operations, GPUs exchange data over the scale-up domain.
//
// A message inside the host goes through two FIFO servers, the sender's egress and the receiver's ingress port, chunk by
// chunk at the scale-up rate; transfers that share an egress take turns per chunk. On idle ports
//   time = latency + bytes / rate.
// A fused collective starts when its last member arrives and all members' ports are free, and holds them for
// latency + bytes / rate. One made by the scale-up switch (NVLS) books the two directions of its ports apart:
//   end = latency + max(start_out + bytes_out / rate, start_in + bytes_in / rate), each start the first time that all members' are free.
// LIMITATIONS: an ingress queue does not push back on the egress; no reduction arithmetic time.
#include <algorithm>

#include "sim/packet/host_state.hpp"

namespace eastwest::packet {

namespace {

void start_operation(HostStep& s, std::uint32_t operation, std::int64_t now);

const Schedule& schedule_of(const HostStep& s) { return s.execution.workload->schedule; }

/// Takes an operation off everyone's list; those that only waited for it start.
void finish_operation(HostStep& s, std::uint32_t first, std::int64_t now) {
  const Schedule& schedule = schedule_of(s);
  std::vector<std::uint32_t>& stack = s.domain.ready;
  const std::size_t base = stack.size();
  stack.push_back(first);
  while (stack.size() > base) {
    const std::uint32_t index = stack.back();
    stack.pop_back();
    const Operation& operation = schedule.operations[index];
    EASTWEST_VERIFY((s.execution.state[index] & kOperationDone) == 0, "an operation finishes twice");
    s.execution.state[index] |= kOperationDone;
    ++s.domain.operations_done;
    if (operation.kind == OperationKind::fused) s.execution.ranks[operation.rank.index()].clock.finish(operation, now);
    if (operation.kind != OperationKind::send) {
      raise_to(s.execution.job_finish[operation.job], now);
      if (operation.label != kNoLabel) {
        CollectiveSpan& span = s.execution.collectives[operation.label];
        raise_to(span.finish, now);
        if (span.left.fetch_sub(1, std::memory_order_relaxed) == 1) s.domain.collectives_done.push_back(operation.label);
      }
    }
    for (const std::uint32_t next : schedule.successors_of(index))
      if (--s.execution.waiting[next] == 0) start_operation(s, next, now);
  }
}

void serve_scale_up(HostStep& s, std::uint32_t gpu, std::int64_t now) {
  ScaleUpPort& port = s.state.scale_up[gpu];
  port.scheduled = false;
  if (port.head == kNil) return;
  if (port.egress_free > now) {
    port.scheduled = true;
    s.state.events.push(port.egress_free, event_key(kScaleUpFree, gpu));
    return;
  }
  const std::uint32_t m = port.head;
  Message& message = s.traffic.messages[m];
  const std::int64_t chunk = std::min(message.left, s.plan.network.scale_up_chunk.count);
  const std::int64_t duration = serialisation({chunk}, s.state.scale_up_rate).ps;
  ScaleUpPort& target = s.state.scale_up[s.execution.ranks[message.destination].gpu];
  target.ingress_free = std::max(now + s.state.scale_up_latency, target.ingress_free) + duration;
  port.egress_free = now + duration;
  message.left -= chunk;
  s.domain.counters.bytes_scale_up.count += chunk;
  port.head = message.next;
  if (port.head == kNil) port.tail = kNil;
  message.next = kNil;
  if (message.left == 0) {
    s.state.events.push(target.ingress_free, event_key(kScaleUpDone, m));
  } else if (port.tail == kNil) {
    port.head = port.tail = m;
  } else {
    s.traffic.messages[port.tail].next = m;
    port.tail = m;
  }
  if (port.head == kNil) return;
  port.scheduled = true;
  s.state.events.push(port.egress_free, event_key(kScaleUpFree, gpu));
}

void start_scale_up(HostStep& s, std::uint32_t m, std::int64_t now) {
  Message& message = s.traffic.messages[m];
  message.left = message.bytes;
  message.next = kNil;
  const std::uint32_t gpu = s.execution.ranks[message.source].gpu;
  ScaleUpPort& port = s.state.scale_up[gpu];
  if (port.tail == kNil) port.head = m;
  else s.traffic.messages[port.tail].next = m;
  port.tail = m;
  if (port.scheduled) return;
  port.scheduled = true;
  s.state.events.push(std::max(now, port.egress_free), event_key(kScaleUpFree, gpu));
}

void record_flow(HostStep& s, std::uint32_t m, std::int64_t finish, std::int64_t ideal) {
  if (!s.execution.record_flows) return;
  const Message& message = s.traffic.messages[m];
  FlowRow row;
  row.id = m;
  row.job = message.job;
  row.source = message.source;
  row.destination = message.destination;
  row.bytes = {message.bytes};
  row.start = {message.start};
  row.finish = {finish};
  row.ideal = {ideal};
  s.domain.records.flows.push_back(row);
}

/// The receiver's operation has its message.
void arrive(HostStep& s, std::uint32_t operation, std::int64_t now) {
  s.execution.state[operation] |= kOperationArrived;
  if ((s.execution.state[operation] & kOperationReady) != 0) finish_operation(s, operation, now);
}

void scale_up_done(HostStep& s, std::uint32_t m, std::int64_t now) {
  const Message& message = s.traffic.messages[m];
  record_flow(s, m, now, (Duration{s.state.scale_up_latency} + serialisation({message.bytes}, s.state.scale_up_rate)).ps);
  if (message.send_operation == kNil) {
    const DriverTransfer transfer = s.traffic.driver_transfers[message.receive_operation];
    s.domain.completions.push_back({now, transfer.cookie, transfer.driver});
    return;
  }
  finish_operation(s, message.send_operation, now);
  s.execution.ranks[message.destination].clock.message(message.start);
  arrive(s, message.receive_operation, now);
}

void delivered(HostStep& s, std::uint32_t m, std::int64_t now) {
  const Message& message = s.traffic.messages[m];
  const QueuePairPlan& plan = s.traffic.plans[message.queue_pair];
  record_flow(s, m, now, ideal_time(s.plan.network, plan.path, {message.bytes}).ps);
  s.domain.counters.bytes_delivered.count += message.bytes;
  if (message.send_operation == kNil) {
    const DriverTransfer transfer = s.traffic.driver_transfers[message.receive_operation];
    s.domain.completions.push_back({now, transfer.cookie, transfer.driver});
    return;
  }
  s.execution.ranks[message.destination].clock.message(message.start);
  arrive(s, message.receive_operation, now);
}

/// The scale-up switch reduces or multicasts: directions are booked apart, so that a reduction and a multicast overlap.
std::int64_t book_in_switch(HostStep& s, const FusedGroup& group, std::int64_t bytes, std::int64_t now) {
  const auto book = [&](std::int64_t ScaleUpPort::* free, std::int64_t count) {
    if (count == 0) return now;
    std::int64_t end = now;
    for (const RankId member : group.members) end = std::max(end, s.state.scale_up[s.execution.ranks[member.index()].gpu].*free);
    end += serialisation({count}, s.state.scale_up_rate).ps;
    for (const RankId member : group.members) s.state.scale_up[s.execution.ranks[member.index()].gpu].*free = end;
    return end;
  };
  const std::int64_t out = book(&ScaleUpPort::egress_free, bytes);
  const std::int64_t in = book(&ScaleUpPort::ingress_free, group.bytes_in.count);
  s.domain.counters.bytes_scale_up.count += bytes * static_cast<std::int64_t>(group.members.size());
  return std::max(out, in) + group.latency.ps;
}

void start_fused(HostStep& s, std::uint32_t group_index, std::int64_t now) {
  if (--s.execution.fused_left[group_index] != 0) return;
  const FusedGroup& group = schedule_of(s).groups[group_index];
  const std::uint32_t first = s.execution.fused_operations[s.execution.fused_first[group_index]];
  const std::int64_t bytes = schedule_of(s).operations[first].amount;
  if (group.in_switch) return s.state.events.push(book_in_switch(s, group, bytes, now), event_key(kFusedDone, group_index));
  std::int64_t start = now;
  for (const RankId member : group.members) {
    const ScaleUpPort& port = s.state.scale_up[s.execution.ranks[member.index()].gpu];
    start = std::max({start, port.egress_free, port.ingress_free});
  }
  const std::int64_t end = start + group.latency.ps + (bytes == 0 ? 0 : serialisation({bytes}, s.state.scale_up_rate).ps);
  for (const RankId member : group.members) {
    ScaleUpPort& port = s.state.scale_up[s.execution.ranks[member.index()].gpu];
    port.egress_free = port.ingress_free = end;
    s.domain.counters.bytes_scale_up.count += bytes;
  }
  s.state.events.push(end, event_key(kFusedDone, group_index));
}

void start_operation(HostStep& s, std::uint32_t index, std::int64_t now) {
  const Operation& operation = schedule_of(s).operations[index];
  s.execution.state[index] |= kOperationReady;
  if (operation.label != kNoLabel && operation.kind != OperationKind::receive)
    lower_to(s.execution.collectives[operation.label].start, now);
  StepClock& clock = s.execution.ranks[operation.rank.index()].clock;
  clock.start(operation, now);
  switch (operation.kind) {
    case OperationKind::compute: s.state.events.push(now + operation.amount, event_key(kComputeDone, index)); return;
    case OperationKind::send: {
      const std::uint32_t m = s.execution.message[index];
      s.traffic.messages[m].start = now;
      if (s.traffic.messages[m].queue_pair == kNil) start_scale_up(s, m, now);
      else s.state.events.push(now + s.state.nic_latency, event_key(kPost, m));
      return;
    }
    case OperationKind::receive:
      if ((s.execution.state[index] & kOperationArrived) != 0) s.domain.ready.push_back(index);
      return;
    case OperationKind::fused: return start_fused(s, operation.peer, now);
    case OperationKind::marker:
      s.domain.records.steps.push_back(clock.end(operation, now));
      s.domain.ready.push_back(index);
      return;
  }
}

/// Operations that start_operation found finished outside of a finish_operation of their own.
void finish_ready(HostStep& s, std::int64_t now) {
  while (!s.domain.ready.empty()) {
    const std::uint32_t index = s.domain.ready.back();
    s.domain.ready.pop_back();
    finish_operation(s, index, now);
  }
}

void start_job(HostStep& s, std::size_t job, std::int64_t now) {
  for (std::uint32_t i = s.state.root_first[job]; i < s.state.root_first[job + 1]; ++i) {
    start_operation(s, s.state.roots[i], now);
    finish_ready(s, now);
  }
}

void fused_done(HostStep& s, std::uint32_t group, std::int64_t now) {
  const Execution& e = s.execution;
  for (std::uint32_t i = e.fused_first[group]; i < e.fused_first[group + 1]; ++i) finish_operation(s, e.fused_operations[i], now);
}

void local_event(HostStep& s, const LocalEvent& event) {
  const auto id = static_cast<std::uint32_t>(event_id(event.key));
  switch (event_kind(event.key)) {
    case kHostFault: return nic_fault(s, s.plan.faults[id], event.time);
    case kWake: return nic_wake(s, id, event.time);
    case kPost:
      if (s.traffic.messages[id].queue_pair == kNil) return start_scale_up(s, id, event.time);
      return nic_post(s, id, event.time);
    case kComputeDone: return finish_operation(s, id, event.time);
    case kDelivered: return delivered(s, id, event.time);
    case kScaleUpFree: return serve_scale_up(s, id, event.time);
    case kScaleUpDone: return scale_up_done(s, id, event.time);
    case kTimeout: return nic_timeout(s, id, event.time);
    case kJobStart: return start_job(s, id, event.time);
    default: return fused_done(s, id, event.time);
  }
}

}  // namespace

void message_arrived(HostStep& s, std::uint32_t message, std::int64_t now) {
  s.state.events.push(now + s.state.nic_latency, event_key(kDelivered, message));
}

void message_acknowledged(HostStep& s, std::uint32_t m, std::int64_t now) {
  const std::uint32_t operation = s.traffic.messages[m].send_operation;
  if (operation != kNil) finish_operation(s, operation, now);
}

std::int64_t step_host(HostStep& s, std::int64_t step_end) {
  sort_arrivals(s.network, s.domain, s.state.node);
  EventHeap& events = s.state.events;
  const std::vector<std::int64_t>& starts = s.state.starts;
  const std::size_t count = s.domain.keys.size();
  std::size_t i = 0;
  std::uint64_t handled = 0;
  const std::int64_t window_start = s.domain.round_start - s.plan.host_offset;
  std::int64_t arrival = count != 0 ? window_start + key_time(s.domain.keys[0]) : kNever;
  std::int64_t event = kNever;
  for (;; ++handled) {
    std::uint32_t port = 0;
    std::int64_t start = kNever;
    for (std::uint32_t p = 0; p < starts.size(); ++p)
      if (starts[p] < start) start = starts[port = p];
    event = events.empty() ? kNever : events.top().time;
    const std::int64_t now = std::min({start, event, arrival});
    if (now >= step_end) {
      event = std::min(event, start);
      break;
    }
    if (start == now) {
      nic_serve(s, port, now);
    } else if (event == now) {
      local_event(s, events.pop());
    } else {
      const std::uint32_t index = key_index(s.domain.keys[i]);
      Frame frame = s.domain.frames[index];
      frame.time = arrival;
      s.arrival = index;
      nic_receive(s, frame);
      s.domain.frames.release(index);
      arrival = ++i != count ? window_start + key_time(s.domain.keys[i]) : kNever;
    }
  }
  s.domain.counters.events += handled;
  retire_arrivals(s.network, s.domain, s.state.node, i);
  return event;
}

}  // namespace eastwest::packet
