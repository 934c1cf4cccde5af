// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/switch_model.hpp"

#include <algorithm>
#include <bit>

namespace eastwest::packet {

namespace {

enum SwitchEvent : std::uint8_t { kDeparture = 0, kFault = 1, kReroute = 2, kLateArrival = 3 };

/// Everything a step touches, so that the functions below read as the model does.
struct Step {
  Network& network;
  Domain& domain;
  const RunPlan& plan;
  const NodePlan& node;
  const PortPlan* wires;  // of this switch
  PortState* ports;       // of this switch
  SwitchState& state;

  void pause(std::uint32_t port, FrameKind kind, unsigned c, std::int64_t now) const {
    transmit_pause(network, domain, plan, wires[port], ports[port], kind, c, now);
  }
};

std::int64_t threshold(const Step& s) {
  const std::int64_t free = s.node.shared_pool - s.state.shared_used;
  return free <= 0 ? 0 : (free * s.plan.buffer_alpha_q16) >> 16;  // 2^40 B x 2^22 fits
}

bool admit_lossless(Step& s, const Frame& frame, std::int64_t now) {
  const unsigned c = frame.traffic_class();
  IngressAccount& account = s.state.accounts[frame.ingress * kClassCount + c];
  const std::int64_t reserve = s.plan.network.buffer_reserve.count;
  const std::int64_t limit = threshold(s);
  const std::int64_t used = account.used + frame.bytes;
  if (used <= reserve) {
    account.used = used;
  } else if (used - reserve <= limit) {
    s.state.shared_used += std::min<std::int64_t>(frame.bytes, used - reserve);
    account.used = used;
  } else {
    if (account.headroom_used + frame.bytes > s.wires[frame.ingress].headroom) return false;
    account.headroom_used += frame.bytes;
  }
  if (!account.pause_sent && (account.headroom_used > 0 || account.used - reserve >= threshold(s))) {
    account.pause_sent = true;
    ++s.domain.counters.pfc_pauses;
    s.pause(frame.ingress, FrameKind::pause, c, now);
  }
  return true;
}

void release_lossless(Step& s, const Frame& frame, std::int64_t now) {
  const unsigned c = frame.traffic_class();
  IngressAccount& account = s.state.accounts[frame.ingress * kClassCount + c];
  const std::int64_t reserve = s.plan.network.buffer_reserve.count;
  const std::int64_t from_headroom = std::min<std::int64_t>(account.headroom_used, frame.bytes);
  const std::int64_t rest = frame.bytes - from_headroom;
  account.headroom_used -= from_headroom;
  s.state.shared_used -= std::min(rest, std::max<std::int64_t>(0, account.used - reserve));
  account.used -= rest;
  if (!account.pause_sent || account.headroom_used != 0) return;
  const std::int64_t shared = std::max<std::int64_t>(0, account.used - reserve);
  if (shared == 0 || shared + s.plan.network.pfc_resume_offset.count <= threshold(s)) {
    account.pause_sent = false;
    ++s.domain.counters.pfc_resumes;
    s.pause(frame.ingress, FrameKind::resume, c, now);
  }
}

bool admit(Step& s, const PortState& egress, const Frame& frame, std::int64_t now) {
  const unsigned c = frame.traffic_class();
  if (s.plan.network.pfc) return c == 0 || admit_lossless(s, frame, now);
  const std::int64_t free = s.node.buffer - s.state.buffer_used;
  const std::int64_t limit = (free * s.plan.buffer_alpha_q16) >> 16;
  if (frame.bytes > free || (c != 0 && egress.queued[c] + frame.bytes > limit)) return false;
  s.state.buffer_used += frame.bytes;
  s.state.buffer_used_max = std::max(s.state.buffer_used_max, s.state.buffer_used);
  return true;
}

void release(Step& s, const Frame& frame, std::int64_t now) {
  if (!s.plan.network.pfc) s.state.buffer_used -= frame.bytes;
  else if (frame.traffic_class() != 0) release_lossless(s, frame, now);
}

void drop(Step& s, PortState& at, const Frame& frame, std::uint64_t Counters::* reason) {
  ++at.drops;
  if (frame.kind() == FrameKind::data) ++(s.domain.counters.*reason);
}

void schedule(Step& s, std::uint32_t port, std::int64_t time) {
  s.ports[port].scheduled = true;
  s.state.events.push(time, event_key(kDeparture, port));
}

unsigned sendable(const PortState& port) { return port.waiting & ~static_cast<unsigned>(port.paused); }

void mark(Step& s, const PortPlan& wire, PortState& port, std::uint32_t queue, Frame& frame) {
  if (queue <= wire.ecn_min || frame.kind() != FrameKind::data) return;
  if (queue < wire.ecn_max) {
    const std::uint64_t probability = s.plan.ecn_probability_q64 / (wire.ecn_max - wire.ecn_min) * (queue - wire.ecn_min);
    if (draw(s.plan.seed, 0xec00'0000'0000'0000u | wire.link, port.frames) >= probability) return;
  }
  frame.flags |= kFlagMarked;
  ++port.marks;
  ++s.domain.counters.ecn_marks;
}

void depart(Step& s, std::uint32_t index, std::int64_t now) {
  PortState& port = s.ports[index];
  port.scheduled = false;
  if (port.busy_until > now) {  // a pause frame took the wire meanwhile
    if (sendable(port) != 0) schedule(s, index, port.busy_until);
    return;
  }
  const unsigned classes = sendable(port);
  if (classes == 0) return;
  const auto c = static_cast<unsigned>(std::countr_zero(classes));
  const std::uint32_t queue = port.queued[c];
  Frame frame = dequeue(port, s.state.slab, c);
  release(s, frame, now);  // may put a resume on this very wire, which then goes first
  mark(s, s.wires[index], port, queue, frame);
  transmit(s.network, s.domain, s.plan, s.wires[index], port, frame, std::max(now, port.busy_until));
  if (sendable(port) != 0) schedule(s, index, port.busy_until);
}

void forward(Step& s, std::uint32_t out, Frame& frame, std::int64_t now) {
  PortState& egress = s.ports[out];
  if (egress.down || s.wires[out].rate == 0) [[unlikely]]
    return drop(s, egress, frame, &Counters::drops_fault);
  const unsigned bit = 1u << frame.traffic_class();
  if (sendable(egress) == 0 && egress.busy_until <= now && ((egress.paused | egress.waiting) & bit) == 0) {
    transmit(s.network, s.domain, s.plan, s.wires[out], egress, frame, now);
    return;
  }
  if (!admit(s, egress, frame, now)) [[unlikely]]
    return drop(s, egress, frame, &Counters::drops_buffer);
  enqueue(egress, s.state.slab, frame);
  if (!egress.scheduled && (egress.paused & bit) == 0) schedule(s, out, std::max(now, egress.busy_until));
}

template <RoutingPolicy policy>
std::uint32_t choose_port(Step& s, const Frame& frame) {
  const NextHops::Entry entry = s.state.entries[frame.destination];
  if (entry.count <= 1) return entry.count == 0 ? kNil : s.state.hops[entry.first];
  const std::uint16_t* hops = s.state.hops + entry.first;
  std::uint64_t key = frame.entropy;
  if constexpr (policy != RoutingPolicy::ecmp)
    key |= (static_cast<std::uint64_t>(frame.sequence) << 16) | (static_cast<std::uint64_t>(frame.message) << 40);
  const std::uint64_t hash = mix(key ^ s.state.salt);
  const auto first = static_cast<std::uint32_t>(((hash >> 32) * entry.count) >> 32);
  if constexpr (policy != RoutingPolicy::adaptive) return hops[first];
  // Least queued of the allowed ports, from a random one on so that ties spread.
  std::uint32_t best = kNil;
  std::uint32_t best_queue = 0xffff'ffffu;
  for (std::uint32_t i = 0; i < entry.count; ++i) {
    const std::uint32_t candidate = hops[first + i < entry.count ? first + i : first + i - entry.count];
    const PortState& port = s.ports[candidate];
    if (port.down) continue;
    const std::uint32_t queue = port.queued_total + (port.busy_until > frame.time ? 1u : 0u);
    if (queue < best_queue) {
      best = candidate;
      best_queue = queue;
      if (queue == 0) break;
    }
  }
  return best;
}

template <RoutingPolicy policy>
void arrive(Step& s, Frame& frame) {
  PortState& ingress = s.ports[frame.ingress];
  if (ingress.down) [[unlikely]]
    return drop(s, ingress, frame, &Counters::drops_fault);
  const FrameKind kind = frame.kind();
  if (kind == FrameKind::pause || kind == FrameKind::resume) {
    if (apply_pause(ingress, frame) && sendable(ingress) != 0 && !ingress.scheduled)
      schedule(s, frame.ingress, std::max(frame.time, ingress.busy_until));
    return;
  }
  const std::uint32_t out = choose_port<policy>(s, frame);
  if (out == kNil) [[unlikely]]
    return drop(s, ingress, frame, &Counters::drops_fault);
  if (!s.node.store_and_forward && s.wires[out].rate > s.wires[frame.ingress].rate) {
    const std::int64_t bytes = frame.bytes + s.plan.network.gap.count;
    const std::int64_t wait = s.wires[frame.ingress].wire_time(bytes) - s.wires[out].wire_time(bytes);
    const std::uint32_t slot = s.state.slab.take(frame);
    s.state.slab[slot].time = out;
    s.state.events.push(frame.time + wait, event_key(kLateArrival, (static_cast<std::uint64_t>(frame.ingress) << 40) |
                                                                       (static_cast<std::uint64_t>(out & 0x3ffu) << 28) | slot));
    return;
  }
  forward(s, out, frame, frame.time);
}

void late_arrival(Step& s, std::uint32_t slot, std::int64_t now) {
  Frame frame = s.state.slab[slot];
  const auto out = static_cast<std::uint32_t>(frame.time);
  s.state.slab.release(slot);
  forward(s, out, frame, now);
}

void use_route(const RunPlan& plan, SwitchState& state, std::size_t version) {
  const NextHops& hops = plan.routes[version].hops;
  state.entries = hops.entries.data() + static_cast<std::size_t>(plan.nodes[state.node].detail) * hops.endpoint_count;
  state.hops = hops.ports.data();
}

void fault(Step& s, std::size_t index, std::int64_t now) {
  const Fault& event = s.plan.faults[index];
  const Cable& cable = s.plan.fabric->cables[event.cable.index()];
  for (const PortId id : {cable.a, cable.b}) {
    if (s.plan.fabric->ports[id.index()].node.value != s.state.node) continue;
    const std::uint32_t local = s.plan.fabric->ports[id.index()].index;
    PortState& port = s.ports[local];
    if (port.down == !event.up) continue;
    port.down = !event.up;
    if (port.paused != 0) port.paused_sum += now - port.paused_since;
    port.paused = 0;
    if (event.up) continue;
    for (unsigned c = 0; c < kClassCount; ++c) {
      while (port.head[c] != kNil) {
        const Frame frame = dequeue(port, s.state.slab, c);
        release(s, frame, now);
        drop(s, port, frame, &Counters::drops_fault);
      }
    }
  }
}

void local_event(Step& s, const LocalEvent& event) {
  switch (event_kind(event.key)) {
    case kDeparture: return depart(s, static_cast<std::uint32_t>(event_id(event.key)), event.time);
    case kLateArrival: return late_arrival(s, static_cast<std::uint32_t>(event_id(event.key) & 0xfff'ffffu), event.time);
    case kFault: return fault(s, event_id(event.key), event.time);
    default: return use_route(s.plan, s.state, event_id(event.key));
  }
}

template <RoutingPolicy policy>
void run_step(Step& s, std::int64_t step_end) {
  std::vector<Frame>& bucket = sorted_arrivals(s.network, s.domain, s.state.node);
  const std::vector<std::uint64_t>& keys = s.domain.keys;
  EventHeap& events = s.state.events;
  const std::size_t count = keys.size();
  std::size_t i = 0;
  std::uint64_t handled = 0;
  Frame* frame = count != 0 ? &bucket[key_index(keys[0])] : nullptr;
  std::int64_t arrival = count != 0 ? frame->time : kNever;
  for (;; ++handled) {
    if (!events.empty() && events.top().time <= arrival) {
      if (events.top().time >= step_end) break;
      local_event(s, events.pop());
      continue;
    }
    if (arrival >= step_end) break;
    arrive<policy>(s, *frame);
    if (++i == count) {
      arrival = kNever;
    } else {
      frame = &bucket[key_index(keys[i])];
      arrival = frame->time;
    }
  }
  s.domain.counters.events += handled;
  retire_arrivals(s.network, s.domain, s.state.node, i);
}

}  // namespace

SwitchState make_switch(const RunPlan& plan, std::uint32_t node) {
  SwitchState state;
  state.node = node;
  const NodePlan& shape = plan.nodes[node];
  state.accounts.resize(static_cast<std::size_t>(shape.port_count) * kClassCount);
  state.salt = draw(plan.seed, 0x5a17'0000'0000'0000u, node);
  state.events.reserve(static_cast<std::size_t>(shape.port_count) + 8);
  use_route(plan, state, 0);
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    const Cable& cable = plan.fabric->cables[plan.faults[i].cable.index()];
    if (plan.fabric->ports[cable.a.index()].node.value == node || plan.fabric->ports[cable.b.index()].node.value == node)
      state.events.push(plan.faults[i].time.ps, event_key(kFault, i));
  }
  for (std::size_t v = 1; v < plan.routes.size(); ++v) state.events.push(plan.routes[v].time, event_key(kReroute, v));
  return state;
}

void step_switch(Network& network, Domain& domain, const RunPlan& plan, std::vector<PortState>& ports, SwitchState& state,
                 std::int64_t step_end) {
  const NodePlan& node = plan.nodes[state.node];
  Step s{network, domain, plan, node, plan.ports.data() + node.first_port, ports.data() + node.first_port, state};
  switch (plan.network.routing) {
    case RoutingPolicy::ecmp: return run_step<RoutingPolicy::ecmp>(s, step_end);
    case RoutingPolicy::spray: return run_step<RoutingPolicy::spray>(s, step_end);
    case RoutingPolicy::adaptive: return run_step<RoutingPolicy::adaptive>(s, step_end);
  }
}

std::uint64_t data_frames_waiting(const RunPlan& plan, const std::vector<PortState>& ports, SwitchState& state) {
  const NodePlan& node = plan.nodes[state.node];
  std::uint64_t count = 0;
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    for (unsigned c = 1; c < kClassCount; ++c)
      for (std::uint32_t slot = ports[node.first_port + p].head[c]; slot != kNil; slot = static_cast<std::uint32_t>(state.slab[slot].time))
        count += state.slab[slot].kind() == FrameKind::data ? 1 : 0;
  return count;
}

}  // namespace eastwest::packet
