// SPDX-License-Identifier: Apache-2.0
// Laws: htsim's tiers give the counts of a Clos, bundles and speeds per tier, and one shortest path per upper switch.
#include <doctest/doctest.h>

#include "tests/support/input_truncation.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/topology/built_fabric.hpp"
#include "topology/deadlock.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kThreeTiers =
    "# pods of two leaves and two aggregation switches\nnodes 16\nTiers 3\nPodsize 4\n"
    "Tier 0\nDownlink_speed_Gbps 200\nDownlink_Latency_ns 100\nRadix_Down 2\nRadix_Up 2\nSwitch_Latency_ns 300\n"
    "Tier 1\nDownlink_speed_Gbps 200\nDownlink_Latency_ns 250\nRadix_Down 2\nRadix_Up 4\nQueue_Down 1000\nQueue_Up 500\n"
    "Tier 2\nDownlink_speed_Gbps 100\nDownlink_Latency_ns 400\nRadix_Down 8\nBundle 2\n";

constexpr const char* kTwoTiers =
    "Nodes 8\nTiers 2\nPodsize 8\nTier 0\nDownlink_speed_Gbps 400\nDownlink_Latency_ns 60\nRadix_Down 4\nRadix_Up 2\nOversubscribed 2\n"
    "Tier 1\nDownlink_speed_Gbps 400\nDownlink_Latency_ns 250\nRadix_Down 2\n";

BuiltFabric build_text(const std::string& text) {
  const TemporaryDirectory folder;
  return build_fabric("htsim_topology", {{"file", folder.write("t.topo", text)}});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string complaint(const std::string& text) {
  const BuiltFabric built = build_text(text);
  REQUIRE(built.diagnostics.has_errors());
  const Diagnostic& first = built.diagnostics.all().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + " " + first.message;
}

}  // namespace

TEST_CASE("htsim topology: three tiers with bundles, counts by closed form") {
  const BuiltFabric built = build_text(kThreeTiers);
  CHECK_MESSAGE(built.diagnostics.all().empty(), built.diagnostics.print());
  const Fabric& fabric = built.fabric;
  REQUIRE(validate(fabric).has_value());
  CHECK(fabric.hosts.size() == 16);
  CHECK(switches_of_tier(fabric, 1) == 8);  // 16 / 2
  CHECK(switches_of_tier(fabric, 2) == 8);  // 2 a pod
  CHECK(switches_of_tier(fabric, 3) == 4);  // 2 places in a pod x 4 / 2
  CHECK(fabric.cables.size() == 16 + 8 * 2 + 8 * 4);
  CHECK(fabric.switches[0].latency.ps == 300'000);
  CHECK(fabric.switches[8].buffer.count == 2 * 1000 + 4 * 500);
  CHECK(fabric.links[2 * 16].delay.ps == 250'000);
  CHECK(fabric.links.back().rate == BitRate{100'000'000'000});
  CHECK(neighbour(fabric, "agg-1", 2) == "core-2");  // after two leaves: place 1 meets cores 2 and 3, twice each
  CHECK(neighbour(fabric, "agg-1", 3) == "core-2");
  CHECK(neighbour(fabric, "agg-3", 4) == "core-3");
  // From leaf 0 to a host of another pod: both of its uplinks.
  CHECK(all_shortest_paths(fabric).at(0, EndpointId{15}).size() == 2);
  const Result<RoutingTable> table = build_routing(fabric, {});
  REQUIRE(table.has_value());
  CHECK(find_buffer_cycle(fabric, *table).empty());
}

TEST_CASE("htsim topology: two tiers, and unknown keys are named with the nearest known one") {
  const BuiltFabric built = build_text(kTwoTiers);
  CHECK_MESSAGE(built.diagnostics.all().empty(), built.diagnostics.print());
  CHECK(switches_of_tier(built.fabric, 1) == 2);
  CHECK(switches_of_tier(built.fabric, 2) == 2);
  const BuiltFabric typo = build_text(std::string(kTwoTiers) + "Queue_Dwn 1000\n");
  CHECK_FALSE(typo.diagnostics.has_errors());
  REQUIRE(typo.diagnostics.all().size() == 1);
  CHECK(typo.diagnostics.all().front().remedy == "did you mean `Queue_Down`?");
  const BuiltFabric wrong = build_text(replaced(kTwoTiers, "Oversubscribed 2", "Oversubscribed 4"));
  CHECK(wrong.diagnostics.all().front().message == "tier 0 says `Oversubscribed 4`, its ports carry 1600 Gb/s down and 800 Gb/s up");
}

TEST_CASE("htsim topology: every mistake has its place and words") {
  CHECK(complaint("Nodes 8\n") == "0:0 the file has no `Tiers` before its first tier");
  CHECK(complaint(replaced(kTwoTiers, "Nodes 8", "Nodes eight")) == "1:7 `Nodes` is `eight`");
  CHECK(complaint(replaced(kTwoTiers, "Nodes 8", "Nodes 8 9")) == "1:1 expected a key and one whole number");
  CHECK(complaint(replaced(kTwoTiers, "Downlink_Latency_ns 60", "Downlink_Latency_ns 0")) == "6:21 `Downlink_Latency_ns` is `0`");
  CHECK(complaint(replaced(kTwoTiers, "Radix_Up 2", "Bundle 1")) == "4:1 tier 0 has no `Radix_Up`");
  CHECK(complaint(replaced(kTwoTiers, "Radix_Up 2", "Radix_Down 4")) == "8:1 `Radix_Down` stands twice");
  CHECK(complaint(std::string(kTwoTiers) + "Radix_Up 2\n") == "10:1 tier 1 is the top and has a `Radix_Up`");
  CHECK(complaint(std::string(kTwoTiers) + "Tier 3\n") == "14:6 `3` is not a tier");
  CHECK(complaint(std::string(kTwoTiers) + "Tier 1\n") == "14:1 tier 1 stands twice");
  CHECK(complaint(replaced(kTwoTiers, "Podsize 8", "Podsize 4")) == "4:1 `Podsize` is 4 and `Nodes` 8");
  CHECK(complaint(replaced(kTwoTiers, "Radix_Down 2", "Radix_Down 4")) ==
        "10:1 `Radix_Down` is 4 and leaves of a pod times `Bundle` are 2");
  CHECK(complaint(replaced(kTwoTiers, "Radix_Down 4", "Radix_Down 3")) ==
        "4:1 `Podsize` over `Radix_Down` is the number of leaves of a pod: 8 is not a multiple of 3");
}

TEST_CASE("htsim topology: more cables than memory holds are refused before they are made") {
  CHECK(complaint(
            "Nodes 100000\nTiers 2\nPodsize 100000\nTier 0\nDownlink_speed_Gbps 1\nDownlink_Latency_ns 1\nRadix_Down 2\nRadix_Up 60000\n"
            "Tier 1\nDownlink_speed_Gbps 1\nDownlink_Latency_ns 1\nRadix_Down 50000\n") == "0:0 the topology has more than 1048576 cables");
}

TEST_CASE("htsim topology: damaged files are refused or read, never fatal") {
  survive_damage(kThreeTiers, 11, [](const std::string& text) {
    const BuiltFabric built = build_text(text);
    if (!built.diagnostics.has_errors()) CHECK(validate(built.fabric).has_value());
  });
}

}  // namespace eastwest::tests
