// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::tests {
namespace {

constexpr std::uint32_t kFar = 1'000'000;

/// Hop counts between all nodes by Floyd and Warshall, hosts not forwarding: independent of the table under test.
std::vector<std::vector<std::uint32_t>> distances(const Fabric& fabric, const std::vector<bool>& down) {
  const std::size_t count = fabric.nodes.size();
  std::vector<std::vector<std::uint32_t>> distance(count, std::vector<std::uint32_t>(count, kFar));
  for (std::size_t i = 0; i < count; ++i) distance[i][i] = 0;
  for (const Link& link : fabric.links) {
    if (!down.empty() && down[link.cable.index()]) continue;
    distance[fabric.ports[link.source.index()].node.index()][fabric.ports[link.target.index()].node.index()] = 1;
  }
  for (std::size_t middle = 0; middle < count; ++middle) {
    if (fabric.nodes[middle].kind == NodeKind::host) continue;
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b) distance[a][b] = std::min(distance[a][b], distance[a][middle] + distance[middle][b]);
  }
  return distance;
}

/// Every entry lists exactly the ports whose neighbour is one hop nearer to the endpoint's switch, or the last port.
void check_table(const Fabric& fabric, const std::vector<bool>& down) {
  const NextHops table = all_shortest_paths(fabric, down);
  const auto distance = distances(fabric, down);
  REQUIRE(table.entries.size() == fabric.switches.size() * fabric.endpoints.size());
  const auto up = [&](LinkId link) { return down.empty() || !down[fabric.links[link.index()].cable.index()]; };
  std::size_t wrong = 0;
  for (std::size_t s = 0; s < fabric.switches.size(); ++s) {
    const Node& node = fabric.nodes[fabric.switches[s].node.index()];
    for (std::uint32_t e = 0; e < fabric.endpoints.size(); ++e) {
      const LinkId nic = fabric.ports[fabric.endpoints[e].port.index()].out;
      const Port& last = fabric.ports[fabric.links[nic.index()].target.index()];
      std::vector<std::uint16_t> expected;
      if (up(nic)) {
        for (std::uint32_t p = 0; p < node.port_count; ++p) {
          const LinkId out = fabric.ports[node.first_port + p].out;
          if (!up(out)) continue;
          const Port& far = fabric.ports[fabric.links[out.index()].target.index()];
          const bool arrives = last.node == fabric.switches[s].node && far.node == fabric.endpoints[e].host && last.index == p;
          const bool nearer =
              fabric.nodes[far.node.index()].kind == NodeKind::network_switch &&
              distance[fabric.switches[s].node.index()][last.node.index()] < kFar &&
              distance[far.node.index()][last.node.index()] + 1 == distance[fabric.switches[s].node.index()][last.node.index()];
          if (arrives || nearer) expected.push_back(static_cast<std::uint16_t>(p));
        }
      }
      const auto found = table.at(s, {e});
      if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end())) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

/// Shortest paths from a host's NIC to an endpoint, counted through the table.
std::uint64_t count_paths(const Fabric& fabric, const NextHops& table, EndpointId from, EndpointId to) {
  const auto walk = [&](const auto& self, LinkId link) -> std::uint64_t {
    const Port& port = fabric.ports[fabric.links[link.index()].target.index()];
    const Node& node = fabric.nodes[port.node.index()];
    if (node.kind == NodeKind::host) return port.node == fabric.endpoints[to.index()].host ? 1 : 0;
    std::uint64_t paths = 0;
    for (const std::uint16_t p : table.at(node.detail, to)) paths += self(self, fabric.ports[node.first_port + p].out);
    return paths;
  };
  return walk(walk, fabric.ports[fabric.endpoints[from.index()].port.index()].out);
}

TEST_CASE("next hops: exactly the shortest paths, against Floyd and Warshall") {
  check_table(good_fabric("fat_tree", {{"k", "4"}}), {});
  check_table(good_fabric("leaf_spine", {{"servers", "6"}, {"leaves", "3"}, {"spines", "2"}}), {});
  check_table(good_fabric("rail_optimised", {{"servers", "8"}, {"servers_per_group", "4"}}), {});
}

TEST_CASE("next hops: with cables down, against Floyd and Warshall") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "4"}});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 7);
    std::vector<bool> down(fabric.cables.size());
    for (std::size_t c = 0; c < down.size(); ++c) down[c] = random.below(5) == 0;
    check_table(fabric, down);
  }
}

TEST_CASE("next hops: a fat tree has (k/2)^2 shortest paths between pods and k/2 inside one") {
  // Al-Fares et al., SIGCOMM 2008, section 3.
  for (const std::uint32_t k : {4u, 8u}) {
    const Fabric fabric = good_fabric("fat_tree", {{"k", std::to_string(k)}});
    const NextHops table = all_shortest_paths(fabric);
    const std::uint32_t half = k / 2;
    CHECK(count_paths(fabric, table, {0}, {k * half * half - 1}) == half * half);
    CHECK(count_paths(fabric, table, {0}, {half}) == half);
    CHECK(count_paths(fabric, table, {0}, {1}) == 1);
  }
}

TEST_CASE("next hops: a downed NIC cable makes its endpoint unreachable and no other") {
  const Fabric fabric = good_fabric("leaf_spine", {{"servers", "4"}, {"server", "plain"}, {"leaves", "2"}});
  std::vector<bool> down(fabric.cables.size());
  down[0] = true;
  const NextHops table = all_shortest_paths(fabric, down);
  for (std::size_t s = 0; s < fabric.switches.size(); ++s) {
    CHECK(table.at(s, {0}).empty());
    for (std::uint32_t e = 1; e < 4; ++e) CHECK(!table.at(s, {e}).empty());
  }
}

TEST_CASE("next hops: equal runs are stored once") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "8"}});
  const NextHops table = all_shortest_paths(fabric);
  // Runs of a k-ary tree: every single port of a switch, and the upward half of leaves and aggregation switches.
  CHECK(table.ports.size() == 8 + 4);
}

TEST_CASE("next hops: large fabrics stay quick and small") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "16"}, {"servers", "512"}});
  CHECK(fabric.switches.size() == 320);
  const NextHops table = all_shortest_paths(fabric);
  CHECK(table.entries.size() == 320 * 512);
  CHECK(table.ports.size() == 16 + 8);
}

}  // namespace
}  // namespace eastwest::tests
