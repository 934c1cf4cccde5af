// SPDX-License-Identifier: Apache-2.0
// Counters of a running link.
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

TEST_CASE("signal check: codewords that were lost are told beside bursts, and alone") {
  const DesignedSite site(kSite);
  for (const bool bursty : {true, false}) {
    CAPTURE(bursty);
    Delivery delivery = clean_delivery(site);
    delivery.cables[5].bursty = bursty;
    std::vector<EvidenceText> files = evidence_of(site, delivery);
    const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
    const PortId port = site.site.fabric.cables[5].a;
    const std::string file = site.site.fabric.nodes[names.node(port).index()].name + ".fec.json";
    std::size_t changed = 0;
    for (EvidenceText& one : files) {
      if (one.path != file) continue;
      const std::string zero = R"("uncorrectable_blocks":{"total":0})";
      const std::size_t own = one.text.find("\"" + names.interface(port) + "\"");
      REQUIRE(own != std::string::npos);
      one.text.replace(one.text.find(zero, own), zero.size(), R"("uncorrectable_blocks":{"total":7})");
      ++changed;
    }
    REQUIRE(changed == 1);
    const Verification result = verified(site, files);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == (bursty ? FindingKind::bursty_link : FindingKind::bit_errors));
    CHECK(result.findings[0].sentence.find("7 codewords that could not be corrected") != std::string::npos);
  }
}

}  // namespace
}  // namespace eastwest::tests
