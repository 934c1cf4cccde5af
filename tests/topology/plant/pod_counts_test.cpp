// SPDX-License-Identifier: Apache-2.0
// Switches and cables of pods from the builders against published designs: DGX SuperPOD B200 (S-SP1), B300 (S-SP2, S-SP3).
#include <doctest/doctest.h>

#include <array>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

/// Leaves, spines, cables of hosts, cables between switches.
using Pod = std::array<std::size_t, 4>;

Pod pod(const std::string& servers, const std::string& server, const std::string& network_switch, const std::string& rails_per_leaf = "1") {
  const BuiltFabric built = build_fabric(
      "rail_optimised", {{"servers", servers}, {"server", server}, {"switch", network_switch}, {"rails_per_leaf", rails_per_leaf}});
  REQUIRE(!built.diagnostics.has_errors());
  const Fabric& fabric = built.fabric;
  return {switches_of_tier(fabric, 1), switches_of_tier(fabric, 2), fabric.endpoints.size(),
          fabric.cables.size() - fabric.endpoints.size()};
}

TEST_CASE("pod counts: SuperPOD B200 at 400 Gb/s, 1 to 8 scalable units of 32 nodes on 64-port switches") {
  CHECK(pod("32", "dgx-b200", "nv-qm9700") == Pod{8, 4, 256, 256});
  CHECK(pod("64", "dgx-b200", "nv-qm9700") == Pod{16, 8, 512, 512});
  CHECK(pod("128", "dgx-b200", "nv-qm9700") == Pod{32, 16, 1'024, 1'024});
  CHECK(pod("256", "dgx-b200", "nv-qm9700") == Pod{64, 32, 2'048, 2'048});
}

TEST_CASE("pod counts: SuperPOD B300 over XDR, 1 to 8 scalable units of 72 nodes on 144-port switches") {
  CHECK(pod("72", "dgx-b300-ac", "nv-q3400-ra") == Pod{8, 4, 576, 576});
  CHECK(pod("144", "dgx-b300-ac", "nv-q3400-ra") == Pod{16, 8, 1'152, 1'152});
  // 16 and 32 spines have the ports, but 72 uplinks do not divide by them; the published 18 and 36 do.
  CHECK(pod("288", "dgx-b300-ac", "nv-q3400-ra") == Pod{32, 18, 2'304, 2'304});
  CHECK(pod("576", "dgx-b300-ac", "nv-q3400-ra") == Pod{64, 36, 4'608, 4'608});
}

TEST_CASE("pod counts: SuperPOD B300 over Ethernet, one scalable unit of 64 nodes") {
  CHECK(pod("64", "dgx-b300-bb", "nv-sn5600") == Pod{16, 8, 512, 512});
}

TEST_CASE("pod counts: 32 to 512 GPUs on 64, 128 and 144 ports, rails sharing leaves where a leaf holds them") {
  CHECK(pod("4", "dgx-h100", "nv-qm9700", "8") == Pod{1, 0, 32, 0});
  CHECK(pod("8", "dgx-h100", "nv-qm9700", "8") == Pod{1, 0, 64, 0});
  CHECK(pod("16", "dgx-h100", "nv-qm9700", "2") == Pod{4, 2, 128, 128});
  CHECK(pod("16", "dgx-h100", "nv-sn5600", "8") == Pod{1, 0, 128, 0});
  CHECK(pod("32", "dgx-h100", "nv-sn5600", "2") == Pod{4, 2, 256, 256});
  CHECK(pod("64", "dgx-h100", "nv-sn5600") == Pod{8, 4, 512, 512});
  CHECK(pod("16", "dgx-b300-ac", "nv-q3400-ra", "8") == Pod{1, 0, 128, 0});
  CHECK(pod("32", "dgx-b300-ac", "nv-q3400-ra", "2") == Pod{4, 2, 256, 256});
  CHECK(pod("64", "dgx-b300-ac", "nv-q3400-ra") == Pod{8, 4, 512, 512});
}

TEST_CASE("pod counts: a published plan of 32 B300 nodes has a leaf per rail where the rule would share") {
  CHECK(pod("32", "dgx-b300-ac", "nv-q3400-ra", "1")[0] == 8);  // S-KED: 8 leaves and 4 spines
  CHECK(pod("32", "dgx-b300-ac", "nv-q3400-ra", "1")[2] == 256);
}

TEST_CASE("pod counts: eight units of B200 are as far as two tiers go on 64 ports, and sixteen are refused with the remedy") {
  const BuiltFabric built = build_fabric("rail_optimised", {{"servers", "512"}, {"server", "dgx-b200"}, {"switch", "nv-qm9700"}});
  REQUIRE(built.diagnostics.has_errors());
  std::string all;
  for (const std::string& message : messages(built.diagnostics)) all += message + "\n";
  CAPTURE(all);
  CHECK(all.find("`fat_tree`") != std::string::npos);
}

TEST_CASE("pod counts: three tiers in the proportion of 16 and 64 published units") {
  // S-SP1 prints 128/128/64 switches and 4096 cables per tier for 16 units, 512/512/256 and 16384 for 64: with ports k a leaf
  // and a spine for every k/2 hosts, a core for every k, and as many cables in every tier as hosts. The fat tree has the same
  // proportions but always stands whole (k^3/4 hosts): with 64 ports 65536, so that a partial one is not built. Rails differ
  // too: the published leaves hold one rail of a unit each, ours hold all NICs of a server.
  for (const std::uint32_t k : {8u, 16u, 24u}) {
    CAPTURE(k);
    const Fabric fabric = good_fabric("fat_tree", {{"k", std::to_string(k)}});
    const std::size_t hosts = fabric.endpoints.size();
    CHECK(hosts == k * k * k / 4);
    CHECK(switches_of_tier(fabric, 1) == hosts / (k / 2));
    CHECK(switches_of_tier(fabric, 2) == hosts / (k / 2));
    CHECK(switches_of_tier(fabric, 3) == hosts / k);
    CHECK(fabric.cables.size() == 3 * hosts);
  }
  constexpr std::array<std::array<std::size_t, 4>, 2> kPublished = {{{4'096, 128, 128, 64}, {16'384, 512, 512, 256}}};
  for (const auto& [hosts, leaves, spines, cores] : kPublished) {
    CHECK(leaves == hosts / 32);
    CHECK(spines == hosts / 32);
    CHECK(cores == hosts / 64);
  }
}

}  // namespace
}  // namespace eastwest::tests
