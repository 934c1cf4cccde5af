// SPDX-License-Identifier: Apache-2.0
// Growth: each phase is a valid fabric, holds the one before it untouched, and stays as non-blocking as the last.
#include "topology/plant/phases.hpp"

#include <map>

#include "tests/support/built_plant.hpp"

using namespace eastwest;
using tests::good_site;

namespace {

const std::string kSite =
    "{topology: rail_optimised, servers: 64, switch: nv-qm9700, plant: {cabling: structured_fabric, phases: [32, 64, 128, 256, 512]";

}  // namespace

TEST_CASE("phases: 32 to 512 GPUs, every phase is a valid fabric with its GPUs, and has all of the phase before") {
  const BuiltSite built = good_site(kSite + "}}");
  REQUIRE(built.plant.phases.size() == 5);
  std::map<std::string, std::pair<std::string, std::string>> before;
  for (std::uint32_t phase = 0; phase < 5; ++phase) {
    const FabricPart part = part_of_phase(built.fabric, built.plant, phase);
    CAPTURE(phase);
    const Status fabric_valid = validate(part.fabric);
    CHECK_MESSAGE(fabric_valid.has_value(), (fabric_valid ? "" : fabric_valid.error().message));
    const Status plant_valid = validate(part.plant, part.fabric);
    CHECK_MESSAGE(plant_valid.has_value(), (plant_valid ? "" : plant_valid.error().message));
    CHECK(part.fabric.gpu_count == 32u << phase);
    std::map<std::string, std::pair<std::string, std::string>> now;
    for (const Piece& piece : part.plant.pieces)
      now[piece.id] = {part.plant.end_name(part.fabric, piece.a), part.plant.end_name(part.fabric, piece.b)};
    for (const auto& [id, ends] : before) CHECK(now.at(id) == ends);  // neither moved nor re-terminated
    before = now;
  }
}

TEST_CASE("phases: a leaf has uplinks for the hosts that are there, on as many spines as they need") {
  // 64 servers of 8 rails on 64-port leaves: two groups of 32 servers, 8 leaves each, 8 spines, 32 uplinks a leaf.
  const BuiltSite built = good_site(kSite + "}}");
  for (std::uint32_t phase = 0; phase < 5; ++phase) {
    const FabricPart part = part_of_phase(built.fabric, built.plant, phase);
    const std::uint32_t servers = 4u << phase;
    const std::uint32_t in_first_group = std::min(servers, 32u);
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> down_up;
    for (const Cable& cable : part.fabric.cables) {
      const Node& a = part.fabric.nodes[part.fabric.ports[cable.a.index()].node.index()];
      const Node& b = part.fabric.nodes[part.fabric.ports[cable.b.index()].node.index()];
      if (a.tier == 0) ++down_up[b.name].first;
      else ++down_up[a.name].second;
    }
    std::uint32_t leaves = 0;
    for (const Node& node : part.fabric.nodes) leaves += node.tier == 1 ? 1 : 0;
    CHECK(leaves == (servers > 32 ? 16u : 8u));
    CHECK(down_up.at("leaf-0").first == in_first_group);
    CHECK(down_up.at("leaf-0").second == in_first_group);  // non-blocking: as many up as down
  }
  CHECK(part_of_phase(built.fabric, built.plant, 0).fabric.switches.size() < built.fabric.switches.size());
}

TEST_CASE("phases: a part runs: the phase that a site builds is what its fabric is") {
  const BuiltSite built = good_site(kSite + ", phase: 2}}");
  CHECK(built.fabric.gpu_count == 512);
  const BuiltSite part = part_built(built);
  CHECK(part.fabric.gpu_count == 64);
}

TEST_CASE("phases: one leaf that is the whole fabric needs no uplink before it has company") {
  const BuiltSite built = good_site("{topology: leaf_spine, servers: 8, leaves: 2, switch: nv-qm9700, plant: {phases: [32, 64]}}");
  const FabricPart part = part_of_phase(built.fabric, built.plant, 0);
  CHECK(part.fabric.switches.size() == 1);
  CHECK(part.fabric.cables.size() == 32);
}
