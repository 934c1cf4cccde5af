// SPDX-License-Identifier: Apache-2.0
// Route versions: the routes of a run and when switches begin to use each of them.
//
// The first holds from the start. After every instant with faults new routes are made of the cables that are up then; they
// come into use `reroute_delay` later, at all switches at once; without `reroute` the first stays in use. Where one phase and one virtual channel suffice, routes are
// next hops per endpoint (`hops`); else the table of topology/routing.hpp (`table`), whose rules the engines follow. All
// versions of a run are of one form.
// Where links are lossless, each version is searched for circles of waiting buffers (topology/deadlock.hpp); a Clos with all its
// cables has none, since every path of its goes up and then down. LIMITATIONS: no convergence of a routing protocol.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/options.hpp"
#include "topology/next_hops.hpp"
#include "topology/routing.hpp"

namespace eastwest {

struct RouteVersion {
  static constexpr std::uint32_t kNoPort = 0xffff'ffffu;

  Time time;
  NextHops hops;
  RoutingTable table;        // without switches where `hops` holds
  std::string buffer_cycle;  // lossless links: queues that may come to wait for each other, in words; empty: none

  [[nodiscard]] bool by_table() const { return table.switches != 0; }
  [[nodiscard]] std::uint32_t channels() const { return by_table() ? table.channels : 1; }
  /// By which port a packet on a minimal path leaves a switch, the first of several; kNoPort: no way.
  [[nodiscard]] std::uint32_t first_port(std::size_t switch_index, EndpointId to) const;
};

/// The rule that `paths` stands for on this fabric: automatic is minimal where the structure has a rule of its own
/// against deadlock (groups, torus), and every shortest path elsewhere.
RoutingRule routing_rule(const Fabric& fabric, PathRule paths);

/// Whether the fabric has a use for the rule, and the policy for the rule: what route_versions would refuse, without making any routes.
Status check_routing(const Fabric& fabric, const NetworkOptions& network);

/// `faults` in order of time. Errors: a rule that the fabric has no use for, or a policy that the rule cannot do.
Result<std::vector<RouteVersion>> route_versions(const Fabric& fabric, const NetworkOptions& network, const std::vector<Fault>& faults);

}  // namespace eastwest
