// SPDX-License-Identifier: Apache-2.0
// Rails: NIC j of every server is on the leaf of rail j (S-SP1); a cable that is not is named with what puts it right.
#include "topology/plant/checks/rail_check.hpp"

#include <set>

#include "core/random.hpp"
#include "tests/support/checked_site.hpp"
#include "topology/plant/recabling.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

namespace {

/// The far ends of two links change places, in the pieces and in the fabric.
void swap_far_ends(CheckedSite& site, std::uint32_t one, std::uint32_t other) {
  Fabric& fabric = site.built.fabric;
  const std::vector<LinkFacts> facts = link_facts(fabric);
  std::swap(fabric.cables[one].b, fabric.cables[other].b);
  REQUIRE(relink(fabric, facts).has_value());
  const auto last = [&](std::uint32_t c) -> Piece& { return site.piece_of(c, site.built.plant.channels[c].step_count - 1); };
  std::swap(last(one).b, last(other).b);
  last(one).route_count = last(other).route_count = 0;  // its way is another now
  site.review();
}

std::uint32_t cable_of(const CheckedSite& site, const std::string& port) {
  const CheckInput input = site.input();
  for (std::uint32_t c = 0; c < site.built.fabric.cables.size(); ++c)
    if (input.port_text(site.built.fabric.cables[c].a) == port) return c;
  FAIL("no cable at " << port);
  return 0;
}

}  // namespace

TEST_CASE("rail check: two cables of a server on each other's leaf are one finding, with the swap that mends them") {
  CheckedSite site;
  swap_far_ends(site, cable_of(site, "server-03:rail1"), cable_of(site, "server-03:rail6"));
  CHECK(site.complaints_of("structure") == Complaints{"fail structure.rails"});
  const Finding finding = site.only("structure.rails");
  CHECK(finding.items.size() == 2);
  CHECK(contains(finding.sentence, "joins server-03:rail1 to leaf-1:"));
  CHECK(contains(finding.sentence, "leaf-1 serves rail4 to rail7"));
  CHECK(contains(finding.remedy, "swap the two ends: C"));
}

TEST_CASE("rail check: a swap within the rails of a leaf is none") {
  CheckedSite site;
  swap_far_ends(site, cable_of(site, "server-03:rail1"), cable_of(site, "server-05:rail2"));
  CHECK(site.complaints_of("structure").empty());
}

TEST_CASE("rail check: of two servers neither side is more, and the design decides") {
  CheckedSite site("{topology: rail_optimised, servers: 2, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB}");
  REQUIRE(site.complaints_of("structure").empty());
  swap_far_ends(site, cable_of(site, "server-00:rail0"), cable_of(site, "server-00:rail1"));
  CHECK(site.complaints_of("structure") == Complaints{"fail structure.rails"});
  CHECK(contains(site.only("structure.rails").sentence, "joins server-00:rail0 to leaf-1:"));
}

TEST_CASE("rail check: leaves that change their names as a whole are no mistake") {
  CheckedSite site("{topology: rail_optimised, servers: 4, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB}");
  for (int server = 0; server < 4; ++server) {
    const std::string name = "server-0" + std::to_string(server);
    swap_far_ends(site, cable_of(site, name + ":rail0"), cable_of(site, name + ":rail5"));
  }
  CHECK(check_rails(site.input()).empty());
}

TEST_CASE("rail check: a port of one plane on a switch of another") {
  CheckedSite site("{topology: multi_plane, servers: 4, server: dgx-b300-ac, planes: 2, host_optic: 400g-dr4}");
  REQUIRE(check_rails(site.input()).empty());
  swap_far_ends(site, cable_of(site, "server-01:rail2p0"), cable_of(site, "server-01:rail2p1"));
  const Finding finding = site.only("structure.rails");
  CHECK(contains(finding.sentence, "joins server-01:rail2p0 to plane-1"));
  CHECK(contains(finding.limit, "planes never meet"));
}

TEST_CASE("rail check: a NIC on its rail, but among other servers") {
  CheckedSite site(
      "{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 4, "
      "servers_per_group: 4}");
  REQUIRE(site.complaints_of("structure").empty());
  swap_far_ends(site, cable_of(site, "server-01:rail2"), cable_of(site, "server-06:rail2"));
  CHECK(site.complaints_of("structure") == Complaints{"warn structure.group"});
  std::size_t told = 0;
  for (const Finding& finding : check_rails(site.input())) told += contains(finding.sentence, "a leaf of other servers") ? 1 : 0;
  CHECK(told == 2);
}

TEST_CASE("rail check: random swaps are found exactly, as long as most cables of every leaf are right") {
  RandomStream random(0x7a11, 1);
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    CheckedSite site;
    std::set<std::string> wrong;
    for (std::uint32_t server = 0; server < 8; ++server) {
      if (random.below(4) != 0) continue;
      const std::string name = "server-0" + std::to_string(server);
      const std::uint32_t one = cable_of(site, name + ":rail" + std::to_string(random.below(4)));
      const std::uint32_t other = cable_of(site, name + ":rail" + std::to_string(4 + random.below(4)));
      swap_far_ends(site, one, other);
      wrong.insert({site.built.fabric.cables[one].name, site.built.fabric.cables[other].name});
    }
    std::set<std::string> told;
    for (const Finding& finding : check_rails(site.input())) told.insert(finding.items.begin(), finding.items.end());
    CHECK(told == wrong);
  }
}
