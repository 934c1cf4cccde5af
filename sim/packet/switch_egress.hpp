// SPDX-License-Identifier: Apache-2.0
// The egress of a switch: what leaves at once, what waits, what is marked, cut or dropped.
//
// Equations and sources stand in switch_model.hpp. Units: ps, bytes.
#pragma once

#include <algorithm>
#include <span>

#include "sim/packet/switch_buffer.hpp"

namespace eastwest::packet {

inline constexpr std::int64_t kTrimmedBytesMin = 64;  // an Ethernet frame

inline void mark(Step& s, const PortPlan& wire, PortState& port, std::uint32_t queue, Frame& frame) {
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
EASTWEST_APART inline void record_hop(Step& s, std::uint32_t index, std::uint32_t frame_index, std::int64_t now) {
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
inline void depart(Step& s, std::uint32_t index, std::int64_t until) {
  PortState& port = s.ports[index];
  const PortPlan& wire = s.wires[index];
  while (port.busy_until <= until) {
    const unsigned classes = sendable(port);
    if (classes == 0) break;
    const std::int64_t now = port.busy_until;
    const auto c = static_cast<unsigned>(std::countr_zero(classes));
    const std::uint32_t queue = port.queues[c].bytes;
    const std::uint32_t frame = dequeue(port, s.domain.frames, c);
    release(s, s.domain.frames[frame], now);  // may put a resume on this very wire, which then goes first
    mark(s, wire, port, queue, s.domain.frames[frame]);
    if (s.telemetry) record_hop(s, index, frame, port.busy_until);
    transmit(s.network, s.domain, s.plan, wire, port, frame, port.busy_until);
    ++s.domain.counters.events;
  }
  if (port.waiting == 0) s.state.active[index / 64] &= ~(std::uint64_t{1} << (index % 64));
}

EASTWEST_APART inline void drop(Step& s, PortState& at, std::uint32_t index, std::uint64_t Counters::* reason) {
  ++at.drops;
  if (s.domain.frames[index].kind() == FrameKind::data) ++(s.domain.counters.*reason);
  s.domain.frames.release(index);
}

/// A frame that is not admitted for want of a way; its room at the ingress is free again.
EASTWEST_APART inline void drop_routed(Step& s, PortState& at, std::uint32_t index, std::uint32_t account, std::int64_t now) {
  const std::uint32_t bytes = s.domain.frames[index].bytes;
  drop(s, at, index, &Counters::drops_fault);
  if (s.plan.network.credits && account % kPriorityCount != 0) return_credit(s, account, bytes, now);
}

/// Cuts a data frame to its header, which travels in the control class; false where switches do not, or have already.
EASTWEST_APART inline bool trim(Step& s, std::uint32_t index) {
  Frame& frame = s.domain.frames[index];
  if ((s.plan.signals & kSignalTrimming) == 0 || frame.kind() != FrameKind::data || frame.priority() == 0) return false;
  frame.bytes = static_cast<std::uint16_t>(std::max<std::int64_t>(kTrimmedBytesMin, s.plan.network.header.count));
  frame.kind_and_priority = pack(FrameKind::data, 0);
  frame.flags = frame.flags | kFlagTrimmed;
  ++s.domain.counters.trims;
  return true;
}

/// Puts a frame out by a port; `account` is where it is charged while it waits.
inline void forward(Step& s, std::uint32_t out, std::uint32_t index, std::uint32_t account, std::int64_t now) {
  PortState& egress = s.ports[out];
  if (egress.waiting != 0 && egress.busy_until <= now) depart(s, out, now);
  if (s.faults && egress.down) [[unlikely]]
    return drop_routed(s, egress, index, account, now);
  const Frame& frame = s.domain.frames[index];
  const std::uint32_t bytes = frame.bytes;
  const unsigned priority = frame.priority();
  const unsigned bit = 1u << priority;
  if (egress.busy_until <= now && ((egress.paused | egress.waiting) & bit) == 0 && sendable(egress) == 0) {
    if (s.telemetry) record_hop(s, out, index, now);
    transmit(s.network, s.domain, s.plan, s.wires[out], egress, index, now);
    // After the frame: a Valiant path may turn back, and then the credit goes by this very wire.
    if (s.plan.network.credits && account % kPriorityCount != 0) [[unlikely]]
      return_credit(s, account, bytes, now);
    return;
  }
  if (!admit(s, egress, bytes, priority, account, now)) [[unlikely]] {
    if (!trim(s, index)) return drop(s, egress, index, &Counters::drops_buffer);
    return forward(s, out, index, account, now);
  }
  s.domain.frames[index].ingress = static_cast<std::uint16_t>(account);  // departures may have made the pool grow
  enqueue(egress, s.domain.frames, index);
  s.state.active[out / 64] |= std::uint64_t{1} << (out % 64);
  if (s.state.paused_accounts != 0 && !egress.scheduled && (egress.paused & bit) == 0) schedule(s, out, std::max(now, egress.busy_until));
}

}  // namespace eastwest::packet
