// SPDX-License-Identifier: Apache-2.0
// Routing in a switch: by which of the allowed ports a frame leaves, and in which priority.
//
// Next hops: ecmp by hash of the queue pair, spray by hash of the packet, adaptive to the least queued, flowlet where the burst before
// went unless the flow was silent for `flowlet_gap`. By table: the steps of topology/routing.hpp, every virtual channel of a
// class a priority of its own. Sources: sim/path_hash.hpp; Vanini et al., "Let it flow", NSDI 2017; Kim et al., ISCA 2008 (UGAL-L).
// LIMITATIONS: adaptive sees queues of its own switch only; UGAL weighs one minimal against one Valiant way.
#pragma once

#include <span>

#include "sim/packet/switch_egress.hpp"
#include "sim/path_hash.hpp"

namespace eastwest::packet {

inline constexpr std::uint32_t kFlowlets = 1024;  // entries of a switch; flows that share one break off together (LetFlow: 64 K)

/// Which of `count` next hops a frame takes, `port_of(i)` within the switch; kNil: all are down.
template <RoutingPolicy policy, class PortOf>
inline std::uint32_t pick(Step& s, const Frame& frame, std::uint32_t count, std::int64_t now, PortOf port_of) {
  if constexpr (policy == RoutingPolicy::flowlet) {
    if (frame.kind() != FrameKind::data) return hashed_choice(frame.entropy, s.state.salt, count);
    Flowlet& flowlet = s.state.flowlets[mix(frame.entropy ^ (static_cast<std::uint64_t>(frame.destination) << 16)) % kFlowlets];
    if (now - flowlet.last > s.plan.network.flowlet_gap.ps)
      flowlet.choice = static_cast<std::uint32_t>(mix(s.state.salt ^ frame.entropy ^ static_cast<std::uint64_t>(now)) >> 32);
    flowlet.last = now;
    return static_cast<std::uint32_t>((std::uint64_t{flowlet.choice} * count) >> 32);
  }
  if constexpr (policy == RoutingPolicy::ecmp) return hashed_choice(frame.entropy, s.state.salt, count);
  const std::uint32_t first = hashed_choice(packet_key(frame.entropy, frame.message, frame.sequence), s.state.salt, count);
  if constexpr (policy != RoutingPolicy::adaptive) return first;
  // Least queued of the allowed ports, from a random one on so that ties spread.
  std::uint32_t best = kNil;
  std::uint32_t best_queue = 0xffff'ffffu;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t choice = first + i < count ? first + i : first + i - count;
    const std::uint32_t candidate = port_of(choice);
    const PortState& port = s.ports[candidate];
    if (port.down) continue;
    if (port.waiting != 0 && port.busy_until <= now) depart(s, candidate, now);
    const std::uint32_t queue = port.queued_total + (port.busy_until > now ? 1u : 0u);
    if (queue < best_queue) {
      best = choice;
      best_queue = queue;
      if (queue == 0) break;
    }
  }
  return best;
}

template <RoutingPolicy policy>
inline std::uint32_t choose_next_hop(Step& s, const Frame& frame, std::int64_t now) {
  const NextHops::Entry entry = s.state.entries[frame.destination];
  if (entry.count <= 1) return entry.count == 0 ? kNil : s.state.hops[entry.first];
  const std::uint16_t* hops = s.state.hops + entry.first;
  const std::uint32_t choice = pick<policy>(s, frame, entry.count, now, [hops](std::uint32_t i) { return hops[i]; });
  return choice == kNil ? kNil : hops[choice];
}

inline std::uint32_t pick_by_policy(Step& s, const Frame& frame, std::span<const RoutingTable::Hop> hops, std::int64_t now) {
  if (hops.size() == 1) return 0;
  const auto count = static_cast<std::uint32_t>(hops.size());
  const auto port_of = [hops](std::uint32_t i) { return hops[i].port; };
  switch (s.plan.network.routing) {
    case RoutingPolicy::spray: return pick<RoutingPolicy::spray>(s, frame, count, now, port_of);
    case RoutingPolicy::adaptive: return pick<RoutingPolicy::adaptive>(s, frame, count, now, port_of);
    case RoutingPolicy::flowlet: return pick<RoutingPolicy::flowlet>(s, frame, count, now, port_of);
    default: return pick<RoutingPolicy::ecmp>(s, frame, count, now, port_of);
  }
}

/// What waits in the queue that a data frame would join by `hop`; `first_priority` is channel 0 of its class.
EASTWEST_APART inline std::uint64_t queue_of(Step& s, const RoutingTable::Hop& hop, unsigned first_priority, unsigned shift,
                                             std::int64_t now) {
  PortState& port = s.ports[hop.port];
  if (port.waiting != 0 && port.busy_until <= now) depart(s, hop.port, now);
  return port.queues[first_priority + hop.channel + shift].bytes;
}

/// Where a frame goes by the rules of topology/routing.hpp, which names the steps; sets its priority and phase.
EASTWEST_APART inline std::uint32_t choose_by_table(Step& s, std::uint32_t index, std::int64_t now) {
  const RoutingTable& table = *s.state.table;
  const Frame frame = s.domain.frames[index];  // a copy: looking at queues may make the pool grow
  const std::uint32_t here = s.node.detail;
  const std::uint32_t target = table.target_of[frame.destination];
  if (target == RoutingTable::kNoSwitch) return kNil;  // step 1
  if (target == here) return table.port_of[frame.destination];
  const bool data = frame.priority() != 0;
  const unsigned first_priority = data ? frame.priority() - (frame.priority() - 1) % s.plan.channels : 0;
  std::uint32_t middle = 0;
  unsigned phase = 1;
  if (table.domains != 0 && data) {
    const bool sprayed = s.plan.network.routing == RoutingPolicy::spray || s.plan.network.routing == RoutingPolicy::adaptive;
    const std::uint64_t key = sprayed ? packet_key(frame.entropy, frame.message, frame.sequence) : frame.entropy;
    middle = table.intermediate(path_key(key, frame.destination));
    if (!s.wires[frame.ingress].to_host) {
      phase = (frame.flags & kFlagOnward) != 0 ? 1 : 0;
    } else if (table.rule == RoutingRule::valiant) {  // step 2
      phase = 0;
    } else if (const auto around = table.at(0, here, middle), straight = table.at(1, here, target); !around.empty() && !straight.empty()) {
      const RoutingTable::Hop& way_around = around[pick_by_policy(s, frame, around, now) % around.size()];
      const RoutingTable::Hop& way_straight = straight[pick_by_policy(s, frame, straight, now) % straight.size()];
      phase = table.ugal_phase(here, target, middle, queue_of(s, way_straight, first_priority, table.channel_shift[1], now),
                               queue_of(s, way_around, first_priority, table.channel_shift[0], now),
                               static_cast<std::uint64_t>(s.plan.network.ugal_bias.count));
    }
    const std::uint32_t domain = table.domain_of.empty() ? here : table.domain_of[here];
    if (phase == 0 && (domain == middle || table.at(0, here, middle).empty())) phase = 1;  // step 3
    s.domain.frames[index].flags = static_cast<std::uint8_t>(phase == 1 ? frame.flags | kFlagOnward : frame.flags & ~unsigned{kFlagOnward});
  }
  const auto hops = table.at(phase, here, phase == 0 ? middle : target);  // step 4
  if (hops.empty()) return kNil;
  const std::uint32_t choice = pick_by_policy(s, frame, hops, now);
  if (choice == kNil) return kNil;
  if (data)  // step 5
    s.domain.frames[index].kind_and_priority = pack(frame.kind(), first_priority + hops[choice].channel + table.channel_shift[phase]);
  return hops[choice].port;
}

}  // namespace eastwest::packet
