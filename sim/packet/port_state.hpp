// SPDX-License-Identifier: Apache-2.0
// The egress side of a port, the same for switch and NIC: what waits, what is being sent, who told it to pause.
//
// Queues are intrusive lists of slots of the domain's frame pool. A frame occupies its queue from admission to
// the start of its transmission. Units: ps, bytes. Hot fields fill two cache lines; figures of the probe a third.
#pragma once

#include <cstdint>
#include <vector>

#include "core/check.hpp"
#include "core/random.hpp"
#include "sim/packet/domain.hpp"
#include "sim/packet/frame.hpp"
#include "sim/packet/run_plan.hpp"

namespace eastwest::packet {

struct alignas(64) PortState {
  std::int64_t busy_until = 0;
  std::int64_t busy_sum = 0;  // ps of transmission started since the last probe row
  std::uint32_t head[kClassCount] = {kNil, kNil, kNil, kNil};
  std::uint32_t tail[kClassCount] = {kNil, kNil, kNil, kNil};
  std::uint32_t waiting = 0;  // bit per class with frames in its queue
  std::uint32_t paused = 0;   // bit per class that the peer paused
  bool scheduled = false;     // a departure event is pending
  bool down = false;
  std::uint32_t queued_total = 0;                    // bytes, all classes
  std::uint64_t frames = 0;                          // sent, numbers the loss draws
  std::uint64_t wire_bytes = 0;                      // sent, counted only in runs with telemetry
  std::uint32_t queued[kClassCount] = {0, 0, 0, 0};  // bytes
  std::int64_t paused_since = 0;
  // Figures of the current probe interval.
  std::int64_t paused_sum = 0;
  std::uint32_t queue_max = 0;
  std::uint32_t drops = 0;
  std::uint32_t marks = 0;
};

/// Appends to the queue of the frame's class.
inline void enqueue(PortState& port, FramePool& frames, std::uint32_t index) {
  Frame& frame = frames[index];
  const unsigned c = frame.traffic_class();
  frame.time = kNil;
  if (port.tail[c] == kNil) port.head[c] = index;
  else frames[port.tail[c]].time = index;
  port.tail[c] = index;
  port.waiting |= 1u << c;
  port.queued[c] += frame.bytes;
  port.queued_total += frame.bytes;
  if (port.queued_total > port.queue_max) port.queue_max = port.queued_total;
}

inline std::uint32_t dequeue(PortState& port, const FramePool& frames, unsigned c) {
  const std::uint32_t index = port.head[c];
  const Frame& frame = frames[index];
  port.head[c] = static_cast<std::uint32_t>(frame.time);
  if (port.head[c] == kNil) {
    port.tail[c] = kNil;
    port.waiting &= ~(1u << c);
  }
  port.queued[c] -= frame.bytes;
  port.queued_total -= frame.bytes;
  return index;
}

/// Starts a transmission at `now` (the port must be free) and sends the frame to the other end.
inline void transmit(Network& network, Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port, std::uint32_t index,
                     std::int64_t now) {
  EASTWEST_VERIFY(port.busy_until <= now, "a port sends two frames at once");
  Frame& frame = domain.frames[index];
  const std::int64_t duration = wire.frame_time(frame.bytes, plan.network.gap);
  port.busy_until = now + duration;
  port.busy_sum += duration;
  ++port.frames;
  if (wire.loss_threshold != 0) [[unlikely]] {
    if (draw(plan.seed, 0x1055'0000'0000'0000u | wire.link, port.frames) < wire.loss_threshold) {
      if (frame.kind() == FrameKind::data) ++domain.counters.drops_loss;
      ++port.drops;
      domain.frames.release(index);
      return;
    }
  }
  frame.ingress = wire.target_ingress;
  send(network, domain, wire, index, now + wire.delay + (duration & wire.last_bit_mask));
}

/// Sends a PFC frame for `traffic_class`; it waits for the frame on the wire and goes before all others.
inline void transmit_pause(Network& network, Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port, FrameKind kind,
                           unsigned traffic_class, std::int64_t now) {
  if (wire.rate == 0 || port.down) return;
  const std::int64_t duration = wire.wire_time(64 + plan.network.gap.count);
  const std::int64_t start = port.busy_until > now ? port.busy_until : now;
  port.busy_until = start + duration;
  port.busy_sum += duration;
  ++domain.counters.packet_hops;  // other frames are counted by their port
  const std::uint32_t index = domain.frames.take();
  Frame& frame = domain.frames[index];
  frame = {};
  frame.kind_and_class = pack(kind, traffic_class);
  frame.ingress = wire.target_ingress;
  send(network, domain, wire, index, port.busy_until + wire.delay_pause);
}

/// A PFC frame from the peer; returns true when a class was released. What waits on an idle port may start now, not when
/// the port fell idle: `busy_until` is always the earliest start of what waits and may be sent.
inline bool apply_pause(PortState& port, const Frame& frame, std::int64_t now) {
  const unsigned bit = 1u << frame.traffic_class();
  if (frame.kind() == FrameKind::pause) {
    if (port.paused == 0) port.paused_since = now;
    port.paused |= bit;
    return false;
  }
  if ((port.paused & bit) == 0) return false;
  port.paused &= ~bit;
  if (port.paused == 0) port.paused_sum += now - port.paused_since;
  if (port.busy_until < now) port.busy_until = now;
  return true;
}

}  // namespace eastwest::packet
