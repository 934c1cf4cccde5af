// SPDX-License-Identifier: Apache-2.0
// Lengths: what is bought reaches, what the schedule says of a way is true, and no cable between racks lies nowhere. Arithmetic.
#include "topology/plant/checks/length_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("length check: generated cables reach, whatever the topology") {
  CHECK(check_lengths(CheckedSite().input()).empty());
  for (const char* site : {"{topology: leaf_spine, servers: 12, server: dgx-h100, fabric_optic: 400g-dr4, plant: {cabling: structured}}",
                           "{topology: fat_tree, k: 8, server: plain}", "{topology: rail_only, servers: 16, server: dgx-h100}"}) {
    CAPTURE(std::string(site));
    CHECK(check_lengths(CheckedSite(site).input()).empty());
  }
}

TEST_CASE("length check: a cable shorter than its way, and one that is ordered too short") {
  CheckedSite site;
  Piece& piece = site.piece_of(0);
  REQUIRE(piece.route_length.mm > 2'000);
  piece.length = {piece.route_length.mm - 1'000};
  CHECK(contains(site.only("pathways.length").sentence, "it does not reach"));
  CHECK(site.only("pathways.length").item == piece.id);
  CheckedSite other;
  Piece& ordered = other.piece_of(0);
  ordered.order_length = {ordered.length.mm - 600};
  CHECK(other.complaints() == Complaints{"fail pathways.order"});
  ordered.order_length = ordered.length;
  CHECK(other.complaints().empty());
}

TEST_CASE("length check: a way that its pathways do not have, one without pathways, and one that goes in a circle") {
  CheckedSite site;
  site.built.plant.pathways[site.built.plant.routes[site.piece_of(0).first_route + 1]].length.mm += 100'000;
  bool found = false;
  for (const Finding& finding : check_lengths(site.input()))
    found = found || (finding.rule == "pathways.length" && contains(finding.sentence, "has a way of"));
  CHECK(found);
  CheckedSite bare;
  bare.piece_of(0).route_count = 0;
  CHECK(contains(bare.only("pathways.unrouted").sentence, "lies in no pathway"));
  CheckedSite twice;
  Plant& plant = twice.built.plant;
  Piece& piece = twice.piece_of(0);
  REQUIRE(piece.route_count >= 3);
  plant.routes[piece.first_route + 1] = plant.routes[piece.first_route];
  found = false;
  for (const Finding& finding : check_lengths(twice.input())) found = found || contains(finding.sentence, "twice");
  CHECK(found);
}
