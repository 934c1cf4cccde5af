// SPDX-License-Identifier: Apache-2.0
// Packing lists against the bill of materials, before anything is plugged in.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "analysis/documents/bill_of_materials.hpp"
#include "core/random.hpp"
#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

Verification verified(const DesignedSite& site, const PackingList& list) {
  Diagnostics diagnostics;
  const Evidence evidence = read_evidence(packing_files(list), diagnostics);
  INFO(diagnostics.print());
  CHECK(!diagnostics.has_errors());
  PartTable parts = site.parts;
  parts.add(evidence.parts);
  VerificationDesign design{site.site.fabric, site.site.plant, site.catalogue, parts, site.tests};
  return verify(design, evidence);
}

TEST_CASE("delivery check: a packing list of all that is needed has no finding") {
  for (const char* text :
       {kSite, "topology: rail_optimised\nservers: 8\nserver: dgx-h100\n",
        "topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\n",
        "topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\nplant:\n  cabling: structured_fabric\n"}) {
    CAPTURE(std::string(text));
    const DesignedSite site(text);
    const Verification result = verified(site, packing_list(site));
    REQUIRE_FALSE(result.findings.empty());
    CHECK(result.findings.back().item.starts_with("server, switch, rack"));  // are on no list of cables and modules
    for (const HardwareFinding& one : result.findings)
      if (one.severity != FindingSeverity::note) FAIL_CHECK(std::string(to_string(one.kind)) << " " << one.item << ": " << one.sentence);
    REQUIRE(result.counts.size() == 1);
    CHECK(result.counts[0].planned > 0);
    CHECK(result.counts[0].matched == result.counts[0].planned);
  }
}

TEST_CASE("delivery check: what was seen is what the lists say, not what was planned") {
  const DesignedSite site(kSite);
  PackingList list = packing_list(site);
  REQUIRE(list.lines.at(0).quantity > 3);
  list.lines[0].quantity -= 3;
  const Verification result = verified(site, list);
  REQUIRE(result.counts.size() == 1);
  CHECK(result.counts[0].seen == result.counts[0].planned - 3);
  CHECK(result.counts[0].matched == result.counts[0].planned - 3);
}

TEST_CASE("delivery check: too few, too many, other and unknown parts") {
  const DesignedSite site(kSite);
  const PackingList clean = packing_list(site);
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 3);
    PackingList list = clean;
    PackingLine& line = list.lines[random.below(list.lines.size())];
    const auto few = static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(line.quantity)));
    FindingKind kind = FindingKind::missing;
    FindingKind also = kind;
    switch (random.below(5)) {
      case 0: line.quantity -= few; break;
      case 1:
        line.quantity += few;
        kind = also = FindingKind::extra;
        break;
      case 2:  // some of the modules, or of the cords, are of multimode
        line.quantity -= few;
        list.lines.push_back(line.cable ? PackingLine{"EX-CORD-OM4", few, line.length, true, ""}
                                        : PackingLine{"EX-400G-SR4", few, {}, false, ""});
        kind = also = FindingKind::wrong_fibre;
        break;
      case 3:  // of an unknown number, so that the known ones are short
        line.quantity -= few;
        list.lines.push_back({"NOBODY-KNOWS", few, {}, line.cable, ""});
        also = FindingKind::unknown_part;
        break;
      default:  // cords that are too short, modules of half the rate
        line.quantity -= few;
        list.lines.push_back(line.cable ? PackingLine{line.part_number, few, Length{500}, true, ""}
                                        : PackingLine{"EX-200G-DR4", few, {}, false, ""});
        kind = also = line.cable ? FindingKind::wrong_length : FindingKind::wrong_speed;
    }
    const bool devices = seed % 2 == 0;  // the list names servers, switches, racks and panels by what the bill calls them, or none
    if (devices)
      for (const BillItem& item : bill_of_materials(view_of(site.site.fabric, site.site.plant, site.catalogue, {}), nullptr))
        if (item.length.mm == 0 && item.category != "module")
          list.lines.push_back({item.part, static_cast<std::int64_t>(item.total()), {}, false, ""});
    std::map<FindingKind, std::int64_t> pieces;
    std::size_t notes = 0;
    const Verification result = verified(site, list);
    std::string told;
    for (const HardwareFinding& one : result.findings) {
      told += one.sentence + "\n";
      notes += one.kind == FindingKind::missing && one.severity == FindingSeverity::note ? 1 : 0;
      if (one.severity != FindingSeverity::note) pieces[one.kind] += static_cast<std::int64_t>(one.figures.at(0).value);
    }
    CAPTURE(told);
    CHECK(notes == (devices ? 0 : 1));
    CHECK(pieces.size() == (kind == also ? 1 : 2));
    CHECK(pieces[kind] == few);
    CHECK(pieces[also] == few);
  }
}

}  // namespace
}  // namespace eastwest::tests
