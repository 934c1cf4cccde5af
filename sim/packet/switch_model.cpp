// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/switch_model.hpp"

#include <algorithm>
#include <bit>

namespace eastwest::packet {

namespace {

constexpr std::int64_t kTrimmedBytesMin = 64;  // an Ethernet frame
constexpr std::size_t kPrefetchAhead = 6;      // arrivals; a frame is a cache line that nobody touched for a link delay

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
  bool faults;     // whether any link of the run ever fails
  bool telemetry;  // whether frames carry it

  void pause(std::uint32_t port, FrameKind kind, unsigned c, std::int64_t now) const {
    transmit_pause(network, domain, plan, wires[port], ports[port], kind, c, now);
  }
};

void schedule(Step& s, std::uint32_t port, std::int64_t time) {
  s.ports[port].scheduled = true;
  s.state.events.push(time, event_key(kDeparture, port));
}

unsigned sendable(const PortState& port) { return port.waiting & ~static_cast<unsigned>(port.paused); }

std::int64_t threshold(const Step& s, std::int64_t shared_used) {
  const std::int64_t free = s.node.shared_pool - shared_used;
  return free <= 0 ? 0 : (free * s.plan.buffer_alpha_q16) >> 16;  // 2^40 B x 2^22 fits
}

/// Calls `visit` for every port with frames waiting.
template <class Visit>
void for_active_ports(const SwitchState& state, Visit visit) {
  for (std::size_t w = 0; w < state.active.size(); ++w)
    for (std::uint64_t bits = state.active[w]; bits != 0; bits &= bits - 1)
      visit(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(bits))));
}

void begin_pause(Step& s, IngressAccount& account) {
  account.pause_sent = true;
  if (s.state.paused_accounts++ != 0) return;
  for_active_ports(s.state, [&](std::uint32_t index) {
    const PortState& port = s.ports[index];
    if (!port.scheduled && sendable(port) != 0) schedule(s, index, port.busy_until);
  });
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
  if (shared == 0 || shared + s.plan.network.pfc_resume_offset.count <= threshold(s, s.state.shared_used)) {
    account.pause_sent = false;
    --s.state.paused_accounts;
    ++s.domain.counters.pfc_resumes;
    s.pause(frame.ingress, FrameKind::resume, c, now);
  }
}

void release(Step& s, const Frame& frame, std::int64_t now) {
  if (!s.plan.network.pfc) s.state.buffer_used -= frame.bytes;
  else if (frame.traffic_class() != 0) release_lossless(s, frame, now);
}

void mark(Step& s, const PortPlan& wire, PortState& port, std::uint32_t queue, Frame& frame) {
  if (queue <= wire.ecn_min || frame.kind() != FrameKind::data) return;
  if (queue < wire.ecn_max) {
    const std::uint64_t probability = s.plan.ecn_probability_q64 / (wire.ecn_max - wire.ecn_min) * (queue - wire.ecn_min);
    if (draw(s.plan.seed, 0xec00'0000'0000'0000u | wire.link, port.frames) >= probability) return;
  }
  frame.flags = frame.flags | kFlagMarked;
  ++port.marks;
  ++s.domain.counters.ecn_marks;
}

/// What HPCC's switches write into a packet as its transmission begins.
void record_hop(Step& s, std::uint32_t index, std::uint32_t frame_index, std::int64_t now) {
  PortState& port = s.ports[index];
  const Frame& frame = s.domain.frames[frame_index];
  if (frame.kind() == FrameKind::data) {
    const std::span<HopTelemetry> records = s.domain.frames.telemetry(frame_index);
    Trailer& trailer = s.domain.frames.trailer(frame_index);
    if (trailer.hops < records.size())
      records[trailer.hops++] = {now, port.wire_bytes, port.queued_total, static_cast<std::uint32_t>(s.wires[index].rate / 1'000'000)};
  }
  port.wire_bytes += static_cast<std::uint64_t>(frame.bytes + s.plan.network.gap.count);
}

/// Sends everything that waits at a port and may start by `until`.
void depart(Step& s, std::uint32_t index, std::int64_t until) {
  PortState& port = s.ports[index];
  const PortPlan& wire = s.wires[index];
  while (port.busy_until <= until) {
    const unsigned classes = sendable(port);
    if (classes == 0) break;
    const std::int64_t now = port.busy_until;
    const auto c = static_cast<unsigned>(std::countr_zero(classes));
    const std::uint32_t queue = port.queued[c];
    const std::uint32_t frame = dequeue(port, s.domain.frames, c);
    release(s, s.domain.frames[frame], now);  // may put a resume on this very wire, which then goes first
    mark(s, wire, port, queue, s.domain.frames[frame]);
    if (s.telemetry) record_hop(s, index, frame, port.busy_until);
    transmit(s.network, s.domain, s.plan, wire, port, frame, port.busy_until);
    ++s.domain.counters.events;
  }
  if (port.waiting == 0) s.state.active[index / 64] &= ~(std::uint64_t{1} << (index % 64));
}

void depart_all(Step& s, std::int64_t until) {
  for_active_ports(s.state, [&](std::uint32_t index) { depart(s, index, until); });
}

void departure_event(Step& s, std::uint32_t index, std::int64_t now) {
  PortState& port = s.ports[index];
  port.scheduled = false;
  depart(s, index, now);
  if (s.state.paused_accounts != 0 && sendable(port) != 0) schedule(s, index, port.busy_until);
}

bool admit_lossless(Step& s, const Frame& frame, std::int64_t now) {
  const unsigned c = frame.traffic_class();
  IngressAccount& account = s.state.accounts[frame.ingress * kClassCount + c];
  const std::int64_t reserve = s.plan.network.buffer_reserve.count;
  if (s.state.paused_accounts == 0) {
    const std::int64_t used = account.used + frame.bytes;
    const std::int64_t shared_used = s.state.shared_used + std::clamp<std::int64_t>(used - reserve, 0, frame.bytes);
    if (used - reserve < threshold(s, shared_used)) [[likely]] {
      account.used = used;
      s.state.shared_used = shared_used;
      return true;
    }
    depart_all(s, now);  // what has left meanwhile makes room
  }
  const std::int64_t limit = threshold(s, s.state.shared_used);
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
  if (!account.pause_sent && (account.headroom_used > 0 || account.used - reserve >= threshold(s, s.state.shared_used))) {
    begin_pause(s, account);
    ++s.domain.counters.pfc_pauses;
    s.pause(frame.ingress, FrameKind::pause, c, now);
  }
  return true;
}

bool admit_lossy(Step& s, const PortState& egress, const Frame& frame) {
  const std::int64_t free = s.node.buffer - s.state.buffer_used;
  const std::int64_t limit = (free * s.plan.buffer_alpha_q16) >> 16;
  return frame.bytes <= free && (frame.traffic_class() == 0 || egress.queued[frame.traffic_class()] + frame.bytes <= limit);
}

bool admit(Step& s, const PortState& egress, const Frame& frame, std::int64_t now) {
  if (s.plan.network.pfc) return frame.traffic_class() == 0 || admit_lossless(s, frame, now);
  if (!admit_lossy(s, egress, frame)) {
    depart_all(s, now);
    if (!admit_lossy(s, egress, frame)) return false;
  }
  s.state.buffer_used += frame.bytes;
  return true;
}

void drop(Step& s, PortState& at, std::uint32_t index, std::uint64_t Counters::* reason) {
  ++at.drops;
  if (s.domain.frames[index].kind() == FrameKind::data) ++(s.domain.counters.*reason);
  s.domain.frames.release(index);
}

/// Cuts a data frame to its header, which travels in the control class; false where switches do not, or have already.
bool trim(Step& s, std::uint32_t index) {
  Frame& frame = s.domain.frames[index];
  if ((s.plan.signals & kSignalTrimming) == 0 || frame.kind() != FrameKind::data || frame.traffic_class() == 0) return false;
  frame.bytes = static_cast<std::uint16_t>(std::max<std::int64_t>(kTrimmedBytesMin, s.plan.network.header.count));
  frame.kind_and_class = pack(FrameKind::data, 0);
  frame.flags = frame.flags | kFlagTrimmed;
  ++s.domain.counters.trims;
  return true;
}

void forward(Step& s, std::uint32_t out, std::uint32_t index, std::int64_t now) {
  PortState& egress = s.ports[out];
  if (egress.waiting != 0 && egress.busy_until <= now) depart(s, out, now);
  if (s.faults && egress.down) [[unlikely]]
    return drop(s, egress, index, &Counters::drops_fault);
  const Frame& frame = s.domain.frames[index];
  const unsigned bit = 1u << frame.traffic_class();
  if (egress.busy_until <= now && ((egress.paused | egress.waiting) & bit) == 0 && sendable(egress) == 0) {
    if (s.telemetry) record_hop(s, out, index, now);
    transmit(s.network, s.domain, s.plan, s.wires[out], egress, index, now);
    return;
  }
  if (!admit(s, egress, frame, now)) [[unlikely]] {
    if (!trim(s, index)) return drop(s, egress, index, &Counters::drops_buffer);
    return forward(s, out, index, now);
  }
  enqueue(egress, s.domain.frames, index);
  s.state.active[out / 64] |= std::uint64_t{1} << (out % 64);
  if (s.state.paused_accounts != 0 && !egress.scheduled && (egress.paused & bit) == 0) schedule(s, out, std::max(now, egress.busy_until));
}

template <RoutingPolicy policy>
std::uint32_t choose_port(Step& s, const Frame& frame, std::int64_t now) {
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
    if (port.waiting != 0 && port.busy_until <= now) depart(s, candidate, now);
    const std::uint32_t queue = port.queued_total + (port.busy_until > now ? 1u : 0u);
    if (queue < best_queue) {
      best = candidate;
      best_queue = queue;
      if (queue == 0) break;
    }
  }
  return best;
}

template <RoutingPolicy policy>
void arrive(Step& s, std::uint32_t index, std::int64_t now) {
  const Frame& frame = s.domain.frames[index];
  PortState& ingress = s.ports[frame.ingress];
  if (s.faults && ingress.down) [[unlikely]]
    return drop(s, ingress, index, &Counters::drops_fault);
  const FrameKind kind = frame.kind();
  if (kind == FrameKind::pause || kind == FrameKind::resume) {
    depart(s, frame.ingress, now);
    if (apply_pause(ingress, s.domain.frames[index], now) && s.state.paused_accounts != 0 && sendable(ingress) != 0 && !ingress.scheduled)
      schedule(s, frame.ingress, ingress.busy_until);
    s.domain.frames.release(index);
    return;
  }
  const std::uint32_t out = choose_port<policy>(s, frame, now);
  if (out == kNil) [[unlikely]]
    return drop(s, ingress, index, &Counters::drops_fault);
  if (s.node.mixed_rates && s.wires[out].rate > s.wires[frame.ingress].rate) {
    const std::int64_t bytes = frame.bytes + s.plan.network.gap.count;
    const std::int64_t wait = s.wires[frame.ingress].wire_time(bytes) - s.wires[out].wire_time(bytes);
    const std::uint64_t id = (static_cast<std::uint64_t>(frame.ingress) << 40) | (static_cast<std::uint64_t>(out & 0x3ffu) << 28) | index;
    s.state.events.push(now + wait, event_key(kLateArrival, id));
    return;
  }
  forward(s, out, index, now);
}

void use_route(const RunPlan& plan, SwitchState& state, std::size_t version) {
  const NextHops& hops = plan.routes[version].hops;
  state.entries = hops.entries.data() + static_cast<std::size_t>(plan.nodes[state.node].detail) * hops.endpoint_count;
  state.hops = hops.ports.data();
}

void fault(Step& s, std::size_t index, std::int64_t now) {
  depart_all(s, now);
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
        const std::uint32_t frame = dequeue(port, s.domain.frames, c);
        release(s, s.domain.frames[frame], now);
        drop(s, port, frame, &Counters::drops_fault);
      }
    }
    s.state.active[local / 64] &= ~(std::uint64_t{1} << (local % 64));
  }
}

void local_event(Step& s, const LocalEvent& event) {
  switch (event_kind(event.key)) {
    case kDeparture: return departure_event(s, static_cast<std::uint32_t>(event_id(event.key)), event.time);
    case kLateArrival:
      return forward(s, static_cast<std::uint32_t>(event_id(event.key) >> 28) & 0x3ffu,
                     static_cast<std::uint32_t>(event_id(event.key) & 0xfff'ffffu), event.time);
    case kFault: return fault(s, event_id(event.key), event.time);
    default: return use_route(s.plan, s.state, event_id(event.key));
  }
}

template <RoutingPolicy policy>
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
    arrive<policy>(s, key_index(key), now);
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

SwitchState make_switch(const RunPlan& plan, std::uint32_t node) {
  SwitchState state;
  state.node = node;
  const NodePlan& shape = plan.nodes[node];
  state.accounts.resize(static_cast<std::size_t>(shape.port_count) * kClassCount);
  state.active.resize((static_cast<std::size_t>(shape.port_count) + 63) / 64);
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

std::int64_t step_switch(Network& network, Domain& domain, const RunPlan& plan, std::vector<PortState>& ports, SwitchState& state,
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
  switch (plan.network.routing) {
    case RoutingPolicy::ecmp: run_step<RoutingPolicy::ecmp>(s, step_end); break;
    case RoutingPolicy::spray: run_step<RoutingPolicy::spray>(s, step_end); break;
    case RoutingPolicy::adaptive: run_step<RoutingPolicy::adaptive>(s, step_end); break;
  }
  const std::int64_t departure = finish_ports(s, step_end);
  return state.events.empty() ? departure : std::min(departure, state.events.top().time);
}

std::uint64_t data_frames_waiting(const RunPlan& plan, const std::vector<PortState>& ports, const FramePool& frames,
                                  const SwitchState& state) {
  const NodePlan& node = plan.nodes[state.node];
  std::uint64_t count = 0;
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    for (unsigned c = 0; c < kClassCount; ++c)
      for (std::uint32_t index = ports[node.first_port + p].head[c]; index != kNil; index = static_cast<std::uint32_t>(frames[index].time))
        count += frames[index].kind() == FrameKind::data ? 1 : 0;
  return count;
}

}  // namespace eastwest::packet
