// SPDX-License-Identifier: Apache-2.0
// Table files: the CSV tables of a site as its owner edits them, read cell by cell with places, and written.
//
// Units: lengths in metres with at most three decimals ("22.5"); other quantities carry their unit. Invariants: every mistake is told, each
// once; a column that nobody reads is named in a warning; what is written reads back as the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/input_text.hpp"
#include "core/quantity.hpp"
#include "topology/csv.hpp"

namespace eastwest {

class TableFile {
 public:
  /// `columns`: all that are known; those of `required` must be there.
  TableFile(std::string_view text, const std::string& file, std::span<const std::string_view> columns,
            std::span<const std::string_view> required, Diagnostics& diagnostics);

  [[nodiscard]] bool next();  // to the next row; false at the end or when the table cannot be read
  [[nodiscard]] std::uint32_t line() const { return table_.lines[row_ - 1]; }
  [[nodiscard]] bool failed() const { return errors_.any(); }

  /// The cell, "" where the column is not there.
  [[nodiscard]] const std::string& text(std::string_view column) const;
  /// Must not be empty.
  const std::string& required(std::string_view column);
  Length metres(std::string_view column, Length otherwise = {});
  std::uint32_t count(std::string_view column, std::uint32_t otherwise, std::uint32_t most);
  std::int64_t quantity(std::string_view column, Dimension dimension, std::int64_t otherwise);
  double share(std::string_view column, double otherwise);
  /// The value that `read` makes of the cell; an empty cell gives `otherwise`. `choices` stand in the message.
  template <class Value, class Read>
  Value choice(std::string_view column, Value otherwise, Read read, std::string_view choices) {
    const std::string& cell = text(column);
    if (cell.empty()) return otherwise;
    if (const std::optional<Value> value = read(cell)) return *value;
    error("`" + std::string(column) + "`: " + quote_input(cell) + " is not one of its values", "choose " + std::string(choices));
    return otherwise;
  }

  /// About the row that `next` came to.
  void error(std::string message, std::string remedy);
  void warning(std::string message, std::string remedy);
  /// Says how many mistakes were not shown; call once at the end.
  void finish() { errors_.finish(); }

 private:
  CsvTable table_;
  InputErrors errors_;
  std::size_t row_ = 0;
};

/// One row, cells quoted where they need it, ended by a line feed.
std::string csv_row(std::span<const std::string> cells);
/// "22.5" of 22,500 mm.
std::string metres_text(Length length);
/// A share with its shortest digits, "0.4".
std::string share_text(double value);

}  // namespace eastwest
