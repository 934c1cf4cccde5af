// SPDX-License-Identifier: Apache-2.0
// Counters of a running link; light of modules that are read port by port.
#include <doctest/doctest.h>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

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

/// A reading of four lanes, in mW.
std::string reading(const std::string& sent, const std::string& received) {
  return R"([{"identifier":25,"vendor_pn":"EX-800G-2XDR4-NV","vendor_sn":"S1","transmit_avg_optical_power":[)" + sent +
         R"(],"rx_power":{"values":[)" + received + R"(],"type":"Rcvr signal avg optical power"}}])" + "\n";
}

TEST_CASE("signal check: a reading of four lanes speaks for its own port of a twin cage, one of eight for both") {
  const DesignedSite site(kSite);
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const PortId first = names.cage(names.port("server-03", "rail2"));
  const PortId second{first.value + 1};
  REQUIRE(names.cage(second) == first);
  const auto file = [&](PortId port, const std::string& text) {
    return EvidenceText{"server-03/ethtool-" + names.interface(port) + ".json", text};
  };
  const std::string four = "1,1,1,1";
  const auto cable = [&](PortId port) { return site.site.fabric.cables[names.cable(port).index()].name; };
  // The second port's own reading has a weak lane; the first port's says nothing of it.
  const Verification apart = verified(site, {file(first, reading(four, four)), file(second, reading(four, "1,1,0.2,1"))});
  REQUIRE(apart.findings.size() == 1);
  CHECK(apart.findings[0].kind == FindingKind::light_level);
  CHECK(apart.findings[0].item == cable(second));
  CHECK(apart.findings[0].sentence.find(": lane 3 receives") != std::string::npos);
  const auto receivers = [](const Verification& result) {
    for (const VerificationCount& count : result.counts)
      if (count.what == "receivers, by light") return count.seen;
    return std::uint64_t{0};
  };
  CHECK(receivers(apart) == 2);
  const Verification one = verified(site, {file(first, reading(four, four))});
  CHECK(one.findings.empty());
  CHECK(receivers(one) == 1);
  // Eight lanes: the last four are those of the second port, whichever port they were read at.
  for (const PortId port : {first, second}) {
    const Verification both = verified(site, {file(port, reading(four + "," + four, four + ",1,0.2,1,1"))});
    REQUIRE(both.findings.size() == 1);
    CHECK(both.findings[0].item == cable(second));
    CHECK(both.findings[0].sentence.find(names.name(second) + ": lane 2 receives") != std::string::npos);
    CHECK(receivers(both) == 2);
  }
}

}  // namespace
}  // namespace eastwest::tests
