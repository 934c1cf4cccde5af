// SPDX-License-Identifier: Apache-2.0
// What the parts of the NIC share: sending (nic_model.cpp), receiving data (nic_receiver.cpp), hearing answers (nic_answers.cpp).
//
// The model, its sources and LIMITATIONS stand in nic_model.cpp. Units: ps, bytes, packets.
#pragma once

#include <algorithm>

#include "sim/packet/host_state.hpp"

namespace eastwest::packet {

/// The message of `sender` that holds packet `packet`, looking from its first unacknowledged one on.
inline std::uint32_t message_holding(const Traffic& traffic, const Sender& sender, std::uint32_t packet) {
  std::uint32_t m = sender.first_message;
  while (packet >= traffic.messages[m].first_packet + traffic.messages[m].packets) m = traffic.messages[m].next;
  return m;
}

/// Packets under way, as far as the sender knows.
inline std::uint32_t packets_in_flight(const Sender& sender) {
  const std::uint32_t span = sender.next > sender.acked ? sender.next - sender.acked : 0;
  const std::uint32_t known = sender.selective + sender.trimmed;  // arrived out of order, or cut
  return span > known ? span - known : 0;
}

inline std::int64_t bytes_in_flight(const HostStep& s, const Sender& sender) {
  return static_cast<std::int64_t>(packets_in_flight(sender)) * s.plan.network.mtu.count;
}

/// So many packets, the newest of them `end` - 1, are taken for lost.
inline LossSignal loss(const HostStep& s, const Sender& sender, std::uint32_t packets, std::uint32_t end) {
  LossSignal signal;
  signal.bytes = static_cast<std::int64_t>(packets) * s.plan.network.mtu.count;
  signal.in_flight = std::max<std::int64_t>(0, bytes_in_flight(s, sender) - signal.bytes);
  signal.sequence = end;
  signal.sent = sender.sent;
  return signal;
}

/// Go-back-N: the next packet to send is the first unacknowledged one.
inline void go_back(const HostStep& s, Sender& sender) {
  sender.next = sender.acked;
  sender.message = sender.first_message == kNil ? kNil : message_holding(s.traffic, sender, sender.acked);
}

/// Puts the queue pair where it belongs: in the ring, on a wake timer, or nowhere when it has nothing to send.
void queue_up(HostStep& s, std::uint32_t qp, std::int64_t now);

void receive_data(HostStep& s, const Frame& frame);
void receive_answer(HostStep& s, const Frame& frame);

}  // namespace eastwest::packet
