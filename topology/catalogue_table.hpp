// SPDX-License-Identifier: Apache-2.0
// Reads typed cells of one catalogue table; private to the catalogue.
//
// Units: those of core/quantity.hpp where a cell holds a quantity. Invariants: the first thing that is wrong is kept, with
// file, line and column, and everything after it reads as empty. LIMITATIONS: only the first mistake of a table is told; the
// tables are ours, so there is at most one at a time.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "topology/catalogue_models.hpp"
#include "topology/csv.hpp"

namespace eastwest {

/// Reads typed cells of one table; the first thing that is wrong is kept and everything after it reads as empty.
class TableReader {
 public:
  TableReader(std::string_view file, std::string_view text) : file_(file) {
    Result<CsvTable> table = parse_csv(text);
    if (table) table_ = std::move(table).value();
    else fail(table.error().message, table.error().remedy);
  }

  [[nodiscard]] bool next() {
    if (failed_ || row_ >= table_.rows.size()) return false;
    ++row_;
    return true;
  }

  const std::string& text(std::string_view column) {
    static const std::string empty;
    if (failed_) return empty;
    const auto index = table_.column(column);
    if (!index) {
      fail("column `" + std::string(column) + "` is missing", {});
      return empty;
    }
    return table_.rows[row_ - 1][*index];
  }

  std::string required(std::string_view column) {
    const std::string& value = text(column);
    if (value.empty() && !failed_) fail_cell(column, "the cell is empty");
    return value;
  }

  std::int64_t quantity(std::string_view column, Dimension dimension, bool must = true, std::int64_t unknown = 0) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return unknown;
    }
    const Result<std::int64_t> parsed = parse_quantity(value, dimension);
    if (parsed && *parsed >= 0) return *parsed;
    fail_cell(column, parsed ? "`" + value + "` is negative" : parsed.error().message);
    return unknown;
  }

  BitRate rate(std::string_view column) { return {static_cast<std::uint64_t>(quantity(column, Dimension::rate))}; }

  double real(std::string_view column, bool must = true) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return 0;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && number >= 0) return number;
    fail_cell(column, "`" + value + "` is not a number");
    return 0;
  }

  /// A number that may be negative, such as a power in dBm; nothing when the cell is empty.
  std::optional<double> signed_real(std::string_view column) {
    const std::string& value = text(column);
    if (value.empty()) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size()) return number;
    fail_cell(column, "`" + value + "` is not a number");
    return std::nullopt;
  }

  /// The parts of a cell between any of `separators`; none when the cell is empty.
  std::vector<std::string> list(std::string_view column, std::string_view separators = ";") {
    std::vector<std::string> parts;
    const std::string& value = text(column);
    for (std::size_t at = 0; at < value.size();) {
      const std::size_t end = std::min(value.find_first_of(separators, at), value.size());
      parts.push_back(value.substr(at, end - at));
      at = end + 1;
    }
    return parts;
  }

  /// The numbers of a list; every one must be one.
  std::vector<double> reals(std::string_view column) {
    std::vector<double> numbers;
    for (const std::string& part : list(column)) {
      double number = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
      if (error != std::errc{} || end != part.data() + part.size() || number < 0) fail_cell(column, "`" + part + "` is not a number");
      numbers.push_back(number);
    }
    return numbers;
  }

  std::vector<std::uint32_t> counts(std::string_view column, std::string_view separators = ";") {
    std::vector<std::uint32_t> numbers;
    for (const std::string& part : list(column, separators)) {
      std::uint32_t number = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
      if (error != std::errc{} || end != part.data() + part.size()) fail_cell(column, "`" + part + "` is not a count");
      numbers.push_back(number);
    }
    return numbers;
  }

  /// A code as standards print it: "0x18" or "24".
  std::uint32_t code(std::string_view column) {
    const std::string& value = text(column);
    if (value.empty()) return 0;
    const bool hex = value.starts_with("0x");
    std::uint32_t number = 0;
    const char* last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data() + (hex ? 2 : 0), last, number, hex ? 16 : 10);
    if (error == std::errc{} && end == last) return number;
    fail_cell(column, "`" + value + "` is not a code");
    return 0;
  }

  std::uint32_t count(std::string_view column, bool must = true) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return 0;
    }
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size()) return number;
    fail_cell(column, "`" + value + "` is not a count");
    return 0;
  }

  /// `value` must be one of `choices`; returns its index.
  std::size_t choice(std::string_view column, std::span<const std::string_view> choices) {
    const std::string& value = text(column);
    const auto found = std::find(choices.begin(), choices.end(), value);
    if (found == choices.end()) {
      if (!failed_) fail_cell(column, "`" + value + "` is not one of the values that this column takes");
      return 0;
    }
    return static_cast<std::size_t>(found - choices.begin());
  }

  Origin origin() {
    Origin result;
    result.verified = list("verified");
    for (const std::string& column : result.verified)
      if (!table_.column(column)) fail_cell("verified", "there is no column `" + column + "`");
    result.source = required("source");
    result.note = text("note");
    return result;
  }

  void fail_cell(std::string_view column, const std::string& message) {
    const std::string line = row_ == 0 ? "" : "line " + std::to_string(table_.lines[row_ - 1]) + ": ";
    fail(line + "column `" + std::string(column) + "`: " + message, {});
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  void fail(const std::string& message, std::string remedy) {
    if (failed_) return;
    failed_ = true;
    error_ = Error{file_ + " " + message, std::move(remedy)};
  }

  std::string file_;
  CsvTable table_;
  std::size_t row_ = 0;
  bool failed_ = false;
  Error error_;
};

template <class Entry>
const Entry* find_entry(const std::vector<Entry>& entries, std::string_view id) {
  for (const Entry& entry : entries)
    if (entry.id == id) return &entry;
  return nullptr;
}

// One function per kind of row; the id and the origin are read by read_table.
void read_row(TableReader& reader, SwitchModel& entry);
void read_row(TableReader& reader, NicModel& entry);
void read_row(TableReader& reader, GpuEntry& entry);
void read_row(TableReader& reader, ServerModel& entry);
void read_row(TableReader& reader, OpticModel& entry);
void read_row(TableReader& reader, MediumModel& entry);
void read_row(TableReader& reader, FibreModel& entry);
void read_row(TableReader& reader, ConnectionModel& entry);
void read_row(TableReader& reader, CableConstruction& entry);
void read_row(TableReader& reader, PathwayModel& entry);

/// Reads all rows of one table and refuses a second row of the same id.
template <class Entry>
Status read_table(std::string_view file, std::string_view text, std::vector<Entry>& entries) {
  TableReader reader(file, text);
  while (reader.next()) {
    Entry entry;
    entry.id = reader.required("id");
    read_row(reader, entry);
    entry.origin = reader.origin();
    if (find_entry(entries, entry.id) != nullptr) reader.fail_cell("id", "`" + entry.id + "` stands twice");
    entries.push_back(std::move(entry));
  }
  if (reader.failed()) return reader.error();
  return Done{};
}

}  // namespace eastwest
