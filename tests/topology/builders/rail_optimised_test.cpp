// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::tests {
namespace {

struct Counts {
  std::uint32_t leaves = 0;
  std::uint32_t spines = 0;
  std::size_t host_cables = 0;
  std::size_t fabric_cables = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts(const Settings& settings) {
  const BuiltFabric built = build_fabric("rail_optimised", settings);  // some catalogue switches warn
  REQUIRE(!built.diagnostics.has_errors());
  const Status status = validate(built.fabric);
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  const Fabric& fabric = built.fabric;
  return {switches_of_tier(fabric, 1), switches_of_tier(fabric, 2), fabric.endpoints.size(),
          fabric.cables.size() - fabric.endpoints.size()};
}

TEST_CASE("rail optimised: counts of published pods") {
  // DGX SuperPOD B200 (S-SP1), ports of 400 Gb/s on 64-port switches: 2, 4 and 8 scalable units of 32 nodes.
  CHECK(counts({{"servers", "64"}, {"server", "dgx-b200"}, {"switch", "nv-qm9700"}}) == Counts{16, 8, 512, 512});
  CHECK(counts({{"servers", "128"}, {"server", "dgx-b200"}, {"switch", "nv-qm9700"}}) == Counts{32, 16, 1'024, 1'024});
  CHECK(counts({{"servers", "256"}, {"server", "dgx-b200"}, {"switch", "nv-qm9700"}}) == Counts{64, 32, 2'048, 2'048});
  // DGX SuperPOD B300 over XDR (S-SP3): 72 nodes on 144-port switches, and two units.
  CHECK(counts({{"servers", "72"}, {"server", "dgx-b300-ac"}, {"switch", "nv-q3400-ra"}}) == Counts{8, 4, 576, 576});
  CHECK(counts({{"servers", "144"}, {"server", "dgx-b300-ac"}, {"switch", "nv-q3400-ra"}}) == Counts{16, 8, 1'152, 1'152});
  // DGX SuperPOD B300 over Ethernet (S-SP2): 64 nodes on 64 ports of 800 Gb/s.
  CHECK(counts({{"servers", "64"}, {"server", "dgx-b300-bb"}, {"switch", "ar-7060x6-64pe"}}) == Counts{16, 8, 512, 512});
}

TEST_CASE("rail optimised: counts of non-blocking pods of 32 to 512 GPUs when rails share leaves") {
  // Half down, half up, spines = uplinks / R; one switch while everything fits on it. R = 64.
  const auto pod64 = [](std::string servers, std::string rails) {
    return counts({{"servers", servers}, {"switch", "ar-7060x5-64s"}, {"rails_per_leaf", rails}});
  };
  CHECK(pod64("4", "8") == Counts{1, 0, 32, 0});
  CHECK(pod64("8", "8") == Counts{1, 0, 64, 0});
  CHECK(pod64("16", "2") == Counts{4, 2, 128, 128});
  CHECK(pod64("32", "1") == Counts{8, 4, 256, 256});
  CHECK(pod64("64", "1") == Counts{16, 8, 512, 512});
  // R = 128.
  const auto pod128 = [](std::string servers, std::string rails) { return counts({{"servers", servers}, {"rails_per_leaf", rails}}); };
  CHECK(pod128("16", "8") == Counts{1, 0, 128, 0});
  CHECK(pod128("32", "2") == Counts{4, 2, 256, 256});
  CHECK(pod128("64", "1") == Counts{8, 4, 512, 512});
}

TEST_CASE("rail optimised: NIC j of every server is on leaf j of its group") {
  const Fabric fabric = good_fabric("rail_optimised", {{"servers", "6"}, {"servers_per_group", "4"}});
  CHECK(switches_of_tier(fabric, 1) == 16);
  for (std::uint32_t server = 0; server < 6; ++server)
    for (std::uint32_t nic = 0; nic < 8; ++nic)
      CHECK(neighbour(fabric, "server-0" + std::to_string(server), nic) == "leaf-" + std::to_string(server / 4 * 8 + nic));
  CHECK(neighbour(fabric, "leaf-3", 0) == "server-00");
  CHECK(neighbour(fabric, "leaf-3", 3) == "server-03");
  CHECK(neighbour(fabric, "leaf-3", 4) == "spine-0");
  CHECK(neighbour(fabric, "leaf-11", 1) == "server-05");
}

TEST_CASE("rail optimised: equal rails meet after one switch, different rails after three") {
  const Fabric fabric = good_fabric("rail_optimised", {});
  const NextHops table = all_shortest_paths(fabric);
  const std::uint32_t leaf0 = 0;
  CHECK(table.at(leaf0, {8}).size() == 1);  // server 1, rail 0: straight down
  CHECK(table.at(leaf0, {9}).size() == 8);  // server 1, rail 1: any of the eight uplinks
}

TEST_CASE("rail optimised: groups are as even as can be when the servers exceed a leaf") {
  // 127 nodes (S-SP4: one slot goes to the fabric manager) on 64-port leaves: four groups of 31 or 32.
  const BuiltFabric built = build_fabric("rail_optimised", {{"servers", "127"}, {"switch", "ar-7060x5-64s"}});
  CHECK(!built.diagnostics.has_errors());
  CHECK(switches_of_tier(built.fabric, 1) == 32);
  for (const Node& node : built.fabric.nodes)
    if (node.tier == 1) CHECK((node.port_count == 63 || node.port_count == 64));
}

TEST_CASE("rail optimised: rails that do not divide evenly still have a leaf") {
  const Fabric fabric = good_fabric("rail_optimised", {{"rails_per_leaf", "3"}});
  CHECK(switches_of_tier(fabric, 1) == 3);
  CHECK(neighbour(fabric, "server-00", 7) == "leaf-2");
}

TEST_CASE("rail optimised: a group that exceeds the leaf is told") {
  CHECK(messages(build_fabric("rail_optimised", {{"servers", "80"}, {"servers_per_group", "80"}}).diagnostics) ==
        std::vector<std::string>{"a leaf needs 80 ports of 400 Gb/s to hosts and 80 ports of 400 Gb/s to spines; `jn-qfx5240` has 128 and "
                                 "128 when all are alike | use more leaves, a higher "
                                 "`oversubscription`, fewer `uplinks_per_leaf` or a larger `switch`"});
}

}  // namespace
}  // namespace eastwest::tests
