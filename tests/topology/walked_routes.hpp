// SPDX-License-Identifier: Apache-2.0
// Test support: walks packets over a routing table as a switch would, by the contract at the top of topology/routing.hpp.
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "topology/routing.hpp"

namespace eastwest::tests {

struct WalkedHop {
  LinkId link;
  std::uint32_t channel = 0;
  unsigned phase = 0;
};

/// The way of one packet from a host to an endpoint; `pick` draws the hop at each switch. Empty when it is dropped or goes on
/// for ever. `phase` is that of the switch where it enters.
inline std::vector<WalkedHop> walk(const Fabric& fabric, const RoutingTable& table, EndpointId from, EndpointId to, std::uint64_t hash,
                                   RandomStream& pick, unsigned phase) {
  std::vector<WalkedHop> way;
  std::uint32_t s = table.target_of[from.index()];
  const std::uint32_t target = table.target_of[to.index()];
  if (s == RoutingTable::kNoSwitch || target == RoutingTable::kNoSwitch) return {};
  while (way.size() < 1'000) {
    const Node& node = fabric.nodes[fabric.switches[s].node.index()];
    if (s == target) {
      way.push_back({fabric.ports[node.first_port + table.port_of[to.index()]].out, way.empty() ? 0 : way.back().channel, phase});
      return way;
    }
    std::uint32_t middle = 0;
    if (phase == 0) {
      middle = table.intermediate(hash);
      if (table.domain_of[s] == middle || table.at(0, s, middle).empty()) phase = 1;
    }
    const auto hops = phase == 0 ? table.at(0, s, middle) : table.at(1, s, target);
    if (hops.empty()) return {};
    const RoutingTable::Hop hop = hops[pick.below(hops.size())];
    const LinkId link = fabric.ports[node.first_port + hop.port].out;
    way.push_back({link, hop.channel + std::uint32_t{table.channel_shift[phase]}, phase});
    s = fabric.nodes[fabric.ports[fabric.links[link.index()].target.index()].node.index()].detail;
  }
  return {};
}

inline RoutingTable routing(const Fabric& fabric, RoutingRule rule, bool one_channel = false, std::vector<bool> down = {}) {
  RoutingOptions options;
  options.rule = rule;
  options.one_channel = one_channel;
  options.cable_down = std::move(down);
  Result<RoutingTable> table = build_routing(fabric, options);
  REQUIRE_MESSAGE(table.has_value(), table.error().message);
  return std::move(table).value();
}

}  // namespace eastwest::tests
