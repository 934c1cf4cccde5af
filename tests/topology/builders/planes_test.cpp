// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"
#include "tests/topology/fabric_measures.hpp"
#include "topology/describe.hpp"

namespace eastwest::tests {
namespace {

struct Counts {
  std::uint32_t leaves = 0;
  std::uint32_t spines = 0;
  std::size_t host_cables = 0;
  std::size_t fabric_cables = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts(std::string_view kind, const Settings& settings) {
  const BuiltFabric built = build_fabric(kind, settings);  // some catalogue switches warn
  for (const Diagnostic& diagnostic : built.diagnostics.all())
    if (diagnostic.severity == Severity::error) FAIL_CHECK(diagnostic.message);
  const Status status = validate(built.fabric);
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  const Fabric& fabric = built.fabric;
  return {switches_of_tier(fabric, 1), switches_of_tier(fabric, 2), fabric.endpoints.size(),
          fabric.cables.size() - fabric.endpoints.size()};
}

TEST_CASE("rail only: eight planes of two tiers, 16,384 GPUs on 768 switches") {
  // Zhao et al., ISCA 2025 (DeepSeek-V3), table 3, column MPFT: 64-port switches of 400 Gb/s, GPU-NIC pair j in plane j:
  // 16,384 endpoints, 768 switches, 16,384 links between them. One plane is its column FT2: 2,048, 96 and 2,048.
  CHECK(counts("rail_only", {{"servers", "2048"}, {"switch", "nv-qm9700"}, {"link_delay", "1 us"}}) ==
        Counts{8 * 64, 8 * 32, 16'384, 16'384});
  CHECK(counts("rail_only", {{"servers", "2048"}, {"server", "plain"}, {"switch", "nv-qm9700"}, {"link_delay", "1 us"}}) ==
        Counts{64, 32, 2'048, 2'048});
}

TEST_CASE("rail only: switches of 32,768 GPUs in scale-up domains of 256") {
  // Wang et al., arXiv 2307.12169, table of switch counts: 1,536 (64 ports) and 256 (128 ports) for rail-only, where a
  // three-tier Clos of any-to-any takes 5 N / k = 2,560 and 1,280.
  const Settings site{{"servers", "128"},         {"server", "plain"},      {"nics_per_server", "256"},
                      {"gpus_per_server", "256"}, {"nic_rate", "400 Gb/s"}, {"link_delay", "1 us"}};
  Settings narrow = site;
  narrow.emplace_back("switch", "nv-qm9700");
  CHECK(counts("rail_only", narrow) == Counts{256 * 4, 256 * 2, 32'768, 32'768});
  Settings wide = site;
  wide.emplace_back("switch", "jn-qfx5240");
  CHECK(counts("rail_only", wide) == Counts{256, 0, 32'768, 0});
}

TEST_CASE("rail only: a rail per switch, no cable between rails, rails may share") {
  const Fabric fabric = good_fabric("rail_only", {});
  CHECK(fabric.switches.size() == 8);
  CHECK(fabric.cables.size() == 64);
  CHECK(neighbour(fabric, "server-05", 3) == "rail-3");
  CHECK(hops_from(switch_neighbours(fabric), 0)[1] == kNoWay);
  // A switch of 128 ports takes all eight rails of eight servers, or two rails each.
  CHECK(good_fabric("rail_only", {{"rails_per_leaf", "8"}}).switches.size() == 1);
  const Fabric pairs = good_fabric("rail_only", {{"rails_per_leaf", "2"}});
  CHECK(pairs.switches.size() == 4);
  CHECK(neighbour(pairs, "server-00", 5) == "rail-2");
  // S-LLN: 64 GPUs on one leaf per rail and no spine, eight leaves.
  CHECK(counts("rail_only", {{"servers", "8"}}) == Counts{8, 0, 64, 0});
}

TEST_CASE("multi plane: a dual-plane pod of 15,360 GPUs") {
  // Qian et al., SIGCOMM 2024 (HPN), section 4: segments of 128 servers with 16 leaves of 128 x 200 Gb/s down and
  // 60 x 400 Gb/s up; 15 segments; 60 aggregation switches in each of two planes. Spare ports are left out.
  CHECK(counts("multi_plane", {{"servers", "1920"},
                               {"server", "dgx-h100"},
                               {"planes", "2"},
                               {"servers_per_group", "128"},
                               {"rails_per_leaf", "1"},
                               {"uplink_rate", "400 Gb/s"},
                               {"uplinks_per_leaf", "60"},
                               {"spines", "60"},
                               {"switch", "custom"},
                               {"link_delay", "1 us"}}) == Counts{15 * 16, 2 * 60, 30'720, 14'400});
}

TEST_CASE("multi plane: eight planes of 512-port switches, one leaf's worth") {
  // A 51.2 Tb/s box has 512 ports of 100 Gb/s: two tiers take k^2/2 hosts on k leaves and k/2 spines per plane. Here one
  // sixty-fourth of it, 2,048 GPUs: eight leaves of 256 down and 256 up in each plane.
  CHECK(counts("multi_plane", {{"servers", "256"},
                               {"planes", "8"},
                               {"servers_per_group", "32"},
                               {"rails_per_leaf", "8"},
                               {"uplinks_per_leaf", "256"},
                               {"spines", "4"},
                               {"switch", "custom"},
                               {"link_delay", "1 us"}}) == Counts{8 * 8, 8 * 4, 16'384, 16'384});
}

TEST_CASE("multi plane: port p of every NIC is in plane p and planes never meet") {
  const Fabric fabric = good_fabric("multi_plane", {{"servers", "4"}, {"planes", "4"}, {"rails_per_leaf", "4"}, {"spines", "2"}});
  CHECK(fabric.endpoints.size() == 4 * 8 * 4);
  CHECK(fabric.hosts[0].nic_ports == 4);
  CHECK(fabric.links[0].rate.bits_per_second == 200'000'000'000u);  // 800 Gb/s NIC over four ports
  for (std::uint32_t nic = 0; nic < 8; ++nic)
    for (std::uint32_t plane = 0; plane < 4; ++plane)
      CHECK(neighbour(fabric, "server-02", nic * 4 + plane) == "plane-" + std::to_string(plane) + "-leaf-" + std::to_string(nic / 4));
  for (std::uint32_t gpu = 0; gpu < fabric.gpu_count; ++gpu)
    for (std::uint32_t plane = 0; plane < 4; ++plane) CHECK(fabric.endpoint_of_gpu({gpu}, plane).value == gpu * 4 + plane);
  const std::vector<std::uint32_t> hops = hops_from(switch_neighbours(fabric), 0);
  for (std::size_t s = 0; s < hops.size(); ++s)
    CHECK((hops[s] != kNoWay) == (fabric.nodes[fabric.switches[s].node.index()].name.substr(0, 8) == "plane-0-"));
}

TEST_CASE("multi plane: the planes together carry what one plane of whole NICs would") {
  const FabricSummary two = summarise(good_fabric("multi_plane", {{"servers", "16"}}));
  CHECK(two.bisection.bits_per_second == 8u * 8u * 800'000'000'000u);
  CHECK(two.bisection_share == doctest::Approx(1));
}

TEST_CASE("multi plane: a rate that planes do not divide is told") {
  CHECK(messages(build_fabric("multi_plane", {{"server", "plain"}, {"planes", "7"}}).diagnostics) ==
        std::vector<std::string>{"7 planes do not divide a NIC of 400 Gb/s evenly | use another number of `planes`, or give `nic_rate`, "
                                 "the rate of one port"});
}

}  // namespace
}  // namespace eastwest::tests
