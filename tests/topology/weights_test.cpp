// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "tests/topology/walked_routes.hpp"
#include "topology/routing_writer.hpp"
#include "topology/static_paths.hpp"

namespace eastwest::tests {
namespace {

std::vector<std::uint32_t> dealt(const std::vector<std::uint64_t>& shares, std::uint32_t slots) {
  std::vector<std::uint32_t> times;
  apportion(shares, slots, times);
  return times;
}

TEST_CASE("weights: small ratios are exact, others nearest") {
  CHECK(dealt({400, 400, 400}, 64) == std::vector<std::uint32_t>{1, 1, 1});
  CHECK(dealt({400, 800}, 64) == std::vector<std::uint32_t>{1, 2});
  CHECK(dealt({300'000'000'000, 100'000'000'000, 200'000'000'000}, 64) == std::vector<std::uint32_t>{3, 1, 2});
  CHECK(dealt({1'000'003, 1'000'003}, 64) == std::vector<std::uint32_t>{1, 1});
  CHECK(dealt({1'000'000, 1}, 64) == std::vector<std::uint32_t>{64, 1});  // every way keeps an entry
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 51);
    std::vector<std::uint64_t> shares;
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < 2 + random.below(10); ++i) {
      shares.push_back(100'000'000 + random.below(900'000'000));
      total += shares.back();
    }
    const std::vector<std::uint32_t> times = dealt(shares, 64);
    std::uint32_t sum = 0;
    for (const std::uint32_t count : times) sum += count;
    CHECK(sum == 64);  // largest remainders deal all slots
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const double exact = 64.0 * static_cast<double>(shares[i]) / static_cast<double>(total);
      CHECK(std::abs(exact - times[i]) < 1);  // and each gets its quota rounded up or down
    }
  }
}

/// How often each port stands in the run from a switch to an endpoint.
std::map<std::uint16_t, std::uint32_t> counts(const NextHops& table, std::size_t s, EndpointId e) {
  std::map<std::uint16_t, std::uint32_t> list;
  for (const std::uint16_t port : table.at(s, e)) ++list[port];
  return list;
}

ExplicitGraph diamond() {
  // h0 - a = (fast 800, slow 400) = b - h1, and beyond c two links of 400 of which b has but one.
  ExplicitGraph graph;
  graph.hosts = {{"h0", 1, {}}, {"h1", 1, {}}};
  graph.switches = {{"a", "custom", {}}, {"b", "custom", {}}, {"c", "custom", {}}, {"d", "custom", {}}};
  const auto link = [&](const char* one, const char* two, std::uint64_t gigabit) {
    graph.links.push_back({one, two, {gigabit * 1'000'000'000}, {1'000'000}, {-1}, 0, {}});
  };
  link("h0", "a", 400);
  link("h1", "b", 400);
  link("a", "c", 800);
  link("a", "d", 400);
  link("c", "b", 800);
  link("d", "b", 400);
  return graph;
}

TEST_CASE("weights: unequal links share by rate, and by what is behind them") {
  Fabric fabric = good_fabric("custom", {}, diamond());
  NextHops table = to_next_hops(routing(fabric, RoutingRule::shortest));
  CHECK(counts(table, 0, {1}) == std::map<std::uint16_t, std::uint32_t>{{1, 2}, {2, 1}});
  // The fast link leads to a slow one: both ways carry 400 Gb/s.
  ExplicitGraph narrow = diamond();
  narrow.links[4].rate = {400'000'000'000};
  fabric = good_fabric("custom", {}, narrow);
  table = to_next_hops(routing(fabric, RoutingRule::shortest));
  CHECK(counts(table, 0, {1}) == std::map<std::uint16_t, std::uint32_t>{{1, 1}, {2, 1}});
  // Parallel links: two of 400 to c against one to d.
  ExplicitGraph parallel = diamond();
  parallel.links[2].rate = {400'000'000'000};
  parallel.links.push_back(parallel.links[2]);
  fabric = good_fabric("custom", {}, parallel);
  table = to_next_hops(routing(fabric, RoutingRule::shortest));
  CHECK(counts(table, 0, {1}) == std::map<std::uint16_t, std::uint32_t>{{1, 1}, {2, 1}, {3, 1}});
  RoutingOptions plain;
  plain.weighted = false;
  fabric = good_fabric("custom", {}, diamond());
  CHECK(counts(to_next_hops(*build_routing(fabric, plain)), 0, {1}) == std::map<std::uint16_t, std::uint32_t>{{1, 1}, {2, 1}});
}

TEST_CASE("weights: a spine that lost one of two cables to a leaf gets half the traffic to it") {
  // Zhou et al., EuroSys 2014, section 2: with two spines of two cables each, one of the four down, 2 : 1.
  const Fabric fabric = good_fabric(
      "leaf_spine",
      {{"servers", "2"}, {"server", "plain"}, {"leaves", "2"}, {"uplinks_per_leaf", "4"}, {"spines", "2"}, {"link_delay", "1 us"}});
  std::vector<bool> down(fabric.cables.size());
  for (std::size_t c = 0; c < fabric.cables.size(); ++c) {
    const std::string name = fabric.link_name({static_cast<std::uint32_t>(2 * c)});
    if (name.substr(0, 6) != "leaf-1" || name.find("spine-1") == std::string::npos) continue;
    down[c] = true;
    break;
  }
  const NextHops table = to_next_hops(routing(fabric, RoutingRule::minimal, false, down));
  // Ports 1 and 2 of leaf-0 go to spine-0, ports 3 and 4 to spine-1.
  CHECK(counts(table, 0, {1}) == std::map<std::uint16_t, std::uint32_t>{{1, 2}, {2, 2}, {3, 1}, {4, 1}});
}

TEST_CASE("static paths: no two flows of a shift share a link on a full fat tree") {
  // Zahavi 2010: D-mod-K on a k-ary fat tree of full bisection is free of contention for every shift permutation.
  for (const std::uint32_t k : {4u, 6u, 8u}) {
    CAPTURE(k);
    const Fabric fabric = good_fabric("fat_tree", {{"k", std::to_string(k)}, {"link_delay", "1 us"}});
    const NextHops table = static_paths(fabric, all_shortest_paths(fabric));
    const auto count = static_cast<std::uint32_t>(fabric.endpoints.size());
    std::uint32_t most = 0;
    for (std::uint32_t shift = 1; shift < count; ++shift) {
      std::vector<std::uint32_t> load(fabric.links.size());
      for (std::uint32_t from = 0; from < count; ++from) {
        const EndpointId to{(from + shift) % count};
        LinkId link = fabric.ports[fabric.endpoints[from].port.index()].out;
        for (;;) {
          most = std::max(most, ++load[link.index()]);
          const Node& node = fabric.nodes[fabric.ports[fabric.links[link.index()].target.index()].node.index()];
          if (node.kind == NodeKind::host) break;
          const auto hops = table.at(node.detail, to);
          REQUIRE(hops.size() == 1);
          link = fabric.ports[node.first_port + hops[0]].out;
        }
      }
    }
    CHECK(most == 1);
  }
}

TEST_CASE("static paths: the destinations of a rail leaf use all spines alike") {
  const Fabric fabric = good_fabric("rail_optimised", {{"servers", "8"}});
  const NextHops table = static_paths(fabric, all_shortest_paths(fabric));
  // Leaf 0 to the eight servers' NICs of rail 1 (endpoints 1, 9, 17, ...): eight uplinks, each once.
  std::map<std::uint16_t, std::uint32_t> used;
  for (std::uint32_t server = 0; server < 8; ++server) ++used[table.at(0, {8 * server + 1})[0]];
  CHECK(used.size() == 8);
}

}  // namespace
}  // namespace eastwest::tests
