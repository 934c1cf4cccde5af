// SPDX-License-Identifier: Apache-2.0
// A plant from a site: lengths are those of the hall, tables read back to the same plant, structured cabling closes its counts.
#include "topology/plant/plant_builder.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/support/built_plant.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/polarity.hpp"

using namespace eastwest;
using tests::good_site;
using tests::try_site;

namespace {

const char* const kSites[] = {
    "{topology: rail_optimised, servers: 16, switch: nv-qm9700}",
    "{topology: rail_optimised, servers: 16, switch: nv-qm9700, plant: {cabling: structured_fabric, phases: [32, 64, 128]}}",
    "{topology: leaf_spine, servers: 12, leaves: 3, plant: {cabling: structured, connector_grade: standard, polarity: a}, host_optic: "
    "400g-sr4}",
    "{topology: fat_tree, servers: 16, server: plain, fat_tree_k: 4}",
    "{topology: torus, server: plain}",
    "{topology: dragonfly, plant: {lengths: standard}}",
    "{topology: multi_plane, servers: 8}",
    "{topology: leaf_spine, servers: 4, link_delay: 500 ns}",
    "{topology: custom, server: plain, hosts: [h0, h1], switches: [s], links: [{a: h0, b: s, length: 12 m}, {a: h1, b: s, delay: 3 ns}]}",
};

/// Key and value pairs of a flow map without `plant`.
std::string without_plant(const std::string& site) {
  const std::size_t at = site.find(", plant: {");
  if (at == std::string::npos) return site.substr(1, site.size() - 2);
  const std::size_t end = site.find('}', at);
  return site.substr(1, at - 1) + site.substr(end + 1, site.size() - end - 2);
}

}  // namespace

TEST_CASE("plant builder: the tables of every kind of site read back to the same plant and fabric") {
  for (const std::string site : kSites) {
    CAPTURE(site);
    Diagnostics diagnostics;
    const std::optional<BuiltSite> tried = try_site(site, diagnostics);
    if (!tried && site.find("fat_tree_k") != std::string::npos) continue;
    REQUIRE_MESSAGE(tried.has_value(), diagnostics.print());
    const BuiltSite& first = *tried;
    const tests::TemporaryDirectory folder;
    const std::string tables = tests::write_tables(first, folder);
    // Everything but the four tables stays as the site says: phases and polarity are no matter of a table.
    std::string rest;
    if (site.find("phases") != std::string::npos) rest += ", phases: [32, 64, 128]";
    if (site.find("polarity: a") != std::string::npos) rest += ", polarity: a";
    const BuiltSite again = good_site("{" + without_plant(site) + ", plant: {" + tables + rest + "}}", folder.path().string());
    CHECK(write_schedule(again.plant, again.fabric) == write_schedule(first.plant, first.fabric));
    CHECK(write_devices(again.plant) == write_devices(first.plant));
    CHECK(write_racks(again.plant) == write_racks(first.plant));
    CHECK(write_pathways(again.plant) == write_pathways(first.plant));
    CHECK(digest_of(again.plant, again.fabric) == digest_of(first.plant, first.fabric));
    REQUIRE(again.fabric.cables.size() == first.fabric.cables.size());
    for (std::size_t c = 0; c < first.fabric.cables.size(); ++c) {
      CHECK(again.fabric.cables[c].a == first.fabric.cables[c].a);
      CHECK(again.fabric.cables[c].b == first.fabric.cables[c].b);
      CHECK(again.fabric.cables[c].length == first.fabric.cables[c].length);
      CHECK(again.fabric.cables[c].delay_medium == first.fabric.cables[c].delay_medium);
      CHECK(again.fabric.cables[c].delay_modules == first.fabric.cables[c].delay_modules);
    }
  }
}

TEST_CASE("plant builder: point to point, the length of a cable is that of the hall: both drops, the way over trays, slack") {
  const BuiltSite built = good_site("{topology: rail_optimised, servers: 40, switch: nv-qm9700, racks_per_row: 5}");
  for (std::uint32_t c = 0; c < built.fabric.cables.size(); ++c) {
    const Cable& cable = built.fabric.cables[c];
    const Rack& a = built.fabric.racks[built.fabric.nodes[built.fabric.ports[cable.a.index()].node.index()].rack];
    const Rack& b = built.fabric.racks[built.fabric.nodes[built.fabric.ports[cable.b.index()].node.index()].rack];
    const std::int64_t columns = std::abs(static_cast<int>(a.column) - static_cast<int>(b.column));
    const std::int64_t rows = std::abs(static_cast<int>(a.row) - static_cast<int>(b.row));
    const bool same = columns == 0 && rows == 0;
    CHECK(cable.length.mm == (same ? 2'000 : 4'000) + 600 * columns + 3'000 * rows + 1'000);
    CHECK(built.plant.pieces[built.plant.steps[built.plant.channels[c].first_step].piece].id == cable.name);
  }
}

TEST_CASE("plant builder: cross trays that are far apart make ways longer, and delays follow") {
  const std::string site = "{topology: rail_optimised, servers: 40, switch: nv-qm9700, racks_per_row: 5";
  const BuiltSite every = good_site(site + "}");
  const BuiltSite few = good_site(site + ", plant: {cross_tray_every: 4}}");
  bool longer = false;
  for (std::size_t c = 0; c < every.fabric.cables.size(); ++c) {
    CHECK(few.fabric.cables[c].length >= every.fabric.cables[c].length);
    if (few.fabric.cables[c].length <= every.fabric.cables[c].length) continue;
    longer = true;
    const LinkId link = few.fabric.ports[few.fabric.cables[c].a.index()].out;
    const Cable& cable = few.fabric.cables[c];
    CHECK(few.fabric.links[link.index()].delay == cable.delay_medium + cable.delay_modules + cable.delay_fec);
  }
  CHECK(longer);
}

TEST_CASE("plant builder: structured, trunks of nine base-8 strands carry the links of a rack pair and a quarter more") {
  const BuiltSite built =
      good_site("{topology: rail_optimised, servers: 64, switch: nv-qm9700, fabric_optic: 400g-dr4, plant: {cabling: structured_fabric}}");
  const Plant& plant = built.plant;
  std::size_t strands = 0;
  std::size_t trunks = 0;
  for (const Piece& piece : plant.pieces) {
    if (piece.kind != PieceKind::trunk) continue;
    ++trunks;
    CHECK(piece.fibres == 72);
    CHECK(piece.a.count == 9);
    CHECK(piece.a.plug.gender == PinGender::pinned);
    strands += piece.a.count;
  }
  CHECK(trunks > 0);
  std::size_t structured = 0;
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c) {
    if (plant.channels[c].step_count != 3) continue;
    ++structured;
    // Method B: five reversals, two mated pairs; the worked example of the reference passes.
    const Channel channel = channel_of(plant, c);
    const OpticModel& optic = *builtin_catalogue().find_optic("400g-dr4");
    CHECK(check_channel(channel, channel_end_of(optic), channel_end_of(optic), builtin_catalogue()).empty());
  }
  CHECK(structured > 0);
  CHECK(strands >= structured + structured / 4);
  // Two mated pairs at 0.35 dB and little glass: 3.0 - 0.7 - 0.0004 per metre.
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    if (plant.channels[c].step_count == 3) {
      const double glass = 0.4e-3 * static_cast<double>(built.fabric.cables[c].length.mm) / 1e3;
      CHECK(built.fabric.cables[c].margin_db == doctest::Approx(3.0 - 0.7 - glass).epsilon(1e-3));
    }
}

TEST_CASE("plant builder: a margin of a few tenths gives the frame loss of the margin table") {
  // 0.75 dB pairs: 3.0 dB of four pairs and glass leave less than nothing of the budget of SR4 (1.8 dB).
  const BuiltSite built = good_site(
      "{topology: leaf_spine, servers: 8, leaves: 2, host_optic: 400g-sr4, fabric_optic: 400g-sr4, plant: {cabling: structured, "
      "connector_grade: standard}}");
  bool some = false;
  for (std::uint32_t c = 0; c < built.fabric.cables.size(); ++c) {
    if (built.plant.channels[c].step_count != 3) continue;
    some = true;
    CHECK(built.fabric.cables[c].margin_db < 0.31);  // 1.8 - 1.5 - glass
    CHECK(built.fabric.cables[c].margin_db > 0.1);
    const Link& link = built.fabric.links[built.fabric.ports[built.fabric.cables[c].a.index()].out.index()];
    CHECK(link.frame_loss > 1e-19);  // between +0.5 dB (1.2e-22) and 0 dB (7e-12)
    CHECK(link.frame_loss < 7e-12);
  }
  CHECK(some);
}

TEST_CASE("plant builder: devices fill their racks without overlap, servers from below, switches from above") {
  const BuiltSite built = good_site("{topology: rail_optimised, servers: 64, switch: nv-qm9700, plant: {cabling: structured_fabric}}");
  std::set<std::pair<std::uint32_t, std::uint32_t>> taken;
  for (const Device& device : built.plant.devices) {
    REQUIRE(device.unit > 0);
    for (std::uint32_t unit = device.unit; unit < device.unit + device.height; ++unit) {
      CHECK(unit <= built.plant.racks[device.rack].units);
      CHECK(taken.emplace(device.rack, unit).second);
    }
  }
}

TEST_CASE("plant builder: devices without room and phases that the site has not are told with line, limit and neighbour, in one pass") {
  const std::string site = "{topology: rail_optimised, servers: 4, server: dgx-h100, switch: nv-qm9700, plant: {";
  const BuiltSite first = good_site(site + "}}");
  const tests::TemporaryDirectory folder;
  const std::string tables = tests::write_tables(first, folder);
  std::string text = "device,kind,rack,unit,phase\nserver-00,server,A01,1,1\nserver-01,server,A01,8,1\nserver-02,server,A01,44,1\n";
  text += "server-03,server,A01,20,3\n";
  folder.write("devices.csv", text);
  Diagnostics diagnostics;
  CHECK_FALSE(tests::try_site(site + tables + "}}", diagnostics, folder.path().string()).has_value());
  const std::string told = diagnostics.print();
  INFO(told);
  CHECK(
      told.find(
          "devices.csv:3: error: device `server-01` takes units 8 to 15 of rack `A01`, where `server-00` (units 1 to 8) stands already") !=
      std::string::npos);
  CHECK(told.find("devices.csv:4: error: device `server-02` takes units 44 to 51 of rack `A01`, which has 48 units") != std::string::npos);
  CHECK(told.find("devices.csv:5: error: device `server-03` comes in phase 3 of 1") != std::string::npos);
}

TEST_CASE("plant builder: what a site gets wrong is told at its place") {
  struct Case {
    std::string site;
    std::string message;
  };
  const Case cases[] = {
      {"{topology: leaf_spine, servers: 4, plant: {cabling: structurd}}", "structured"},
      {"{topology: leaf_spine, servers: 4, plant: {phases: [8, 4, 32]}}", "4 GPUs do not follow 8 GPUs"},
      {"{topology: leaf_spine, servers: 4, plant: {phases: [8, 16]}}", "the last phase has 16 GPUs, the site has 32"},
      {"{topology: leaf_spine, servers: 4, plant: {phase: 2}}", "`phase` is 2, the site has 1"},
      {"{topology: leaf_spine, servers: 4, plant: {schedule: not-there.csv}}", "not-there.csv"},
      {"{topology: leaf_spine, servers: 4, plant: {switch_port: eth}}", "two ports of `leaf-0` would be called `eth`"},
      {"{topology: torus, server: plain, plant: {phases: [1, 2], phase: 1}}", "phase"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.site);
    Diagnostics diagnostics;
    CHECK_FALSE(try_site(c.site, diagnostics).has_value());
    CHECK_MESSAGE(diagnostics.print().find(c.message) != std::string::npos, diagnostics.print());
  }
}
