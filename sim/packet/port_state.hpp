// SPDX-License-Identifier: Apache-2.0
// The egress side of a port, the same for switch and NIC: what waits, what is being sent, who told it to pause.
//
// A queue for each priority, an intrusive list of slots of the domain's frame pool. A frame occupies its queue from
// admission to the start of its transmission. A priority that may not send is `paused`, by PFC or because its credits are
// short of a full frame. Units: ps, bytes. The first two cache lines hold what one data class needs.
// Frames are lost as they leave, each by a draw of its own against the loss of the port's link. LIMITATIONS: a frame of any size has
// the loss of a full one, so acknowledgements are lost too often; pauses, resumes and credits are never lost.
#pragma once

#include <cstdint>
#include <vector>

#include "core/check.hpp"
#include "core/random.hpp"
#include "sim/packet/domain.hpp"
#include "sim/packet/frame.hpp"
#include "sim/packet/run_plan.hpp"

namespace eastwest::packet {

struct Queue {
  std::uint32_t head = kNil;
  std::uint32_t tail = kNil;
  std::uint32_t bytes = 0;
  std::int32_t credit = 0;  // bytes that the other end has room for; counted only with credits
};

struct alignas(64) PortState {
  std::int64_t busy_until = 0;
  std::int64_t busy_sum = 0;       // ps of transmission started since the last probe row
  std::uint64_t frames = 0;        // sent, numbers the loss draws
  std::uint32_t waiting = 0;       // bit per priority with frames in its queue
  std::uint32_t paused = 0;        // bit per priority that may not send
  std::uint32_t queued_total = 0;  // bytes, all priorities
  std::uint32_t queue_max = 0;     // of the current probe interval
  bool scheduled = false;          // a departure event is pending
  bool down = false;
  std::uint64_t loss_threshold = 0;  // a 64-bit draw below it loses the frame that leaves
  Queue queues[kPriorityCount];
  std::uint64_t lost = 0;         // frames, on the medium
  std::uint64_t wire_bytes = 0;   // sent, counted only in runs with telemetry
  std::int64_t paused_since = 0;  // in this probe interval
  std::int64_t stopped_at = 0;    // when the present pause began
  // Figures of the current probe interval.
  std::int64_t paused_sum = 0;
  std::uint32_t drops = 0;
  std::uint32_t marks = 0;
};

/// Appends to the queue of the frame's priority.
inline void enqueue(PortState& port, FramePool& frames, std::uint32_t index) {
  Frame& frame = frames[index];
  const unsigned priority = frame.priority();
  Queue& queue = port.queues[priority];
  frame.time = kNil;
  if (queue.tail == kNil) queue.head = index;
  else frames[queue.tail].time = index;
  queue.tail = index;
  queue.bytes += frame.bytes;
  port.waiting |= 1u << priority;
  port.queued_total += frame.bytes;
  if (port.queued_total > port.queue_max) port.queue_max = port.queued_total;
}

inline std::uint32_t dequeue(PortState& port, const FramePool& frames, unsigned priority) {
  Queue& queue = port.queues[priority];
  const std::uint32_t index = queue.head;
  const Frame& frame = frames[index];
  queue.head = static_cast<std::uint32_t>(frame.time);
  if (queue.head == kNil) {
    queue.tail = kNil;
    port.waiting &= ~(1u << priority);
  }
  queue.bytes -= frame.bytes;
  port.queued_total -= frame.bytes;
  return index;
}

/// A priority may not send from `now` on.
inline void stop(PortState& port, unsigned priority, std::int64_t now) {
  if (port.paused == 0) port.paused_since = port.stopped_at = now;
  port.paused |= 1u << priority;
}

/// Nothing stops the port any more.
inline void go_on(Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port, std::int64_t now) {
  port.paused_sum += now - port.paused_since;
  if (now - port.stopped_at < plan.network.pfc_watchdog.ps) return;
  domain.stopped.push_back({wire.link, port.stopped_at, now});
  domain.records.events.push_back({Time{now}, EventKind::pfc_storm, wire.link, static_cast<std::uint64_t>(now - port.stopped_at)});
}

/// From now on frames that leave `port` are lost with the probability of a fault's direction, if it names one.
inline void change_loss(Domain& domain, const PortPlan& wire, PortState& port, double frame_loss) {
  if (frame_loss < 0) return;
  domain.loss_changes.push_back({wire.link, port.frames, frame_loss});
  port.loss_threshold = draw_threshold(frame_loss);
}

/// A cable has come up: nothing is known of the other end's room until it tells.
inline void forget_credits(PortState& port, std::int64_t now) {
  for (unsigned priority = 1; priority < kPriorityCount; ++priority) {
    port.queues[priority].credit = 0;
    stop(port, priority, now);
  }
}

/// Takes the bytes of a data frame off the credits of its priority; the next must wait when a full one may not fit.
inline void spend_credit(PortState& port, const RunPlan& plan, const Frame& frame, std::int64_t now) {
  if (frame.priority() == 0) return;
  Queue& queue = port.queues[frame.priority()];
  queue.credit -= frame.bytes;
  EASTWEST_VERIFY(queue.credit >= 0, "a frame leaves without credit");
  if (queue.credit < plan.full_frame) stop(port, frame.priority(), now);
}

/// Draws for a frame that leaves a lossy port; true: it is lost and gone.
EASTWEST_APART inline bool lose(Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port, std::uint32_t index) {
  if (draw(plan.seed, 0x1055'0000'0000'0000u | wire.link, port.frames) >= port.loss_threshold) return false;
  if (domain.frames[index].kind() == FrameKind::data) ++domain.counters.drops_loss;
  ++port.lost;
  ++port.drops;
  domain.frames.release(index);
  return true;
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
  if (wire.credit_buffer != 0) [[unlikely]]
    spend_credit(port, plan, frame, now);
  if (port.loss_threshold != 0) [[unlikely]] {
    if (lose(domain, plan, wire, port, index)) return;
  }
  frame.ingress = wire.target_ingress;
  send(network, domain, wire, index, now + wire.delay + (duration & wire.last_bit_mask));
}

/// Sends a flow control frame for `priority`; it waits for the frame on the wire and goes before all others.
inline void transmit_flow_control(Network& network, Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port,
                                  FrameKind kind, unsigned priority, std::uint32_t credit, std::int64_t now) {
  if (wire.rate == 0 || port.down) return;
  const std::int64_t bytes = kind == FrameKind::credit ? kCreditFrameBytes : kPauseFrameBytes;
  const std::int64_t duration = wire.wire_time(bytes + plan.network.gap.count);
  const std::int64_t start = port.busy_until > now ? port.busy_until : now;
  port.busy_until = start + duration;
  port.busy_sum += duration;
  ++domain.counters.packet_hops;  // other frames are counted by their port
  const std::uint32_t index = domain.frames.take();
  Frame& frame = domain.frames[index];
  frame = {};
  frame.message = credit;
  frame.kind_and_priority = pack(kind, priority);
  frame.ingress = wire.target_ingress;
  send(network, domain, wire, index, port.busy_until + wire.delay_pause);
}

/// A flow control frame from the other end; returns true when a priority was released. What waits on an idle port may start
/// now, not when the port fell idle: `busy_until` is always the earliest start of what waits and may be sent.
inline bool apply_flow_control(Domain& domain, const RunPlan& plan, const PortPlan& wire, PortState& port, const Frame& frame,
                               std::int64_t now) {
  const unsigned bit = 1u << frame.priority();
  if (frame.kind() == FrameKind::pause) {
    stop(port, frame.priority(), now);
    return false;
  }
  if (frame.kind() == FrameKind::credit) {
    Queue& queue = port.queues[frame.priority()];
    queue.credit += static_cast<std::int32_t>(frame.message);
    if (queue.credit < plan.full_frame) return false;
  }
  if ((port.paused & bit) == 0) return false;
  port.paused &= ~bit;
  if (port.paused == 0) go_on(domain, plan, wire, port, now);
  if (port.busy_until < now) port.busy_until = now;
  return true;
}

}  // namespace eastwest::packet
