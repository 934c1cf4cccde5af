// SPDX-License-Identifier: Apache-2.0
// Modules in cages: one serial number is in one cage, a twin cage wants a twin module, and light that does not belong there names its remedy.
#include <doctest/doctest.h>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

TEST_CASE("module check: one serial number in two cages is told, both halves of a twin cage are one place") {
  const DesignedSite site(kSite);
  const Delivery clean = clean_delivery(site);
  CHECK(verified(site, evidence_of(site, clean)).findings.empty());
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const PortId far = names.cage(site.site.fabric.cables[9].b);
  Delivery delivery = clean;
  delivery.modules.at(far).serial = "SN-TWICE";
  PortId other;
  for (const auto& [cage, module] : clean.modules)
    if (cage.value > far.value + 8 && module.optic == clean.modules.at(far).optic) other = cage;
  REQUIRE(other.exists());
  delivery.modules.at(other).serial = "SN-TWICE";
  const Verification result = verified(site, evidence_of(site, delivery));
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == FindingKind::ends_disagree);
  CHECK(result.findings[0].sentence.find("is in 2 cages at once") != std::string::npos);
  // The two ports of one twin cage of a server say the same.
  Delivery twin = clean;
  const PortId rail = names.port("server-03", "rail2");
  twin.modules.at(names.cage(rail)).serial = "SN-TWIN";
  twin.modules.at(names.cage(PortId{rail.value + 1})).serial = "SN-TWIN";
  CHECK(verified(site, evidence_of(site, twin)).findings.empty());
}

TEST_CASE("module check: a single-port module of the planned optic leaves the other port of a twin cage dark") {
  const DesignedSite site(kSite);
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const Delivery clean = clean_delivery(site);
  const PortId cage = names.cage(names.port("server-03", "rail2"));
  REQUIRE(clean.modules.at(cage).optic != "400g-dr4");  // the twin of it
  Delivery delivery = clean;
  delivery.modules.at(cage).optic = "400g-dr4";
  const Verification result = verified(site, evidence_of(site, delivery));
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == FindingKind::wrong_part);
  CHECK(result.findings[0].severity == FindingSeverity::failed);
  CHECK(result.findings[0].item == names.name(cage));
  CHECK(result.findings[0].sentence.find("it serves one port, the design uses 2 ports of this cage") != std::string::npos);
  CHECK(result.findings[0].remedy.find("twin-port module of 2 x 400GBASE-DR4") != std::string::npos);
}

TEST_CASE("module check: a single-port module is enough where the design uses one port of the cage") {
  // Three servers on a switch for each rail: of its two cages the second has one link.
  const DesignedSite site("topology: rail_only\nservers: 3\nserver: dgx-h100\nswitch: nv-qm9700\nhost_optic: 400g-dr4\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  Delivery delivery = clean_delivery(site);
  std::size_t changed = 0;
  for (auto& [cage, module] : delivery.modules) {
    const bool twin = names.ports_per_cage(names.node(cage)) == 2;
    if (!twin || (names.cable(cage).exists() && names.cable(PortId{cage.value + 1}).exists())) continue;
    module.optic = "400g-dr4";
    ++changed;
  }
  CHECK(changed > 0);
  for (const HardwareFinding& one : verified(site, evidence_of(site, delivery)).findings) FAIL_CHECK(one.sentence);
}

/// One module of an unknown number in a port, by its own words.
Verification alone(const DesignedSite& site, const std::string& device, const std::string& port, const std::string& words) {
  return verified(site, {{device + "/ethtool-" + port + ".json",
                          R"([{"identifier":25,"vendor_name":"X","vendor_pn":"NOBODY-KNOWS","vendor_sn":"1",)" + words + "}]\n"}});
}

TEST_CASE("module check: wrong light names the cable that is planned and what to put in") {
  const DesignedSite single(kSite);
  const DesignedSite multi("topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-sr4\nfabric_optic: 400g-dr4\n");
  struct Case {
    const DesignedSite* site;
    const char* words;
    FindingKind kind;
    const char* sentence;
    const char* remedy;
  };
  const Case cases[] = {
      {&single, R"("laser_wavelength":850)", FindingKind::wrong_fibre, "its light is mmf, planned smf", "carries smf; look at the jacket"},
      {&multi, R"("laser_wavelength":1311)", FindingKind::wrong_fibre, "its light is smf, planned mmf", "carries mmf; look at the jacket"},
      {&single, R"("transmitter_technology":10)", FindingKind::wrong_part, "its light is copper, planned smf", "put in 400GBASE-DR4"},
  };
  for (const Case& one : cases) {
    CAPTURE(std::string(one.words));
    const PortNames names(one.site->site.fabric, one.site->site.plant, one.site->catalogue);
    const PortId port = names.port("server-03", "rail2");
    const Verification result = alone(*one.site, "server-03", "rail2", one.words);
    REQUIRE(result.findings.size() == 1);
    CAPTURE(result.findings[0].sentence);
    CAPTURE(result.findings[0].remedy);
    CHECK(result.findings[0].kind == one.kind);
    CHECK(result.findings[0].severity == FindingSeverity::failed);
    CHECK(result.findings[0].sentence.find(one.sentence) != std::string::npos);
    CHECK(result.findings[0].remedy.find(one.remedy) != std::string::npos);
    CHECK(result.findings[0].remedy.find(one.site->site.fabric.cables[names.cable(port).index()].name) != std::string::npos);
  }
}

}  // namespace
}  // namespace eastwest::tests
