// SPDX-License-Identifier: Apache-2.0
// Routes: pathways of a cable touch and lead from rack to rack; the gap is named.
#include "topology/plant/checks/route_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

namespace {

/// Removes pathway `at` of the route of a piece, without a change of any length.
void drop_step(CheckedSite& site, Piece& piece, std::uint32_t at) {
  const auto first = site.built.plant.routes.begin() + piece.first_route;
  std::vector<std::uint32_t> route(first, first + piece.route_count);
  route.erase(route.begin() + at);
  piece.first_route = static_cast<std::uint32_t>(site.built.plant.routes.size());
  piece.route_count = static_cast<std::uint32_t>(route.size());
  site.built.plant.routes.insert(site.built.plant.routes.end(), route.begin(), route.end());
}

}  // namespace

TEST_CASE("route check: generated routes lead from rack to rack, from either end") {
  CheckedSite site;
  CHECK(check_routes(site.input()).empty());
  std::swap(site.piece_of(0).a, site.piece_of(0).b);
  CHECK(check_routes(site.input()).empty());
}

TEST_CASE("route check: a segment that is left out is a gap, with the place where the way breaks") {
  CheckedSite site;
  Piece& piece = site.piece_of(0);
  REQUIRE(piece.route_count >= 3);  // drop, trays, drop
  drop_step(site, piece, 1);
  CHECK(site.complaints() == Complaints{"fail pathways.route", "fail pathways.length"});
  const Finding finding = site.only("pathways.route");
  CHECK(finding.item == piece.id);
  CHECK(contains(finding.sentence, "its route goes on with "));
  CHECK(contains(finding.sentence, ", where A01.drop has led"));
}

TEST_CASE("route check: a route that ends over another rack, and one that begins at another") {
  CheckedSite site;
  Piece& piece = site.piece_of(0);
  drop_step(site, piece, piece.route_count - 1);
  CHECK(contains(site.only("pathways.route").sentence, "its route ends at A0"));
  CheckedSite other;
  drop_step(other, other.piece_of(0), 0);
  CHECK(contains(other.only("pathways.route").sentence, "its route begins with "));
}

TEST_CASE("route check: inside a rack the drop is enough, and so is none") {
  CheckedSite site("{topology: leaf_spine, servers: 2, server: plain, servers_per_rack: 2, switches_per_rack: 4, leaves: 1}");
  CHECK(check_routes(site.input()).empty());
  for (Piece& piece : site.built.plant.pieces) piece.route_count = 0;
  CHECK(check_routes(site.input()).empty());
}
