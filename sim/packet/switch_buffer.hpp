// SPDX-License-Identifier: Apache-2.0
// The shared buffer of a switch: who is charged for what waits, when senders are paused, resumed or given credit.
//
// Equations and sources stand in switch_model.hpp. With link credits the buffer is divided beforehand; a sender is told of room once
// a full frame of it is free. Units: ps, bytes.
#pragma once

#include <algorithm>

#include "sim/packet/switch_step.hpp"

namespace eastwest::packet {

inline std::int64_t threshold(const Step& s, std::int64_t shared_used) {
  const std::int64_t free = s.node.shared_pool - shared_used;
  return free <= 0 ? 0 : (free * s.plan.buffer_alpha_q16) >> 16;  // 2^40 B x 2^22 fits
}

EASTWEST_APART inline void begin_pause(Step& s, IngressAccount& account) {
  account.pause_sent = true;
  if (s.state.paused_accounts++ != 0) return;
  for_active_ports(s.state, [&](std::uint32_t index) {
    const PortState& port = s.ports[index];
    if (!port.scheduled && sendable(port) != 0) schedule(s, index, port.busy_until);
  });
}

inline void release_lossless(Step& s, const Frame& frame, std::int64_t now) {
  IngressAccount& account = s.state.accounts[frame.ingress];
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
    s.tell(frame.ingress, FrameKind::resume, 0, now);
  }
}

/// Bytes of an account have left: its sender is told once they are a full frame.
EASTWEST_APART inline void return_credit(Step& s, std::uint32_t index, std::uint32_t bytes, std::int64_t now) {
  IngressAccount& account = s.state.accounts[index];
  account.owed += bytes;
  if (account.owed < static_cast<std::uint32_t>(s.plan.full_frame)) return;
  s.tell(index, FrameKind::credit, account.owed, now);
  account.owed = 0;
}

inline void release(Step& s, const Frame& frame, std::int64_t now) {
  if (s.plan.network.pfc) {
    if (frame.priority() != 0) release_lossless(s, frame, now);
  } else {
    s.state.buffer_used -= frame.bytes;
    if (!s.plan.network.credits) return;
    s.state.accounts[frame.ingress].used -= frame.bytes;
    if (frame.ingress % kPriorityCount != 0) return_credit(s, frame.ingress, frame.bytes, now);
  }
}

/// The whole of it, where a sender is paused or room is short.
EASTWEST_APART inline bool admit_under_pressure(Step& s, std::int64_t bytes, std::uint32_t index, std::int64_t now) {
  IngressAccount& account = s.state.accounts[index];
  const std::int64_t reserve = s.plan.network.buffer_reserve.count;
  if (s.state.paused_accounts == 0) depart_all(s, now);  // what has left meanwhile makes room
  const std::int64_t limit = threshold(s, s.state.shared_used);
  const std::int64_t used = account.used + bytes;
  if (used <= reserve) {
    account.used = used;
  } else if (used - reserve <= limit) {
    s.state.shared_used += std::min(bytes, used - reserve);
    account.used = used;
  } else {
    if (account.headroom_used + bytes > s.wires[index / kPriorityCount].headroom) return false;
    account.headroom_used += bytes;
  }
  if (!account.pause_sent && (account.headroom_used > 0 || account.used - reserve >= threshold(s, s.state.shared_used))) {
    begin_pause(s, account);
    ++s.domain.counters.pfc_pauses;
    s.tell(index, FrameKind::pause, 0, now);
  }
  return true;
}

inline bool admit_lossless(Step& s, std::int64_t bytes, std::uint32_t index, std::int64_t now) {
  IngressAccount& account = s.state.accounts[index];
  const std::int64_t reserve = s.plan.network.buffer_reserve.count;
  if (s.state.paused_accounts == 0) [[likely]] {
    const std::int64_t used = account.used + bytes;
    const std::int64_t shared_used = s.state.shared_used + std::clamp<std::int64_t>(used - reserve, 0, bytes);
    if (used - reserve < threshold(s, shared_used)) [[likely]] {
      account.used = used;
      s.state.shared_used = shared_used;
      return true;
    }
  }
  return admit_under_pressure(s, bytes, index, now);
}

inline bool admit_lossy(Step& s, const PortState& egress, std::int64_t bytes, unsigned priority) {
  const std::int64_t free = s.node.buffer - s.state.buffer_used;
  const std::int64_t limit = (free * s.plan.buffer_alpha_q16) >> 16;
  return bytes <= free && (priority == 0 || egress.queues[priority].bytes + bytes <= limit);
}

/// `account` is where it came in.
inline bool admit(Step& s, const PortState& egress, std::int64_t bytes, unsigned priority, std::uint32_t account, std::int64_t now) {
  if (s.plan.network.pfc) return priority == 0 || admit_lossless(s, bytes, account, now);
  if (!s.plan.network.credits && !admit_lossy(s, egress, bytes, priority)) {
    depart_all(s, now);
    if (!admit_lossy(s, egress, bytes, priority)) return false;
  }
  s.state.buffer_used += bytes;
  if (s.plan.network.credits) s.state.accounts[account].used += bytes;
  return true;
}

}  // namespace eastwest::packet
