// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("fat tree: k^3/4 hosts, 5 k^2/4 switches, 3 k^3/4 cables") {
  // Al-Fares et al., SIGCOMM 2008, section 3; the permutation runs on k = 8.
  for (const std::uint32_t k : {2u, 4u, 6u, 8u, 16u}) {
    CAPTURE(k);
    const Fabric fabric = good_fabric("fat_tree", {{"k", std::to_string(k)}, {"link_delay", "1 us"}});
    CHECK(fabric.hosts.size() == k * k * k / 4);
    CHECK(fabric.gpu_count == k * k * k / 4);
    CHECK(fabric.switches.size() == 5 * k * k / 4);
    CHECK(switches_of_tier(fabric, 1) == k * k / 2);
    CHECK(switches_of_tier(fabric, 2) == k * k / 2);
    CHECK(switches_of_tier(fabric, 3) == k * k / 4);
    CHECK(fabric.cables.size() == 3 * k * k * k / 4);
    for (const Switch& unit : fabric.switches) CHECK(fabric.nodes[unit.node.index()].port_count == k);
    for (const Link& link : fabric.links) CHECK(link.delay == Duration{1'000'000});
  }
}

TEST_CASE("fat tree: who is cabled to whom") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "4"}});
  CHECK(neighbour(fabric, "leaf-0", 0) == "server-00");
  CHECK(neighbour(fabric, "leaf-0", 1) == "server-01");
  CHECK(neighbour(fabric, "leaf-0", 2) == "agg-0");
  CHECK(neighbour(fabric, "leaf-0", 3) == "agg-1");
  CHECK(neighbour(fabric, "agg-5", 0) == "leaf-4");
  CHECK(neighbour(fabric, "agg-5", 2) == "core-2");
  CHECK(neighbour(fabric, "agg-5", 3) == "core-3");
  for (std::uint32_t pod = 0; pod < 4; ++pod) CHECK(neighbour(fabric, "core-1", pod) == "agg-" + std::to_string(2 * pod));
}

TEST_CASE("fat tree: servers with several NICs fill leaf ports in order") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "8"}, {"server", "dgx-h100"}});
  CHECK(fabric.hosts.size() == 16);
  CHECK(fabric.gpu_count == 128);
  CHECK(neighbour(fabric, "server-01", 3) == "leaf-2");
  CHECK(neighbour(fabric, "server-01", 4) == "leaf-3");
  CHECK(good_fabric("fat_tree", {{"k", "8"}, {"servers", "5"}}).cables.size() == 5 + 256);
}

TEST_CASE("fat tree: mistakes are all told at once") {
  CHECK(messages(build_fabric("fat_tree", {{"k", "7"}, {"servers", "100"}}).diagnostics) ==
        std::vector<std::string>{
            "`k` is 7, but half of a switch's ports go up | use an even number, such as 8",
            "a fat tree of k = 7 has 63 host ports; 100 servers of 1 NICs need 100 | raise `k` or lower `servers`",
        });
  CHECK(messages(build_fabric("fat_tree", {{"k", "64"}, {"switch", "nv-sn4700"}}).diagnostics) ==
        std::vector<std::string>{"every switch needs 64 ports; `nv-sn4700` has 32 of 400 Gb/s | lower `k` or use a larger `switch`"});
  CHECK(messages(build_fabric("fat_tree", {{"k", "2"}, {"server", "dgx-h100"}}).diagnostics) ==
        std::vector<std::string>{"a fat tree of k = 2 has 2 host ports; 1 servers of 8 NICs need 8 | raise `k` or lower `servers`"});
}

}  // namespace
}  // namespace eastwest::tests
