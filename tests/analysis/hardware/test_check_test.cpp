// SPDX-License-Identifier: Apache-2.0
// Loss tests against the design. The law: the forms that `docs` writes, filled in with what the plan expects, verify without a finding, and with
// more than the plan's worst case every one of them fails; an empty form is no test.
#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "analysis/documents/test_plan.hpp"
#include "analysis/hardware/evidence_folder.hpp"
#include "tests/support/delivery.hpp"
#include "tests/support/documented_site.hpp"
#include "topology/csv.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kDirect =
    "{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, rails_per_leaf: 4, host_optic: 400g-sr4, fabric_optic: "
    "400g-dr4}";
constexpr const char* kStructured =
    "{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, rails_per_leaf: 4, host_optic: 400g-dr4, fabric_optic: "
    "400g-fr4, "
    "plant: {cabling: structured}}";

/// A filled form: `loss` of each row from the plan of its test, "" for a row that stays empty.
std::string filled(const std::string& form, const std::vector<PlannedTest>& tests,
                   const std::function<std::string(const PlannedTest&, std::size_t row)>& loss) {
  Result<CsvTable> table = parse_csv(form);
  REQUIRE(table.has_value());
  std::string text;
  for (std::size_t c = 0; c < table->columns.size(); ++c) text += (c > 0 ? "," : "") + table->columns[c];
  for (std::size_t r = 0; r < table->rows.size(); ++r) {
    std::vector<std::string>& row = table->rows[r];
    for (const PlannedTest& test : tests)
      if (test.id == row[*table->column("cable_id")] && std::to_string(test.wavelength_nm) == row[*table->column("wavelength_nm")])
        row[*table->column("loss_db")] = loss(test, r);
    text += "\n";
    for (std::size_t c = 0; c < row.size(); ++c) text += (c > 0 ? "," : "") + row[c];
  }
  return text + "\n";
}

std::string decibels(Loss loss, double more) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", loss.decibels() + more);
  return text;
}

std::string told(const Verification& result) { return verification_text(result); }

}  // namespace

TEST_CASE("test check: our own forms, filled in as planned, have no finding; above the worst case every cable fails") {
  for (const char* text : {kDirect, kStructured}) {
    CAPTURE(std::string(text));
    const DocumentedSite documented(text);
    const DesignedSite site(text);
    const Result<std::vector<PlannedTest>> tests = planned_tests(documented.view);
    REQUIRE(tests.has_value());
    std::set<std::string> ids;
    for (const PlannedTest& test : *tests) ids.insert(test.id);
    const auto forms = [&](double share, double more) {
      std::vector<EvidenceText> files;
      for (const bool trunks : {false, true}) {
        const std::string form = write_loss_form(*tests, trunks);
        if (std::count(form.begin(), form.end(), '\n') < 2) continue;
        files.push_back(
            {trunks ? "trunks.csv" : "links.csv", filled(form, *tests, [&](const PlannedTest& test, std::size_t) {
               return decibels(
                   {test.typical.mdb + static_cast<std::int64_t>(share * static_cast<double>(test.worst.mdb - test.typical.mdb))}, more);
             })});
      }
      return files;
    };
    const Verification good = verified(site, forms(0, 0));
    CHECK_MESSAGE(good.findings.empty(), told(good));
    REQUIRE(good.counts.size() == 1);
    CHECK(good.counts[0].seen == ids.size());
    CHECK(good.counts[0].matched == ids.size());
    const Verification bad = verified(site, forms(1, 0.02));
    std::set<std::string> failed;
    for (const HardwareFinding& one : bad.findings)
      if (one.severity == FindingSeverity::failed) failed.insert(one.item);
    CHECK(failed == ids);
  }
}

TEST_CASE("test check: an empty form fails, rows that wait are told once, and fibres left out are counted") {
  const DocumentedSite documented(kDirect);
  const DesignedSite site(kDirect);
  const Result<std::vector<PlannedTest>> tests = planned_tests(documented.view);
  REQUIRE(tests.has_value());
  const std::string form = write_loss_form(*tests, false);
  const Verification empty = verified(site, {{"links.csv", form}});
  REQUIRE(empty.findings.size() == 2);
  CHECK_FALSE(empty.passed());
  CHECK(empty.findings[0].kind == FindingKind::no_result);
  CHECK(empty.findings[0].item == "links.csv");
  CHECK(empty.findings[1].severity == FindingSeverity::warning);
  CHECK(empty.findings[1].others.size() + 1 == tests->size());
  const std::string first = tests->front().id;
  // Half of the first cable's rows, and all of the others.
  const Verification half = verified(site, {{"links.csv", filled(form, *tests, [&](const PlannedTest& test, std::size_t row) {
                                               return test.id == first && row % 4 < 2 ? std::string() : decibels(test.typical, 0);
                                             })}});
  REQUIRE(half.findings.size() == 1);
  CHECK(half.findings[0].kind == FindingKind::missing_fibres);
  CHECK(half.findings[0].item == first);
  CHECK(half.findings[0].sentence.find("of 8 fibres were tested, without ") != std::string::npos);
}

TEST_CASE("test check: fibres that carry no light, losses that are gains and wrong wavelengths are told, and taken over nowhere") {
  const DesignedSite site(kDirect);
  std::uint32_t c = 0;
  while (site.tests[c].limit.mdb == 0) ++c;
  const TestExpectation& plan = site.tests[c];
  REQUIRE(plan.positions.size() == 8);
  const auto rows = [&](const std::vector<std::uint32_t>& fibres, const std::string& loss, const std::string& nm, const char* result) {
    std::string text = "cable_id,fibre,direction,wavelength_nm,loss_db,result\n";
    for (const std::uint32_t fibre : fibres) text += plan.name + "," + std::to_string(fibre) + ",," + nm + "," + loss + "," + result + "\n";
    return std::vector<EvidenceText>{{"loss.csv", text}};
  };
  const std::string nm = std::to_string(plan.at.front().wavelength_nm);
  const std::string typical = decibels(plan.typical(), 0);
  CHECK(verified(site, rows({1, 2, 3, 4, 9, 10, 11, 12}, typical, nm, "PASS")).findings.empty());
  CHECK(verified(site, rows({1, 2, 3, 4, 5, 6, 7, 8}, typical, nm, "PASS")).findings.empty());  // numbered on, as many test sets do
  const Verification dark = verified(site, rows({1, 2, 3, 4, 9, 10, 11, 99}, typical, nm, "PASS"));
  CHECK(told(dark).find("fibre 99 was tested, light is on 1-4, 9-12") != std::string::npos);
  CHECK(told(dark).find("7 of 8 fibres were tested, without 12") != std::string::npos);
  const Verification gain = verified(site, rows({1, 2, 3, 4, 9, 10, 11, 12}, "-0.50", nm, "PASS"));
  CHECK(told(gain).find("glass does not amplify") != std::string::npos);
  CHECK_FALSE(gain.found.cables[c].loss.has_value());
  const Verification other = verified(site, rows({1, 2, 3, 4, 9, 10, 11, 12}, typical, "1625", "PASS"));
  CHECK(told(other).find("was tested at 1625 nm, the optics use " + nm + " nm") != std::string::npos);
  const Verification failed = verified(site, rows({1, 2, 3, 4, 9, 10, 11, 12}, typical, nm, "FAIL"));
  CHECK_FALSE(failed.passed());
  CHECK(told(failed).find("has the result FAIL, though its loss of " + typical + " dB is within the design") != std::string::npos);
}

TEST_CASE("test check: lit positions are the outer ones of a connector") {
  CHECK(positions_text(lit_positions(8, 12)) == "1-4, 9-12");
  CHECK(positions_text(lit_positions(8, 8)) == "1-8");
  CHECK(positions_text(lit_positions(16, 16)) == "1-16");
  CHECK(positions_text(lit_positions(2, 2)) == "1-2");
  CHECK(positions_text({3, 5, 6}) == "3, 5-6");
  CHECK(positions_text({}).empty());
}

}  // namespace eastwest::tests
