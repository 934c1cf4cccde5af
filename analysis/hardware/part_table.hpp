// SPDX-License-Identifier: Apache-2.0
// Part numbers: which module or cable of the catalogues a vendor's part number is.
//
// Columns: part_number (a `*` at its end stands for any ending), kind (module or cable), optic (id in data/optics.csv, of modules and of
// cables with plugs at both ends), ends (ports that one piece serves), fibre ("os2"), connector, fibres, length, reach (that the vendor promises), source. An exact number wins
// over a pattern, a longer pattern over a shorter one, a row read later over an earlier one. Source of the built-in rows: column `source`.
// LIMITATIONS: revisions of one part number are one part.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"
#include "core/quantity.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

struct Part {
  std::string part_number;
  bool cable = false;
  std::string optic;       // "" of a cord or trunk
  std::uint32_t ends = 1;  // ports at a module, 2 of a twin
  std::string fibre;       // of a cord or trunk
  std::string connector;
  std::uint32_t fibres = 0;      // 0: any
  std::optional<Length> length;  // where the number says it
  Length reach;                  // that the vendor promises, where it is less than the standard's; 0: none
  std::string source;
};

class PartTable {
 public:
  /// Adds the rows of `text`; mistakes go to `errors` with their lines.
  void read(std::string_view text, InputErrors& errors);
  /// By its id; a cable with fixed ends with a length behind it too.
  void add(const OpticModel& optic);
  void add(const PartTable& other) { parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end()); }
  /// nullptr when no row fits. Case and blanks do not matter.
  [[nodiscard]] const Part* find(std::string_view part_number) const;
  [[nodiscard]] const std::vector<Part>& rows() const { return parts_; }

 private:
  std::vector<Part> parts_;
};

/// Whether the first line of `text` is the header of such a table.
bool is_part_table(std::string_view text);
/// The table that is built into the library, data/part_numbers.csv, and the ids of the catalogue's optics, by which a bill of materials goes.
PartTable builtin_parts();

}  // namespace eastwest
