// SPDX-License-Identifier: Apache-2.0
#include "topology/static_paths.hpp"

#include <algorithm>
#include <numeric>

namespace eastwest {

NextHops static_paths(const Fabric& fabric, const NextHops& all) {
  const std::uint32_t endpoints = all.endpoint_count;
  // Number of each endpoint by where its cable ends.
  std::vector<std::uint32_t> far_port(endpoints, 0);
  for (std::uint32_t e = 0; e < endpoints; ++e) {
    const LinkId out = fabric.ports[fabric.endpoints[e].port.index()].out;
    if (out.exists()) far_port[e] = fabric.links[out.index()].target.value;  // ports of a node are neighbours
  }
  std::vector<std::uint32_t> order(endpoints);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return far_port[a] < far_port[b]; });
  std::vector<std::uint32_t> number(endpoints);
  for (std::uint32_t i = 0; i < endpoints; ++i) number[order[i]] = i;

  NextHops chosen;
  chosen.endpoint_count = endpoints;
  chosen.entries.resize(all.entries.size());
  std::vector<std::uint32_t> single;  // where the run of one port stands, + 1
  std::vector<std::uint16_t> distinct;
  for (std::size_t s = 0; s < fabric.switches.size(); ++s) {
    const unsigned tier = fabric.nodes[fabric.switches[s].node.index()].tier;
    for (std::uint32_t e = 0; e < endpoints; ++e) {
      const std::span<const std::uint16_t> run = all.at(s, {e});
      if (run.empty()) continue;
      distinct.assign(run.begin(), run.end());
      distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
      std::uint64_t digit = number[e];
      for (unsigned below = 1; below < tier && distinct.size() > 1; ++below) digit /= distinct.size();
      const std::uint16_t port = distinct[digit % distinct.size()];
      if (single.size() <= port) single.resize(port + 1u);
      if (single[port] == 0) {
        chosen.ports.push_back(port);
        single[port] = static_cast<std::uint32_t>(chosen.ports.size());
      }
      chosen.entries[s * endpoints + e] = {single[port] - 1, 1};
    }
  }
  return chosen;
}

}  // namespace eastwest
