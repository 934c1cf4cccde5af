// SPDX-License-Identifier: Apache-2.0
// A table as people and instruments export it: comma, semicolon or tab, column names in any writing, lines of a report above the header.
//
// Columns are found by field_name(): "Part Number" is "part_number". Invariants: cells are trimmed; a row that does not fit the header has
// been told as an error and is not here. LIMITATIONS: one table per file.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/hardware/readers.hpp"
#include "topology/csv.hpp"

namespace eastwest {

/// Column names of the first line of `text`, as field_name() writes them, cut by the delimiter that the line holds most of.
std::vector<std::string> header_fields(std::string_view text);
/// Whether one of `names` stands among `fields`.
bool has_field(const std::vector<std::string>& fields, std::initializer_list<std::string_view> names);

class FieldTable {
 public:
  /// Reads a table whose header is its first line that is not empty.
  FieldTable(std::string_view text, InputErrors& errors);
  /// Reads the table of an instrument: the header is the first line that holds every column of `mapping`.
  FieldTable(std::string_view text, const ColumnMapping& mapping, InputErrors& errors);
  /// Whether the header of `mapping` stands in `text`.
  static bool fits(std::string_view text, const ColumnMapping& mapping);

  [[nodiscard]] std::size_t rows() const { return table_.rows.size(); }
  [[nodiscard]] std::uint32_t line(std::size_t row) const { return table_.lines[row] + lines_above_; }
  [[nodiscard]] bool has(std::initializer_list<std::string_view> names) const;
  /// Tells the first of `names` as missing when no column has any of them.
  bool require(std::initializer_list<std::string_view> names);

  /// The cell in the first column of that name; "" when there is none or it says nothing.
  [[nodiscard]] std::string_view text(std::size_t row, std::initializer_list<std::string_view> names) const;
  // What is no number is an error, an empty cell nothing. A column "length_m" also answers as "length"; units as ColumnMapping tells.
  std::optional<double> real(std::size_t row, std::initializer_list<std::string_view> names, double minimum, double maximum);
  std::optional<std::uint32_t> count(std::size_t row, std::initializer_list<std::string_view> names, std::uint32_t maximum);
  /// Metres by default: "35", "35 m", "0.035 km"; a column that ends in _ft, _km, _mm, _cm says so for all of its cells.
  std::optional<Length> length(std::size_t row, std::initializer_list<std::string_view> names);
  std::optional<Loss> loss(std::size_t row, std::initializer_list<std::string_view> names);

  /// One warning that names every column outside `names`.
  void warn_of_others(std::initializer_list<std::string_view> names);

 private:
  struct Column {
    std::string name;
    std::size_t index = 0;
    std::string unit;      // told by a mapping
    std::string constant;  // told by a mapping
    bool is_constant = false;
  };
  [[nodiscard]] bool comma_decimals() const;
  void read(std::string_view text, char delimiter);
  [[nodiscard]] const Column* find(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] std::string_view cell(std::size_t row, const Column& column) const;

  InputErrors& errors_;
  CsvTable table_;
  std::vector<Column> columns_;
  std::uint32_t lines_above_ = 0;
  char decimal_mark_ = '.';
};

/// "AB", "A->B", "a to b", "forward" and the same backwards.
TestDirection test_direction(std::string_view text);

}  // namespace eastwest
