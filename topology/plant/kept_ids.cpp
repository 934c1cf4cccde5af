// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

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

class Keeper {
 public:
  Keeper(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric) : rows_(rows), plant_(plant), fabric_(fabric) {
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
      const ScheduleRow& row = rows[r];
      std::uint64_t& next = row.piece.kind == PieceKind::trunk ? next_trunk_ : next_link_;
      next = std::max({next, number_in(row.piece.id), row.piece.kind == PieceKind::trunk ? 0 : number_in(row.link.link)});
      if (row.piece.status == PieceStatus::retired) continue;
      by_ends_.emplace(key_of(row.a_device + ":" + row.a_port, row.b_device + ":" + row.b_port), r);
    }
  }

  void keep() {
    // Trunks first: they are matched by the ports of panels, as cords are.
    for (Piece& piece : plant_.pieces)
      if (piece.kind == PieceKind::trunk) take(piece, row_of(piece), "T", next_trunk_);
    for (std::uint32_t c = 0; c < plant_.channels.size(); ++c) keep_link(c);
    retire();
  }

 private:
  [[nodiscard]] const ScheduleRow* row_of(const Piece& piece) const {
    const auto found = by_ends_.find(key_of(plant_.end_name(fabric_, piece.a), plant_.end_name(fabric_, piece.b)));
    return found == by_ends_.end() ? nullptr : &rows_[found->second];
  }

  void take(Piece& piece, const ScheduleRow* row, const char* stem, std::uint64_t& next) {
    piece.id = row != nullptr ? row->piece.id : numbered(stem, static_cast<std::uint32_t>(++next), 0, 4);
    if (row == nullptr) return;
    piece.status = row->piece.status;
    piece.remarks = row->piece.remarks;
    used_.insert(row->piece.id);
  }

  /// A link keeps its name when the cord at its end a was there; a new one takes the next number for all its cords.
  void keep_link(std::uint32_t c) {
    const PlantChannel& channel = plant_.channels[c];
    Piece& first = plant_.pieces[plant_.steps[channel.first_step].piece];
    const ScheduleRow* row = row_of(first);
    if (channel.step_count == 1) {
      take(first, row, "C", next_link_);
      fabric_.cables[c].name = row != nullptr && !row->link.link.empty() ? row->link.link : first.id;
      return;
    }
    Piece& last = plant_.pieces[plant_.steps[channel.first_step + channel.step_count - 1].piece];
    const ScheduleRow* far = row_of(last);
    const std::string name = row != nullptr && !row->link.link.empty() ? row->link.link
                             : far != nullptr && !far->link.link.empty() && row == nullptr
                                 ? far->link.link
                                 : numbered("C", static_cast<std::uint32_t>(++next_link_), 0, 4);
    fabric_.cables[c].name = name;
    for (const auto& [piece, at, suffix] : {std::tuple{&first, row, "A"}, std::tuple{&last, far, "B"}}) {
      if (at != nullptr) take(*piece, at, "C", next_link_);
      else piece->id = free_id(name + suffix);
    }
  }

  std::string free_id(std::string id) {
    const auto taken = [&](const std::string& text) {
      return used_.contains(text) || std::any_of(rows_.begin(), rows_.end(), [&](const ScheduleRow& row) { return row.piece.id == text; });
    };
    if (taken(id)) id = numbered("C", static_cast<std::uint32_t>(++next_link_), 0, 4);
    used_.insert(id);
    return id;
  }

  void retire() {
    for (const ScheduleRow& row : rows_) {
      if (used_.contains(row.piece.id)) continue;
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
  std::map<std::string, std::uint32_t> by_ends_;
  std::set<std::string> used_;
  std::uint64_t next_link_ = 0;
  std::uint64_t next_trunk_ = 0;
};

}  // namespace

void keep_ids(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric) { Keeper(rows, plant, fabric).keep(); }

}  // namespace eastwest
