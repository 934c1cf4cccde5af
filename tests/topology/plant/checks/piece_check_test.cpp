// SPDX-License-Identifier: Apache-2.0
// Pieces: kind, glass and number of fibres of a piece are what the optics at its ends take.
#include "topology/plant/checks/piece_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("piece check: good sites have no finding, with glass, with copper and with active cables") {
  for (const char* optic : {"400g-sr4", "400g-dr4", "400g-fr4", "dac-400g", "aec-400g", "aoc-400g"}) {
    CAPTURE(optic);
    CHECK(check_pieces(CheckedSite(std::string("{topology: leaf_spine, servers: 4, host_optic: ") + optic + "}").input()).empty());
  }
  CHECK(check_pieces(CheckedSite().input()).empty());
}

TEST_CASE("piece check: a direct copper cable between optics is told, though its loss cannot be known") {
  CheckedSite site;
  Piece& piece = site.piece_of(4);
  piece.kind = PieceKind::direct_copper;
  piece.construction = "dac-400g";
  piece.fibre = "copper";
  site.review();
  CHECK_FALSE(site.links[4].trouble.empty());
  const Finding finding = site.only("channel.piece");
  CHECK(finding.item == piece.id);
  CHECK(contains(finding.sentence, "is a direct copper cable `dac-400g`, and its link has two `400g-sr4` (MPO-12/APC) at its ends"));
  CHECK(contains(finding.remedy, "a cord of om4 with MPO-12"));
  CHECK(site.complaints() == Complaints{"fail channel.piece"});
}

TEST_CASE("piece check: a cord where the link is a cable with ends of its own, and a cable of another kind") {
  CheckedSite site("{topology: leaf_spine, servers: 4, host_optic: dac-400g}");
  site.piece_of(0).kind = PieceKind::cord;
  site.piece_of(0).fibre = "om4";
  site.piece_of(0).construction = "mpo-12-cord";
  site.piece_of(1).construction = "aec-400g";
  site.piece_of(1).kind = PieceKind::active_copper;
  std::vector<std::string> told;
  for (const Finding& finding : check_pieces(site.input())) told.push_back(finding.item + " " + finding.sentence);
  REQUIRE(told.size() == 2);
  CHECK(contains(told[0], "C0001 is a cord, and its link has `dac-400g`, a cable with ends of its own"));
  CHECK(contains(told[1], "C0002 is an active copper cable `aec-400g`, and its link has `dac-400g`"));
}

TEST_CASE("piece check: the one multimode cord of a single-mode channel is named") {
  CheckedSite site;
  const std::uint32_t c = site.structured_cable();
  site.piece_of(c, 2).fibre = "om4";
  site.review();
  std::vector<Finding> found;
  for (const Finding& finding : check_pieces(site.input())) found.push_back(finding);
  REQUIRE(found.size() == 1);
  CHECK(found[0].rule == "channel.fibre");
  CHECK(found[0].item == site.piece_of(c, 2).id);
  CHECK(
      contains(found[0].sentence, "(of link " + site.built.fabric.cables[c].name + ") is of om4, and `400g-dr4` is made for single-mode"));
}

TEST_CASE("piece check: a trunk has fibres for all its strands") {
  CheckedSite site;
  Piece& trunk = site.piece_of(site.structured_cable(), 1);
  REQUIRE(trunk.kind == PieceKind::trunk);
  CHECK(trunk.fibres == trunk.a.count * 8);
  trunk.fibres -= 1;
  CHECK(site.complaints() == Complaints{"fail channel.fibres"});
  const Finding finding = site.only("channel.fibres");
  CHECK(finding.item == trunk.id);
  CHECK(contains(finding.sentence, "has 71 fibres (`fibre_count`), and 9 strands of `400g-dr4` use 72"));
}
