// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/table_file.hpp"

#include <algorithm>
#include <charconv>

namespace eastwest {

namespace {

std::vector<std::string> names_of(std::span<const std::string_view> columns) { return {columns.begin(), columns.end()}; }

std::string column_name(std::string_view column) { return "`" + std::string(column) + "`: "; }

/// The line that a message of parse_csv starts with, and the rest.
std::pair<std::uint32_t, std::string> split_line(const std::string& message) {
  if (!message.starts_with("line ")) return {0, message};
  const std::size_t colon = message.find(':');
  const auto line = whole_number(std::string_view(message).substr(5, colon - 5), 1, 1'000'000'000);
  if (colon == std::string::npos || !line) return {0, message};
  return {static_cast<std::uint32_t>(*line), message.substr(colon + 2)};
}

}  // namespace

TableFile::TableFile(std::string_view text, const std::string& file, std::span<const std::string_view> columns,
                     std::span<const std::string_view> required, Diagnostics& diagnostics)
    : errors_(file, text, diagnostics) {
  if (const auto trouble = not_a_text(text, "a CSV table")) {
    errors_.error(0, 0, trouble->message, trouble->remedy);
    return;
  }
  Result<CsvTable> table = parse_csv(text);
  if (!table) {
    auto [line, message] = split_line(table.error().message);
    errors_.error(line, 0, std::move(message), table.error().remedy);
    return;
  }
  table_ = std::move(table).value();
  if (table_.columns.size() == 1 && table_.columns.front().find(';') != std::string::npos) {
    errors_.error(1, 0, "the cells are separated by semicolons", "save it with commas, and with decimal points");
    table_ = {};
    return;
  }
  for (const std::string_view column : required)
    if (!table_.column(column))
      errors_.error(1, 0, "column `" + std::string(column) + "` is missing",
                    "add it to the header; `eastwest expand` writes a table to start from");
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    const std::string& name = table_.columns[i];
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
    const std::string near = nearest_name(name, names_of(columns));
    errors_.warning(1, 0, "column " + quote_input(name) + " is not known and not read", near.empty() ? "" : "did you mean `" + near + "`?");
  }
}

bool TableFile::next() {
  if (errors_.full() || row_ >= table_.rows.size()) return false;
  ++row_;
  return true;
}

const std::string& TableFile::text(std::string_view column) const {
  static const std::string empty;
  const auto index = table_.column(column);
  return index ? table_.rows[row_ - 1][*index] : empty;
}

const std::string& TableFile::required(std::string_view column) {
  const std::string& cell = text(column);
  if (cell.empty() && table_.column(column)) error("`" + std::string(column) + "` is empty", "every row needs it");
  return cell;
}

Length TableFile::metres(std::string_view column, Length otherwise) {
  const std::string& cell = text(column);
  if (cell.empty()) return otherwise;
  const auto mm = scaled_number(cell, 1'000);
  if (mm && *mm >= 0 && *mm <= 1'000'000'000) return {*mm};
  error(column_name(column) + quote_input(cell) + " is not a length in metres", "write a number of metres from 0 to 1000000, such as 22.5");
  return otherwise;
}

std::uint32_t TableFile::count(std::string_view column, std::uint32_t otherwise, std::uint32_t most) {
  const std::string& cell = text(column);
  if (cell.empty()) return otherwise;
  if (const auto value = whole_number(cell, 0, most)) return static_cast<std::uint32_t>(*value);
  error(column_name(column) + quote_input(cell) + " is not a whole number from 0 to " + std::to_string(most), "");
  return otherwise;
}

std::int64_t TableFile::quantity(std::string_view column, Dimension dimension, std::int64_t otherwise) {
  const std::string& cell = text(column);
  if (cell.empty()) return otherwise;
  const Result<std::int64_t> value = parse_quantity(cell, dimension);
  if (value && *value >= 0) return *value;
  error(column_name(column) + (value ? quote_input(cell) + " is negative" : value.error().message),
        value ? "write it without a sign" : value.error().remedy);
  return otherwise;
}

double TableFile::share(std::string_view column, double otherwise) {
  const std::string& cell = text(column);
  if (cell.empty()) return otherwise;
  double value = 0;
  const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (failure == std::errc{} && end == cell.data() + cell.size() && value >= 0 && value <= 1) return value;
  error(column_name(column) + quote_input(cell) + " is not a share from 0 to 1", "write 0.4 for 40 %");
  return otherwise;
}

void TableFile::error(std::string message, std::string remedy) { errors_.error(line(), 0, std::move(message), std::move(remedy)); }

void TableFile::warning(std::string message, std::string remedy) { errors_.warning(line(), 0, std::move(message), std::move(remedy)); }

std::string csv_row(std::span<const std::string> cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      row += cells[i];
      continue;
    }
    row += '"';
    for (const char c : cells[i]) row += c == '"' ? "\"\"" : std::string(1, c);
    row += '"';
  }
  return row + "\n";
}

std::string metres_text(Length length) {
  std::string text = std::to_string(length.mm / 1'000);
  if (length.mm % 1'000 == 0) return text;
  std::string fraction = std::to_string(1'000 + length.mm % 1'000);
  fraction[0] = '.';
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + fraction;
}

std::string share_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return failure == std::errc{} ? std::string(buffer.data(), end) : "0";
}

}  // namespace eastwest
