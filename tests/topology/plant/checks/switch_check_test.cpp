// SPDX-License-Identifier: Apache-2.0
// Switches: ports in use by phase, reserve, and oversubscription of leaves.
#include "topology/plant/checks/switch_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("switch check: a leaf of four rails has 16 + 16 links with 32 GPUs and is full with 64, without oversubscription") {
  const CheckedSite site;
  const std::vector<SwitchUse> uses = switch_uses(site.input());
  REQUIRE(uses.size() == 4);
  CHECK(uses[0].ports == 64);
  CHECK(uses[0].used == std::vector<std::uint32_t>{32, 64});
  CHECK(uses[0].share.back() == doctest::Approx(1.0));
  CHECK(uses[0].oversubscription == std::vector<double>{1, 1});
  CHECK(uses[2].oversubscription == std::vector<double>{0, 0});  // spines have nothing above
}

TEST_CASE("switch check: a reserve that the last phase eats") {
  CheckedSite site;
  site.built.settings.port_reserve = 0.1;
  CHECK(site.complaints() == Complaints{"fail switches.reserve"});
  const Finding finding = site.only("switches.reserve");
  CHECK(finding.items.size() == 2);  // spines use half their ports
  CHECK(contains(finding.limit, "10.0 % (`port_reserve` of the site); 64 ports of `nv-qm9700` (S-DTL1"));
}

TEST_CASE("switch check: more links than ports") {
  CheckedSite site;
  for (std::uint32_t i : {0u, 1u}) site.built.fabric.switches[i].model = "nv-sn4700";  // 32 ports of 400 Gb/s
  const std::vector<Finding> findings = check_switches(site.input(), switch_uses(site.input()));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == "switches.ports");
  CHECK(contains(findings[0].sentence, "has 64 links at 32 ports of its rate: 200.0 % of the switch"));
}

TEST_CASE("switch check: one leaf with less up than the others of its tier") {
  CheckedSite site;
  const Fabric& fabric = site.built.fabric;
  const std::uint32_t c = site.structured_cable();
  for (const PortId port : {fabric.cables[c].a, fabric.cables[c].b})
    site.built.fabric.links[fabric.ports[port.index()].out.index()].rate = BitRate{200'000'000'000};
  const Finding finding = site.only("switches.uneven");
  CHECK(finding.level == FindingLevel::warn);
  CHECK(finding.item == "leaf-0");
  CHECK(contains(finding.sentence, "has 1.02:1"));  // 32 over 31.5
}

TEST_CASE("switch check: oversubscription by design is a note with its ratio") {
  const CheckedSite site("{topology: leaf_spine, servers: 8, leaves: 2, oversubscription: 2}");
  const Finding finding = site.only("switches.oversubscribed");
  CHECK(finding.level == FindingLevel::note);
  CHECK(contains(finding.sentence, "2:1"));
  CHECK(finding.items.size() == 2);
}

TEST_CASE("switch check: ports of a switch of one's own are not known") {
  const CheckedSite site("{topology: leaf_spine, servers: 4, switch: custom}");
  CHECK(site.only("switches.unknown").level == FindingLevel::note);
}
