// SPDX-License-Identifier: Apache-2.0
// Kept ids: whatever is patched anew, ids and names are unique, none is ever used again, and what is not touched keeps its own.
#include <algorithm>
#include <map>
#include <set>

#include "core/random.hpp"
#include "tests/support/built_plant.hpp"
#include "topology/plant/schedule_plant.hpp"

using namespace eastwest;
using tests::good_site;

namespace {

constexpr const char* kSite =
    "{topology: leaf_spine, servers: 4, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4, plant: {cabling: structured_fabric}}";

/// Ids of pieces that are there, by their two ends.
std::map<std::set<std::string>, std::string> ids_by_ends(const BuiltSite& built) {
  std::map<std::set<std::string>, std::string> ids;
  for (const Piece& piece : built.plant.pieces)
    if (piece.status != PieceStatus::retired)
      ids[{built.plant.end_name(built.fabric, piece.a), built.plant.end_name(built.fabric, piece.b)}] = piece.id;
  return ids;
}

struct Keys {
  std::set<std::string> pieces, links;
};

Keys unique_keys(const BuiltSite& built) {
  Keys keys;
  for (const Piece& piece : built.plant.pieces) {
    CAPTURE(piece.id);
    CHECK(keys.pieces.insert(piece.id).second);
  }
  for (const Cable& cable : built.fabric.cables) {
    CAPTURE(cable.name);
    CHECK(keys.links.insert(cable.name).second);
  }
  return keys;
}

std::vector<ScheduleRow> rows_of(const BuiltSite& built) {
  Diagnostics diagnostics;
  std::vector<ScheduleRow> rows = read_schedule(write_schedule(built.plant, built.fabric), "old.csv", diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.print());
  return rows;
}

/// Two pieces of one kind exchange one end each.
void repatch(BuiltSite& built, RandomStream& random) {
  std::vector<Piece*> cords;
  for (Piece& piece : built.plant.pieces)
    if (piece.status != PieceStatus::retired && piece.kind == PieceKind::cord) cords.push_back(&piece);
  Piece& one = *cords[random.below(cords.size())];
  Piece& other = *cords[random.below(cords.size())];
  if (random.below(2) == 0) std::swap(one.a, other.a);
  else std::swap(one.b, other.b);
}

}  // namespace

TEST_CASE("kept ids: random patches in a row give no id twice, none again, and leave alone what was not touched") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 7);
    BuiltSite fresh = good_site(kSite);
    std::set<std::string> ever;  // ids of pieces that were there and went
    BuiltSite now = fresh;
    for (int round = 0; round < 6; ++round) {
      CAPTURE(round);
      const std::vector<ScheduleRow> rows = rows_of(now);
      const auto before = ids_by_ends(now);
      std::set<std::string> known;
      for (const ScheduleRow& row : rows) known.insert(row.piece.id);
      // What the plan would generate, with other ends here and there.
      BuiltSite next = fresh;
      const std::uint64_t patches = random.below(6);
      for (std::uint64_t i = 0; i < patches; ++i) repatch(next, random);
      keep_ids(rows, next.plant, next.fabric);
      const Keys keys = unique_keys(next);
      const auto after = ids_by_ends(next);
      for (const auto& [ends, id] : after) {
        const auto found = before.find(ends);
        if (found != before.end()) CHECK(found->second == id);  // untouched
        else CHECK(!known.contains(id));                        // new: an id that nothing has had
      }
      for (const std::string& id : known) CHECK(keys.pieces.contains(id));  // what went is kept as retired
      now = std::move(next);
    }
  }
}

TEST_CASE("kept ids: a re-patch that exchanges ends of two structured links gives each a name of its own") {
  const BuiltSite fresh = good_site(kSite);
  std::vector<std::uint32_t> links;
  for (std::uint32_t c = 0; c < fresh.plant.channels.size(); ++c)
    if (fresh.plant.channels[c].step_count == 3) links.push_back(c);
  REQUIRE(links.size() >= 2);
  for (const bool far : {false, true}) {
    CAPTURE(far);
    BuiltSite next = fresh;
    const auto cord = [&](std::uint32_t link) -> Piece& {
      const PlantChannel& channel = next.plant.channels[link];
      return next.plant.pieces[next.plant.steps[channel.first_step + (far ? 2 : 0)].piece];
    };
    std::swap(cord(links[0]).a, cord(links[1]).a);
    std::vector<ScheduleRow> rows = rows_of(fresh);
    keep_ids(rows, next.plant, next.fabric);
    static_cast<void>(unique_keys(next));
    // Both links keep their names by the cords that nobody touched.
    for (const std::uint32_t link : {links[0], links[1]}) CHECK(next.fabric.cables[link].name == fresh.fabric.cables[link].name);
  }
}

TEST_CASE("kept ids: one link whose far cord bears the name of another takes a new one") {
  const BuiltSite fresh = good_site(kSite);
  std::vector<ScheduleRow> rows = rows_of(fresh);
  std::vector<std::uint32_t> links;
  for (std::uint32_t c = 0; c < fresh.plant.channels.size(); ++c)
    if (fresh.plant.channels[c].step_count == 3) links.push_back(c);
  const std::string first = fresh.fabric.cables[links[0]].name;
  const std::string second = fresh.fabric.cables[links[1]].name;
  // The second link's near cord went, and its far cord was, in the old schedule, of the first link.
  for (ScheduleRow& row : rows) {
    if (row.piece.id == second + "A") row.a_port = "elsewhere";
    if (row.piece.id == second + "B") row.link.link = first;
  }
  BuiltSite next = fresh;
  keep_ids(rows, next.plant, next.fabric);
  static_cast<void>(unique_keys(next));
  CHECK(next.fabric.cables[links[0]].name == first);
  CHECK(next.fabric.cables[links[1]].name != second);
}

TEST_CASE("kept ids: a cord with the name of a trunk's number does not make a trunk of the same id") {
  const BuiltSite fresh = good_site(kSite);
  std::vector<ScheduleRow> rows = rows_of(fresh);
  rows.erase(std::remove_if(rows.begin(), rows.end(), [](const ScheduleRow& row) { return row.piece.kind == PieceKind::trunk; }),
             rows.end());
  rows.front().piece.id = "T0002";
  BuiltSite next = fresh;
  keep_ids(rows, next.plant, next.fabric);
  static_cast<void>(unique_keys(next));
}
