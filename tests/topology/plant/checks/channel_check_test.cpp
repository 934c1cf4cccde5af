// SPDX-License-Identifier: Apache-2.0
// Channels: one wrong plug or cord is told with the pieces of its channel; a good site has none.
#include "topology/plant/checks/channel_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("channel check: a good site has no finding at all") { CHECK(check_channels(CheckedSite().input()).empty()); }

TEST_CASE("channel check: a Type A cord where a Type B belongs") {
  CheckedSite site;
  site.piece_of(2).polarity = FibrePolarity::straight_a;
  site.review();
  CHECK(site.complaints() == Complaints{"fail channel.polarity"});
  CHECK(contains(site.only("channel.polarity").sentence, "(C0003): position 1 arrives at 1 instead of 12"));
}

TEST_CASE("channel check: pins that meet pins") {
  CheckedSite site;
  site.piece_of(0).a.plug.gender = PinGender::pinned;
  CHECK(site.complaints() == Complaints{"fail channel.gender"});
}

TEST_CASE("channel check: an angled face that meets a flat one, in the middle of a structured link") {
  CheckedSite site;
  const std::uint32_t c = site.structured_cable();
  site.piece_of(c, 0).b.plug.polish = Polish::upc;
  site.review();
  const Complaints complaints = site.complaints();
  REQUIRE_FALSE(complaints.empty());
  for (const std::string& complaint : complaints) CHECK(complaint == "fail channel.polish");
  const std::string& name = site.built.fabric.cables[c].name;
  CHECK(contains(check_channels(site.input()).front().sentence, name + "A, T0001, " + name + "B"));
}

TEST_CASE("channel check: a connector that does not fit the module") {
  CheckedSite site;
  for (PieceEnd* end : {&site.piece_of(0).a, &site.piece_of(0).b}) end->plug.connector = "MPO-16";
  site.review();
  CHECK(site.complaints() == Complaints{"fail channel.connector"});
}

TEST_CASE("channel check: what nobody stated is a note") {
  CheckedSite site;
  site.piece_of(0).polarity = FibrePolarity::none;
  CHECK(site.complaints().empty());
  CHECK(site.only("channel.polarity").level == FindingLevel::note);
}
