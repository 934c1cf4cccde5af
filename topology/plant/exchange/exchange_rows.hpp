// SPDX-License-Identifier: Apache-2.0
// Tables of an exchange site, read by column, and CSV files as they grow. Invariant: texts come from our own writers and need no checks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/input_text.hpp"
#include "topology/csv.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

/// A table that we wrote ourselves.
class ExchangeRows {
 public:
  explicit ExchangeRows(const std::string& text) {
    Result<CsvTable> table = parse_csv(text);
    if (table) table_ = std::move(table).value();
  }
  [[nodiscard]] std::size_t size() const { return table_.rows.size(); }
  [[nodiscard]] const std::vector<std::string>& columns() const { return table_.columns; }
  [[nodiscard]] const std::string& cell(std::size_t row, std::string_view column) const {
    static const std::string empty;
    const auto index = table_.column(column);
    return index ? table_.rows[row][*index] : empty;
  }
  [[nodiscard]] std::uint32_t number(std::size_t row, std::string_view column) const {
    return static_cast<std::uint32_t>(whole_number(cell(row, column), 0, 1'000'000'000).value_or(0));
  }

 private:
  CsvTable table_;
};

/// A CSV file as it grows; cells by column.
class ExchangeSheet {
 public:
  explicit ExchangeSheet(std::vector<std::string> columns) : columns_(std::move(columns)), text_(csv_row(columns_)) {}
  void add(const std::map<std::string, std::string>& cells) {
    std::vector<std::string> row;
    for (const std::string& column : columns_) {
      const auto found = cells.find(column);
      row.push_back(found == cells.end() ? "" : found->second);
    }
    text_ += csv_row(row);
    ++rows_;
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::vector<std::string> columns_;
  std::string text_;
  std::size_t rows_ = 0;
};

/// Ports of a panel in a row.
struct PortRange {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
};

/// Of "03" or "01-09".
PortRange port_range(const std::string& port);

}  // namespace eastwest
