// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/tuning_table.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "topology/csv.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view collective_tuning_csv;
extern const std::string_view collective_profiles_csv;
extern const std::string_view collective_hardware_csv;
}  // namespace embedded

namespace {

CsvTable built_in(std::string_view text) {
  Result<CsvTable> table = parse_csv(text);
  EASTWEST_CHECK(table.has_value(), "a built-in table is a table");
  return std::move(table).value();
}

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  EASTWEST_CHECK(error == std::errc{} && end == text.data() + text.size(), "a value of the tuning table is a number");
  return value;
}

std::size_t column(const CsvTable& table, std::string_view name) {
  const auto index = table.column(name);
  EASTWEST_CHECK(index.has_value(), "a built-in table has its columns");
  return *index;
}

/// The table with its cells read once.
struct TuningRow {
  std::string quantity;
  std::string algorithm;
  std::string protocol;
  std::string link;
  std::uint32_t generation = 0;
  std::uint32_t nodes = 0;
  std::vector<double> values;
};

void read_tuning(std::string_view text, std::vector<TuningRow>& rows) {
  const CsvTable table = built_in(text);
  for (const auto& cells : table.rows) {
    const auto cell = [&](std::string_view name) -> const std::string& { return cells[column(table, name)]; };
    const auto count = [&](std::string_view name) { return cell(name).empty() ? 0u : static_cast<std::uint32_t>(number(cell(name))); };
    TuningRow row{cell("quantity"), cell("algorithm"), cell("protocol"), cell("link"), count("generation"), count("nodes"), {}};
    const std::string& list = cell("value");
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = std::min(list.find(';', at), list.size());
      row.values.push_back(number(std::string_view(list).substr(at, end - at)));
      at = end + 1;
    }
    rows.push_back(std::move(row));
  }
}

std::vector<TuningRow> read_all() {
  std::vector<TuningRow> rows;
  read_tuning(embedded::collective_tuning_csv, rows);
  read_tuning(embedded::collective_profiles_csv, rows);
  return rows;
}

}  // namespace

std::vector<double> tuning_values(const TuningKey& key) {
  static const std::vector<TuningRow> rows = read_all();
  for (const TuningRow& row : rows) {
    const bool fits = row.quantity == key.quantity && (row.algorithm.empty() || row.algorithm == key.algorithm) &&
                      (row.protocol.empty() || row.protocol == key.protocol) && (row.link.empty() || row.link == key.link) &&
                      (row.generation == 0 || row.generation == key.generation) && (row.nodes == 0 || row.nodes == std::min(key.nodes, 3u));
    if (fits) return row.values;
  }
  return {};
}

double tuning_value(const TuningKey& key) {
  const std::vector<double> values = tuning_values(key);
  EASTWEST_CHECK(values.size() == 1, "a constant of the cost model stands once in its table");
  return values.front();
}

CollectiveHardware collective_hardware(std::string_view model) {
  static const CsvTable table = built_in(embedded::collective_hardware_csv);
  const std::size_t id = column(table, "id");
  for (const auto& cells : table.rows) {
    if (cells[id] != model) continue;
    const std::string& generation = cells[column(table, "generation")];
    return {generation.empty() ? 0u : static_cast<std::uint32_t>(number(generation)), cells[column(table, "reduces")] == "yes",
            cells[column(table, "splits_lines")] == "yes"};
  }
  return {};
}

}  // namespace eastwest
