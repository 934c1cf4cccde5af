// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"
#include "topology/describe.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("describe: a k-ary fat tree has full bisection") {
  // Al-Fares et al., SIGCOMM 2008: rearrangeably non-blocking; half of the 128 hosts send 64 x 400 Gb/s.
  const FabricSummary summary = summarise(good_fabric("fat_tree", {{"k", "8"}}));
  CHECK(summary.bisection == BitRate{64 * 400'000'000'000});
  CHECK(summary.bisection_share == 1.0);
  CHECK(summary.oversubscription_least == 1.0);
  CHECK(summary.oversubscription_most == 1.0);
  CHECK(summary.switches_per_tier == std::vector<std::uint32_t>{32, 32, 16});
  CHECK(summary.host_cables == 128);
  CHECK(summary.fabric_cables == 256);
}

TEST_CASE("describe: bisection of a leaf-spine falls with its oversubscription") {
  for (const std::uint32_t ratio : {1u, 2u, 4u, 8u}) {
    CAPTURE(ratio);
    const FabricSummary summary = summarise(good_fabric("leaf_spine", {{"oversubscription", std::to_string(ratio)}}));
    CHECK(summary.oversubscription_most == doctest::Approx(ratio));
    CHECK(summary.bisection_share == doctest::Approx(1.0 / ratio));
    CHECK(summary.bisection == BitRate{32 * 400'000'000'000u / ratio});
  }
}

TEST_CASE("describe: rails of one group carry the halves of the servers without any spine") {
  const FabricSummary summary = summarise(good_fabric("rail_optimised", {{"oversubscription", "8"}}));
  CHECK(summary.bisection_share == 1.0);  // each leaf alone joins both halves on its rail
  CHECK(summary.oversubscription_most == 8.0);
}

TEST_CASE("describe: media and lengths add up") {
  const Fabric fabric = good_fabric("rail_optimised", {});
  const FabricSummary summary = summarise(fabric);
  std::uint32_t cables = 0;
  Length length;
  for (const FabricSummary::MediumCount& medium : summary.media) {
    cables += medium.cables;
    length += medium.length;
  }
  CHECK(cables == fabric.cables.size());
  CHECK(length == summary.cable_length);
  CHECK(length > Length{0});
}

TEST_CASE("describe: the text that a person reads") {
  CHECK(describe(good_fabric("leaf_spine", {{"oversubscription", "2"}, {"link_delay", "1 us"}})) ==
        "Fabric leaf_spine: 8 hosts, 64 GPUs, 64 NIC ports, 2 leaf switches, 2 spine switches.\n"
        "96 cables (64 to hosts, 32 between switches), 0.0 m in all: 96 x given delay.\n"
        "Leaves are oversubscribed 2:1; bisection 6.40 Tb/s each way, 50 % of what half of the hosts can send.\n");
  CHECK(describe(good_fabric("fat_tree", {{"k", "4"}, {"link_delay", "1 us"}}))
            .starts_with(
                "Fabric fat_tree: 16 hosts, 16 processes, 16 NIC ports, 8 leaf switches, 8 aggregation switches, 4 core switches.\n"));
  CHECK(describe(good_fabric("leaf_spine", {{"server", "plain"}, {"servers", "1"}, {"leaves", "1"}})) ==
        "Fabric leaf_spine: 1 host, 1 process, 1 NIC port, 1 leaf switch.\n"
        "1 cable (1 to hosts, 0 between switches), 3.0 m in all: 1 x dac-400g.\n"
        "No leaf has uplinks; bisection 0 bit/s each way, 0 % of what half of the hosts can send.\n");
}

}  // namespace
}  // namespace eastwest::tests
