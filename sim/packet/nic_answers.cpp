// SPDX-License-Identifier: Apache-2.0
// What a sender makes of an answer: packets that have arrived, holes, cuts, and what its transport is told of them. The rules stand
// in nic_model.cpp.
#include "sim/packet/nic_parts.hpp"

namespace eastwest::packet {

namespace {

/// Everything before `acked` has arrived: moves the sender on and finishes messages. Returns how many packets that is news of.
std::uint32_t acknowledge(HostStep& s, Sender& sender, std::uint32_t qp, std::uint32_t acked, std::int64_t now) {
  if (acked <= sender.acked) return 0;
  std::uint32_t news = acked - sender.acked;
  if (s.traffic.selective()) {
    for (std::uint32_t p = sender.acked; p < acked; ++p) {
      if (ring_bit(s.traffic.sender_bits, s.traffic.words, qp, p)) {
        --news;
        --sender.selective;
        set_ring_bit(s.traffic.sender_bits, s.traffic.words, qp, p, false);
      }
      if (sender.trimmed != 0 && ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, p)) {
        --sender.trimmed;
        set_ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, p, false);
      }
    }
  }
  sender.acked = acked;
  sender.progress = now;
  sender.retries = 0;
  while (sender.first_message != kNil) {
    const std::uint32_t m = sender.first_message;
    const Message& message = s.traffic.messages[m];
    if (message.first_packet + message.packets > acked) break;
    sender.first_message = message.next;
    message_acknowledged(s, m, now);
  }
  if (sender.first_message == kNil) sender.last_message = kNil;
  if (sender.next < acked) {
    sender.next = acked;
    sender.message = sender.first_message;
  }
  return news;
}

/// A packet beyond a gap has arrived; true when that is news.
bool acknowledge_selectively(HostStep& s, Sender& sender, std::uint32_t qp, std::uint32_t packet) {
  if (packet < sender.acked || packet >= sender.sent || ring_bit(s.traffic.sender_bits, s.traffic.words, qp, packet)) return false;
  set_ring_bit(s.traffic.sender_bits, s.traffic.words, qp, packet, true);
  ++sender.selective;
  sender.selective_end = std::max(sender.selective_end, packet + 1);
  if (sender.trimmed != 0 && ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, packet)) {  // an older copy came through after all
    set_ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, packet, false);
    --sender.trimmed;
  }
  return true;
}

/// A switch cut the packet: it is sent again, before anything new.
void packet_trimmed(HostStep& s, Sender& sender, std::uint32_t qp, std::uint32_t packet, std::int64_t now) {
  if (packet < sender.acked || packet >= sender.sent) return;
  if (ring_bit(s.traffic.sender_bits, s.traffic.words, qp, packet) || ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, packet)) return;
  set_ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, packet, true);
  ++sender.trimmed;
  sender.trimmed_next = std::min(sender.trimmed_next, packet);
  LossSignal signal;
  signal.bytes = s.plan.network.mtu.count;
  signal.in_flight = bytes_in_flight(s, sender);
  signal.sequence = packet + 1;
  signal.sent = sender.sent;
  s.traffic.transport->trimmed(sender.transport, s.traffic.context(s.plan.network, qp), signal, now);
}

void tell_transport(HostStep& s, Sender& sender, std::uint32_t qp, std::uint32_t news, std::int64_t now) {
  AckSignal signal;
  signal.bytes = static_cast<std::int64_t>(news) * s.plan.network.mtu.count;
  signal.in_flight = bytes_in_flight(s, sender);
  signal.sequence = sender.acked;
  signal.sent = sender.sent;
  if (s.domain.frames.with_trailers()) {
    const Trailer& trailer = s.domain.frames.trailer(s.arrival);
    signal.sequence = trailer.echoed;
    signal.round_trip = age_ps(now, trailer.birth);
    signal.packets = trailer.packets;
    signal.marked = trailer.marked;
    signal.telemetry = s.domain.frames.telemetry(s.arrival).first(trailer.hops);
  }
  s.traffic.transport->acknowledged(sender.transport, s.traffic.context(s.plan.network, qp), signal, now);
}

/// Packets before `end` that have not arrived count as lost from now on. On a sprayed path there mostly are none: being overtaken
/// is no loss, and the transport hears of holes only.
void give_up_holes(HostStep& s, Sender& sender, std::uint32_t qp, std::uint32_t end, std::int64_t now) {
  std::uint32_t holes = 0;
  std::uint32_t newest = 0;
  for (std::uint32_t packet = std::max(sender.acked, sender.repair_end); packet < end; ++packet) {
    if (ring_bit(s.traffic.sender_bits, s.traffic.words, qp, packet)) continue;
    ++holes;
    newest = packet;
  }
  sender.repair_end = end;
  if (holes == 0) return;
  s.traffic.transport->lost(sender.transport, s.traffic.context(s.plan.network, qp), loss(s, sender, holes, newest + 1), now);
}

}  // namespace

void receive_answer(HostStep& s, const Frame& frame) {
  const std::uint32_t qp = s.traffic.messages[frame.message].queue_pair;
  Sender& sender = s.traffic.senders[qp];
  const std::int64_t now = frame.time;
  const FrameKind kind = frame.kind();
  const TransportContext context = s.traffic.context(s.plan.network, qp);
  if (kind == FrameKind::cnp) {
    s.traffic.transport->notified(sender.transport, context, now);
    return;
  }
  std::uint32_t news = acknowledge(s, sender, qp, frame.sequence, now);
  if (kind == FrameKind::sack && acknowledge_selectively(s, sender, qp, frame.birth)) ++news;
  if (kind != FrameKind::trim || news != 0) tell_transport(s, sender, qp, news, now);
  if (kind == FrameKind::nack && frame.sequence == sender.acked && sender.next > sender.acked) {
    s.traffic.transport->lost(sender.transport, context, loss(s, sender, sender.next - sender.acked, sender.next), now);
    go_back(s, sender);
  } else if (kind == FrameKind::sack) {
    const auto overtaken = static_cast<std::int64_t>(sender.selective_end) - s.plan.network.reorder_threshold;
    if (overtaken > static_cast<std::int64_t>(sender.repair_end)) give_up_holes(s, sender, qp, static_cast<std::uint32_t>(overtaken), now);
  } else if (kind == FrameKind::trim) {
    packet_trimmed(s, sender, qp, frame.birth, now);
  }
  queue_up(s, qp, now);
  nic_serve(s, s.traffic.plans[qp].source_port, now);
}

}  // namespace eastwest::packet
