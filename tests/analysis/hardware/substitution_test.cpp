// SPDX-License-Identifier: Apache-2.0
// Substitutions are judged by specification; the cases are those that purchasing meets.
#include "analysis/hardware/substitution.hpp"

#include <doctest/doctest.h>

#include "analysis/hardware/part_table.hpp"

namespace eastwest {
namespace {

Substitution judged(const char* planned, const char* delivered, std::int64_t metres, const char* fibre, Length vendor_reach = {}) {
  static const Catalogue kCatalogue = builtin_catalogue();
  const OpticModel* plan = kCatalogue.find_optic(planned);
  const OpticModel* real = kCatalogue.find_optic(delivered);
  REQUIRE(plan != nullptr);
  REQUIRE(real != nullptr);
  return judge_substitution(*plan, *real, {Length{metres * 1000}, Loss{1'500}, fibre, "eth", vendor_reach});
}

TEST_CASE("substitution: an SR4 for a DR4 fails, and says why") {
  const Substitution verdict = judged("400g-dr4", "400g-sr4", 30, "os2");
  CHECK(!verdict.fits);
  CHECK(verdict.kind == FindingKind::wrong_fibre);
  CHECK(verdict.reason == "400GBASE-SR4 for 400GBASE-DR4: multimode light on os2, planned single-mode");
}

TEST_CASE("substitution: what does the same passes, with what is different") {
  CHECK(judged("400g-dr4", "400g-dr4", 30, "os2").same);
  const Substitution longer = judged("400g-dr4", "400g-dr4-2", 30, "os2");  // 2 km in place of 500 m
  CHECK(longer.fits);
  CHECK(!longer.same);
  CHECK(longer.kind == FindingKind::substitute);
  CHECK(judged("400g-dr4", "800g-2xdr4-nv", 30, "os2").fits);  // one half of a twin
  CHECK(judged("400g-dr4", "ib-ndr-dr4", 30, "os2").fits);     // speaks Ethernet too
  CHECK(judged("400g-vr4", "400g-sr4", 40, "om4").fits);
}

TEST_CASE("substitution: rate, lanes, connector and reach") {
  CHECK(judged("400g-dr4", "200g-dr4", 30, "os2").kind == FindingKind::wrong_speed);
  CHECK(judged("400g-dr4", "800g-dr8", 30, "os2").kind == FindingKind::wrong_speed);
  CHECK(judged("400g-dr4", "400g-fr4", 30, "os2").kind == FindingKind::wrong_part);   // LC, not MPO
  CHECK(judged("400g-sr4", "400g-sr8", 30, "om4").kind == FindingKind::wrong_part);   // eight lanes of half the speed
  CHECK(judged("400g-sr4", "400g-vr4", 80, "om4").kind == FindingKind::wrong_reach);  // 50 m class on 80 m
  CHECK(judged("400g-sr4", "400g-vr4", 40, "om4").fits);
  CHECK(judged("dac-400g", "400g-dr4", 2, "").kind == FindingKind::wrong_part);
}

TEST_CASE("substitution: a vendor's shorter reach wins over the standard's") {
  CHECK(judged("400g-dr4", "800g-2xdr4-nv", 120, "os2").fits);
  const Substitution verdict = judged("400g-dr4", "800g-2xdr4-nv", 120, "os2", Length{100'000});
  CHECK(!verdict.fits);
  CHECK(verdict.kind == FindingKind::wrong_reach);
}

TEST_CASE("part table: exact numbers over patterns, longer patterns over shorter ones, later rows over earlier ones") {
  PartTable table = builtin_parts();
  REQUIRE(table.find("MMA4Z00-NS400-T") != nullptr);
  CHECK(table.find("MMA4Z00-NS400-T")->optic == "ib-ndr-sr4");
  CHECK(table.find("mma4z00-ns-flt")->optic == "800g-2xsr4-nv");
  CHECK(table.find("MMS4X00-NM")->optic == "800g-2xdr4-nv");
  CHECK(table.find("MMS4X00-NM")->reach.mm == 0);
  CHECK(table.find("MMS4X00-NS-T")->reach == Length{100'000});
  CHECK(table.find("MCP4Y10-N001")->cable);
  CHECK(table.find("XYZ") == nullptr);
  CHECK(table.find("") == nullptr);
  Diagnostics diagnostics;
  const std::string own = "part_number,kind,optic,fibre\nMMS4X00-NM,module,400g-dr4,\nCORD,cable,,os2\nBAD,module,,\nODD,thing,400g-dr4,\n";
  InputErrors errors("parts.csv", own, diagnostics);
  table.read(own, errors);
  CHECK(table.find("MMS4X00-NM")->optic == "400g-dr4");
  CHECK(table.find("MMS4X00-NM-T")->optic == "800g-2xdr4-nv");
  CHECK(table.find("CORD")->fibre == "os2");
  CHECK(diagnostics.error_count() == 2);
  CHECK(diagnostics.print().find("parts.csv:4:1: error: `BAD` names no optic") != std::string::npos);
}

TEST_CASE("part table: every built-in row names an optic of the catalogue and its source") {
  const Catalogue catalogue = builtin_catalogue();
  const PartTable table = builtin_parts();
  CHECK(table.rows().size() >= 10);
  for (const Part& part : table.rows()) {
    CAPTURE(part.part_number);
    const OpticModel* optic = catalogue.find_optic(part.optic);
    REQUIRE(optic != nullptr);
    CHECK(!part.source.empty());
    CHECK(part.cable == (optic->connector == "integral"));
    CHECK(part.ends == optic_ports(*optic));
  }
}

}  // namespace
}  // namespace eastwest
