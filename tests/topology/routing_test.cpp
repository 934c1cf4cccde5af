// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/topology/built_fabric.hpp"
#include "tests/topology/fabric_measures.hpp"
#include "tests/topology/walked_routes.hpp"
#include "topology/routing.hpp"

namespace eastwest::tests {
namespace {

Fabric small(std::string_view kind, Settings settings = {}) {
  settings.emplace_back("link_delay", "100 ns");
  settings.emplace_back("switch", "custom");
  return good_fabric(kind, settings);
}

/// Random packets arrive, at their endpoint, over at most `most_links` links between switches.
void check_walks(const Fabric& fabric, const RoutingTable& table, std::size_t most_links) {
  const bool two = table.rule == RoutingRule::valiant || table.rule == RoutingRule::ugal;
  const std::size_t endpoints = fabric.endpoints.size();
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 31);
    const EndpointId from{static_cast<std::uint32_t>(random.below(endpoints))};
    const EndpointId to{static_cast<std::uint32_t>(random.below(endpoints))};
    const unsigned phase = table.rule == RoutingRule::ugal ? static_cast<unsigned>(random.below(2)) : two ? 0 : 1;
    const std::vector<WalkedHop> way = walk(fabric, table, from, to, random.bits(), random, phase);
    REQUIRE(!way.empty());
    CHECK(fabric.links[way.back().link.index()].target == fabric.endpoints[to.index()].port);
    CHECK(way.size() - 1 <= most_links);
    for (const WalkedHop& hop : way) CHECK(hop.channel < table.channels);
  }
}

TEST_CASE("routing: minimal and Valiant packets arrive within the hops and channels of their papers") {
  // Kim et al., ISCA 2008, section 4.1: minimal l g l with 2 channels, Valiant l g l g l with 3.
  const Fabric dragonfly = small("dragonfly");
  CHECK(routing(dragonfly, RoutingRule::minimal).channels == 2);
  CHECK(routing(dragonfly, RoutingRule::valiant).channels == 3);
  check_walks(dragonfly, routing(dragonfly, RoutingRule::minimal), 3);
  check_walks(dragonfly, routing(dragonfly, RoutingRule::valiant), 5);
  check_walks(dragonfly, routing(dragonfly, RoutingRule::ugal), 5);
  // Shpiner et al., HiPINEB 2017: minimal up g down with 1, by an intermediate group 2; up to up g (down up) g down.
  const Fabric plus = small("dragonfly_plus", {{"global_links", "3"}});
  CHECK(routing(plus, RoutingRule::minimal).channels == 1);
  CHECK(routing(plus, RoutingRule::valiant).channels == 2);
  check_walks(plus, routing(plus, RoutingRule::minimal), 3);
  check_walks(plus, routing(plus, RoutingRule::valiant), 6);
  check_walks(plus, routing(plus, RoutingRule::ugal), 6);
  // Dally and Seitz 1987: 2 channels for a ring; at most floor(k/2) links per dimension, twice that by an intermediate.
  const Fabric torus = small("torus", {{"extents", "[4, 5, 3]"}});
  CHECK(routing(torus, RoutingRule::minimal).channels == 2);
  CHECK(routing(torus, RoutingRule::valiant).channels == 4);
  check_walks(torus, routing(torus, RoutingRule::minimal), 2 + 2 + 1);
  check_walks(torus, routing(torus, RoutingRule::valiant), 2 * (2 + 2 + 1));
  check_walks(torus, routing(torus, RoutingRule::ugal), 2 * (2 + 2 + 1));
}

TEST_CASE("routing: minimal paths of dragonfly and torus are as short as the paper's distance") {
  const Fabric torus = small("torus", {{"extents", "[5, 4]"}});
  const RoutingTable table = routing(torus, RoutingRule::minimal);
  const auto neighbours = switch_neighbours(torus);
  RandomStream random(5, 32);
  for (std::uint32_t a = 0; a < 20; ++a) {
    const std::vector<std::uint32_t> hops = hops_from(neighbours, a);
    for (std::uint32_t b = 0; b < 20; ++b) CHECK(walk(torus, table, {a}, {b}, 0, random, 1).size() == hops[b] + 1);
  }
  // A maximal dragonfly: one global link between two groups, so l g l without what is already in place.
  const Fabric dragonfly = small("dragonfly");
  const RoutingTable minimal = routing(dragonfly, RoutingRule::minimal);
  for (std::uint32_t a = 0; a < 72; ++a)
    for (std::uint32_t b = 0; b < 72; ++b) {
      std::uint32_t globals = 0;
      for (const WalkedHop& hop : walk(dragonfly, minimal, {a}, {b}, 0, random, 1)) {
        const Node& one = dragonfly.nodes[dragonfly.ports[dragonfly.links[hop.link.index()].source.index()].node.index()];
        const Node& two = dragonfly.nodes[dragonfly.ports[dragonfly.links[hop.link.index()].target.index()].node.index()];
        if (two.kind == NodeKind::host) continue;
        globals += dragonfly.switches[one.detail].group != dragonfly.switches[two.detail].group ? 1 : 0;
      }
      CHECK(globals == (a / 8 == b / 8 ? 0 : 1));
    }
}

TEST_CASE("routing: a torus takes dimensions in order, and channel 1 never crosses the edge of a ring") {
  const Fabric torus = small("torus", {{"extents", "[6, 4]"}});
  const RoutingTable table = routing(torus, RoutingRule::minimal);
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 33);
    const EndpointId from{static_cast<std::uint32_t>(random.below(24))};
    const EndpointId to{static_cast<std::uint32_t>(random.below(24))};
    std::vector<WalkedHop> way = walk(torus, table, from, to, 0, random, 1);
    way.pop_back();
    std::size_t dimension = 0;
    for (const WalkedHop& hop : way) {
      const auto at = [&](PortId port) { return torus.switches[torus.nodes[torus.ports[port.index()].node.index()].detail].coordinate; };
      const auto a = at(torus.links[hop.link.index()].source);
      const auto b = at(torus.links[hop.link.index()].target);
      const std::size_t d = a[0] != b[0] ? 0 : 1;
      CHECK(d >= dimension);
      dimension = d;
      const bool edge = std::max(a[d], b[d]) - std::min(a[d], b[d]) > 1;
      if (edge) CHECK(hop.channel == 0);
    }
  }
}

TEST_CASE("routing: Valiant spreads over all intermediates alike, whoever asks") {
  const RoutingTable table = routing(small("dragonfly"), RoutingRule::valiant);
  REQUIRE(table.domains == 9);
  std::vector<std::uint32_t> count(9);
  for (std::uint64_t hash = 0; hash < 90'000; ++hash) ++count[table.intermediate(hash)];
  // Binomial(90,000, 1/9): mean 10,000, deviation 94; five deviations.
  for (const std::uint32_t c : count) CHECK((c > 9'530 && c < 10'470));
}

TEST_CASE("routing: UGAL takes the minimal path unless its queue times hops exceeds the other's") {
  const Fabric fabric = small("dragonfly");
  const RoutingTable table = routing(fabric, RoutingRule::ugal);
  // Router 0 to a router three links away by way of a group: the law of ISCA 2008, section 4.2, with the table's own hops.
  std::uint32_t target = 0;
  while (table.hops_to_switch[target] != 3) ++target;
  const std::uint32_t middle = 3;
  const std::uint64_t there = std::uint64_t{table.hops_to_domain[middle]} + table.hops_from_domain[middle * table.switches + target];
  CHECK((there >= 3 && there <= 5));
  CHECK(table.ugal_phase(0, target, middle, 0, 0) == 1);
  CHECK(table.ugal_phase(0, target, middle, there, 3) == 1);
  CHECK(table.ugal_phase(0, target, middle, there + 1, 3) == 0);
  CHECK(table.ugal_phase(0, target, middle, there + 1, 3, 3) == 1);
  const RoutingTable torus = routing(small("torus", {{"extents", "[4, 4]"}}), RoutingRule::ugal);
  CHECK(torus.ugal_phase(0, 1, 10, 4, 1) == 1);  // one link against 4 + 3
  CHECK(torus.ugal_phase(0, 1, 10, 8, 1) == 0);
}

TEST_CASE("routing: on a whole Clos minimal, up and down and shortest paths are the same, and those of the next hops") {
  for (const char* kind : {"leaf_spine", "rail_optimised", "fat_tree", "multi_plane", "rail_only"}) {
    CAPTURE(kind);
    const Fabric fabric =
        std::string_view(kind) == "fat_tree" ? small(kind, {{"k", "4"}}) : small(kind, {{"servers", "6"}, {"spines", "2"}});
    const NextHops expected = all_shortest_paths(fabric);
    for (const RoutingRule rule : {RoutingRule::shortest, RoutingRule::minimal, RoutingRule::up_down}) {
      const NextHops found = to_next_hops(routing(fabric, rule));
      std::size_t wrong = 0;
      for (std::size_t s = 0; s < fabric.switches.size(); ++s)
        for (std::uint32_t e = 0; e < fabric.endpoints.size(); ++e) {
          const auto a = expected.at(s, {e});
          const auto b = found.at(s, {e});
          if (!fabric.nodes[fabric.switches[s].node.index()].tier) continue;
          // Up and down does not leave a spine upwards; nothing comes there on its way.
          if (rule != RoutingRule::shortest && b.empty()) continue;
          wrong += std::equal(a.begin(), a.end(), b.begin(), b.end()) ? 0 : 1;
        }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("routing: shortest paths of direct fabrics are those of the next hops") {
  for (const char* kind : {"dragonfly", "dragonfly_plus", "torus"}) {
    const Fabric fabric = small(kind);
    const NextHops expected = all_shortest_paths(fabric);
    const NextHops found = to_next_hops(routing(fabric, RoutingRule::shortest));
    std::size_t wrong = 0;
    for (std::size_t s = 0; s < fabric.switches.size(); ++s)
      for (std::uint32_t e = 0; e < fabric.endpoints.size(); ++e) {
        const auto a = expected.at(s, {e});
        const auto b = found.at(s, {e});
        wrong += std::equal(a.begin(), a.end(), b.begin(), b.end()) ? 0 : 1;
      }
    CHECK(wrong == 0);
  }
}

TEST_CASE("routing: with cables down whatever is still joined is reached") {
  for (const char* kind : {"dragonfly", "dragonfly_plus", "torus", "leaf_spine", "fat_tree"}) {
    CAPTURE(kind);
    const Fabric fabric = std::string_view(kind) == "fat_tree"     ? small(kind, {{"k", "4"}})
                          : std::string_view(kind) == "leaf_spine" ? small(kind, {{"servers", "6"}, {"leaves", "3"}, {"spines", "3"}})
                                                                   : small(kind);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(seed);
      RandomStream random(seed, 34);
      std::vector<bool> down(fabric.cables.size());
      for (std::size_t c = 0; c < down.size(); ++c) down[c] = random.below(10) == 0;
      const RoutingTable table = routing(fabric, RoutingRule::minimal, false, down);
      const NextHops joined = all_shortest_paths(fabric, down);
      std::size_t lost = 0;
      for (std::uint32_t from = 0; from < fabric.endpoints.size(); from += 3)
        for (std::uint32_t to = 0; to < fabric.endpoints.size(); ++to) {
          const std::uint32_t s = table.target_of[from];
          if (s == RoutingTable::kNoSwitch || joined.at(s, {to}).empty()) continue;
          const std::vector<WalkedHop> way = walk(fabric, table, {from}, {to}, random.bits(), random, 1);
          lost += way.empty() ? 1 : 0;
          for (const WalkedHop& hop : way) lost += down[fabric.links[hop.link.index()].cable.index()] ? 1 : 0;
        }
      CHECK(lost == 0);
    }
  }
}

TEST_CASE("routing: Valiant on a Clos is refused with a remedy") {
  RoutingOptions options;
  options.rule = RoutingRule::valiant;
  const Result<RoutingTable> table = build_routing(small("leaf_spine"), options);
  REQUIRE(!table.has_value());
  CHECK(table.error().message == "`valiant` needs groups or a torus to choose an intermediate from; `leaf_spine` has neither");
}

TEST_CASE("routing: tables stay within the stated memory") {
  // Header of topology/routing.hpp: 4 bytes per pair of switches, and per switch and group.
  const Fabric fabric = small("dragonfly", {{"global_links", "4"}});  // 264 switches, 33 groups, 1,056 hosts
  const RoutingTable valiant = routing(fabric, RoutingRule::valiant);
  CHECK(valiant.bytes() < 4 * (264 * 264 + 264 * 33) + 6 * 1'056 + 4 * 264 + 4'096 * 4);
  const RoutingTable torus = routing(small("torus", {{"extents", "[8, 8, 8]"}}), RoutingRule::ugal);
  CHECK(torus.bytes() < 5 * 512 * 512 + 6 * 512 + 4 * 512 + 1'024);
}

}  // namespace
}  // namespace eastwest::tests
