// SPDX-License-Identifier: Apache-2.0
// Optics: each rule is broken alone on a good site; figures are those of the worked examples (a 400GBASE-SR4 loses at most 1.8 dB on OM4).
#include "topology/plant/checks/optics_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("optics check: a good site has no complaint") { CHECK(CheckedSite().complaints().empty()); }

TEST_CASE("optics check: two standard pairs and 70 m leave 0.09 dB: a warning; two splices more fail by 0.51 dB") {
  CheckedSite site(
      "{topology: leaf_spine, servers: 16, leaves: 2, server: mi300x-8, switch: jn-qfx5240, host_optic: 400g-sr4, fabric_optic: 400g-dr4, "
      "plant: "
      "{cabling: structured, connector_grade: standard}}");
  // Only one link is looked at; the others have the same grade and short ways, so they warn or not by themselves.
  const std::uint32_t c = site.structured_cable();
  REQUIRE(site.links[c].optic->id == "400g-sr4");
  Piece& trunk = site.piece_of(c, 1);
  const Length cords = site.piece_of(c, 0).length + site.piece_of(c, 2).length;
  trunk.length = {70'000 - cords.mm};
  site.built.fabric.cables[c].length = {70'000};
  site.review();
  // Example D of docs/plant-physics.md: 0.21 + 1.5 = 1.71 dB of 1.8 dB.
  CHECK(site.links[c].budget.headroom.mdb == 90);
  std::vector<Finding> findings = check_optics(site.input());
  const auto loss = [&]() -> const Finding& {
    for (const Finding& finding : findings)
      if (finding.rule == "optics.loss" && finding.item == site.built.fabric.cables[c].name) return finding;
    FAIL("the link is not the worst of a finding");
    return findings.front();
  };
  CHECK(loss().level == FindingLevel::warn);
  CHECK(contains(loss().sentence, "loses 1.710 dB at worst"));
  CHECK(contains(loss().sentence, "headroom 0.090 dB"));
  CHECK(contains(loss().limit, "1.800 dB between two `400g-sr4` (catalogue value, unverified)"));
  // Two pairs of 0.35 instead of 0.75 dB: 0.8 dB more, as example B.
  CHECK(contains(loss().remedy, "low-loss connectors give 0.800 dB (headroom 0.890 dB)"));
  trunk.splices = 2;
  site.review();
  findings = check_optics(site.input());
  CHECK(loss().level == FindingLevel::fail);
  CHECK(contains(loss().sentence, "headroom -0.510 dB"));
  CHECK(contains(loss().sentence, "on a full link"));
  CHECK(contains(loss().remedy, "a cord without panels (headroom 1.590 dB)"));
  CHECK(contains(loss().remedy, "use `400g-dr4` on os2 instead of `400g-sr4`: headroom "));
}

TEST_CASE("optics check: a link beyond its reach fails, and single-mode is the remedy") {
  CheckedSite site;
  site.set_length(0, {110'000});
  CHECK(site.complaints() == Complaints{"fail optics.reach"});
  const Finding finding = site.only("optics.reach");
  CHECK(finding.item == site.built.fabric.cables[0].name);
  CHECK(contains(finding.sentence, "is 110.0 m long, and `400g-sr4` reaches 100.0 m on om4"));
  CHECK(contains(finding.limit, "(S-ASC, S-NV1)"));
  CHECK(contains(finding.remedy, "use `400g-dr4` on os2"));
  CHECK(contains(finding.remedy, "shorten the way to 100.0 m"));
}

TEST_CASE("optics check: copper beyond its reach fails, and an active cable is the remedy") {
  CheckedSite site(
      "{topology: leaf_spine, servers: 2, leaves: 1, server: mi300x-8, switch: ar-7060x5-64s, host_optic: dac-400g, plant: {}}");
  REQUIRE(site.links[0].optic->id == "dac-400g");
  site.set_length(0, {5'000});
  const Finding finding = site.only("optics.reach");
  CHECK(finding.level == FindingLevel::fail);
  CHECK(contains(finding.sentence, "reaches 3.0 m on copper"));
}

TEST_CASE("optics check: glass of the wrong kind fails") {
  CheckedSite site;
  for (std::uint32_t step = 0; step < 1; ++step) site.piece_of(0, step).fibre = "os2";
  site.review();
  const Finding finding = site.only("optics.reach");
  CHECK(contains(finding.sentence, "runs over os2, for which `400g-sr4` is not made"));
}

TEST_CASE("optics check: the vendor's own reach of 50 m warns where the standard says 100 m") {
  CheckedSite site;
  site.set_length(0, {70'000});
  CHECK(site.complaints() == Complaints{"warn optics.vendor_reach"});
  CHECK(contains(site.only("optics.vendor_reach").limit, "50.0 m (S-NV1"));
  site.set_length(0, {50'000});
  CHECK(site.complaints().empty());
}

TEST_CASE("optics check: too little light fails whatever the budget says") {
  CheckedSite site;
  const std::uint32_t c = site.structured_cable();
  site.links[c].budget.power_headroom = Loss{-100};
  CHECK(site.complaints() == Complaints{"fail optics.power"});
  // 400GBASE-DR4: -0.8 dBm sent, -4.4 dBm needed (S-EDG).
  CHECK(contains(site.only("optics.power").limit, "3.600 dB between transmitter and receiver"));
}

TEST_CASE("optics check: measured errors beyond the code fail, though the design holds") {
  CheckedSite site;
  Cable& cable = site.built.fabric.cables[3];
  cable.margin_db = -0.5;
  cable.pre_fec_ber = 8.7897e-4;
  site.built.fabric.links[6].frame_loss = 3.0112e-4;
  REQUIRE(site.built.fabric.links[6].cable.index() == 3);
  site.built.plant.channels[3].measured = true;
  CHECK(site.complaints() == Complaints{"fail optics.errors"});
  const Finding finding = site.only("optics.errors");
  CHECK(finding.item == cable.name);
  // 400 Gb/s of 4158 B frames: 1.1967e7 frames/s, one lost every 0.28 ms.
  CHECK(contains(finding.sentence, "one every 277 us on a full link"));
}

TEST_CASE("optics check: a measured frame loss above what a standard link may have fails, one below does not") {
  CheckedSite site;
  site.built.plant.channels[3].measured = true;
  // At 2.4e-4 errors KP4 loses 6.95e-12 of 4158 B frames over two codewords (fiber-plant.md section 3).
  site.built.fabric.links[6].frame_loss = 1e-13;
  CHECK(site.complaints().empty());
  site.built.fabric.links[6].frame_loss = 1e-3;
  CHECK(site.complaints() == Complaints{"fail optics.frame_loss"});
  const Finding finding = site.only("optics.frame_loss");
  CHECK(finding.item == site.built.fabric.cables[3].name);
  // 1.1967e7 frames/s, a thousandth lost: one every 83.6 us.
  CHECK(contains(finding.sentence, "loses 1.0e-03 of its frames, as measured, one every 83.6 us on a full link"));
  CHECK(contains(finding.limit, "the loss is measured"));
}

TEST_CASE("optics check: a thin measured margin is a warning with the band of its fibre") {
  CheckedSite site;
  const std::uint32_t c = site.structured_cable();  // single-mode: 0.5 dB
  site.built.plant.channels[c].measured = true;
  site.built.fabric.cables[c].margin_db = 0.6;
  CHECK(site.complaints().empty());
  site.built.fabric.cables[c].margin_db = 0.2;
  CHECK(site.complaints() == Complaints{"warn optics.margin"});
  const Finding finding = site.only("optics.margin");
  CHECK(contains(finding.sentence, "has a margin of 0.200 dB, as measured, where its design has"));
  CHECK(contains(finding.limit, "under 0.500 dB is a warning (`headroom_single_mode` of the site); the margin is measured"));
}

TEST_CASE("optics check: links with given delays have no optics and are not checked") {
  const CheckedSite site("{topology: leaf_spine, servers: 4, link_delay: 500 ns}");
  CHECK(site.complaints().empty());
  const Finding finding = site.only("optics.unknown");
  CHECK(finding.level == FindingLevel::note);
  CHECK(finding.items.size() == site.built.fabric.cables.size());
  CHECK(contains(finding.sentence, "not checked"));
}
