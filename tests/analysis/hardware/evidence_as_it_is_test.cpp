// SPDX-License-Identifier: Apache-2.0
// Evidence as it comes from halls and offices: ports that are down, codes that are off, modules that nobody knows, testers' own words, decimal commas,
// second tests, foreign names of ports, one direction only, traces of an OTDR. Each was once taken as planned, or for what it is not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "analysis/hardware/evidence_folder.hpp"
#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite =
    "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nswitch: nv-qm9700\nrails_per_leaf: 4\nhost_optic: 400g-sr4\nfabric_optic: "
    "400g-dr4\n";

struct Told {
  Verification result;
  std::string text;
  std::string mistakes;
  [[nodiscard]] bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

Told told(const DesignedSite& site, const std::vector<EvidenceText>& files) {
  Diagnostics diagnostics;
  const Evidence evidence = read_evidence(files, diagnostics);
  Told one{verify(site.design(), evidence), {}, diagnostics.print()};
  one.text = verification_text(one.result);
  return one;
}

/// A link of glass and its port at a switch.
struct Place {
  std::uint32_t cable = 0;
  std::string device, interface;
};
Place place_of(const DesignedSite& site, std::uint32_t cable) {
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const Cable& one = site.site.fabric.cables[cable];
  const Node& a = site.site.fabric.nodes[names.node(one.a).index()];
  const PortId port = a.kind == NodeKind::network_switch ? one.a : one.b;
  return {cable, site.site.fabric.nodes[names.node(port).index()].name, names.interface(port)};
}

std::string rows(const TestExpectation& plan, const std::string& loss, const std::string& result, const std::string& tested_at = "") {
  std::string text;
  for (const std::uint32_t fibre : plan.positions)
    for (const char* direction : {"AB", "BA"})
      text += plan.name + "," + std::to_string(fibre) + "," + direction + "," + std::to_string(plan.at.front().wavelength_nm) + "," + loss +
              "," + result + "," + tested_at + "\n";
  return text;
}
const std::string kHeader = "cable_id,fibre,direction,wavelength_nm,loss_db,result,tested_at\n";

}  // namespace

TEST_CASE("evidence as it is: a port without a link is no link as planned, and the site as found has it not") {
  const DesignedSite site(kSite);
  const Place place = place_of(site, 0);
  const Told down =
      told(site, {{place.device + ".txt", "Settings for " + place.interface + ":\n\tSpeed: Unknown!\n\tLink detected: no\n"}});
  CHECK_FALSE(down.result.passed());
  CHECK(down.says("link down: " + site.site.fabric.cables[0].name));
  CHECK(down.result.found.cables[0].missing);
}

TEST_CASE("evidence as it is: a code that is off, or of another standard, fails") {
  const DesignedSite site(kSite);
  const Place place = place_of(site, 0);
  const auto counters = [&](const std::string& active) {
    return told(site, {{place.device + ".fec.json",
                        R"([{"ifname":")" + place.interface + R"(","config":["Auto"],"active":[")" + active + R"("],"statistics":{}}])"}});
  };
  CHECK(counters("RS").result.passed());
  CHECK(counters("LLRS").result.passed());
  for (const char* active : {"None", "BaseR", "Off"}) {
    CAPTURE(std::string(active));
    CHECK_FALSE(counters(active).result.passed());
  }
}

TEST_CASE("evidence as it is: modules that nobody knows are held against cage and plug, and none is waved through") {
  const DesignedSite site(kSite);
  std::uint32_t glass = 0;
  while (site.tests[glass].positions.empty()) ++glass;
  const Place place = place_of(site, glass);
  const auto module = [&](const std::string& more) {
    return told(site, {{place.device + "/ethtool.json", R"({")" + place.interface +
                                                            R"(":[{"vendor_name":"NOBODY","vendor_pn":"XYZ-1","vendor_sn":"1",)" + more +
                                                            R"j("laser_wavelength":850,"length_(om4)":100}]})j"}});
  };
  CHECK_FALSE(module(R"("identifier":17,)").result.passed());  // a QSFP28 in a cage for OSFP
  CHECK(module(R"("identifier":17,)").says("does not go into"));
  CHECK(module(R"("identifier":25,"connector":7,)").says("its plug is LC"));
  const Told fits = module(R"("identifier":25,"connector":12,)");
  CHECK(fits.says("its rate is not known"));
  CHECK(fits.result.count(FindingSeverity::warning) == 1);
}

TEST_CASE("evidence as it is: a module of one port in a cage of two links leaves the second without a transceiver") {
  const DesignedSite site(kSite);
  const Delivery delivery = clean_delivery(site);
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  std::uint32_t cable = 0;  // whose cage at the switch has a twin, with both ports used
  PortId cage;
  for (; cable < site.site.fabric.cables.size(); ++cable) {
    const Cable& one = site.site.fabric.cables[cable];
    for (const PortId port : {one.a, one.b}) {
      const auto found = delivery.modules.find(names.cage(port));
      if (found != delivery.modules.end() && site.catalogue.find_optic(found->second.optic)->id != one.medium &&
          names.cable(PortId{names.cage(port).value + 1}).exists())
        cage = names.cage(port);
    }
    if (cage.exists()) break;
  }
  REQUIRE(cage.exists());
  Delivery wrong = clean_delivery(site);
  wrong.modules.at(cage).optic = site.site.fabric.cables[cable].medium;
  const Told one = told(site, evidence_of(site, wrong));
  CHECK_FALSE(one.result.passed());
  CHECK(one.says("it serves one port, the design uses 2 ports of this cage"));
}

TEST_CASE("evidence as it is: testers' words, second tests, decimal commas and one direction") {
  const DesignedSite site(kSite);
  std::uint32_t c = 0;
  while (site.tests[c].positions.empty()) ++c;
  const TestExpectation& plan = site.tests[c];
  char typical[16];
  std::snprintf(typical, sizeof typical, "%.2f", plan.typical().decibels());
  CHECK(told(site, {{"a.csv", kHeader + rows(plan, typical, "PASS")}}).result.findings.empty());
  for (const char* word : {"F", "FAIL*", "Fail (margin)", "x", "bad", "Failed"}) {
    CAPTURE(std::string(word));
    CHECK_FALSE(told(site, {{"a.csv", kHeader + rows(plan, typical, word)}}).result.passed());
  }
  for (const char* word : {"perhaps?", "first", "42"}) {
    CAPTURE(std::string(word));
    CHECK(told(site, {{"a.csv", kHeader + rows(plan, typical, word)}}).mistakes.find("write PASS or FAIL") != std::string::npos);
  }
  for (const char* word : {"P", "Pass*", "PASSED", "ok"}) {
    CAPTURE(std::string(word));
    CHECK(told(site, {{"a.csv", kHeader + rows(plan, typical, word)}}).result.findings.empty());
  }
  // Cleaned and tested again: the later test counts.
  const std::string first = rows(plan, "3.40", "FAIL", "2026-11-02T09:00");
  const std::string second = rows(plan, typical, "PASS", "2026-11-02T11:30");
  CHECK(told(site, {{"a.csv", kHeader + first + second}}).result.findings.empty());
  CHECK(told(site, {{"a.csv", kHeader + second + first}}).result.findings.empty());
  CHECK_FALSE(told(site, {{"a.csv", kHeader + first}}).result.passed());
  CHECK_FALSE(
      told(site, {{"a.csv", kHeader + rows(plan, "3.40", "FAIL", "02.11.2026 09:00") + rows(plan, typical, "PASS", "02.11.2026 11:30")}})
          .result.passed());
  // As a spreadsheet in half of Europe saves it.
  std::string european = kHeader + rows(plan, typical, "PASS");
  std::replace(european.begin(), european.end(), ',', ';');
  std::replace(european.begin(), european.end(), '.', ',');
  const std::size_t name = european.find("a,csv");
  CHECK(name == std::string::npos);
  CHECK(told(site, {{"a.csv", european}}).result.findings.empty());
  const Told quoted = told(site, {{"a.csv", kHeader + plan.name + ",1,AB,1310,\"0,31\",PASS,\n"}});
  CHECK(quoted.mistakes.find("write it with a decimal point") != std::string::npos);
  // One direction of each fibre.
  std::string half = kHeader;
  std::istringstream lines(rows(plan, typical, "PASS"));
  for (std::string line; std::getline(lines, line);)
    if (line.find(",AB,") != std::string::npos) half += line + "\n";
  CHECK(told(site, {{"a.csv", half}}).says("was tested in one direction only"));
}

TEST_CASE("evidence as it is: a neighbour that answers by an unknown name of its port is no missing cable") {
  const DesignedSite site(kSite);
  std::vector<EvidenceText> files;
  for (EvidenceText& file : evidence_of(site, clean_delivery(site))) {
    if (file.path.find(".lldp.json") == std::string::npos || file.path.starts_with("server")) continue;
    // What the servers' ports are called by their operating system.
    for (std::size_t at = file.text.find("\"rail"); at != std::string::npos; at = file.text.find("\"rail", at + 1))
      file.text.replace(at, 5, "\"enp24s0np");
    files.push_back(file);
  }
  const Told one = told(site, files);
  CHECK(one.result.passed());
  CHECK(one.says("by names of ports that are not known here"));
  CHECK(one.result.count(FindingSeverity::warning) == 8);  // one for each server
}

TEST_CASE("evidence as it is: an OTDR that sees a break, a bend or bad contact") {
  const DesignedSite site(kSite);
  std::uint32_t c = 0;
  while (site.tests[c].positions.empty()) ++c;
  REQUIRE(site.tests[c].length.mm > 5'000);
  const std::string head =
      "cable_id,fibre,direction,wavelength_nm,event,type,distance_m,loss_db,reflectance_db,segment_db_per_km,cumulative_db\n";
  const auto event = [&](const std::string& rest) {
    return told(site, {{"otdr.csv", head + site.tests[c].name + ",1,AB,1310,1," + rest + "\n"}});
  };
  CHECK(event("connector,0.0,0.2,-50,,").result.findings.empty());
  CHECK_FALSE(event("break,1.0,,,,").result.passed());
  CHECK_FALSE(event("end,1.0,,,,").result.passed());
  CHECK(event("connector,0.0,0.2,-14,,").says("reflects -14.00 dB"));
  CHECK(event("connector,2.0,0.2,-50,25,").says("25.00 dB/km"));
  CHECK_FALSE(event("connector,2.0,0.2,-50,,9.0").result.passed());
}

}  // namespace eastwest::tests
