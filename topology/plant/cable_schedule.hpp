// SPDX-License-Identifier: Apache-2.0
// The cable schedule: every piece of cable as one row of a CSV file, which is what installers work from and what keeps ids.
//
// Columns: kScheduleColumns; docs/plant.md explains each. Lengths in metres with at most three decimals. A trunk's port is a range ("01-09").
// The row's place, colours, labels and rails follow from the rest and are not read back. Invariants: writing, reading and writing gives
// the same bytes; ids are unique; a row of status `retired` is kept for its id alone and carries nothing.
// Source: columns that engineers expect (TIA-606 practice), docs/plant.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

/// What one row says of a link's optics; beside the piece.
struct LinkRemark {
  std::string link;    // name of the fabric's cable; "" of a trunk
  std::string medium;  // id of an optic, "custom"
  BitRate rate;
  Duration delay{-1};  // of a custom medium
};

struct ScheduleRow {
  Piece piece;  // route and devices not yet resolved
  LinkRemark link;
  std::string route;  // names of pathways between spaces
  std::string a_device;
  std::string a_port;
  std::string b_device;
  std::string b_port;
  bool has_length = false;
  bool has_phase = false;
  bool has_grade_a = false;
  bool has_grade_b = false;
  std::uint32_t line = 0;
};

std::string write_schedule(const Plant& plant, const Fabric& fabric);
/// Reads rows; mistakes with line and column go to `diagnostics` as of `file`. Unknown columns are named in a warning.
std::vector<ScheduleRow> read_schedule(std::string_view text, const std::string& file, Diagnostics& diagnostics);

}  // namespace eastwest
