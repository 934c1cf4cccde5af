// SPDX-License-Identifier: Apache-2.0
// A text table for people: columns as wide as their widest cell, numbers to the right, words to the left.
//
// Widths count UTF-8 code points. LIMITATIONS: no wrapping; wide (East Asian) characters count as one column.
#pragma once

#include <string>
#include <vector>

namespace eastwest {

class TextTable {
 public:
  enum class Align : unsigned char { left, right };
  struct Column {
    std::string heading;
    Align align = Align::left;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Missing cells are empty; too many are our bug.
  void add_row(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Heading, rule, rows; every line starts with `indent` and ends with a line feed and no blanks before it.
  [[nodiscard]] std::string print(const std::string& indent = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Three significant digits and a fitting prefix: readable(0.00125, "s") is "1.25 ms", readable(4.31e10, "B/s") "43.1 GB/s".
std::string readable(double value, const std::string& unit);
/// Fixed digits after the point: fixed(2.0 / 3, 3) is "0.667".
std::string fixed(double value, int digits);
/// "12.3 %" of a share 0 to 1.
std::string percent(double share);

}  // namespace eastwest
