// SPDX-License-Identifier: Apache-2.0
// Routing: for every switch and target switch the ports a packet may leave by, and the virtual channel it takes there.
//
// Rules. `shortest`: every shortest path. `minimal`: what the fabric's structure calls minimal, free of deadlock: a torus in
// the order of its dimensions, a dragonfly over at most one global link, a Clos up and down its tiers; elsewhere as `up_down`.
// `valiant`: minimal to an intermediate (a group; in a torus a switch) drawn from the packet's hash, then minimal to the
// target. `ugal`: the switch where a packet enters the fabric chooses between minimal and Valiant by queue x hops.
// `up_down`: up towards the roots, then down; free of deadlock on any fabric with one virtual channel.
//
// What a packet carries: the phase (0 on the way to its intermediate, 1 to its target), the virtual channel of the queue
// that it is in (2 bits), and, unchanged from source to target, whatever `hash` below is taken from. What a switch `s`
// does with a packet for endpoint `e` (at most two table look-ups, no state):
//   1. t = target_of[e]. If t == kNoSwitch, drop. If t == s, leave by port_of[e]: deliver, on the channel it has.
//   2. If it came from a host: phase = 1 for shortest, minimal, up_down; 0 for valiant; for ugal `ugal_phase`.
//   3. If phase == 0: i = intermediate(hash). If domain_of[s] == i, or at(0, s, i) is empty: phase = 1.
//   4. hops = phase == 0 ? at(0, s, i) : at(1, s, t). Empty: no way, drop. Choose one by policy (ECMP hash, spray, least queue).
//   5. Leave by hop.port in the queue of channel hop.channel + channel_shift[phase]; the packet carries that channel on.
// The channel of the queue it joins does not depend on the one it came by. On lossless links every (class, channel) is a
// priority of its own: it has its own queue, ingress account, headroom and pause. `hash` must be equal at every switch that
// a packet visits: mix(flow entropy and destination [, message and packet number when packets are sprayed]), without a salt
// per switch; the salted hash of step 4 is another. Control frames go by phase 1.
// A hop stands as often in its run as its weight says, so that an even choice among entries is a weighted one (WCMP).
//
// Memory: 4 bytes per (switch, target switch), and for valiant and ugal of `groups` 4 per (switch, group) more; ugal adds a
// byte each. 4,096 hosts: torus of 4,096 switches 67 MB (ugal 84 MB); dragonfly a = 12 (876 switches, 5,256 hosts) 3.1 MB;
// two-tier Clos of 96 switches 37 kB. Runs of ports are stored once.
// Sources: Dally, Seitz, "Deadlock-free message routing in multiprocessor interconnection networks", IEEE ToC 1987
// (dateline channels); Kim et al., ISCA 2008, section 4 (dragonfly: 2 channels minimal, 3 with Valiant; UGAL); Shpiner et al., HiPINEB
// 2017 (dragonfly+: 1 and 2); Valiant, SIAM J. Comput. 1982; Singh, "Load-balanced routing in interconnection networks", 2005
// (UGAL); Schroeder et al., Autonet, 1991 (up*/down*); Zhou et al., "WCMP", EuroSys 2014.
// LIMITATIONS: a packet keeps its queue once it is in it, hence no fully adaptive routing with escape channels (Duato); the
// intermediate of a Valiant path may be the source's or target's own group, which makes the path minimal; when cables are down and
// the structure's own routing loses a pair that is still joined, the whole table becomes up_down; packets that were under way
// under the old table may then meet those of the new one in a cycle, as in real fabrics that do not drain first.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "core/result.hpp"
#include "topology/fabric.hpp"
#include "topology/next_hops.hpp"

namespace eastwest {

enum class RoutingRule : std::uint8_t { shortest, minimal, valiant, ugal, up_down };
std::string_view to_string(RoutingRule rule);

struct RoutingOptions {
  RoutingRule rule = RoutingRule::shortest;
  bool weighted = true;          // hops as often as the capacity behind them says; false: once each
  bool one_channel = false;      // all on channel 0: shows what the channels are for
  std::vector<bool> cable_down;  // true takes both directions away; empty: all are up
};

struct RoutingTable {
  static constexpr std::uint32_t kNoSwitch = 0xffff'ffffu;

  struct Hop {
    std::uint16_t port = 0;  // index within the switch
    std::uint8_t channel = 0;
    std::uint8_t unused = 0;
    friend bool operator==(const Hop&, const Hop&) = default;
  };
  /// A run of `hops`, packed: 22 bits where it starts, 10 bits how long it is.
  using Entry = std::uint32_t;
  static constexpr unsigned kCountBits = 10;

  RoutingRule rule = RoutingRule::shortest;
  bool fell_back = false;                      // to up_down, since cables are down
  std::uint32_t channels = 1;                  // of every link: 0 to channels - 1
  std::uint32_t switches = 0;                  // = targets of phase 1
  std::uint32_t domains = 0;                   // = targets of phase 0; 0 when the rule has one phase
  std::uint8_t channel_shift[2] = {0, 0};      // per phase, added to Hop::channel
  std::vector<Entry> to_switch;                // [switch x switches + target]
  std::vector<Entry> to_domain;                // [switch x domains + intermediate]; empty: each switch is its own domain, as to_switch
  std::vector<Hop> hops;                       // ascending by port within a run; weights are repetitions
  std::vector<std::uint32_t> domain_of;        // per switch; empty when the rule has one phase
  std::vector<std::uint32_t> target_of;        // per endpoint: its switch, or kNoSwitch
  std::vector<std::uint16_t> port_of;          // per endpoint: the port of that switch
  std::vector<std::uint8_t> hops_to_switch;    // ugal: links to the target switch, 255 and more as 255
  std::vector<std::uint8_t> hops_to_domain;    // ugal; empty: as hops_to_switch
  std::vector<std::uint8_t> hops_from_domain;  // ugal, [domain x switches + target]: mean over the domain; empty: as hops_to_switch

  [[nodiscard]] std::span<const Hop> run(Entry entry) const {
    return {hops.data() + (entry >> kCountBits), entry & ((1u << kCountBits) - 1)};
  }
  /// Step 4: phase 0 with an intermediate, phase 1 with a target switch.
  [[nodiscard]] std::span<const Hop> at(unsigned phase, std::size_t switch_index, std::uint32_t target) const {
    return run(phase == 0 && !to_domain.empty() ? to_domain[switch_index * domains + target] : to_switch[switch_index * switches + target]);
  }
  /// Step 3: the intermediate of a packet, equal wherever it is asked.
  [[nodiscard]] std::uint32_t intermediate(std::uint64_t hash) const {
    return static_cast<std::uint32_t>(draw_below(mix(hash ^ 0x7a11'a472'0000'0000u), domains));
  }
  /// Step 2 of ugal: `queue_minimal` and `queue_valiant` are what waits (same unit) in the queues that at(1, s, t) and at(0, s, i)
  /// would put the packet in, `bias` what minimal may have more. UGAL-L of ISCA 2008: minimal if q_m H_m <= q_v H_v + bias.
  [[nodiscard]] unsigned ugal_phase(std::size_t s, std::uint32_t target, std::uint32_t middle, std::uint64_t queue_minimal,
                                    std::uint64_t queue_valiant, std::uint64_t bias = 0) const {
    const std::uint64_t minimal = hops_to_switch[s * switches + target];
    const std::uint64_t first = hops_to_domain.empty() ? hops_to_switch[s * switches + middle] : hops_to_domain[s * domains + middle];
    const std::uint64_t second = (hops_from_domain.empty() ? hops_to_switch : hops_from_domain)[std::size_t{middle} * switches + target];
    return queue_minimal * minimal <= queue_valiant * (first + second) + bias ? 1 : 0;
  }
  [[nodiscard]] std::size_t bytes() const;
};

/// Whether the fabric's structure has a use for the rule.
Status check_rule(const Fabric& fabric, RoutingRule rule);

/// Errors: as check_rule, or more distinct runs than an entry can name.
Result<RoutingTable> build_routing(const Fabric& fabric, const RoutingOptions& options);

/// The table of a rule of one phase and one channel as next hops per endpoint, weights as repetitions.
NextHops to_next_hops(const RoutingTable& table);

}  // namespace eastwest
