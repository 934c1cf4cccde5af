// SPDX-License-Identifier: Apache-2.0
// A CSV file of NetBox, read row by row: columns by their form names or by the headers of NetBox's own exports.
//
// Invariants: every mistake has its line; nothing is told of columns that nobody asks for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/input_text.hpp"
#include "topology/csv.hpp"
#include "topology/plant/exchange/exchange_site.hpp"

namespace eastwest {

class NetBoxSheet {
 public:
  /// `file` must outlive the sheet.
  NetBoxSheet(const ExchangeFile& file, Diagnostics& diagnostics);
  ~NetBoxSheet() { errors_.finish(); }
  NetBoxSheet(const NetBoxSheet&) = delete;
  NetBoxSheet& operator=(const NetBoxSheet&) = delete;

  [[nodiscard]] bool next();
  [[nodiscard]] bool has(std::string_view column) const { return columns_.contains(column); }
  [[nodiscard]] const std::string& text(std::string_view column) const;
  /// An error when the column is not there, once, or the cell is empty.
  const std::string& required(std::string_view column);
  [[nodiscard]] std::map<std::string, std::string> fields() const;
  [[nodiscard]] Place place() const { return {path_, table_.lines[row_ - 1], 0}; }
  void error(std::string message, std::string remedy) { errors_.error(table_.lines[row_ - 1], 0, std::move(message), std::move(remedy)); }
  void warning(std::string message, std::string remedy) {
    errors_.warning(table_.lines[row_ - 1], 0, std::move(message), std::move(remedy));
  }
  /// About the file as a whole.
  void warning_of_file(std::string message, std::string remedy) { errors_.warning(1, 0, std::move(message), std::move(remedy)); }

 private:
  std::string path_;
  CsvTable table_;
  InputErrors errors_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::map<std::string, bool, std::less<>> missing_told_;
  std::size_t row_ = 0;
};

}  // namespace eastwest
