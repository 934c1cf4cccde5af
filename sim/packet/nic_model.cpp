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

#include "sim/packet/nic_parts.hpp"

namespace eastwest::packet {

namespace {

std::int64_t payload_of(const RunPlan& plan, const Message& message, std::uint32_t packet) {
  const std::uint32_t index = packet - message.first_packet;
  return index + 1 == message.packets ? message.bytes - static_cast<std::int64_t>(message.packets - 1) * plan.network.mtu.count
                                      : plan.network.mtu.count;
}

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
    // Sent again it is sprayed again: with its first key it would meet the same bad link for ever.
    if (s.plan.network.routing == RoutingPolicy::spray || s.plan.network.routing == RoutingPolicy::adaptive)
      frame.entropy = static_cast<std::uint16_t>(frame.entropy ^ (mix(message.retransmits + 1) >> 48));
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

}  // namespace

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

/// Sends one frame if the port is free and one may go; then notes when the next one may.
EASTWEST_INLINE_ALL void nic_serve(HostStep& s, std::uint32_t index, std::int64_t now) {
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
    if (apply_flow_control(s.domain, s.plan, s.wires[frame.ingress], port, frame, frame.time)) nic_serve(s, frame.ingress, frame.time);
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
  nic_serve(s, s.traffic.plans[qp].source_port, now);
}

void nic_wake(HostStep& s, std::uint32_t qp, std::int64_t now) {
  s.traffic.senders[qp].waking = false;
  queue_up(s, qp, now);
  nic_serve(s, s.traffic.plans[qp].source_port, now);
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
  nic_serve(s, s.traffic.plans[qp].source_port, now);
}

void nic_fault(HostStep& s, const Fault& fault, std::int64_t now) {
  const Cable& cable = s.plan.fabric->cables[fault.cable.index()];
  for (const PortId id : {cable.a, cable.b}) {
    const Port& which = s.plan.fabric->ports[id.index()];
    if (which.node.value != s.state.node) continue;
    PortState& port = s.ports[which.index];
    if (fault.kind == FaultKind::loss) {
      change_loss(s.domain, s.wires[which.index], port, fault.frame_loss[id == cable.a ? 0 : 1]);
      continue;
    }
    if (fault.kind == FaultKind::receiver) {
      for (unsigned priority = 1; priority <= s.plan.priorities; ++priority)
        transmit_flow_control(s.network, s.domain, s.plan, s.wires[which.index], port, fault.up ? FrameKind::resume : FrameKind::pause,
                              priority, 0, now);
      nic_serve(s, which.index, now);
      continue;
    }
    if (port.down == !fault.up) continue;
    port.down = !fault.up;
    if (port.paused != 0) go_on(s.domain, s.plan, s.wires[which.index], port, now);
    port.paused = 0;
    if (fault.up && s.wires[which.index].credit_buffer != 0) forget_credits(port, now);
    while (port.down && port.queues[0].head != kNil) s.domain.frames.release(dequeue(port, s.domain.frames, 0));
    nic_serve(s, which.index, now);
  }
}

}  // namespace eastwest::packet
