// SPDX-License-Identifier: Apache-2.0
// Fill of pathways against the published capacities of a tray of 300 x 100 mm and a conduit of 52.5 mm.
#include "topology/plant/pathway_fill.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

const PathwayModel& limits(std::string_view kind, std::uint64_t cables = 100) {
  const PathwayModel* row = test_catalogue().find_pathway(kind, cables);
  REQUIRE(row != nullptr);
  return *row;
}

const PathwayShape kTray{300, 100, 0};

TEST_CASE("pathway fill: capacity of a tray of 300 x 100 mm at 25, 40 and 50 percent") {
  struct Row {
    const char* cable;
    double area;
    std::array<std::uint64_t, 3> count;
  };
  const Row rows[] = {{"mpo-12-cord", 7.07, {1061, 1697, 2122}}, {"lc-duplex-uniboot", 8.55, {876, 1403, 1753}},
                      {"trunk-24", 19.63, {381, 611, 763}},      {"trunk-72", 69.40, {108, 172, 216}},
                      {"trunk-144", 95.03, {78, 126, 157}},      {"dac-800g-26awg", 95.03, {78, 126, 157}},
                      {"aec-400g", 38.48, {194, 311, 389}}};
  const PathwayModel& tray = limits("tray");
  for (const Row& row : rows) {
    CAPTURE(row.cable);
    const CableConstruction* cable = test_catalogue().find_cable_construction(row.cable);
    REQUIRE(cable != nullptr);
    CHECK(std::fabs(cable_area_mm2(cable->diameter_mm) - row.area) < 0.0051);
    CHECK(pathway_capacity(kTray, cable->diameter_mm, tray.fill_initial, tray) == row.count[0]);
    CHECK(pathway_capacity(kTray, cable->diameter_mm, tray.fill_max, tray) == row.count[1]);
    CHECK(pathway_capacity(kTray, cable->diameter_mm, tray.fill_absolute, tray) == row.count[2]);
  }
}

TEST_CASE("pathway fill: a conduit of 52.5 mm holds 122 MPO cords or 12 trunks of 72 fibres at 40 percent") {
  const PathwayShape conduit{0, 0, 52.5};
  CHECK(pathway_capacity(conduit, 3.0, limits("conduit").fill_max, limits("conduit")) == 122);
  CHECK(pathway_capacity(conduit, 9.4, limits("conduit").fill_max, limits("conduit")) == 12);
}

TEST_CASE("pathway fill: a conduit's limit follows the number of its cables") {
  CHECK(limits("conduit", 0).fill_max == 0.53);
  CHECK(limits("conduit", 1).fill_max == 0.53);
  CHECK(limits("conduit", 2).fill_max == 0.31);
  CHECK(limits("conduit", 3).fill_max == 0.40);
  CHECK(limits("conduit", 500).fill_max == 0.40);
  CHECK(limits("raceway").fill_initial == 0.40);
  CHECK(limits("basket").fill_initial == 0.25);
  CHECK(test_catalogue().find_pathway("gutter", 1) == nullptr);
}

TEST_CASE("pathway fill: verdicts at the limits, and one cable more") {
  const PathwayModel& tray = limits("tray");
  const auto verdict = [&tray](std::uint64_t count) { return pathway_fill(kTray, std::array{CableGroup{3.0, count}}, tray).verdict; };
  CHECK(verdict(0) == Verdict::ok);
  CHECK(verdict(1061) == Verdict::ok);
  CHECK(verdict(1062) == Verdict::warn);
  CHECK(verdict(1697) == Verdict::warn);
  CHECK(verdict(1698) == Verdict::fail);
}

TEST_CASE("pathway fill: groups add up, and the pile limits the depth") {
  const std::array<CableGroup, 2> groups = {CableGroup{3.0, 100}, CableGroup{11.0, 4}};
  const PathwayFill fill = pathway_fill(kTray, groups, limits("tray"));
  CHECK(fill.cables == 104);
  CHECK(fill.cables_mm2 == doctest::Approx(100 * 7.0686 + 4 * 95.0332).epsilon(1e-5));
  CHECK(fill.fill == doctest::Approx(fill.cables_mm2 / 30'000));
  CHECK(usable_area_mm2({300, 400, 0}, limits("tray")) == 300 * 150);
  CHECK(usable_area_mm2({300, 400, 0}, limits("raceway")) == 300 * 400);
  CHECK(pathway_fill({0, 0, 0}, groups, limits("tray")).verdict == Verdict::fail);
  CHECK(pathway_capacity(kTray, 0, 0.4, limits("tray")) == 0);
}

TEST_CASE("pathway fill: bend radius is ten diameters at rest and twenty under load, never below 30 mm or the glass") {
  for (const CableConstruction& cable : test_catalogue().cable_constructions()) {
    CAPTURE(cable.id);
    const bool glass = cable.type == "cord" || cable.type == "trunk" || cable.type == "aoc";
    const double at_rest = (glass ? 10 : 5) * cable.diameter_mm;
    const double under_load = (glass ? 20 : 10) * cable.diameter_mm;
    CHECK(static_cast<double>(cable.bend_radius_installed.mm) >= at_rest - 0.5);
    CHECK(static_cast<double>(cable.bend_radius_pulling.mm) >= under_load - 0.5);
    if (glass) CHECK(cable.bend_radius_installed.mm >= 30);
    CHECK(bend_radius(cable, true) >= bend_radius(cable, false));
  }
  const CableConstruction& cord = *test_catalogue().find_cable_construction("mpo-12-cord");
  CHECK(bend_radius(cord, false) == Length{30});
  CHECK(bend_radius(*test_catalogue().find_cable_construction("simplex-cord"), false, test_catalogue().find_fibre("os2")) == Length{30});
  CHECK(bend_radius(*test_catalogue().find_cable_construction("dac-800g-26awg"), false) == Length{55});  // published 50 to 60 mm
}

TEST_CASE("pathway fill: integral cables have the construction of their length") {
  const OpticModel& dac = *test_catalogue().find_optic("dac-800g-twin");
  CHECK(test_catalogue().find_construction_of(dac, 1_m)->id == "dac-800g-30awg");
  CHECK(test_catalogue().find_construction_of(dac, 2_m)->id == "dac-800g-26awg");
  CHECK(test_catalogue().find_construction_of(*test_catalogue().find_optic("aoc-400g"), 30_m)->diameter_mm == 3.0);
  CHECK(test_catalogue().find_construction_of(*test_catalogue().find_optic("400g-dr4"), 30_m) == nullptr);
  for (const OpticModel& optic : test_catalogue().optics()) {
    CAPTURE(optic.id);
    CHECK((test_catalogue().find_construction_of(optic, 1_m) != nullptr) == (optic.connector == "integral"));
  }
}

}  // namespace
}  // namespace eastwest::tests
