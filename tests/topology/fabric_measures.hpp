// SPDX-License-Identifier: Apache-2.0
// Test support: hop counts between the switches of a fabric, measured on its links alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "topology/fabric.hpp"

namespace eastwest::tests {

/// Switches that a switch is cabled to, one entry per cable.
inline std::vector<std::vector<std::uint32_t>> switch_neighbours(const Fabric& fabric) {
  std::vector<std::vector<std::uint32_t>> list(fabric.switches.size());
  for (const Link& link : fabric.links) {
    const Node& from = fabric.nodes[fabric.ports[link.source.index()].node.index()];
    const Node& to = fabric.nodes[fabric.ports[link.target.index()].node.index()];
    if (from.kind == NodeKind::network_switch && to.kind == NodeKind::network_switch) list[from.detail].push_back(to.detail);
  }
  return list;
}

inline constexpr std::uint32_t kNoWay = 0xffff'ffffu;

inline std::vector<std::uint32_t> hops_from(const std::vector<std::vector<std::uint32_t>>& neighbours, std::uint32_t start) {
  std::vector<std::uint32_t> hops(neighbours.size(), kNoWay);
  std::vector<std::uint32_t> queue{start};
  hops[start] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const std::uint32_t next : neighbours[queue[head]])
      if (hops[next] == kNoWay) {
        hops[next] = hops[queue[head]] + 1;
        queue.push_back(next);
      }
  return hops;
}

/// Is a host cabled to this switch?
inline std::vector<bool> switches_with_hosts(const Fabric& fabric) {
  std::vector<bool> with(fabric.switches.size());
  for (const Endpoint& endpoint : fabric.endpoints) {
    const LinkId out = fabric.ports[endpoint.port.index()].out;
    with[fabric.nodes[fabric.ports[fabric.links[out.index()].target.index()].node.index()].detail] = true;
  }
  return with;
}

/// Most hops between two switches that have hosts.
inline std::uint32_t host_diameter(const Fabric& fabric) {
  const auto neighbours = switch_neighbours(fabric);
  const std::vector<bool> with = switches_with_hosts(fabric);
  std::uint32_t most = 0;
  for (std::uint32_t s = 0; s < neighbours.size(); ++s) {
    if (!with[s]) continue;
    const std::vector<std::uint32_t> hops = hops_from(neighbours, s);
    for (std::size_t t = 0; t < hops.size(); ++t)
      if (with[t]) most = std::max(most, hops[t]);
  }
  return most;
}

/// Cables between two switches of which exactly one is in `side`.
template <class InSide>
std::uint32_t cables_across(const Fabric& fabric, const InSide& side) {
  std::uint32_t count = 0;
  for (const Cable& cable : fabric.cables) {
    const Node& a = fabric.nodes[fabric.ports[cable.a.index()].node.index()];
    const Node& b = fabric.nodes[fabric.ports[cable.b.index()].node.index()];
    if (a.kind == NodeKind::host || b.kind == NodeKind::host) continue;
    count += side(fabric.switches[a.detail]) != side(fabric.switches[b.detail]) ? 1 : 0;
  }
  return count;
}

}  // namespace eastwest::tests
