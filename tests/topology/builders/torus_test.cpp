// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tuple>

#include "tests/topology/built_fabric.hpp"
#include "tests/topology/fabric_measures.hpp"
#include "topology/describe.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::tests {
namespace {

Fabric torus(const std::string& extents, const std::string& p = "1") {
  return good_fabric("torus", {{"extents", extents}, {"hosts_per_switch", p}, {"link_delay", "100 ns"}, {"switch", "custom"}});
}

TEST_CASE("torus: counts, diameter and mean distance of k-ary n-cubes") {
  // Dally and Towles 2004, section 5.2: n k^n cables (k > 2), diameter n floor(k/2), mean distance n k/4 for even k,
  // bisection of 2 k^(n-1) cables for even k.
  for (const auto& [k, n, text] : std::vector<std::tuple<std::uint32_t, std::uint32_t, std::string>>{
           {4, 1, "[4]"}, {5, 2, "[5, 5]"}, {4, 3, "[4, 4, 4]"}, {3, 4, "[3, 3, 3, 3]"}, {4, 5, "[4, 4, 4, 4, 4]"}}) {
    CAPTURE(text);
    const Fabric fabric = torus(text);
    std::uint32_t count = 1;
    for (std::uint32_t d = 0; d < n; ++d) count *= k;
    CHECK(fabric.switches.size() == count);
    CHECK(fabric.hosts.size() == count);
    CHECK(fabric.cables.size() == count + n * count);
    const std::vector<std::uint32_t> hops = hops_from(switch_neighbours(fabric), 0);  // every switch looks alike
    std::uint64_t sum = 0;
    std::uint32_t most = 0;
    for (const std::uint32_t h : hops) {
      sum += h;
      most = std::max(most, h);
    }
    CHECK(most == n * (k / 2));
    if (k % 2 != 0) continue;
    CHECK(sum == std::uint64_t{count} * n * k / 4);
    CHECK(cables_across(fabric, [k](const Switch& unit) { return unit.coordinate[0] < k / 2; }) == 2 * count / k);
    // One host per switch and all links alike: the bisection by maximum flow, halves parted along the last dimension.
    if (n <= 3) CHECK(summarise(fabric).bisection.bits_per_second == std::uint64_t{2 * count / k} * 400'000'000'000u);
  }
}

TEST_CASE("torus: published machines") {
  // TPU v4 (Jouppi et al., ISCA 2023): 4,096 chips in 16 x 16 x 16, six links each.
  const Fabric tpu = torus("[16, 16, 16]");
  CHECK(tpu.switches.size() == 4'096);
  CHECK(tpu.cables.size() - tpu.hosts.size() == 4'096 * 6 / 2);
  // Blue Gene/L (Adiga et al., IBM J. Res. Dev. 49, 2005): 64 x 32 x 32 nodes, farthest 32 + 16 + 16 = 64 hops apart.
  const Fabric gene = torus("[64, 32, 32]");
  CHECK(gene.switches.size() == 65'536);
  CHECK(gene.cables.size() - gene.hosts.size() == 3 * 65'536);
  std::uint32_t most = 0;
  for (const std::uint32_t h : hops_from(switch_neighbours(gene), 0)) most = std::max(most, h);
  CHECK(most == 64);
}

TEST_CASE("torus: extents of two have one cable, of one none; several hosts share a switch") {
  const Fabric fabric = torus("[2, 1, 3]", "4");
  CHECK(fabric.switches.size() == 6);
  CHECK(fabric.hosts.size() == 24);
  CHECK(fabric.cables.size() == 24 + 3 + 6);
  CHECK(neighbour(fabric, "server-05", 0) == "switch-1-0-0");
  CHECK(neighbour(fabric, "switch-0-0-2", 4) == "switch-1-0-2");
}

TEST_CASE("torus: the number of shortest paths is the multinomial of the steps") {
  // From (0,0,0) to (1,1,1) 3! orders; to (2,0,0) of an extent of 4 both ways round.
  const Fabric fabric = torus("[4, 4, 4]");
  const NextHops table = all_shortest_paths(fabric);
  const auto count = [&](const auto& self, std::uint32_t at, std::uint32_t to) -> std::uint64_t {
    if (at == to) return 1;
    std::uint64_t paths = 0;
    const Node& node = fabric.nodes[fabric.switches[at].node.index()];
    for (const std::uint16_t port : table.at(at, {to})) {
      const Link& link = fabric.links[fabric.ports[node.first_port + port].out.index()];
      paths += self(self, fabric.nodes[fabric.ports[link.target.index()].node.index()].detail, to);
    }
    return paths;
  };
  CHECK(count(count, 0, 1 + 4 + 16) == 6);
  CHECK(count(count, 0, 2) == 2);
  CHECK(count(count, 0, 2 + 8 + 32) == 90 * 8);  // 6!/(2!2!2!) orders, two ways round in each dimension
}

TEST_CASE("torus: what cannot be is told with a remedy") {
  CHECK(messages(build_fabric("torus", {{"extents", "[2, 2, 2, 2, 2, 2]"}}).diagnostics) ==
        std::vector<std::string>{"`extents` has 6 dimensions | give one to 5, such as `[4, 4, 4]`"});
  CHECK(messages(build_fabric("torus", {{"extents", "[1024, 1024]"}}).diagnostics) ==
        std::vector<std::string>{"the torus has more than 262144 switches | lower `extents`"});
  CHECK(messages(build_fabric("torus", {{"extents", "[3]"}, {"server", "dgx-h100"}}).diagnostics) ==
        std::vector<std::string>{"there are 3 host ports; 1 servers of 8 NICs need 8 | lower `servers`, or raise `extents` or "
                                 "`hosts_per_switch`"});
}

}  // namespace
}  // namespace eastwest::tests
