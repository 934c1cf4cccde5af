// SPDX-License-Identifier: Apache-2.0
// Remedies are tried, not canned: each that is told makes the link hold, and none is told that the cages do not take.
#include "topology/plant/checks/optics_remedies.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::contains;

TEST_CASE("optics remedies: a budget that is tried is the budget of the link where nothing is changed") {
  const CheckedSite site;
  for (std::uint32_t c = 0; c < site.links.size(); c += 7) {
    const auto tried = tried_budget(site.input(), channel_of(site.built.plant, c), *site.links[c].optic);
    REQUIRE(tried.has_value());
    CHECK(tried->headroom == site.links[c].budget.headroom);
    CHECK(tried->reach == site.links[c].budget.reach);
  }
}

TEST_CASE("optics remedies: a vendor's reach holds for its own devices only, and only beyond it") {
  CheckedSite nvidia;
  nvidia.set_length(0, {60'000});
  const OpticModel& optic = *nvidia.links[0].optic;
  const auto found = vendor_reach(nvidia.input(), 0, optic, "om4");
  REQUIRE(found.has_value());
  CHECK(found->reach == Length{50'000});
  CHECK_FALSE(vendor_reach(nvidia.input(), 1, optic, "om4").has_value());
  CheckedSite others("{topology: leaf_spine, servers: 4, server: mi300x-8, switch: jn-qfx5240, host_optic: 400g-sr4}");
  others.set_length(0, {60'000});
  CHECK_FALSE(vendor_reach(others.input(), 0, *others.links[0].optic, "om4").has_value());
}

TEST_CASE("optics remedies: beyond every reach of the cages, the shorter way is what is left") {
  CheckedSite site;
  site.set_length(0, {20'000'000});
  const std::string remedy = optics_remedy(site.input(), 0);
  CHECK_FALSE(contains(remedy, "use `"));
  CHECK(contains(remedy, "shorten the way to 100.0 m"));
}
