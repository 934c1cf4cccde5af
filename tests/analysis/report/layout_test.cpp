// SPDX-License-Identifier: Apache-2.0
// Every shipped form of fabric: no two nodes on one place, all inside the frame, tiers above each other, groups and grids as they are.
#include "analysis/report/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "scenarios/runner.hpp"

namespace eastwest::tests {
namespace {

TraceDetail detail_of(const Fabric& fabric) {
  TraceDetail out;
  for (const Node& node : fabric.nodes) out.nodes.push_back({node.name, "", "", node.kind == NodeKind::host, node.tier});
  for (const Link& link : fabric.links)
    out.links.push_back({fabric.ports[link.source.index()].node.value, fabric.ports[link.target.index()].node.value, link.cable.value,
                         link.rate, link.delay, 0});
  return out;
}

TraceDetail site(const std::string& text) {
  Diagnostics diagnostics;
  const auto scenario =
      load_scenario_text("site: {" + text + "}\njobs:\n  a: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}\n", "layout.yaml",
                         ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  const auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  return detail_of(*built->fabric);
}

void check_places(const Layout& layout, std::size_t nodes) {
  REQUIRE(layout.nodes.size() == nodes);
  std::map<std::pair<long, long>, std::size_t> taken;
  for (const NodePosition& p : layout.nodes) {
    CHECK(p.x >= 0.99);
    CHECK(p.y >= 0.99);
    CHECK(p.x <= layout.width - 0.99);
    CHECK(p.y <= layout.height - 0.99);
    CHECK(++taken[{std::lround(p.x * 100), std::lround(p.y * 100)}] == 1);
  }
}

TEST_CASE("layout: tiers stand above each other and hosts under their leaf") {
  for (const char* text :
       {"topology: leaf_spine, servers: 16, server: plain, leaves: 4", "topology: rail_optimised, servers: 8, server: dgx-h100",
        "topology: fat_tree, k: 4, server: plain", "topology: rail_optimised, servers: 64, server: dgx-h100"}) {
    CAPTURE(text);
    const TraceDetail detail = site(text);
    const Layout layout = lay_out(detail, "leaf_spine");
    CHECK(layout.form == "tiers");
    check_places(layout, detail.nodes.size());
    for (const FabricLink& link : detail.links) {
      const FabricNode& a = detail.nodes[link.source];
      const FabricNode& b = detail.nodes[link.target];
      if (a.host || (!b.host && a.tier < b.tier)) CHECK(layout.nodes[link.source].y > layout.nodes[link.target].y);
    }
  }
  const TraceDetail detail = site("topology: leaf_spine, servers: 16, server: plain, leaves: 4");
  const Layout layout = lay_out(detail, "leaf_spine");
  for (const FabricLink& link : detail.links)  // four hosts of 16 units over four leaves: never further than half a leaf's room
    if (detail.nodes[link.source].host) CHECK(std::abs(layout.nodes[link.source].x - layout.nodes[link.target].x) < 2.01);
}

TEST_CASE("layout: a torus is its grid, with every dimension in place") {
  const TraceDetail detail = site("topology: torus, extents: [4, 3, 2], server: plain");
  const Layout layout = lay_out(detail, "torus");
  CHECK(layout.form == "torus");
  check_places(layout, detail.nodes.size());
  const auto place = [&](const std::string& name) {
    const auto found = std::find_if(detail.nodes.begin(), detail.nodes.end(), [&](const FabricNode& n) { return n.name == name; });
    REQUIRE(found != detail.nodes.end());
    return layout.nodes[static_cast<std::size_t>(found - detail.nodes.begin())];
  };
  CHECK(place("switch-1-0-0").x - place("switch-0-0-0").x == doctest::Approx(1.5));
  CHECK(place("switch-0-2-0").y - place("switch-0-0-0").y == doctest::Approx(3.0));
  CHECK(place("switch-0-0-1").x > place("switch-3-0-0").x + 1.5);  // the next block
  CHECK(place("switch-2-1-1").y == doctest::Approx(place("switch-2-1-0").y));
}

TEST_CASE("layout: groups of a dragonfly keep together, hosts outside of their routers") {
  for (const char* text : {"topology: dragonfly, servers: 72, server: plain", "topology: dragonfly_plus, servers: 16, server: plain"}) {
    CAPTURE(text);
    const TraceDetail detail = site(text);
    const Layout layout = lay_out(detail, std::string(text).find("plus") == std::string::npos ? "dragonfly" : "dragonfly_plus");
    CHECK(layout.form == "groups");
    check_places(layout, detail.nodes.size());
    double x = 0, y = 0;
    std::size_t switches = 0;
    for (std::size_t i = 0; i < detail.nodes.size(); ++i)
      if (!detail.nodes[i].host) x += layout.nodes[i].x, y += layout.nodes[i].y, ++switches;
    x /= static_cast<double>(switches);
    y /= static_cast<double>(switches);
    const auto far = [&](std::uint32_t node) { return std::hypot(layout.nodes[node].x - x, layout.nodes[node].y - y); };
    for (const FabricLink& link : detail.links)
      if (detail.nodes[link.source].host) CHECK(far(link.source) > far(link.target));
  }
}

TEST_CASE("layout: an empty fabric, a lone host and switches in a ring are drawn too") {
  CHECK(lay_out({}, "custom").nodes.empty());
  TraceDetail lone;
  lone.nodes.push_back({"h", "", "", true, 0});
  check_places(lay_out(lone, "torus"), 1);
  TraceDetail ring;
  for (std::uint32_t i = 0; i < 5; ++i) ring.nodes.push_back({std::string(1, static_cast<char>('a' + i)), "", "", false, 1});
  for (std::uint32_t i = 0; i < 5; ++i) ring.links.push_back({i, (i + 1) % 5, 0xffff'ffffu, {}, {}, 0});
  const Layout layout = lay_out(ring, "custom");
  CHECK(layout.form == "circle");
  check_places(layout, 5);
}

}  // namespace
}  // namespace eastwest::tests
