// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/switch_model.hpp"

#include <algorithm>

#include "sim/packet/switch_routing.hpp"

namespace eastwest::packet {

namespace {

constexpr std::size_t kPrefetchAhead = 6;  // arrivals; a frame is a cache line that nobody touched for a link delay

/// A frame other than flow control.
template <RoutingPolicy policy, bool by_table>
void route(Step& s, std::uint32_t index, std::int64_t now) {
  const Frame& frame = s.domain.frames[index];
  const std::uint32_t ingress = frame.ingress;
  const std::uint32_t account = ingress * kPriorityCount + frame.priority();
  std::uint32_t out = kNil;
  if constexpr (by_table) out = choose_by_table(s, index, now);
  else out = choose_next_hop<policy>(s, frame, now);
  if (out == kNil) [[unlikely]]
    return drop_routed(s, s.ports[ingress], index, account, now);
  if (s.node.mixed_rates && s.wires[out].rate > s.wires[ingress].rate) {
    const Frame& routed = s.domain.frames[index];
    const std::int64_t bytes = routed.bytes + s.plan.network.gap.count;
    const std::int64_t wait = s.wires[ingress].wire_time(bytes) - s.wires[out].wire_time(bytes);
    const std::uint64_t id = (static_cast<std::uint64_t>(account) << 40) | (static_cast<std::uint64_t>(out & 0x3ffu) << 28) | index;
    s.state.events.push(now + wait, event_key(kLateArrival, id));
    return;
  }
  forward(s, out, index, account, now);
}

EASTWEST_APART void flow_control(Step& s, std::uint32_t index, std::int64_t now) {
  const std::uint32_t port = s.domain.frames[index].ingress;
  depart(s, port, now);
  PortState& egress = s.ports[port];
  if (apply_flow_control(s.domain, s.plan, s.wires[port], egress, s.domain.frames[index], now) && s.state.paused_accounts != 0 &&
      sendable(egress) != 0 && !egress.scheduled)
    schedule(s, port, egress.busy_until);
  s.domain.frames.release(index);
}

template <RoutingPolicy policy, bool by_table>
void arrive(Step& s, std::uint32_t index, std::int64_t now) {
  const Frame& frame = s.domain.frames[index];
  PortState& ingress = s.ports[frame.ingress];
  if (s.faults && ingress.down) [[unlikely]]
    return drop(s, ingress, index, &Counters::drops_fault);
  if (frame.kind() >= FrameKind::pause) return flow_control(s, index, now);
  route<policy, by_table>(s, index, now);
}

void use_route(const RunPlan& plan, SwitchState& state, std::size_t version) {
  state.table = plan.routes[version].by_table() ? &plan.routes[version].table : nullptr;
  const NextHops& hops = plan.routes[version].hops;
  if (state.table == nullptr)
    state.entries = hops.entries.data() + static_cast<std::size_t>(plan.nodes[state.node].detail) * hops.endpoint_count;
  state.hops = hops.ports.data();
}

/// After a link came up: all the room that its ingress has.
void offer_credits(Step& s, std::uint32_t port, std::int64_t now) {
  for (std::uint32_t priority = 1; priority < kPriorityCount; ++priority) {
    const std::uint32_t index = port * kPriorityCount + priority;
    s.state.accounts[index].owed = 0;
    const std::int64_t room = s.node.credit_buffer - s.state.accounts[index].used;
    if (room > 0) s.tell(index, FrameKind::credit, static_cast<std::uint32_t>(room), now);
  }
}

void fault(Step& s, std::size_t index, std::int64_t now) {
  depart_all(s, now);
  const Fault& event = s.plan.faults[index];
  const Cable& cable = s.plan.fabric->cables[event.cable.index()];
  for (const PortId id : {cable.a, cable.b}) {
    if (s.plan.fabric->ports[id.index()].node.value != s.state.node) continue;
    const std::uint32_t local = s.plan.fabric->ports[id.index()].index;
    PortState& port = s.ports[local];
    if (event.kind == FaultKind::loss) {
      change_loss(s.domain, s.wires[local], port, event.frame_loss[id == cable.a ? 0 : 1]);
      continue;
    }
    if (port.down == !event.up) continue;
    port.down = !event.up;
    if (port.paused != 0) go_on(s.domain, s.plan, s.wires[local], port, now);
    port.paused = 0;
    if (event.up) {
      if (s.wires[local].credit_buffer != 0) forget_credits(port, now);
      if (s.plan.network.credits) offer_credits(s, local, now);
      continue;
    }
    for (unsigned c = 0; c < kPriorityCount; ++c) {
      while (port.queues[c].head != kNil) {
        const std::uint32_t frame = dequeue(port, s.domain.frames, c);
        release(s, s.domain.frames[frame], now);
        drop(s, port, frame, &Counters::drops_fault);
      }
    }
    s.state.active[local / 64] &= ~(std::uint64_t{1} << (local % 64));
  }
}

void departure_event(Step& s, std::uint32_t index, std::int64_t now) {
  PortState& port = s.ports[index];
  port.scheduled = false;
  depart(s, index, now);
  if (s.state.paused_accounts != 0 && sendable(port) != 0) schedule(s, index, port.busy_until);
}

EASTWEST_APART void local_event(Step& s, const LocalEvent& event) {
  switch (event_kind(event.key)) {
    case kDeparture: return departure_event(s, static_cast<std::uint32_t>(event_id(event.key)), event.time);
    case kLateArrival:
      return forward(s, static_cast<std::uint32_t>(event_id(event.key) >> 28) & 0x3ffu,
                     static_cast<std::uint32_t>(event_id(event.key) & 0xfff'ffffu), static_cast<std::uint32_t>(event_id(event.key) >> 40),
                     event.time);
    case kFault: return fault(s, event_id(event.key), event.time);
    default: return use_route(s.plan, s.state, event_id(event.key));
  }
}

template <RoutingPolicy policy, bool by_table>
EASTWEST_INLINE_ALL void run_step(Step& s, std::int64_t step_end) {
  sort_arrivals(s.network, s.domain, s.state.node);
  EventHeap& events = s.state.events;
  const std::size_t count = s.domain.keys.size();
  std::size_t i = 0;
  std::uint64_t handled = 0;
  const std::uint64_t* keys = s.domain.keys.data();
  for (; i < count; ++i) {
    const std::uint64_t key = keys[i];
    if (i + kPrefetchAhead < count) __builtin_prefetch(&s.domain.frames[key_index(keys[i + kPrefetchAhead])], 1);
    const std::int64_t now = s.domain.round_start + key_time(key);
    while (!events.empty() && events.top().time <= now && events.top().time < step_end) {
      local_event(s, events.pop());
      ++handled;
    }
    if (now >= step_end) break;
    arrive<policy, by_table>(s, key_index(key), now);
    ++handled;
  }
  for (; !events.empty() && events.top().time < step_end; ++handled) local_event(s, events.pop());
  s.domain.counters.events += handled;
  retire_arrivals(s.network, s.domain, s.state.node, i);
}

/// Brings every port up to the end of a step and finds the earliest departure after it.
std::int64_t finish_ports(Step& s, std::int64_t step_end) {
  std::int64_t next = kNever;
  for_active_ports(s.state, [&](std::uint32_t index) {
    depart(s, index, step_end - 1);
    const PortState& port = s.ports[index];
    if (sendable(port) != 0) next = std::min(next, port.busy_until);
  });
  return next;
}

}  // namespace

void depart_all(Step& s, std::int64_t until) {
  for_active_ports(s.state, [&](std::uint32_t index) { depart(s, index, until); });
}

SwitchState make_switch(const RunPlan& plan, std::uint32_t node) {
  SwitchState state;
  state.node = node;
  const NodePlan& shape = plan.nodes[node];
  state.accounts.resize(static_cast<std::size_t>(shape.port_count) * kPriorityCount);
  state.active.resize((static_cast<std::size_t>(shape.port_count) + 63) / 64);
  state.salt = switch_salt(plan.seed, NodeId{node}, plan.network.hash_per_switch);
  if (plan.network.routing == RoutingPolicy::flowlet) state.flowlets.resize(kFlowlets);
  if (plan.network.credits) state.paused_accounts = 1;  // every release tells a sender, so departures are always events
  state.events.reserve(static_cast<std::size_t>(shape.port_count) + 8);
  use_route(plan, state, 0);
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    if (plan.faults[i].kind == FaultKind::receiver) continue;  // a NIC that hangs is the host's affair
    const Cable& cable = plan.fabric->cables[plan.faults[i].cable.index()];
    if (plan.fabric->ports[cable.a.index()].node.value == node || plan.fabric->ports[cable.b.index()].node.value == node)
      state.events.push(plan.faults[i].time.ps, event_key(kFault, i));
  }
  for (std::size_t v = 1; v < plan.routes.size(); ++v) state.events.push(plan.routes[v].time.ps, event_key(kReroute, v));
  return state;
}

std::int64_t step_switch(Network& network, Domain& domain, const RunPlan& plan, LargeVector<PortState>& ports, SwitchState& state,
                         std::int64_t step_end) {
  const NodePlan& node = plan.nodes[state.node];
  Step s{network,
         domain,
         plan,
         node,
         plan.ports.data() + node.first_port,
         ports.data() + node.first_port,
         state,
         !plan.faults.empty(),
         (plan.signals & kSignalTelemetry) != 0};
  if (state.table != nullptr) run_step<RoutingPolicy::ecmp, true>(s, step_end);
  else if (plan.network.routing == RoutingPolicy::spray) run_step<RoutingPolicy::spray, false>(s, step_end);
  else if (plan.network.routing == RoutingPolicy::adaptive) run_step<RoutingPolicy::adaptive, false>(s, step_end);
  else if (plan.network.routing == RoutingPolicy::flowlet) run_step<RoutingPolicy::flowlet, false>(s, step_end);
  else run_step<RoutingPolicy::ecmp, false>(s, step_end);
  const std::int64_t departure = finish_ports(s, step_end);
  return state.events.empty() ? departure : std::min(departure, state.events.top().time);
}

std::uint64_t data_frames_waiting(const RunPlan& plan, const LargeVector<PortState>& ports, const FramePool& frames,
                                  const SwitchState& state) {
  const NodePlan& node = plan.nodes[state.node];
  std::uint64_t count = 0;
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    for (unsigned c = 0; c < kPriorityCount; ++c)
      for (std::uint32_t index = ports[node.first_port + p].queues[c].head; index != kNil;
           index = static_cast<std::uint32_t>(frames[index].time))
        count += frames[index].kind() == FrameKind::data ? 1 : 0;
  return count;
}

}  // namespace eastwest::packet
