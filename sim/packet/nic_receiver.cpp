// SPDX-License-Identifier: Apache-2.0
// The receiving half of the NIC: what is kept, what is acknowledged and when. The rules stand in nic_model.cpp.
#include "sim/packet/nic_parts.hpp"

namespace eastwest::packet {

namespace {

/// An answer tells its sender about the packet that caused it, which is being received.
void write_trailer(HostStep& s, std::uint32_t frame, const Frame& content) {
  Trailer& trailer = s.domain.frames.trailer(frame);
  trailer = {};
  if (content.kind() == FrameKind::cnp) return;
  const Frame& packet = s.domain.frames[s.arrival];
  Receiver& receiver = s.traffic.receivers[s.traffic.messages[content.message].queue_pair];
  trailer.birth = packet.birth;
  trailer.echoed = packet.sequence + 1;
  trailer.packets = receiver.heard;
  trailer.marked = receiver.marked;
  receiver.heard = receiver.marked = 0;
  const auto from = s.domain.frames.telemetry(s.arrival);
  trailer.hops = from.empty() ? 0 : s.domain.frames.trailer(s.arrival).hops;
  std::copy_n(from.begin(), trailer.hops, s.domain.frames.telemetry(frame).begin());
}

void send_control(HostStep& s, std::uint32_t port_index, const Frame& content, std::int64_t now) {
  PortState& port = s.ports[port_index];
  if (port.down) return;
  const std::uint32_t frame = s.domain.frames.take();
  s.domain.frames[frame] = content;
  if (s.domain.frames.with_trailers()) write_trailer(s, frame, content);
  if (port.busy_until <= now && (port.waiting & 1u) == 0) {
    transmit(s.network, s.domain, s.plan, s.wires[port_index], port, frame, now);
    if (s.state.starts[port_index] != kNever) s.state.starts[port_index] = port.busy_until;
    return;
  }
  enqueue(port, s.domain.frames, frame);
  nic_serve(s, port_index, now);
}

/// An answer to `data` back to its sender.
void answer(HostStep& s, const Frame& data, FrameKind kind, std::uint32_t sequence, std::uint32_t selective) {
  const QueuePairPlan& plan = s.traffic.plans[s.traffic.messages[data.message].queue_pair];
  Frame frame{};
  frame.message = data.message;
  frame.sequence = sequence;
  frame.birth = selective;
  frame.destination = plan.source_endpoint;
  // Of what was sent again on another path the answer too takes another; else the two entropies of the packet cancel out.
  frame.entropy = static_cast<std::uint16_t>(plan.answer_entropy ^ plan.entropy ^ data.entropy);
  frame.bytes = static_cast<std::uint16_t>(s.plan.network.ack_size.count);
  frame.kind_and_priority = pack(kind, 0);
  send_control(s, plan.destination_port, frame, data.time);
}

/// Packets come in any order, so those of a message are counted.
void count_arrival(HostStep& s, std::uint32_t m, std::int64_t now) {
  if (++s.traffic.arrived[m] == s.traffic.messages[m].packets) message_arrived(s, m, now);
}

void receive_selective(HostStep& s, const Frame& frame, Receiver& receiver, std::uint32_t qp) {
  const std::uint32_t capacity = s.traffic.words * 64;
  const std::uint32_t packet = frame.sequence;
  const bool old = packet < receiver.expected;
  if (!old && packet - receiver.expected < capacity && !ring_bit(s.traffic.receiver_bits, s.traffic.words, qp, packet)) {
    set_ring_bit(s.traffic.receiver_bits, s.traffic.words, qp, packet, true);
    count_arrival(s, frame.message, frame.time);
    ++receiver.unacknowledged;
  }
  const std::uint32_t expected_before = receiver.expected;
  while (ring_bit(s.traffic.receiver_bits, s.traffic.words, qp, receiver.expected)) {
    set_ring_bit(s.traffic.receiver_bits, s.traffic.words, qp, receiver.expected, false);
    ++receiver.expected;
  }
  const bool beyond_gap = packet > receiver.expected;
  // What closes a gap is acknowledged at once (RFC 5681): the packet that asked for it may be long past.
  const bool closes_gap = receiver.expected > expected_before + 1;
  const bool due = old || closes_gap || (frame.flags & kFlagAckRequest) != 0 || receiver.unacknowledged >= s.plan.network.ack_every;
  if (!beyond_gap && !due) return;
  receiver.unacknowledged = 0;
  answer(s, frame, beyond_gap ? FrameKind::sack : FrameKind::ack, receiver.expected, packet);
}

void receive_in_order(HostStep& s, const Frame& frame, Receiver& receiver) {
  const std::uint32_t packet = frame.sequence;
  if (packet > receiver.expected) {
    if (!receiver.nacked) {
      receiver.nacked = true;
      answer(s, frame, FrameKind::nack, receiver.expected, 0);
    }
    return;
  }
  if (packet < receiver.expected) return answer(s, frame, FrameKind::ack, receiver.expected, 0);
  receiver.nacked = false;
  ++receiver.expected;
  ++receiver.unacknowledged;
  // In order, the last packet says it all. (A count by message lost: messages to many receivers then share cache lines, which
  // move between the cores with every packet.)
  const Message& message = s.traffic.messages[frame.message];
  if (receiver.expected == message.first_packet + message.packets) message_arrived(s, frame.message, frame.time);
  if ((frame.flags & kFlagAckRequest) == 0 && receiver.unacknowledged < s.plan.network.ack_every) return;
  receiver.unacknowledged = 0;
  answer(s, frame, FrameKind::ack, receiver.expected, 0);
}

/// Only the header of a packet came through: its sender learns it at once.
void receive_trimmed(HostStep& s, const Frame& frame, Receiver& receiver) {
  if (s.traffic.selective()) return answer(s, frame, FrameKind::trim, receiver.expected, frame.sequence);
  if (frame.sequence < receiver.expected || receiver.nacked) return;
  receiver.nacked = true;
  answer(s, frame, FrameKind::nack, receiver.expected, 0);
}

}  // namespace

void receive_data(HostStep& s, const Frame& frame) {
  const Message& message = s.traffic.messages[frame.message];
  const std::uint32_t qp = message.queue_pair;
  Receiver& receiver = s.traffic.receivers[qp];
  ++s.domain.counters.packets_delivered;
  ++receiver.heard;
  if ((frame.flags & kFlagTrimmed) != 0) [[unlikely]]
    return receive_trimmed(s, frame, receiver);
  if ((frame.flags & kFlagMarked) != 0) ++receiver.marked;
  const Duration latency{age_ps(frame.time, frame.birth)};
  LatencyHistogram& histogram = s.domain.latency[message.job * kClassCount + message.traffic_class];
  ++histogram.counts[LatencyHistogram::bin_of(latency)];
  const std::int64_t sample = s.execution.packet_sample;
  if (sample != 0 && (frame.sequence + qp) % sample == 0)
    s.domain.records.packets.push_back({Time{frame.time}, latency, frame.message, frame.sequence});
  if ((frame.flags & kFlagMarked) != 0 && (s.plan.signals & kSignalNotification) != 0 &&
      (receiver.notified < 0 || frame.time - receiver.notified >= s.plan.network.cnp_interval.ps)) {
    receiver.notified = frame.time;
    ++s.domain.counters.cnps;
    answer(s, frame, FrameKind::cnp, 0, 0);
  }
  if (s.traffic.selective()) receive_selective(s, frame, receiver, qp);
  else receive_in_order(s, frame, receiver);
}

}  // namespace eastwest::packet
