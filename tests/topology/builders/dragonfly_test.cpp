// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "tests/topology/fabric_measures.hpp"
#include "topology/describe.hpp"
#include "topology/group_links.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("dragonfly: the 72 hosts of figure 5") {
  // Kim et al., ISCA 2008, figure 5: p = h = 2, a = 4, N = 72, radix k = p + a + h - 1 = 7, effective radix k' = a(p + h) = 16.
  const Fabric fabric = good_fabric("dragonfly", {{"link_delay", "100 ns"}});
  CHECK(fabric.hosts.size() == 72);
  CHECK(fabric.switches.size() == 36);
  CHECK(fabric.cables.size() == 72 + 9 * 6 + 9 * 8 / 2);
  for (const Switch& unit : fabric.switches) CHECK(fabric.nodes[unit.node.index()].port_count == 7);
  CHECK(host_diameter(fabric) == 3);  // local, global, local
  CHECK(fabric.switches[0].group == 0);
  CHECK(fabric.switches[35].group == 8);
}

TEST_CASE("dragonfly: N = a p (a h + 1) for balanced sizes, one global cable between two groups") {
  // ISCA 2008, section 3.1; 1,056 hosts are a = 8, p = h = 4, the size used in its section 4 (about 1K).
  const std::vector<std::pair<std::uint32_t, std::size_t>> table{{1, 6}, {2, 72}, {3, 342}, {4, 1'056}, {6, 5'256}};
  for (const auto& [h, hosts] : table) {
    CAPTURE(h);
    const Fabric fabric = good_fabric("dragonfly", {{"global_links", std::to_string(h)}, {"link_delay", "100 ns"}});
    const std::size_t a = 2 * h;
    const std::size_t groups = a * h + 1;
    CHECK(fabric.hosts.size() == hosts);
    CHECK(fabric.switches.size() == a * groups);
    CHECK(fabric.cables.size() == hosts + groups * a * (a - 1) / 2 + groups * a * h / 2);
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    std::size_t global = 0;
    for (const Cable& cable : fabric.cables) {
      const Node& one = fabric.nodes[fabric.ports[cable.a.index()].node.index()];
      const Node& two = fabric.nodes[fabric.ports[cable.b.index()].node.index()];
      if (one.kind == NodeKind::host || fabric.switches[one.detail].group == fabric.switches[two.detail].group) continue;
      ++global;
      pairs.emplace(fabric.switches[one.detail].group, fabric.switches[two.detail].group);
    }
    CHECK(global == groups * (groups - 1) / 2);
    CHECK(pairs.size() == global);
  }
}

TEST_CASE("dragonfly: the published row of 261,632 endpoints") {
  // Zhao et al., ISCA 2025, table 3, column DF (after Slim Fly's): p = h = 16, a = 32, 511 groups: 16,352 switches and
  // 384,272 links between them, of which group_links must place 511 x 512 / 2.
  const std::vector<GroupLink> links = group_links(GroupArrangement::relative, 511, 512);
  CHECK(links.size() + 511 * (32 * 31 / 2) == 384'272);
  const Fabric fabric = good_fabric("dragonfly", {{"global_links", "16"},
                                                  {"groups", "511"},
                                                  {"servers", "65408"},
                                                  {"nics_per_server", "4"},
                                                  {"link_delay", "100 ns"},
                                                  {"switch", "custom"}});
  CHECK(fabric.endpoints.size() == 261'632);
  CHECK(fabric.switches.size() == 16'352);
  CHECK(fabric.cables.size() - fabric.endpoints.size() == 384'272);
}

TEST_CASE("dragonfly: half of the groups against the other half are joined by g^2/4 global cables") {
  // With one cable per pair of groups, floor(g/2) ceil(g/2) of them cross the cut that parts the groups.
  const Fabric fabric = good_fabric("dragonfly", {{"global_links", "4"}, {"link_delay", "100 ns"}});
  CHECK(cables_across(fabric, [](const Switch& unit) { return unit.group < 16; }) == 16 * 17);
}

TEST_CASE("group links: every port once, every pair of groups alike, whatever the numbers") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 21);
    const auto groups = static_cast<std::uint32_t>(2 + random.below(40));
    const auto ports = static_cast<std::uint32_t>(groups - 1 + random.below(100));
    for (const auto arrangement : {GroupArrangement::relative, GroupArrangement::absolute, GroupArrangement::circulant}) {
      const std::vector<GroupLink> links = group_links(arrangement, groups, ports);
      std::set<std::pair<std::uint32_t, std::uint32_t>> used;
      std::vector<std::uint32_t> between(groups * groups);
      for (const GroupLink& link : links) {
        CHECK(link.group_a < link.group_b);
        CHECK((link.port_a < ports && link.port_b < ports));
        CHECK(used.emplace(link.group_a, link.port_a).second);
        CHECK(used.emplace(link.group_b, link.port_b).second);
        ++between[link.group_a * groups + link.group_b];
      }
      // At most one port of a group stays empty, and no pair has more than one cable more than another.
      const std::uint32_t spare = ports % (groups - 1);
      const std::uint32_t empty = spare % 2 == 1 && groups % 2 == 1 ? 1 : 0;
      CHECK(used.size() == std::size_t{groups} * (ports - empty));
      for (std::uint32_t a = 0; a < groups; ++a)
        for (std::uint32_t b = a + 1; b < groups; ++b) {
          CHECK(between[a * groups + b] >= ports / (groups - 1));
          CHECK(between[a * groups + b] <= ports / (groups - 1) + 1);
        }
    }
  }
}

TEST_CASE("group links: where port k of group 2 of 9 leads in each arrangement") {
  // Hastings et al., CLUSTER 2015, section II, for a = 4, h = 2, g = 9.
  const auto targets = [](GroupArrangement arrangement) {
    std::vector<std::uint32_t> list(8);
    for (const GroupLink& link : group_links(arrangement, 9, 8)) {
      if (link.group_a == 2) list[link.port_a] = link.group_b;
      if (link.group_b == 2) list[link.port_b] = link.group_a;
    }
    return list;
  };
  CHECK(targets(GroupArrangement::relative) == std::vector<std::uint32_t>{3, 4, 5, 6, 7, 8, 0, 1});
  CHECK(targets(GroupArrangement::absolute) == std::vector<std::uint32_t>{0, 1, 3, 4, 5, 6, 7, 8});
  CHECK(targets(GroupArrangement::circulant) == std::vector<std::uint32_t>{3, 1, 4, 0, 5, 8, 6, 7});
}

TEST_CASE("dragonfly: what cannot be is told with a remedy") {
  CHECK(messages(build_fabric("dragonfly", {{"groups", "10"}}).diagnostics) ==
        std::vector<std::string>{"10 groups cannot all be joined: a group has 8 global ports, enough for 9 groups | lower `groups` or "
                                 "raise `global_links`"});
  CHECK(messages(build_fabric("dragonfly", {{"servers", "73"}}).diagnostics) ==
        std::vector<std::string>{"there are 72 host ports; 73 servers of 1 NICs need 73 | lower `servers`, or raise `groups`, "
                                 "`routers_per_group` or `hosts_per_router`"});
  CHECK(messages(build_fabric("dragonfly", {{"global_links", "17"}, {"switch", "ar-7060x5-64s"}, {"groups", "3"}}).diagnostics) ==
        std::vector<std::string>{"a router needs ports: 17 of 400 Gb/s and 33 of 400 Gb/s and 17 of 400 Gb/s; they do not fit into "
                                 "`ar-7060x5-64s` | use fewer or slower links, or a larger `switch`"});
}

TEST_CASE("dragonfly plus: counts of switches of k ports") {
  // Shpiner et al., HiPINEB 2017, section II: p = l = s = h = k/2 gives groups of k^2/4 hosts; all spines of two groups meet
  // in one cable when there are k^2/4 + 1 groups. Hop counts: up, global, down.
  for (const std::uint32_t half : {1u, 2u, 3u, 4u}) {
    CAPTURE(half);
    const Fabric fabric = good_fabric("dragonfly_plus", {{"global_links", std::to_string(half)}, {"link_delay", "100 ns"}});
    const std::size_t square = std::size_t{half} * half;
    CHECK(fabric.hosts.size() == square * (square + 1));
    CHECK(switches_of_tier(fabric, 1) == half * (square + 1));
    CHECK(switches_of_tier(fabric, 2) == half * (square + 1));
    CHECK(fabric.cables.size() == fabric.hosts.size() + square * (square + 1) + square * (square + 1) / 2);
    for (const Switch& unit : fabric.switches) CHECK(fabric.nodes[unit.node.index()].port_count == 2 * half);
    CHECK(host_diameter(fabric) == 3);
  }
  // With 36-port switches, 18^2 (18^2 + 1) = 105,300 hosts: only the count of cables is placed here.
  CHECK(group_links(GroupArrangement::relative, 325, 324).size() == 325 * 324 / 2);
}

TEST_CASE("dragonfly plus: a group is a Clos of full bisection when p = s") {
  const Fabric fabric = good_fabric("dragonfly_plus", {{"global_links", "4"}, {"groups", "2"}, {"link_delay", "100 ns"}});
  const FabricSummary summary = summarise(fabric);
  CHECK(summary.oversubscription_least == doctest::Approx(1));
  CHECK(summary.oversubscription_most == doctest::Approx(1));
  // Two groups of 16 hosts share all 16 global ports of each: nothing is lost between them.
  CHECK(summary.bisection_share == doctest::Approx(1));
}

}  // namespace
}  // namespace eastwest::tests
