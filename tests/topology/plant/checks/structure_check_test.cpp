// SPDX-License-Identifier: Apache-2.0
// Structure: tiers, even uplinks (Clos 1953), and links that are there when their devices are.
#include "topology/plant/checks/structure_check.hpp"

#include "tests/support/checked_site.hpp"
#include "topology/plant/recabling.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

namespace {

const std::string kSmall =
    "{topology: rail_optimised, servers: 16, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 2, plant: "
    "{tray_width: 600 mm}}";

/// The far ends of two links change places, in the pieces and in the fabric.
void swap_far_ends(CheckedSite& site, std::uint32_t one, std::uint32_t other) {
  Fabric& fabric = site.built.fabric;
  const std::vector<LinkFacts> facts = link_facts(fabric);
  std::swap(fabric.cables[one].b, fabric.cables[other].b);
  REQUIRE(relink(fabric, facts).has_value());
  std::swap(site.piece_of(one).b, site.piece_of(other).b);
  site.piece_of(one).route_count = site.piece_of(other).route_count = 0;  // its way is another now
  site.review();
}

/// The n-th link that starts at a node and ends at another.
std::uint32_t link_between(const CheckedSite& site, const std::string& from, const std::string& to) {
  const Fabric& fabric = site.built.fabric;
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c)
    if (site.input().node_of(fabric.cables[c].a).name == from && site.input().node_of(fabric.cables[c].b).name == to) return c;
  FAIL("no link from " << from << " to " << to);
  return 0;
}

}  // namespace

TEST_CASE("structure check: every kind with tiers has nothing to tell as it is built") {
  for (const char* kind : {"leaf_spine", "fat_tree", "rail_optimised", "rail_only", "multi_plane", "dragonfly", "torus"}) {
    CAPTURE(kind);
    CHECK(check_structure(CheckedSite(std::string("{topology: ") + kind + "}").input()).empty());
  }
  CHECK(check_structure(CheckedSite().input()).empty());
}

TEST_CASE("structure check: uplinks of two leaves crossed at the spines are told at both leaves") {
  CheckedSite site(kSmall);
  swap_far_ends(site, link_between(site, "leaf-0", "spine-0"), link_between(site, "leaf-2", "spine-1"));
  const Complaints complaints = site.complaints();
  CHECK(std::count(complaints.begin(), complaints.end(), "warn structure.uplinks") == 1);
  std::vector<std::string> items;
  for (const Finding& finding : check_structure(site.input())) items.push_back(finding.item);
  CHECK(items == std::vector<std::string>{"leaf-0", "leaf-2"});
  // Four leaves of 32 uplinks, 16 to each of two spines.
  const std::vector<Finding> findings = check_structure(site.input());
  CHECK(contains(findings.front().sentence,
                 "has 15 links to spine-0, 17 to spine-1; others of its tier have 16 to each of 2 switches above"));
}

TEST_CASE("structure check: where every leaf of a tier is uneven, each is told") {
  CheckedSite site("{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 4}");
  swap_far_ends(site, link_between(site, "leaf-0", "spine-0"), link_between(site, "leaf-1", "spine-1"));
  const std::vector<Finding> findings = check_structure(site.input());
  REQUIRE(findings.size() == 2);
  CHECK(contains(findings[1].sentence, ", which is no even spread"));
}

TEST_CASE("structure check: a cable between two leaves") {
  CheckedSite site(kSmall);
  // server - leaf-0 and leaf-1 - spine become server - spine and leaf-1 - leaf-0.
  swap_far_ends(site, link_between(site, "server-00", "leaf-0"), link_between(site, "leaf-1", "spine-0"));
  std::vector<std::string> sentences;
  for (const Finding& finding : check_structure(site.input()))
    if (finding.rule == "structure.tiers") sentences.push_back(finding.sentence);
  REQUIRE(sentences.size() == 2);
  CHECK(contains(sentences[0], "whose tiers are not neighbours"));
  CHECK(contains(sentences[1], "two devices of one tier"));
}

TEST_CASE("structure check: a server that comes before its links, and one before some of them") {
  CheckedSite site;  // 32, then 64 GPUs: servers 0 to 3 come first
  PlantChannel& one = site.built.plant.channels[link_between(site, "server-02", "leaf-0")];
  const auto later = [&](PlantChannel& channel) {  // with all its pieces
    channel.phase = 1;
    for (std::uint32_t s = 0; s < channel.step_count; ++s)
      site.built.plant.pieces[site.built.plant.steps[channel.first_step + s].piece].phase = 1;
  };
  later(one);
  CHECK(site.complaints() == Complaints{"warn structure.phase"});
  CHECK(contains(site.only("structure.phase").sentence, "comes in phase 1 (32 GPUs), and 1 of its links come later"));
  for (std::uint32_t c = 0; c < site.built.fabric.cables.size(); ++c)
    if (site.input().node_of(site.built.fabric.cables[c].a).name == "server-02") later(site.built.plant.channels[c]);
  CHECK(site.complaints() == Complaints{"fail structure.phase"});
  CHECK(contains(site.only("structure.phase").sentence, "comes in phase 1 (32 GPUs), and its first link in phase 2 (64 GPUs)"));
}

TEST_CASE(
    "structure check: a cord that is there before the rest of its link, a switch that nothing joins, and leaves that lost their spines") {
  CheckedSite site;
  const std::uint32_t link = site.structured_cable();
  Piece& cord = site.piece_of(link);
  PlantChannel& channel = site.built.plant.channels[link];
  for (std::uint32_t s = 1; s < channel.step_count; ++s) site.piece_of(link, s).phase = cord.phase + 1;
  channel.phase = cord.phase + 1;
  bool told = false;
  for (const Finding& finding : check_structure(site.input()))
    told =
        told || (finding.rule == "structure.phase" && finding.item == cord.id && contains(finding.sentence, "carries nothing till then"));
  CHECK(told);
  // All cables between switches gone, as in a schedule that was cut off.
  CheckedSite cut(kSmall);
  Fabric& fabric = cut.built.fabric;
  std::vector<Cable> kept;
  std::vector<LinkFacts> facts;
  std::vector<PlantChannel> channels;
  const std::vector<LinkFacts> all = link_facts(fabric);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const bool host =
        cut.input().node_of(fabric.cables[c].a).kind == NodeKind::host || cut.input().node_of(fabric.cables[c].b).kind == NodeKind::host;
    if (!host) continue;
    kept.push_back(fabric.cables[c]);
    facts.push_back(all[c]);
    channels.push_back(cut.built.plant.channels[c]);
  }
  REQUIRE(kept.size() < fabric.cables.size());
  fabric.cables = std::move(kept);
  cut.built.plant.channels = std::move(channels);
  REQUIRE(relink(fabric, facts).has_value());
  std::string sentences;
  for (const Finding& finding : check_structure(cut.input()))
    if (finding.rule == "structure.unjoined" && finding.level == FindingLevel::fail) sentences += finding.sentence + "\n";
  CHECK(contains(sentences, "has no link at all"));
  CHECK(contains(sentences, "has no link to the switches above it"));
}
