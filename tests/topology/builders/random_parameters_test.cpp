// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "tests/topology/fabric_measures.hpp"
#include "topology/describe.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::tests {
namespace {

std::string pick(RandomStream& random, const std::vector<std::string>& values) { return values[random.below(values.size())]; }
std::string number(RandomStream& random, std::uint64_t bound) { return std::to_string(random.below(bound)); }

Settings random_settings(std::string_view kind, RandomStream& random) {
  Settings settings;
  const auto maybe = [&](std::string name, std::string text) {
    if (random.below(3) == 0) settings.emplace_back(std::move(name), std::move(text));
  };
  settings.emplace_back("servers", std::to_string(1 + random.below(80)));
  settings.emplace_back("server",
                        pick(random, {"plain", "plain", "dgx-h100", "dgx-b300-ac", "pcie-2-8-5", "gaudi3-8", "gb200-nvl72", "no-such"}));
  maybe("nics_per_server", number(random, 20));
  maybe("gpus_per_server", number(random, 20));
  maybe("nic_rate", pick(random, {"100 Gb/s", "200 Gb/s", "800 Gb/s", "25 Gb/s", "1 b/s"}));
  maybe("uplink_rate", pick(random, {"100 Gb/s", "400 Gb/s", "800 Gb/s", "1600 Gb/s"}));
  maybe("switch", pick(random, {"custom", "nv-qm9700", "nv-q3400-ra", "nv-sn3700", "nv-sn2201", "ar-7060x6-64pe"}));
  maybe("link_delay", pick(random, {"0 ns", "1 us", "-1 ps"}));
  maybe("host_optic", pick(random, {"dac-400g", "400g-dr4", "800g-dr8"}));
  maybe("slack", pick(random, {"0 m", "100 m", "900 m"}));
  maybe("rack_pitch", pick(random, {"0 m", "50 m"}));
  maybe("racks_per_row", std::to_string(1 + random.below(5)));
  maybe("servers_per_rack", std::to_string(1 + random.below(9)));
  maybe("switches_per_rack", std::to_string(1 + random.below(3)));
  if (kind == "fat_tree") {
    settings.front().second = number(random, 20);
    settings.emplace_back("k", std::to_string(2 + random.below(11)));
    return settings;
  }
  if (kind == "dragonfly" || kind == "dragonfly_plus") {
    settings.front().second = number(random, 8);
    settings.emplace_back("global_links", std::to_string(1 + random.below(3)));
    maybe("groups", std::to_string(random.below(12)));
    maybe("global_arrangement", pick(random, {"absolute", "circulant"}));
    maybe("global_rate", pick(random, {"100 Gb/s", "800 Gb/s"}));
    maybe(kind == "dragonfly" ? "routers_per_group" : "leaves_per_group", number(random, 6));
    maybe(kind == "dragonfly" ? "hosts_per_router" : "hosts_per_leaf", std::to_string(4 + random.below(9)));
    return settings;
  }
  if (kind == "torus") {
    settings.front().second = number(random, 8);
    settings.emplace_back("extents", pick(random, {"[1]", "[2]", "[7]", "[3, 2]", "[4, 1, 5]", "[3, 3, 3]", "[2, 2, 2, 2, 2]"}));
    settings.emplace_back("hosts_per_switch", std::to_string(1 + random.below(20)));
    return settings;
  }
  maybe("oversubscription", pick(random, {"0.0625", "0.3", "1.5", "2", "7", "64"}));
  maybe("spines", number(random, 12));
  maybe("uplinks_per_leaf", number(random, 40));
  maybe("spine_switch", pick(random, {"same", "custom", "nv-qm9700"}));
  if (kind == "leaf_spine") maybe("leaves", number(random, 20));
  if (kind == "multi_plane") maybe("planes", std::to_string(1 + random.below(9)));
  if (kind == "rail_optimised" || kind == "rail_only" || kind == "multi_plane") {
    maybe("rails_per_leaf", std::to_string(1 + random.below(9)));
    maybe("servers_per_group", number(random, 40));
  }
  return settings;
}

/// Every switch must know a way to every endpoint of its part of the fabric and to no other, which for kinds without planes
/// is all of them, and every switch must respect its catalogue entry.
void check_good(const Fabric& fabric) {
  const Status status = validate(fabric);
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  const NextHops table = all_shortest_paths(fabric);
  const auto neighbours = switch_neighbours(fabric);
  std::size_t wrong = 0;
  std::size_t unreachable = 0;
  for (std::uint32_t e = 0; e < fabric.endpoints.size(); ++e) {
    const Link& out = fabric.links[fabric.ports[fabric.endpoints[e].port.index()].out.index()];
    const std::uint32_t at = fabric.nodes[fabric.ports[out.target.index()].node.index()].detail;
    const std::vector<std::uint32_t> hops = hops_from(neighbours, at);
    for (std::size_t s = 0; s < hops.size(); ++s) {
      wrong += (hops[s] == kNoWay) != table.at(s, {e}).empty() ? 1 : 0;
      unreachable += hops[s] == kNoWay ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
  if (fabric.topology != "rail_only" && fabric.topology != "multi_plane") CHECK(unreachable == 0);
  for (const Switch& unit : fabric.switches) {
    const SwitchModel* model = test_catalogue().find_switch(unit.model);
    if (model != nullptr) CHECK(fabric.nodes[unit.node.index()].port_count <= std::max(model->ports, model->ports_400g));
  }
  for (std::size_t c = 0; c < fabric.cables.size(); ++c) CHECK(fabric.links[2 * c].delay == fabric.links[2 * c + 1].delay);
  CHECK(!describe(fabric).empty());
}

TEST_CASE("builders: whatever is asked for, there is a valid fabric or an error that says why not") {
  std::size_t good = 0;
  for (const std::string_view kind :
       {"leaf_spine", "rail_optimised", "fat_tree", "dragonfly", "dragonfly_plus", "torus", "multi_plane", "rail_only"}) {
    const std::size_t good_before = good;
    for (std::uint64_t seed = 1; seed <= 120; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      RandomStream random(seed, kind.size());
      const BuiltFabric built = build_fabric(kind, random_settings(kind, random));
      for (const Diagnostic& diagnostic : built.diagnostics.all()) {
        CHECK(!diagnostic.message.empty());
        CHECK(!diagnostic.remedy.empty());
      }
      if (built.diagnostics.has_errors()) continue;
      ++good;
      check_good(built.fabric);
    }
    CAPTURE(kind);
    CHECK(good - good_before > 15);  // else the draw tests nothing but errors
  }
}

TEST_CASE("builders: the same parameters give the same fabric") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream one(seed, 4);
    RandomStream two(seed, 4);
    const BuiltFabric a = build_fabric("rail_optimised", random_settings("rail_optimised", one));
    const BuiltFabric b = build_fabric("rail_optimised", random_settings("rail_optimised", two));
    REQUIRE(a.fabric.links.size() == b.fabric.links.size());
    for (std::size_t l = 0; l < a.fabric.links.size(); ++l) {
      CHECK(a.fabric.links[l].source == b.fabric.links[l].source);
      CHECK(a.fabric.links[l].target == b.fabric.links[l].target);
      CHECK(a.fabric.links[l].delay == b.fabric.links[l].delay);
    }
  }
}

ExplicitGraph random_graph(RandomStream& random) {
  ExplicitGraph graph;
  const std::uint64_t hosts = 1 + random.below(6);
  const std::uint64_t switches = 1 + random.below(4);
  std::vector<std::string> names{"ghost"};
  for (std::uint64_t i = 0; i < hosts; ++i) {
    graph.hosts.push_back({"h" + std::to_string(i), static_cast<std::uint32_t>(random.below(9)), {}});
    if (random.below(8) != 0) graph.hosts.back().gpus = 1;
    names.push_back(graph.hosts.back().name);
  }
  for (std::uint64_t i = 0; i < switches; ++i) {
    graph.switches.push_back({"s" + std::to_string(i), random.below(2) == 0 ? "" : "nv-qm9700", {}});
    names.push_back(graph.switches.back().name);
  }
  const bool sane = random.below(4) != 0;
  for (std::uint64_t i = 0; i < hosts; ++i)
    graph.links.push_back({graph.hosts[i].name, graph.switches[random.below(switches)].name, {}, {-1}, {-1}, 0, {}});
  for (std::uint64_t i = 1; i < switches; ++i)
    graph.links.push_back({graph.switches[i].name, graph.switches[random.below(i)].name, {}, {-1}, {-1}, 0, {}});
  for (std::uint64_t i = 0; !sane && i < 4; ++i)
    graph.links.push_back({names[random.below(names.size())],
                           names[random.below(names.size())],
                           {random.below(2) * 100'000'000'000},
                           {static_cast<std::int64_t>(random.below(3)) - 1},
                           {static_cast<std::int64_t>(random.below(400'000)) - 1},
                           0,
                           {}});
  return graph;
}

TEST_CASE("builders: whatever is spelled out, there is a valid fabric or an error that says why not") {
  std::size_t good = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 9);
    const BuiltFabric built = build_fabric("custom", {}, random_graph(random));
    if (built.diagnostics.has_errors()) continue;
    ++good;
    const Status status = validate(built.fabric);
    REQUIRE_MESSAGE(status.has_value(), status.error().message);
  }
  CHECK(good > 50);
}

}  // namespace
}  // namespace eastwest::tests
