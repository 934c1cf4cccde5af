// SPDX-License-Identifier: Apache-2.0
// The NIC: queue pairs served in turn, paced and windowed by the transport; acknowledgements, gaps, timeouts.
//
// A port sends control frames first, then the data classes in order; queue pairs of a class take turns packet by packet.
// Receivers acknowledge every n-th packet, the last of a message, and anything unexpected:
//   go-back-N: a gap is reported once (nack) and everything after it is thrown away until the gap is filled;
//   selective repeat: packets are kept, each one beyond a gap is acknowledged singly (sack), and the sender repairs
//   holes that more than `reorder_threshold` packets have overtaken.
// A sender that hears nothing for the timeout starts again from the first unacknowledged packet, up to `retry_count`
// times in a row. Sources: InfiniBand Architecture vol. 1 (RC), DCQCN (one CNP per queue pair and interval).
// LIMITATIONS: a repair that is lost again waits for the timeout; acknowledgements are not paced.
#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/packet/host_state.hpp"

namespace eastwest::packet {

namespace {

std::int64_t payload_of(const RunPlan& plan, const Message& message, std::uint32_t packet) {
  const std::uint32_t index = packet - message.first_packet;
  return index + 1 == message.packets ? message.bytes - static_cast<std::int64_t>(message.packets - 1) * plan.network.mtu.count
                                      : plan.network.mtu.count;
}

/// The message of `sender` that holds packet `packet`, looking from its first unacknowledged one on.
std::uint32_t message_holding(const Traffic& traffic, const Sender& sender, std::uint32_t packet) {
  std::uint32_t m = sender.first_message;
  while (packet >= traffic.messages[m].first_packet + traffic.messages[m].packets) m = traffic.messages[m].next;
  return m;
}

void service(HostStep& s, std::uint32_t index, std::int64_t now);

void ring_push(HostStep& s, std::uint32_t qp) {
  Sender& sender = s.traffic.senders[qp];
  const QueuePairPlan& plan = s.traffic.plans[qp];
  ReadyRing& ring = s.state.rings[plan.source_port];
  ReadyRing::Turn& turn = ring.turns[plan.priority];
  sender.ready_next = kNil;
  sender.in_ring = true;
  if (turn.tail == kNil) turn.head = qp;
  else s.traffic.senders[turn.tail].ready_next = qp;
  turn.tail = qp;
  ring.waiting |= 1u << plan.priority;
}

std::uint32_t ring_pop(HostStep& s, ReadyRing& ring, unsigned priority) {
  ReadyRing::Turn& turn = ring.turns[priority];
  const std::uint32_t qp = turn.head;
  Sender& sender = s.traffic.senders[qp];
  turn.head = sender.ready_next;
  if (turn.head == kNil) {
    turn.tail = kNil;
    ring.waiting &= ~(1u << priority);
  }
  sender.in_ring = false;
  return qp;
}

/// The next packet that a switch is known to have cut, or kNil.
std::uint32_t next_trimmed(HostStep& s, Sender& sender, std::uint32_t qp) {
  if (sender.trimmed_next < sender.acked) sender.trimmed_next = sender.acked;
  while (!ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, sender.trimmed_next)) ++sender.trimmed_next;
  return sender.trimmed_next;
}

/// The next packet that counts as lost, or kNil.
std::uint32_t next_repair(HostStep& s, Sender& sender, std::uint32_t qp) {
  if (sender.trimmed != 0) return next_trimmed(s, sender, qp);
  if (sender.repair_next < sender.acked) sender.repair_next = sender.acked;
  while (sender.repair_next < sender.repair_end && ring_bit(s.traffic.sender_bits, s.traffic.words, qp, sender.repair_next))
    ++sender.repair_next;
  return sender.repair_next < sender.repair_end ? sender.repair_next : kNil;
}

/// Packets under way, as far as the sender knows.
std::uint32_t packets_in_flight(const Sender& sender) {
  const std::uint32_t span = sender.next > sender.acked ? sender.next - sender.acked : 0;
  const std::uint32_t known = sender.selective + sender.trimmed;  // arrived out of order, or cut
  return span > known ? span - known : 0;
}

/// Whether one more packet may be outstanding: the transport's window, and what the receiver can track.
bool window_open(const HostStep& s, const Sender& sender) {
  if (s.traffic.selective() && sender.next - sender.acked >= s.traffic.words * 64) return false;
  const std::uint32_t outstanding = packets_in_flight(sender);
  if (sender.transport.window == 0 || outstanding == 0) return true;
  return (static_cast<std::int64_t>(outstanding) + 1) * s.plan.network.mtu.count <= sender.transport.window;
}

bool can_send(HostStep& s, Sender& sender, std::uint32_t qp) {
  if (sender.dead) return false;
  if (s.traffic.selective() && next_repair(s, sender, qp) != kNil) return true;
  return sender.next < sender.end && window_open(s, sender);
}

/// Puts the queue pair where it belongs: in the ring, on a wake timer, or nowhere when it has nothing to send.
void queue_up(HostStep& s, std::uint32_t qp, std::int64_t now) {
  Sender& sender = s.traffic.senders[qp];
  if (sender.in_ring || sender.waking || !can_send(s, sender, qp)) return;
  if (sender.next_time > now) {
    sender.waking = true;
    s.state.events.push(sender.next_time, event_key(kWake, qp));
    return;
  }
  ring_push(s, qp);
}

void arm_timer(HostStep& s, std::uint32_t qp, std::int64_t now) {
  Sender& sender = s.traffic.senders[qp];
  if (sender.timer) return;
  sender.timer = true;
  sender.progress = now;
  s.state.events.push(now + s.plan.network.retransmit_timeout.ps, event_key(kTimeout, qp));
}

void send_packet(HostStep& s, std::uint32_t port, std::uint32_t qp, std::int64_t now) {
  Sender& sender = s.traffic.senders[qp];
  const QueuePairPlan& plan = s.traffic.plans[qp];
  const std::uint32_t repair = s.traffic.selective() ? next_repair(s, sender, qp) : kNil;
  const std::uint32_t packet = repair != kNil ? repair : sender.next;
  std::uint32_t m = sender.message;
  if (repair != kNil) {
    if (sender.trimmed != 0) {
      set_ring_bit(s.traffic.trimmed_bits, s.traffic.words, qp, packet, false);
      --sender.trimmed;
    } else {
      ++sender.repair_next;
    }
    m = message_holding(s.traffic, sender, packet);
  } else {
    ++sender.next;
  }
  Message& message = s.traffic.messages[m];
  const std::uint32_t index = s.domain.frames.take();
  Frame& frame = s.domain.frames[index];
  frame.message = m;
  frame.sequence = packet;
  frame.birth = birth_ticks(now);
  frame.destination = plan.destination_endpoint;
  frame.entropy = plan.entropy;
  const std::int64_t payload = payload_of(s.plan, message, packet);
  frame.bytes = static_cast<std::uint16_t>(payload + s.plan.network.header.count);
  const std::int64_t wire_bits = (frame.bytes + s.plan.network.gap.count) * 8;
  frame.kind_and_priority = pack(FrameKind::data, plan.priority);
  const bool last = packet + 1 == message.first_packet + message.packets;
  // A window of fewer packets than an acknowledgement waits for would stand still until the timeout.
  const bool held_back = sender.transport.window != 0 && packets_in_flight(sender) < s.plan.network.ack_every && !window_open(s, sender);
  frame.flags = last || held_back ? kFlagAckRequest : std::uint8_t{0};
  if (packet < sender.sent) {
    frame.flags = frame.flags | kFlagRetransmitted;
    ++message.retransmits;
    ++s.domain.counters.retransmits;
  } else {
    sender.sent = packet + 1;
  }
  if (repair == kNil && last) sender.message = message.next;
  ++s.domain.counters.packets;
  s.domain.counters.bytes_sent.count += payload;
  if (s.domain.frames.with_trailers()) s.domain.frames.trailer(index).hops = 0;
  transmit(s.network, s.domain, s.plan, s.wires[port], s.ports[port], index, now);
  if (packet == sender.acked) sender.progress = now;  // silence is counted from the oldest packet under way
  arm_timer(s, qp, now);
  // Pace from the start of this packet; at line rate the port itself is the pace.
  TransportState& transport = sender.transport;
  s.traffic.transport->advance(transport, s.traffic.context(s.plan.network, qp), now);
  if (transport.rate < transport.line_rate)
    sender.next_time = now + static_cast<std::int64_t>(static_cast<double>(wire_bits) * 1e12 / transport.rate);
  else sender.next_time = now;
}

/// Sends one frame if the port is free and one may go; then notes when the next one may.
EASTWEST_INLINE_ALL void service(HostStep& s, std::uint32_t index, std::int64_t now) {
  PortState& port = s.ports[index];
  ReadyRing& ring = s.state.rings[index];
  if (port.busy_until <= now && !port.down) {
    if ((port.waiting & 1u) != 0) {
      transmit(s.network, s.domain, s.plan, s.wires[index], port, dequeue(port, s.domain.frames, 0), now);
    } else {
      unsigned priorities = ring.waiting & ~static_cast<unsigned>(port.paused);
      while (priorities != 0) {
        const std::uint32_t qp = ring_pop(s, ring, static_cast<unsigned>(std::countr_zero(priorities)));
        Sender& sender = s.traffic.senders[qp];
        if (can_send(s, sender, qp)) {
          send_packet(s, index, qp, now);
          queue_up(s, qp, std::max(now, port.busy_until));
          break;
        }
        priorities = ring.waiting & ~static_cast<unsigned>(port.paused);
      }
    }
  }
  const bool waits = !port.down && ((port.waiting & 1u) != 0 || (ring.waiting & ~static_cast<unsigned>(port.paused)) != 0);
  s.state.starts[index] = waits ? std::max(now, port.busy_until) : kNever;
}

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
  service(s, port_index, now);
}

/// An answer to `data` back to its sender.
void answer(HostStep& s, const Frame& data, FrameKind kind, std::uint32_t sequence, std::uint32_t selective) {
  const QueuePairPlan& plan = s.traffic.plans[s.traffic.messages[data.message].queue_pair];
  Frame frame{};
  frame.message = data.message;
  frame.sequence = sequence;
  frame.birth = selective;
  frame.destination = plan.source_endpoint;
  frame.entropy = plan.answer_entropy;
  frame.bytes = static_cast<std::uint16_t>(s.plan.network.ack_size.count);
  frame.kind_and_priority = pack(kind, 0);
  send_control(s, plan.destination_port, frame, data.time);
}

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
  count_arrival(s, frame.message, frame.time);
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

std::int64_t bytes_in_flight(const HostStep& s, const Sender& sender) {
  return static_cast<std::int64_t>(packets_in_flight(sender)) * s.plan.network.mtu.count;
}

/// So many packets, the newest of them `end` - 1, are taken for lost.
LossSignal loss(const HostStep& s, const Sender& sender, std::uint32_t packets, std::uint32_t end) {
  LossSignal signal;
  signal.bytes = static_cast<std::int64_t>(packets) * s.plan.network.mtu.count;
  signal.in_flight = std::max<std::int64_t>(0, bytes_in_flight(s, sender) - signal.bytes);
  signal.sequence = end;
  signal.sent = sender.sent;
  return signal;
}

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

void go_back(HostStep& s, Sender& sender) {
  sender.next = sender.acked;
  sender.message = sender.first_message == kNil ? kNil : message_holding(s.traffic, sender, sender.acked);
}

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
  service(s, s.traffic.plans[qp].source_port, now);
}

}  // namespace

void nic_receive(HostStep& s, const Frame& frame) {
  PortState& port = s.ports[frame.ingress];
  const FrameKind kind = frame.kind();
  if (port.down) [[unlikely]] {
    ++port.drops;
    if (kind == FrameKind::data) ++s.domain.counters.drops_fault;
    return;
  }
  if (kind == FrameKind::data) return receive_data(s, frame);
  if (kind >= FrameKind::pause) {
    if (apply_flow_control(s.domain, s.plan, s.wires[frame.ingress], port, frame, frame.time)) service(s, frame.ingress, frame.time);
    return;
  }
  receive_answer(s, frame);
}

void nic_post(HostStep& s, std::uint32_t m, std::int64_t now) {
  Message& message = s.traffic.messages[m];
  const std::uint32_t qp = message.queue_pair;
  Sender& sender = s.traffic.senders[qp];
  message.first_packet = sender.end;
  message.next = kNil;
  sender.end += message.packets;
  s.domain.counters.bytes_posted.count += message.bytes;
  if (sender.last_message == kNil) sender.first_message = m;
  else s.traffic.messages[sender.last_message].next = m;
  sender.last_message = m;
  if (sender.message == kNil) sender.message = m;
  queue_up(s, qp, now);
  service(s, s.traffic.plans[qp].source_port, now);
}

void nic_send(HostStep& s, std::uint32_t port, std::int64_t now) { service(s, port, now); }

void nic_wake(HostStep& s, std::uint32_t qp, std::int64_t now) {
  s.traffic.senders[qp].waking = false;
  queue_up(s, qp, now);
  service(s, s.traffic.plans[qp].source_port, now);
}

void nic_timeout(HostStep& s, std::uint32_t qp, std::int64_t now) {
  Sender& sender = s.traffic.senders[qp];
  sender.timer = false;
  if (sender.dead || sender.acked == sender.sent) return;
  const std::int64_t due = sender.progress + s.plan.network.retransmit_timeout.ps;
  if (due > now) {
    sender.timer = true;
    s.state.events.push(due, event_key(kTimeout, qp));
    return;
  }
  ++s.domain.counters.timeouts;
  s.domain.records.events.push_back({Time{now}, EventKind::timeout, s.wires[s.traffic.plans[qp].source_port].link, sender.first_message});
  if (++sender.retries > s.plan.network.retry_count) {
    sender.dead = true;
    return;
  }
  const std::uint32_t unanswered = sender.next > sender.acked ? sender.next - sender.acked : 0;
  s.traffic.transport->timed_out(sender.transport, s.traffic.context(s.plan.network, qp), loss(s, sender, unanswered, sender.next), now);
  if (s.traffic.selective()) {
    sender.repair_next = sender.acked;
    sender.repair_end = sender.sent;
  } else {
    go_back(s, sender);
  }
  sender.next_time = now;
  arm_timer(s, qp, now);
  queue_up(s, qp, now);
  service(s, s.traffic.plans[qp].source_port, now);
}

void nic_fault(HostStep& s, const Fault& fault, std::int64_t now) {
  const Cable& cable = s.plan.fabric->cables[fault.cable.index()];
  for (const PortId id : {cable.a, cable.b}) {
    const Port& which = s.plan.fabric->ports[id.index()];
    if (which.node.value != s.state.node) continue;
    PortState& port = s.ports[which.index];
    if (fault.kind == FaultKind::receiver) {
      for (unsigned priority = 1; priority <= s.plan.priorities; ++priority)
        transmit_flow_control(s.network, s.domain, s.plan, s.wires[which.index], port, fault.up ? FrameKind::resume : FrameKind::pause,
                              priority, 0, now);
      service(s, which.index, now);
      continue;
    }
    if (port.down == !fault.up) continue;
    port.down = !fault.up;
    if (port.paused != 0) go_on(s.domain, s.plan, s.wires[which.index], port, now);
    port.paused = 0;
    if (s.wires[which.index].credit_buffer != 0) forget_credits(port, now);
    while (port.down && port.queues[0].head != kNil) s.domain.frames.release(dequeue(port, s.domain.frames, 0));
    service(s, which.index, now);
  }
}

}  // namespace eastwest::packet
