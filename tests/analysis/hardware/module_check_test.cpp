// SPDX-License-Identifier: Apache-2.0
// Modules in cages: one serial number is in one cage.
#include <doctest/doctest.h>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

Verification verified(const DesignedSite& site, const std::vector<EvidenceText>& files) {
  Diagnostics diagnostics;
  const Evidence evidence = read_evidence(files, diagnostics);
  INFO(diagnostics.print());
  CHECK(diagnostics.all().empty());
  return verify(site.design(), evidence);
}

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

}  // namespace
}  // namespace eastwest::tests
