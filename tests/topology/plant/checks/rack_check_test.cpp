// SPDX-License-Identifier: Apache-2.0
// Racks: units, power and weight against their limits; what nobody stated is said.
#include "topology/plant/checks/rack_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("rack check: four DGX H100 fill 32 units and draw 40.8 kW") {
  const CheckedSite site;
  const RackUse use = rack_uses(site.input())[0];
  CHECK(use.servers == 4);
  CHECK(use.units == 32);
  CHECK(use.power.mw == 40'800'000);
  // 130 kg each (GK, the user guide's largest), from the catalogue.
  CHECK(use.weight_unknown == 0);
  CHECK(use.weight.grams == 520'000);
  CHECK(use.unplaced.empty());
  // Two QM9700 of 14.8 kg (S-DTL1), from the catalogue.
  CHECK(rack_uses(site.input())[1].weight.grams == 29'600);
}

TEST_CASE("rack check: more power than the feeds carry, and how many servers too many") {
  CheckedSite site;
  site.built.plant.racks[0].power_limit = {30'600'000};
  CHECK(site.complaints() == Complaints{"fail racks.power"});
  const Finding finding = site.only("racks.power");
  CHECK(contains(finding.sentence, "draws up to 40.80 kW: 4 servers"));
  CHECK(contains(finding.remedy, "move 1 of its servers to another rack (`servers_per_rack: 3`)"));
  site.built.plant.racks[0].power_limit = {40'800'000};
  CHECK(site.complaints().empty());
}

TEST_CASE("rack check: a device without a place") {
  const CheckedSite site(
      "{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 4, "
      "servers_per_rack: 7, "
      "host_optic: 400g-sr4, fabric_optic: 400g-dr4, plant: {rack_power: 100 kW}}");
  CHECK(site.complaints() == Complaints{"fail racks.units"});
  const Finding finding = site.only("racks.units");
  CHECK(finding.item == "server-06");
  CHECK(contains(finding.sentence, "48 of its 48 units are taken"));
}

TEST_CASE("rack check: more weight than the rack carries, as far as it is known") {
  CheckedSite site;
  site.built.plant.devices[0].weight = {1'600'000};
  CHECK(site.complaints() == Complaints{"fail racks.weight"});
  CHECK(contains(site.only("racks.weight").sentence, "carries 1990.0 kg"));
}

TEST_CASE("rack check: devices of unknown power are named by model") {
  const CheckedSite site("{topology: leaf_spine, servers: 4, server: plain}");
  bool told = false;
  for (const Finding& finding : check_racks(site.input(), rack_uses(site.input())))
    told = told || (finding.rule == "racks.unknown" && contains(finding.sentence, "power is not known"));
  CHECK(told);
}

TEST_CASE("rack check: a device without a unit in a rack that has room is not told as a full rack") {
  CheckedSite site;
  site.built.plant.devices[1].unit = 0;  // eight units are free where it stood
  const Finding finding = site.only("racks.units");
  CHECK(contains(finding.sentence, "stands in rack A01, but at no unit"));
  CHECK(contains(finding.remedy, "the column `unit` of the table `plant.devices`"));
}
