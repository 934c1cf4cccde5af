// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"
#include "tests/topology/walked_routes.hpp"
#include "topology/deadlock.hpp"

namespace eastwest::tests {
namespace {

Fabric fabric_of(std::string_view kind, Settings settings = {}) {
  settings.emplace_back("link_delay", "100 ns");
  settings.emplace_back("switch", "custom");
  return good_fabric(kind, settings);
}

/// The links of a circle follow each other, and the table itself allows each step.
void check_circle(const Fabric& fabric, const std::vector<BufferWait>& cycle) {
  REQUIRE(cycle.size() >= 2);
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const Link& one = fabric.links[cycle[i].link.index()];
    const Link& two = fabric.links[cycle[(i + 1) % cycle.size()].link.index()];
    CHECK(fabric.ports[one.target.index()].node == fabric.ports[two.source.index()].node);
  }
}

TEST_CASE("deadlock: every topology with its own routing is free of it") {
  const std::vector<std::pair<std::string_view, Settings>> sites{
      {"leaf_spine", {{"servers", "12"}, {"leaves", "4"}, {"spines", "2"}}},
      {"rail_optimised", {{"servers", "8"}, {"servers_per_group", "4"}}},
      {"fat_tree", {{"k", "4"}}},
      {"multi_plane", {{"servers", "8"}, {"rails_per_leaf", "2"}}},
      {"rail_only", {{"servers", "8"}, {"servers_per_group", "2"}}},
      {"dragonfly", {}},
      {"dragonfly", {{"groups", "4"}, {"global_arrangement", "circulant"}}},
      {"dragonfly", {{"groups", "9"}, {"global_links", "3"}, {"global_arrangement", "absolute"}}},
      {"dragonfly_plus", {{"global_links", "3"}}},
      {"dragonfly_plus", {{"global_links", "4"}, {"groups", "5"}, {"global_arrangement", "circulant"}}},
      {"torus", {{"extents", "[4, 4, 4]"}}},
      {"torus", {{"extents", "[7, 5]"}}},
      {"torus", {{"extents", "[3, 2, 4, 3]"}}},
  };
  for (const auto& [kind, settings] : sites) {
    CAPTURE(kind);
    const Fabric fabric = fabric_of(kind, settings);
    const bool direct = fabric.structure == Structure::groups || fabric.structure == Structure::torus;
    for (const RoutingRule rule : {RoutingRule::minimal, RoutingRule::up_down, RoutingRule::valiant, RoutingRule::ugal}) {
      if (!direct && (rule == RoutingRule::valiant || rule == RoutingRule::ugal)) continue;
      CAPTURE(to_string(rule));
      const RoutingTable table = routing(fabric, rule);
      const std::vector<BufferWait> cycle = find_buffer_cycle(fabric, table);
      CHECK_MESSAGE(cycle.empty(), describe_cycle(fabric, cycle, table.channels));
    }
    if (!direct) CHECK(find_buffer_cycle(fabric, routing(fabric, RoutingRule::shortest)).empty());
  }
}

TEST_CASE("deadlock: a torus in dimension order without dateline channels has one, round a ring") {
  // Dally and Seitz 1987: a ring of k > 3 links on one channel each closes; with k = 3 nobody goes two links on.
  const Fabric ring = fabric_of("torus", {{"extents", "[5]"}});
  const std::vector<BufferWait> cycle = find_buffer_cycle(ring, routing(ring, RoutingRule::minimal, true));
  check_circle(ring, cycle);
  CHECK(cycle.size() == 5);
  CHECK(describe_cycle(ring, {cycle[0], cycle[1]}, 1) ==
        "2 queues wait for each other in a circle: `" + ring.link_name(cycle[0].link) + "`, `" + ring.link_name(cycle[1].link) + "`");
  const Fabric cube = fabric_of("torus", {{"extents", "[4, 4, 4]"}});
  check_circle(cube, find_buffer_cycle(cube, routing(cube, RoutingRule::minimal, true)));
  const Fabric three = fabric_of("torus", {{"extents", "[3, 3]"}});
  CHECK(find_buffer_cycle(three, routing(three, RoutingRule::minimal, true)).empty());
}

TEST_CASE("deadlock: a minimal dragonfly on one channel has one, through local and global links") {
  // ISCA 2008, section 4.1: minimal routing needs two channels. Dragonfly+ does not (HiPINEB 2017).
  const Fabric fabric = fabric_of("dragonfly");
  check_circle(fabric, find_buffer_cycle(fabric, routing(fabric, RoutingRule::minimal, true)));
  const Fabric plus = fabric_of("dragonfly_plus", {{"global_links", "3"}});
  CHECK(find_buffer_cycle(plus, routing(plus, RoutingRule::minimal, true)).empty());
  check_circle(plus, find_buffer_cycle(plus, routing(plus, RoutingRule::valiant, true)));
}

TEST_CASE("deadlock: shortest paths of a dragonfly plus are its minimal ones and have none") {
  // Every leaf reaches every spine of its group, so up, global, down is there between any two groups and nothing is shorter.
  for (const char* groups : {"0", "3"}) {
    const Fabric plus = fabric_of("dragonfly_plus", {{"global_links", "3"}, {"groups", groups}});
    CHECK(find_buffer_cycle(plus, routing(plus, RoutingRule::shortest)).empty());
  }
}

TEST_CASE("deadlock: all shortest paths of dragonfly and torus have one") {
  for (const char* kind : {"dragonfly", "torus"}) {
    CAPTURE(kind);
    const Fabric fabric = fabric_of(kind);
    check_circle(fabric, find_buffer_cycle(fabric, routing(fabric, RoutingRule::shortest)));
  }
}

TEST_CASE("deadlock: random walks only step along the dependencies that were checked") {
  // Every step of every walked packet, and so of every packet, must go from a lower to a higher place in some order of the
  // channels; without a circle there is one. Here: the steps of 3,000 packets alone close no circle either.
  for (const char* kind : {"dragonfly", "dragonfly_plus", "torus"}) {
    CAPTURE(kind);
    const Fabric fabric = fabric_of(kind);
    const RoutingTable table = routing(fabric, RoutingRule::ugal);
    std::vector<std::vector<std::uint32_t>> steps(fabric.links.size() * table.channels);
    std::vector<std::uint32_t> incoming(steps.size());
    for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
      RandomStream random(seed, 41);
      const EndpointId from{static_cast<std::uint32_t>(random.below(fabric.endpoints.size()))};
      const EndpointId to{static_cast<std::uint32_t>(random.below(fabric.endpoints.size()))};
      std::vector<WalkedHop> way = walk(fabric, table, from, to, random.bits(), random, static_cast<unsigned>(random.below(2)));
      REQUIRE(!way.empty());
      way.pop_back();
      for (std::size_t i = 0; i + 1 < way.size(); ++i) {
        const auto vertex = [&](const WalkedHop& hop) { return hop.link.value * table.channels + hop.channel; };
        steps[vertex(way[i])].push_back(vertex(way[i + 1]));
        ++incoming[vertex(way[i + 1])];
      }
    }
    // Kahn's order takes every vertex exactly when there is no circle.
    std::vector<std::uint32_t> ready;
    for (std::uint32_t v = 0; v < steps.size(); ++v)
      if (incoming[v] == 0) ready.push_back(v);
    for (std::size_t head = 0; head < ready.size(); ++head)
      for (const std::uint32_t next : steps[ready[head]])
        if (--incoming[next] == 0) ready.push_back(next);
    CHECK(ready.size() == steps.size());
  }
}

TEST_CASE("deadlock: with cables down the routing that is left is still free of it") {
  for (const char* kind : {"dragonfly", "dragonfly_plus", "torus", "fat_tree"}) {
    CAPTURE(kind);
    const Fabric fabric = std::string_view(kind) == "fat_tree" ? fabric_of(kind, {{"k", "4"}}) : fabric_of(kind);
    const RoutingRule rule = fabric.structure == Structure::tiers ? RoutingRule::minimal : RoutingRule::ugal;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      CAPTURE(seed);
      RandomStream random(seed, 42);
      std::vector<bool> down(fabric.cables.size());
      for (std::size_t c = 0; c < down.size(); ++c) down[c] = random.below(12) == 0;
      const RoutingTable table = routing(fabric, rule, false, down);
      CHECK(find_buffer_cycle(fabric, table).empty());
    }
  }
}

TEST_CASE("deadlock: shortest paths of a Clos with cables down may have one, which up and down has not") {
  // Two leaves that share no spine any more meet through a third leaf: down, then up again. Three such pairs close a circle.
  const Fabric fabric =
      fabric_of("leaf_spine", {{"servers", "6"}, {"server", "plain"}, {"leaves", "6"}, {"spines", "3"}, {"uplinks_per_leaf", "3"}});
  bool found = false;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomStream random(seed, 43);
    std::vector<bool> down(fabric.cables.size());
    for (std::size_t c = fabric.endpoints.size(); c < down.size(); ++c) down[c] = random.below(3) == 0;
    const std::vector<BufferWait> cycle = find_buffer_cycle(fabric, routing(fabric, RoutingRule::shortest, false, down));
    if (!cycle.empty()) check_circle(fabric, cycle);
    found = found || !cycle.empty();
    CHECK(find_buffer_cycle(fabric, routing(fabric, RoutingRule::minimal, false, down)).empty());
  }
  CHECK(found);
}

}  // namespace
}  // namespace eastwest::tests
