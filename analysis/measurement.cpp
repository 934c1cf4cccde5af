// SPDX-License-Identifier: Apache-2.0
#include "analysis/measurement.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/check.hpp"
#include "core/input_text.hpp"
#include "topology/csv.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view collective_measurements_csv;
extern const std::string_view measured_tables_csv;
}  // namespace embedded

namespace {

constexpr std::string_view kColumns[] = {
    "table",  "topology", "server", "servers", "gpus", "operation", "algorithm", "size", "time_us", "call_us", "busbw_gigabytes_per_second",
    "fitted", "source",   "note"};
constexpr std::string_view kNeeded[] = {"server", "servers", "operation", "size"};

/// Names go into a scenario as they are.
bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

/// Spreadsheets put a byte order mark first and people blanks after commas.
CsvTable trimmed(CsvTable table) {
  const auto trim = [](std::string& cell) {
    const std::size_t first = cell.find_first_not_of(' ');
    cell = first == std::string::npos ? std::string() : cell.substr(first, cell.find_last_not_of(' ') - first + 1);
  };
  for (std::string& column : table.columns) trim(column);
  for (auto& row : table.rows)
    for (std::string& cell : row) trim(cell);
  return table;
}

/// One row, whose mistakes are all told.
class Row {
 public:
  Row(const CsvTable& table, std::size_t row, InputErrors& errors) : table_(table), row_(row), errors_(errors) {}

  [[nodiscard]] std::string text(std::string_view column, std::string_view otherwise = {}) const {
    const auto at = table_.column(column);
    const std::string& cell = at ? table_.rows[row_][*at] : kNone;
    return cell.empty() ? std::string(otherwise) : cell;
  }
  void error(std::string_view column, const std::string& message, std::string remedy) {
    errors_.error(table_.lines[row_], 1, "`" + std::string(column) + "`: " + message, std::move(remedy));
  }
  /// Above 0, or 0 when there is none.
  double number(std::string_view column) {
    const std::string cell = text(column);
    if (cell.empty()) return 0;
    double value = 0;
    const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (failure == std::errc{} && end == cell.data() + cell.size() && std::isfinite(value) && value > 0) return value;
    error(column, "`" + cell + "` is not a number above 0", "write the number without a unit, such as 69.1");
    return 0;
  }
  std::uint32_t count(std::string_view column) {
    const double value = number(column);
    if (value == std::floor(value) && value <= 1e6) return static_cast<std::uint32_t>(value);
    error(column, "`" + text(column) + "` is not a whole number up to 1000000", "write how many there are");
    return 0;
  }

 private:
  static const std::string kNone;
  const CsvTable& table_;
  std::size_t row_;
  InputErrors& errors_;
};

const std::string Row::kNone;

Measurement read_row(const CsvTable& table, std::size_t index, const std::string& file, InputErrors& errors) {
  Row row(table, index, errors);
  Measurement measurement;
  measurement.place = {file, table.lines[index], 1};
  measurement.table = row.text("table", std::filesystem::path(file).stem().string());
  measurement.topology = row.text("topology", "rail_optimised");
  measurement.server = row.text("server");
  measurement.operation = row.text("operation");
  measurement.algorithm = row.text("algorithm", "auto");
  for (const std::string_view needed : kNeeded)
    if (row.text(needed).empty()) row.error(needed, "is empty", "fill it in");
  measurement.servers = row.count("servers");
  measurement.gpus = row.count("gpus");
  if (const std::string size = row.text("size"); !size.empty()) {
    const Result<std::int64_t> bytes = parse_quantity(size, Dimension::bytes);
    if (!bytes) row.error("size", bytes.error().message, bytes.error().remedy);
    else if (*bytes <= 0) row.error("size", "`" + size + "` is no size", "write one above 0");
    else measurement.size = {*bytes};
  }
  measurement.seconds = row.number("time_us") * 1e-6;
  measurement.bus_bandwidth = row.number("busbw_gigabytes_per_second") * 1e9;
  measurement.call = row.number("call_us") * 1e-6;
  if (measurement.seconds > 0 && measurement.call >= measurement.seconds)
    row.error("call_us", "is not less than `time_us`, of which it is a part", "write what the way of measuring adds to a call");
  if (measurement.servers > 1 && measurement.gpus % measurement.servers != 0)
    row.error("gpus",
              std::to_string(measurement.gpus) + " GPUs are not as many on each of " + std::to_string(measurement.servers) + " servers",
              "give the number on all servers together");
  for (const std::string* word : {&measurement.topology, &measurement.server, &measurement.operation, &measurement.algorithm})
    if (!is_word(*word)) row.error("server", "`" + *word + "` is not a name", "topology, server, operation and algorithm are single words");
  const bool has_time = !row.text("time_us").empty();
  const bool has_bandwidth = !row.text("busbw_gigabytes_per_second").empty();
  if (has_time == has_bandwidth) row.error("time_us", "either it or `busbw_gigabytes_per_second` must be given", "fill in one of them");
  const std::string fitted = row.text("fitted");
  if (!fitted.empty() && fitted != "yes") row.error("fitted", "`" + fitted + "` is not yes", "write yes or leave it empty");
  measurement.fitted = fitted == "yes";
  return measurement;
}

}  // namespace

std::optional<std::vector<Measurement>> read_measurements(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  InputErrors errors(file, text, diagnostics);
  const Result<CsvTable> read = parse_csv(text);
  if (!read) {
    diagnostics.error({file, 0, 0}, read.error().message, read.error().remedy);
    return std::nullopt;
  }
  const CsvTable content = trimmed(*read);
  const CsvTable* table = &content;
  for (const std::string_view needed : kNeeded)
    if (!table->column(needed)) errors.error(1, 1, "there is no column `" + std::string(needed) + "`", "name it in the first row");
  for (const std::string& column : table->columns)
    if (std::find(std::begin(kColumns), std::end(kColumns), column) == std::end(kColumns))
      errors.warning(1, 1, "column `" + column + "` is not read", "check its spelling");
  std::vector<Measurement> rows;
  for (std::size_t i = 0; i < table->rows.size() && !errors.any(); ++i) rows.push_back(read_row(*table, i, file, errors));
  for (std::size_t i = rows.size(); i < table->rows.size() && !errors.full(); ++i) read_row(*table, i, file, errors);
  if (table->rows.empty()) errors.error(1, 1, "there are no rows", "write one for each measurement");
  errors.finish();
  if (errors.any()) return std::nullopt;
  return rows;
}

std::vector<Measurement> builtin_measurements() {
  Diagnostics diagnostics;
  auto rows = read_measurements(embedded::collective_measurements_csv, "collective_measurements.csv", diagnostics);
  EASTWEST_CHECK(rows.has_value() && diagnostics.all().empty(), "the built-in measurements are read without a word");
  return std::move(*rows);
}

MeasuredTable describe_measured_table(std::string_view table) {
  static const CsvTable tables = [] {
    Result<CsvTable> read = parse_csv(embedded::measured_tables_csv);
    EASTWEST_CHECK(read.has_value(), "a built-in table is a table");
    return std::move(read).value();
  }();
  const std::size_t id = tables.column("table").value_or(0);
  for (const auto& row : tables.rows)
    if (row[id] == table) return {row[tables.column("title").value_or(0)], row[tables.column("remark").value_or(0)]};
  return {};
}

}  // namespace eastwest
