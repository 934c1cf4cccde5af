// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "topology/cabling.hpp"

namespace eastwest::tests {
namespace {

constexpr BitRate k400g{400'000'000'000};

RackGrid default_grid() {
  RackGrid grid;
  grid.rack_pitch = {600};
  grid.row_pitch = {3'000};
  grid.vertical_drop = {2'000};
  grid.slack = {1'000};
  return grid;
}

TEST_CASE("cabling: rack names run like those of a hall") {
  const RackGrid grid = default_grid();
  CHECK(grid.rack(0).name == "A01");
  CHECK(grid.rack(15).name == "A16");
  CHECK(grid.rack(16).name == "B01");
  CHECK(grid.rack(25 * 16).name == "Z01");
  CHECK(grid.rack(26 * 16).name == "AA01");
  CHECK(grid.rack(27 * 16 + 1).name == "AB02");
}

TEST_CASE("cabling: length is the way along the trays plus drops and slack") {
  const RackGrid grid = default_grid();
  CHECK(grid.cable_length(grid.rack(3), grid.rack(3)) == Length{3'000});  // one rise and slack
  CHECK(grid.cable_length(grid.rack(3), grid.rack(4)) == Length{5'600});  // two rises, a pitch, slack
  CHECK(grid.cable_length(grid.rack(0), grid.rack(18)) == Length{5'000 + 1'200 + 3'000});
}

TEST_CASE("cabling: length is the same from both ends and obeys the triangle inequality without drops") {
  RackGrid grid = default_grid();
  grid.vertical_drop = {0};
  grid.slack = {0};
  RandomStream random(20'261, 1);
  for (int i = 0; i < 500; ++i) {
    const Rack a = grid.rack(static_cast<std::uint32_t>(random.below(200)));
    const Rack b = grid.rack(static_cast<std::uint32_t>(random.below(200)));
    const Rack c = grid.rack(static_cast<std::uint32_t>(random.below(200)));
    CHECK(grid.cable_length(a, b) == grid.cable_length(b, a));
    CHECK(grid.cable_length(a, c) <= grid.cable_length(a, b) + grid.cable_length(b, c));
  }
}

TEST_CASE("cabling: automatic media follow reach, copper first") {
  const Catalogue& catalogue = test_catalogue();
  const auto chosen = [&](BitRate rate, std::int64_t mm) {
    const OpticModel* optic = automatic_optic(catalogue, rate, {mm});
    return optic == nullptr ? std::string("none") : optic->id;
  };
  CHECK(chosen(k400g, 3'000) == "dac-400g");
  CHECK(chosen(k400g, 3'001) == "aec-400g");
  CHECK(chosen(k400g, 7'001) == "400g-vr4");
  CHECK(chosen(k400g, 50'001) == "400g-sr4");
  CHECK(chosen(k400g, 100'001) == "400g-dr4");
  CHECK(chosen(k400g, 500'001) == "400g-dr4-2");
  CHECK(chosen(k400g, 10'000'001) == "none");
  CHECK(chosen({800'000'000'000}, 2'000) == "dac-800g-twin");
  CHECK(chosen({10'000'000'000}, 1) == "none");
}

TEST_CASE("cabling: every rate of a catalogue server has automatic optics up to 500 m") {
  for (const ServerModel& server : test_catalogue().servers()) {
    CAPTURE(server.id);
    CHECK(automatic_optic(test_catalogue(), server.nic_rate, {1'000}) != nullptr);
    CHECK(automatic_optic(test_catalogue(), server.nic_rate, {500'000}) != nullptr);
  }
}

TEST_CASE("cabling: what cannot be cabled is told with the remedy") {
  CableRule rule;
  rule.delay_parameter = "host_link_delay";
  rule.optic_parameter = "host_optic";
  const auto failure = [&](BitRate rate, Length length) {
    const Result<CableParts> parts = choose_cable(test_catalogue(), rule, rate, length);
    return parts ? "cable" : parts.error().message + " | " + parts.error().remedy;
  };
  CHECK(failure({10'000'000'000}, {1'000}) ==
        "the catalogue has no optic for links of 10 Gb/s | give `host_link_delay` or choose another rate");
  CHECK(failure(k400g, {12'000'000}) == "no optic of 400 Gb/s reaches 12 km | shorten the cable or give `host_link_delay`");
  rule.optic = "800g-dr8";
  CHECK(failure(k400g, {1'000}) ==
        "`host_optic` `800g-dr8` runs at 800 Gb/s, the link at 400 Gb/s | choose an optic of 400 Gb/s, `automatic`, or give "
        "`host_link_delay`");
  rule.delay = {0};
  CHECK(failure(k400g, {1'000}) == "cable");  // a given delay needs no optic
}

TEST_CASE("cabling: the reference budget of 400 Gb/s over 30 m of single-mode fibre") {
  // Same rail (1 switch, 2 links) 2715.6 ns and cross rail (3 switches, 4 links) 4849.4 ns: 600 ns per NIC, 700 ns per
  // switch, 100 ns FEC per link, 60 ns per module, 4096 B at 400 Gb/s once. data/README.md has the sum.
  const Fabric fabric = good_fabric("rail_optimised", {{"server", "dgx-h100"},
                                                       {"switch", "jn-qfx5240"},
                                                       {"host_optic", "400g-dr4"},
                                                       {"fabric_optic", "400g-dr4"},
                                                       {"rack_pitch", "0 m"},
                                                       {"row_pitch", "0 m"},
                                                       {"vertical_drop", "0 m"},
                                                       {"slack", "30 m"}});
  const Duration nics = fabric.hosts[0].nic_latency * 2;
  const Duration frame = serialisation({4096}, k400g);
  for (const Cable& cable : fabric.cables) {
    CHECK(cable.length == Length{30'000});
    CHECK(cable.medium == "400g-dr4");
    CHECK(cable.delay_medium == Duration{146'862});  // 30 m x 1.4676 / c, to the picosecond
    CHECK(cable.delay_modules == Duration{120'000});
    CHECK(cable.delay_fec == Duration{100'000});
  }
  const Duration link = fabric.links[0].delay;
  const Duration latency = fabric.switches[0].latency;
  const Duration same_rail = nics + latency + link * 2 + frame;
  const Duration cross_rail = nics + latency * 3 + link * 4 + frame;
  CHECK(std::abs(static_cast<double>(same_rail.ps) - 2'715'600.0) < 50.0);
  CHECK(std::abs(static_cast<double>(cross_rail.ps) - 4'849'400.0) < 50.0);
}

TEST_CASE("cabling: a group's network racks stand in its middle and a single leaf shares a server rack") {
  std::vector<Rack> racks;
  const RackGrid grid = default_grid();
  const GroupRacks rail = place_group(grid, 16, 8, racks);
  CHECK(racks.size() == 5);
  CHECK(rail.switches == std::vector<std::uint32_t>(8, 2));
  CHECK(rail.servers.front() == 0);
  CHECK(rail.servers[7] == 1);
  CHECK(rail.servers[8] == 3);
  CHECK(rail.servers.back() == 4);
  const GroupRacks leaf = place_group(grid, 9, 1, racks);
  CHECK(racks.size() == 8);
  CHECK(leaf.switches == std::vector<std::uint32_t>{6});
  const GroupRacks spines = place_group(grid, 0, 9, racks);
  CHECK(racks.size() == 10);
  CHECK(spines.switches.front() == 8);
  CHECK(spines.switches.back() == 9);
  CHECK(racks[9].name == "A10");
}

}  // namespace
}  // namespace eastwest::tests
