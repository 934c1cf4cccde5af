// SPDX-License-Identifier: Apache-2.0
// All rules at once: order of findings, equal results, and that a site of any kind can be checked.
#include "topology/plant/checks/plant_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;

TEST_CASE("plant check: failures come before warnings, and these before notes; the verdict is that of failures") {
  CheckedSite site;
  CHECK(check_plant(site.input()).passed());
  site.set_length(0, {70'000});
  CHECK(check_plant(site.input()).passed());
  site.set_length(1, {110'000});
  const PlantCheck check = check_plant(site.input());
  CHECK_FALSE(check.passed());
  CHECK(check.count(FindingLevel::fail) == 1);
  CHECK(check.count(FindingLevel::warn) == 1);
  for (std::size_t i = 1; i < check.findings.size(); ++i) CHECK(check.findings[i - 1].level <= check.findings[i].level);
}

TEST_CASE("plant check: every finding names a rule of a family, an item among its items, and what it found") {
  for (const char* text :
       {CheckedSite::kGood, "{topology: torus, server: plain}", "{topology: dragonfly}", "{topology: multi_plane, servers: 8}",
        "{topology: rail_only, servers: 8}", "{topology: leaf_spine, servers: 4, link_delay: 500 ns}",
        "{topology: custom, server: plain, hosts: [h0, h1], switches: [s], links: [{a: h0, b: s, length: 12 m}, {a: h1, b: s, delay: 3 "
        "ns}]}"}) {
    CAPTURE(text);
    const CheckedSite site{std::string(text)};
    const PlantCheck check = check_plant(site.input());
    for (const Finding& finding : check.findings) {
      CAPTURE(finding.rule);
      CHECK(finding.rule.find('.') != std::string::npos);
      CHECK(std::count(finding.items.begin(), finding.items.end(), finding.item) >= 1);
      CHECK_FALSE(finding.sentence.empty());
      if (finding.level == FindingLevel::fail) CHECK_FALSE(finding.remedy.empty());
    }
    CHECK(check.racks.size() == site.built.plant.racks.size());
    CHECK(check.switches.size() == site.built.fabric.switches.size());
    CHECK(check.pathways.size() == site.built.plant.pathways.size());
  }
}
