// SPDX-License-Identifier: Apache-2.0
// A bill of materials as a packing list. The law: the bill of a site verifies against that site with no failed finding and no warning; one piece
// less in a row is one finding `missing`, one more is one `extra`.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "analysis/documents/bill_of_materials.hpp"
#include "core/random.hpp"
#include "tests/support/delivery.hpp"
#include "tests/support/documented_site.hpp"
#include "tests/support/evidence_text.hpp"
#include "tests/support/places.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kHeader = "category,part,description,length_m,phase_1,phase_2,total\n";

struct BilledSite {
  BuiltSite whole;
  BuiltSite stands;
  Catalogue catalogue = builtin_catalogue();
  PartTable parts = builtin_parts();
  std::string bill;

  explicit BilledSite(BuiltSite site) : whole(std::move(site)), stands(part_built(whole)) {
    bill = write_bill_of_materials(view_of(whole.fabric, whole.plant, catalogue, {}), nullptr);
  }
  [[nodiscard]] Verification verified(const std::string& text) const {
    Diagnostics diagnostics;
    const EvidenceText file{"bill-of-materials.csv", text};
    const Evidence evidence = read_evidence({&file, 1}, diagnostics);
    INFO(diagnostics.print());
    CHECK(diagnostics.all().empty());
    CHECK(evidence.files.at(0).format == "bill_of_materials");
    auto tests = test_expectations(stands.plant, stands.fabric, catalogue, stands.settings);
    REQUIRE(tests.has_value());
    return verify({stands.fabric, stands.plant, catalogue, parts, std::move(*tests)}, evidence);
  }
};

std::string told(const Verification& result) {
  std::string text;
  for (const HardwareFinding& one : result.findings) text += std::string(to_string(one.kind)) + " " + one.sentence + "\n";
  return text;
}

/// The bill with `more` pieces in the last cells of row `row` that count: phase 1 and the total.
std::string changed(const std::string& bill, std::size_t row, std::int64_t more) {
  const Table table(bill);
  std::string text;
  std::vector<std::vector<std::string>> rows = table.table.rows;
  for (const std::string column : {"phase_1", "total"}) {
    std::string& cell = rows.at(row).at(*table.table.column(column));
    cell = std::to_string(std::stoll(cell) + more);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) text += (c == 0 ? "\"" : ",\"") + cells[c] + "\"";
    text += "\n";
  };
  line(table.table.columns);
  for (const auto& cells : rows) line(cells);
  return text;
}

/// One less and one more of `tries` rows that a seed draws.
void hold(const BilledSite& site, std::uint64_t seed, std::size_t tries) {
  const Verification clean = site.verified(site.bill);
  CAPTURE(told(clean));
  CHECK(clean.findings.empty());
  REQUIRE(clean.counts.size() == 1);
  CHECK(clean.counts[0].planned > 0);
  CHECK(clean.counts[0].matched == clean.counts[0].planned);
  CHECK(clean.counts[0].seen == clean.counts[0].planned);
  const Table table(site.bill);
  RandomStream random(seed, 7);
  for (std::size_t t = 0; t < tries; ++t) {
    const std::size_t row = random.below(table.rows());
    const std::int64_t more = std::stoll(table.cell(row, "phase_1")) > 0 && t % 2 == 0 ? -1 : 1;
    CAPTURE(seed);
    CAPTURE(table.cell(row, "part"));
    CAPTURE(more);
    const Verification result = site.verified(changed(site.bill, row, more));
    CAPTURE(told(result));
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == (more < 0 ? FindingKind::missing : FindingKind::extra));
    CHECK(result.findings[0].severity == (more < 0 ? FindingSeverity::failed : FindingSeverity::warning));
    CHECK(result.findings[0].figures.at(0).value == 1);
    CHECK(result.findings[0].sentence.find(table.cell(row, "part").substr(0, 30)) != std::string::npos);
  }
}

TEST_CASE("bill of materials as a packing list: the bill of every shipped site is what the site needs") {
  std::vector<std::string> files;
  for (const char* folder : {"scenarios", "docs/examples"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(source_directory()) / folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::set<std::string> bills;
  for (const std::string& file : files) {
    CAPTURE(file);
    Diagnostics diagnostics;
    const std::optional<Site> site = load_site(file, {}, diagnostics);
    if (!site) continue;  // a study has designs, not a site
    std::optional<BuiltSite> built = build_site(*site, diagnostics);
    REQUIRE(built.has_value());
    const BilledSite billed(std::move(*built));
    if (bills.insert(billed.bill).second) hold(billed, 1, billed.whole.fabric.gpu_count > 200 ? 2 : 6);
  }
  CHECK(bills.size() >= 20);
}

TEST_CASE("bill of materials as a packing list: fixed cables, panels, phases and modules without a twin") {
  for (const char* text : {"{topology: rail_optimised, servers: 8, server: dgx-h100}",
                           "{topology: leaf_spine, servers: 12, server: dgx-h100, host_optic: 400g-dr4, fabric_optic: 400g-dr4, plant: "
                           "{cabling: structured}}",
                           "{topology: rail_optimised, servers: 8, server: dgx-h100, host_optic: 400g-vr4}",
                           "{topology: leaf_spine, servers: 4, server: dgx-h100, host_optic: aec-400g, fabric_optic: 400g-fr4}"}) {
    CAPTURE(std::string(text));
    const BilledSite site(good_site(text));
    for (const std::uint64_t seed : {1u, 2u}) hold(site, seed, 20);
  }
  for (const char* phase : {"1", "2"}) {  // the whole bill, of which a part stands
    std::string text = kGrowingSite;
    text.insert(text.find("phases"), "phase: " + std::string(phase) + ", ");
    CAPTURE(text);
    hold(BilledSite(good_site(text)), 3, 20);
  }
}

TEST_CASE("bill of materials as a packing list: other models, other plugs, and what a list does not name") {
  const BilledSite site(
      good_site("{topology: rail_optimised, servers: 8, server: dgx-h100, host_optic: 400g-dr4, fabric_optic: 400g-dr4}"));
  std::string text;
  const Table table(site.bill);
  std::string cord;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    std::string part = table.cell(r, "part");
    if (table.cell(r, "category") == "rack") continue;
    if (table.cell(r, "category") == "server") part = "dgx-b200";
    if (table.cell(r, "category") == "cord" && cord.empty()) {
      cord = part;
      REQUIRE(part.find("-b-") != std::string::npos);
      part.replace(part.find("-b-"), 3, "-a-");
    }
    text += table.cell(r, "category") + "," + part + "," + table.cell(r, "length_m") + "," + table.cell(r, "total") + "\n";
  }
  const Verification result = site.verified("category,part,length_m,total\n" + text);
  CAPTURE(told(result));
  REQUIRE(result.findings.size() == 3);
  CHECK(result.findings[0].kind == FindingKind::wrong_part);
  CHECK(result.findings[0].item == "dgx-b200");
  CHECK(result.findings[0].sentence.find("for server `dgx-h100`") != std::string::npos);
  CHECK(result.findings[1].kind == FindingKind::wrong_part);
  CHECK(result.findings[1].sentence.find("planned is `" + cord.substr(0, cord.rfind('-'))) != std::string::npos);
  CHECK(result.findings[2].severity == FindingSeverity::note);
  CHECK(result.findings[2].item == "rack");
}

TEST_CASE("bill of materials as a packing list: other tables of the documents are none") {
  const EvidenceContext context;
  const EvidenceFormat* format = recognise_evidence("category,part,description,length_m,phase_1,total,metres\n", context);
  REQUIRE(format != nullptr);
  CHECK(format->name == "bill_of_materials");
  CHECK(recognise_evidence("device,kind,model,rack,unit,port,cage,state,far_end,phase\n", context) == nullptr);  // port-maps.csv
  format = recognise_evidence("category;part;device;total;serial\n", context);
  REQUIRE(format != nullptr);
  CHECK(format->name == "inventory");
}

TEST_CASE("bill of materials as a packing list: mistakes are told with their lines, the row of sums is none") {
  const ReadText read = read_text(read_bill, std::string(kHeader) +
                                                 "server,dgx-h100,,,2,1,3\n"
                                                 "cord,mpo-12-cord-om4-mpo-12/apc-unpinned-b-7m,,7,2,x,3\n"
                                                 "cords,a,,,1,1,2\n"
                                                 "rack,,,,1,1,2\n"
                                                 "rack,rack-48u,,,1,1,3\n"
                                                 "panel,'=1+1,,,1,,1\n"
                                                 "sum,,,,1.50,2.50,4.00\n");
  REQUIRE(read.evidence.inventory.size() == 3);
  CHECK(read.evidence.inventory[0].quantity == 3);
  CHECK(read.evidence.inventory[0].by_phase == std::vector<std::int64_t>{2, 1});
  CHECK(read.evidence.inventory[1].quantity == 2);
  CHECK(read.evidence.inventory[2].part_number == "=1+1");
  CHECK(read.errors == 3);
  CHECK(read.warnings == 1);
  for (const char* what : {"input:3", "did you mean `cord`?", "input:5", "the phases add up to 2, the total is 3"}) {
    CAPTURE(std::string(what));
    CHECK(read.told.find(what) != std::string::npos);
  }
}

}  // namespace
}  // namespace eastwest::tests
