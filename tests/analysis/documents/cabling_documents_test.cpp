// SPDX-License-Identifier: Apache-2.0
// Labels, port maps and strand maps: closed counts of a structured pod, and what each says is what the plant has.
#include <map>
#include <set>

#include "analysis/documents/labels.hpp"
#include "analysis/documents/modules.hpp"
#include "analysis/documents/port_maps.hpp"
#include "analysis/documents/strand_map.hpp"
#include "tests/support/documented_site.hpp"

using namespace eastwest;
using tests::DocumentedSite;
using tests::Table;

TEST_CASE("labels: two per piece, each the other's far end, as the schedule has them") {
  const DocumentedSite site(tests::kGrowingSite);
  const std::vector<Label> labels = labels_of(site.view);
  CHECK(labels.size() == 2 * site.built.plant.pieces.size());
  const Table schedule(write_schedule(site.built.plant, site.built.fabric));
  for (std::size_t i = 0; i < labels.size(); i += 2) {
    CHECK(labels[i].near == labels[i + 1].far);
    CHECK(labels[i].far == labels[i + 1].near);
    CHECK(labels[i].id == site.built.plant.pieces[i / 2].id);
    CHECK(labels[i].near == schedule.cell(i / 2, "label_a"));
    CHECK(labels[i + 1].near == schedule.cell(i / 2, "label_b"));
  }
  const Result<std::string> sheet = write_label_sheet(site.view);
  REQUIRE(sheet.has_value());
  CHECK(tests::occurrences(*sheet, "<div class=\"label\">") == labels.size());
  CHECK(tests::occurrences(*sheet, "<div class=\"sheet\">") == (labels.size() + 23) / 24);
}

TEST_CASE("port maps: every port once; far ends agree both ways; used ports are twice the links") {
  const DocumentedSite site(tests::kGrowingSite);
  const Fabric& fabric = site.built.fabric;
  const Plant& plant = site.built.plant;
  std::map<std::string, std::string> far;
  std::size_t rows = 0;
  std::size_t used = 0;
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    const std::vector<PortMapRow> map = port_map(site.view, d);
    CHECK(map.size() == plant.devices[d].ports);
    rows += map.size();
    if (plant.devices[d].kind == DeviceKind::panel) continue;
    for (const PortMapRow& row : map) {
      used += port_state(row) == "used" ? 1 : 0;
      if (row.link != kNone) far[plant.devices[d].name + ":" + row.port] = row.far_a;
    }
  }
  CHECK(used == 2 * fabric.cables.size());
  CHECK(far.size() == 2 * fabric.cables.size());
  for (const auto& [port, other] : far) CHECK(far.at(other) == port);
  CHECK(Table(write_port_maps(site.view)).rows() == rows);
}

TEST_CASE("port maps: a panel's port has the link of its cord in front and of its trunk behind") {
  const DocumentedSite site(tests::kGrowingSite);
  const Plant& plant = site.built.plant;
  std::size_t lit = 0;
  std::size_t dark = 0;
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    if (plant.devices[d].kind != DeviceKind::panel) continue;
    for (const PortMapRow& row : port_map(site.view, d)) {
      if (port_state(row) == "dark") ++dark;
      if (port_state(row) != "used") continue;
      ++lit;
      REQUIRE(row.trunk != kNone);
      CHECK(site.view.strand_links[row.trunk][row.strand] == site.view.link_of_piece[row.piece]);
      CHECK_FALSE(row.behind.empty());
    }
  }
  // A link between switches passes two panels. Here 128 of them: 16 servers x 8 rails, as many up as down.
  CHECK(lit == 2 * 128);
  CHECK(dark > 0);  // a quarter of the strands is spare
}

TEST_CASE("modules: a twin cage holds one module for its two ports") {
  const DocumentedSite site(
      "{topology: rail_optimised, servers: 16, server: dgx-h100, switch: nv-qm9700, host_optic: 400g-dr4, fabric_optic: 400g-dr4}");
  const std::vector<Module> modules = modules_of(site.view);
  std::map<std::string, std::size_t> count;
  std::size_t ends = 0;
  for (const Module& module : modules) {
    ++count[module.optic];
    ends += module.ports.size();
  }
  CHECK(ends == 2 * site.built.fabric.cables.size());  // every plug of every link sits in one module
  // NDR: 2xDR4 in the OSFP twin cages of QM9700 and of DGX H100 (four cages for eight NICs).
  CHECK(count.size() == 1);
  CHECK(count.begin()->first == "800g-2xdr4-nv");
  std::size_t in_servers = 0;
  for (const Module& module : modules) in_servers += site.built.plant.devices[module.device].kind == DeviceKind::server ? 1 : 0;
  CHECK(in_servers == 16 * 4);
  std::set<std::pair<std::uint32_t, std::uint32_t>> cages;
  for (const Module& module : modules) CHECK(cages.insert({module.device, module.cage}).second);
}

TEST_CASE("modules: published count of twin-port modules for 256 GPUs of 400G DR4 on 64 ports") {
  // Reference: 12 switches x 32 twin-port modules, and 128 twin-port or 256 single-port modules in the nodes.
  const DocumentedSite site(
      "{topology: rail_optimised, servers: 32, server: dgx-h100, switch: nv-qm9700, host_optic: 400g-dr4, fabric_optic: 400g-dr4}");
  std::size_t switches = 0;
  std::size_t servers = 0;
  for (const Module& module : modules_of(site.view))
    ++(site.built.plant.devices[module.device].kind == DeviceKind::server ? servers : switches);
  CHECK(switches == 384);
  CHECK(servers == 128);
}

TEST_CASE("strand map: every fibre once, base-8 positions, and light crosses from transmitter to receiver") {
  const DocumentedSite site(tests::kGrowingSite);
  const Plant& plant = site.built.plant;
  std::size_t fibres = 0;
  std::size_t lit = 0;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    if (plant.pieces[p].kind != PieceKind::trunk) continue;
    const std::vector<Strand> strands = strands_of(site.view, p);
    CHECK(strands.size() == plant.pieces[p].fibres);
    fibres += strands.size();
    std::map<std::uint32_t, std::pair<int, int>> directions;  // by leg
    for (const Strand& strand : strands) {
      CHECK((strand.position_a <= 4 || strand.position_a >= 9));
      CHECK(strand.position_a + strand.position_b == 13);  // type B of MPO-12: 1 to 12, 2 to 11, ...
      if (strand.link == kNone) continue;
      ++lit;
      ++(strand.direction == "A to B" ? directions[strand.leg].first : directions[strand.leg].second);
      CHECK_FALSE(strand.direction.empty());
    }
    for (const auto& [leg, both] : directions) CHECK(both == std::pair{4, 4});  // DR4: four lanes each way
  }
  CHECK(lit == 128 * 8);
  const Table table(write_strand_map(site.view));
  REQUIRE(fibres > 8);
  REQUIRE(table.rows() == fibres);
  CHECK(table.count("state", "lit") == lit);
  CHECK(table.cell(0, "unit_colour") == "blue");
  CHECK(table.cell(7, "colour") == "black");
  CHECK(table.cell(8, "unit_colour") == "orange");
}
