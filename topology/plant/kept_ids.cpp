// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/input_text.hpp"
#include "topology/assembly.hpp"
#include "topology/plant/schedule_plant.hpp"

namespace eastwest {

namespace {

/// The number in "C0012", "C0012A" or "T0003"; 0 for a name of another form.
std::uint64_t number_in(const std::string& id) {
  const std::size_t first = id.find_first_of("0123456789");
  if (first == std::string::npos) return 0;
  const std::size_t end = id.find_first_not_of("0123456789", first);
  return static_cast<std::uint64_t>(
      whole_number(id.substr(first, end == std::string::npos ? end : end - first), 0, 1'000'000'000).value_or(0));
}

/// Both ends in an order that does not depend on which is a.
std::string key_of(std::string one, std::string other) {
  if (other < one) std::swap(one, other);
  return one + " | " + other;
}

/// Matches once by hash; sets and maps are looked up, never walked, so that the order of results is that of pieces and rows.
class Keeper {
 public:
  Keeper(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric) : rows_(rows), plant_(plant), fabric_(fabric) {
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
      const ScheduleRow& row = rows[r];
      const bool trunk = row.piece.kind == PieceKind::trunk;
      std::uint64_t& next = trunk ? next_trunk_ : next_link_;
      next = std::max({next, number_in(row.piece.id), trunk ? 0 : number_in(row.link.link)});
      taken_ids_.insert(row.piece.id);
      if (!trunk && !row.link.link.empty()) old_names_.insert(row.link.link);
      if (row.piece.status == PieceStatus::retired) continue;
      by_ends_.emplace(key_of(row.a_device + ":" + row.a_port, row.b_device + ":" + row.b_port), r);
    }
  }

  void keep() {
    match();
    name_links();
    number_pieces();
    retire();
  }

 private:
  /// The row of every piece whose ends are those of a row; a row is of one piece.
  void match() {
    row_of_.assign(plant_.pieces.size(), kNone);
    used_.assign(rows_.size(), false);
    for (std::uint32_t p = 0; p < plant_.pieces.size(); ++p) {
      Piece& piece = plant_.pieces[p];
      const auto found = by_ends_.find(key_of(plant_.end_name(fabric_, piece.a), plant_.end_name(fabric_, piece.b)));
      if (found == by_ends_.end() || used_[found->second]) continue;
      row_of_[p] = found->second;
      used_[found->second] = true;
      const Piece& old = rows_[found->second].piece;
      piece.id = old.id;
      piece.status = old.status;
      piece.remarks = old.remarks;
    }
  }

  [[nodiscard]] std::uint32_t cord(std::uint32_t link, bool far) const {
    const PlantChannel& channel = plant_.channels[link];
    return plant_.steps[channel.first_step + (far ? channel.step_count - 1 : 0)].piece;
  }
  /// What the schedule calls the link of this cord; "" of a new cord.
  [[nodiscard]] std::string name_by(std::uint32_t piece) const {
    if (row_of_[piece] == kNone) return {};
    const ScheduleRow& row = rows_[row_of_[piece]];
    return row.link.link.empty() ? row.piece.id : row.link.link;
  }

  /// A name goes to the link that is least touched: one whose cords both have it, else the one whose cord at end a has it, else at end b.
  /// What is left is new, and so are links whose names went to others.
  void name_links() {
    names_.assign(plant_.channels.size(), "");
    std::unordered_set<std::string> given;
    const auto pass = [&](const auto& name_of) {
      for (std::uint32_t c = 0; c < names_.size(); ++c) {
        if (!names_[c].empty()) continue;
        std::string name = name_of(c);
        if (!name.empty() && given.insert(name).second) names_[c] = std::move(name);
      }
    };
    pass([&](std::uint32_t c) {
      std::string name = name_by(cord(c, false));
      return name == name_by(cord(c, true)) ? name : std::string();
    });
    pass([&](std::uint32_t c) { return name_by(cord(c, false)); });
    pass([&](std::uint32_t c) { return name_by(cord(c, true)); });
    for (std::uint32_t c = 0; c < names_.size(); ++c) {
      if (names_[c].empty()) names_[c] = fresh("C", next_link_);
      fabric_.cables[c].name = names_[c];
    }
  }

  void number_pieces() {
    for (std::uint32_t p = 0; p < plant_.pieces.size(); ++p)
      if (plant_.pieces[p].kind == PieceKind::trunk && row_of_[p] == kNone) plant_.pieces[p].id = fresh("T", next_trunk_);
    for (std::uint32_t c = 0; c < plant_.channels.size(); ++c) {
      const bool single = plant_.channels[c].step_count == 1;
      for (const bool far : {false, true}) {
        const std::uint32_t p = cord(c, far);
        if (row_of_[p] != kNone || (single && far)) continue;
        std::string id = names_[c] + (single ? "" : far ? "B" : "A");
        if (!taken_ids_.insert(id).second) id = fresh("C", next_link_);
        plant_.pieces[p].id = std::move(id);
      }
    }
  }

  /// The next number that nothing has, and never had.
  std::string fresh(const char* stem, std::uint64_t& next) {
    std::string name;
    do name = numbered(stem, static_cast<std::uint32_t>(++next), 0, 4);
    while (taken_ids_.contains(name) || old_names_.contains(name));
    old_names_.insert(name);
    if (*stem == 'T') taken_ids_.insert(name);
    return name;
  }

  void retire() {
    for (std::uint32_t r = 0; r < rows_.size(); ++r) {
      if (used_[r]) continue;
      const ScheduleRow& row = rows_[r];
      Piece piece = row.piece;
      piece.status = PieceStatus::retired;
      piece.a = {kNone, 0, 1, piece.a.slack, piece.a.plug, row.a_device + ":" + row.a_port};
      piece.b = {kNone, 0, 1, piece.b.slack, piece.b.plug, row.b_device + ":" + row.b_port};
      piece.first_route = piece.route_count = 0;
      plant_.pieces.push_back(std::move(piece));
    }
  }

  const std::vector<ScheduleRow>& rows_;
  Plant& plant_;
  Fabric& fabric_;
  std::unordered_map<std::string, std::uint32_t> by_ends_;
  std::vector<std::uint32_t> row_of_;  // by piece of the plant
  std::vector<bool> used_;             // by row
  std::vector<std::string> names_;     // by link
  std::unordered_set<std::string> taken_ids_;
  std::unordered_set<std::string> old_names_;  // of links, and numbers given since
  std::uint64_t next_link_ = 0;
  std::uint64_t next_trunk_ = 0;
};

}  // namespace

void keep_ids(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric) { Keeper(rows, plant, fabric).keep(); }

}  // namespace eastwest
