// SPDX-License-Identifier: Apache-2.0
// Pathways: fill is the sum of the cables' areas over the segment's, by phase; limits warn, fail, and count conduits' cables.
#include "topology/plant/checks/pathway_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

namespace {

std::uint32_t pathway(const CheckedSite& site, const std::string& name) {
  for (std::uint32_t w = 0; w < site.built.plant.pathways.size(); ++w)
    if (site.built.plant.pathways[w].name == name) return w;
  FAIL("no such pathway");
  return 0;
}

}  // namespace

TEST_CASE("pathway check: the first rack's drop holds 32 cords of 3 mm from the first phase on") {
  const CheckedSite site;
  const PathwayUse use = pathway_uses(site.input())[pathway(site, "A01.drop")];
  REQUIRE(use.phases.size() == 2);
  // 32 x pi 3^2 / 4 over 200 x 150 mm.
  const double fill = 32 * 3.14159265358979 * 9 / 4 / (200.0 * 150.0);
  for (const PathwayFill& phase : use.phases) {
    CHECK(phase.cables == 32);
    CHECK(phase.fill == doctest::Approx(fill).epsilon(1e-9));
  }
  CHECK(pathway_uses(site.input())[pathway(site, "A03.drop")].phases.front().cables == 0);
}

TEST_CASE("pathway check: with a phase there is at least what the phases before it had") {
  const CheckedSite site;
  for (const PathwayUse& use : pathway_uses(site.input()))
    for (std::size_t p = 1; p < use.phases.size(); ++p) CHECK(use.phases[p].cables >= use.phases[p - 1].cables);
}

TEST_CASE("pathway check: above the initial share warns, above the most fails, with the width that would do") {
  CheckedSite site;
  Pathway& drop = site.built.plant.pathways[pathway(site, "A01.drop")];
  drop.width = {20};
  drop.depth = {40};  // 226.2 mm2 of 800: 28.3 %
  CHECK(site.complaints() == Complaints{"warn pathways.fill"});
  CHECK(contains(site.only("pathways.fill").sentence, "is 28.3 % full with 32 cables at phase 1 (32 GPUs)"));
  drop.depth = {25};  // of 500: 45.2 %
  CHECK(site.complaints() == Complaints{"fail pathways.fill"});
  const Finding finding = site.only("pathways.fill");
  CHECK(finding.item == "A01.drop");
  CHECK(contains(finding.limit, "40.0 % at most"));
  CHECK(contains(finding.remedy, "a drop 50 mm wide"));
}

TEST_CASE("pathway check: a conduit holds 53 % of one cable, 31 % of two, 40 % of more (NEC chapter 9 table 1)") {
  CheckedSite site;
  const std::uint32_t w = pathway(site, "A01.drop");
  Pathway& conduit = site.built.plant.pathways[w];
  conduit.kind = PathwayKind::conduit;
  conduit.width = {27};  // 32 x 9 / 27^2 = 39.5 %
  CHECK(site.complaints().empty());
  conduit.width = {26};  // 42.6 %
  CHECK(site.complaints() == Complaints{"fail pathways.conduit"});
  CHECK(contains(site.only("pathways.conduit").limit, "40.0 % with three cables and more (S-HTH3, NEC chapter 9 table 1)"));
}

TEST_CASE("pathway check: cables of unknown diameter are counted, not guessed") {
  CheckedSite site;
  site.piece_of(0).construction = "custom";
  const Finding finding = site.only("pathways.unknown");
  CHECK(finding.level == FindingLevel::note);
  CHECK(contains(finding.sentence, "1 cable of unknown diameter"));
}

TEST_CASE("pathway check: bend radii are those of the stiffest, and never under the glass") {
  const CheckedSite site;
  const Finding& stiffest = [&] {
    for (Finding& finding : check_pathways(site.input(), pathway_uses(site.input())))
      if (finding.rule == "pathways.bend") return finding;
    return Finding{};
  }();
  CHECK(contains(stiffest.sentence, "`trunk-72`: bend it no tighter than 94 mm at rest and 188 mm while it is pulled"));
}
