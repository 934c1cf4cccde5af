// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/field_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::string_view first_line(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  return text.substr(0, text.find_first_of("\r\n"));
}

char delimiter_of(std::string_view header) {
  const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
  if (count('\t') > count(',') && count('\t') > count(';')) return '\t';
  return count(';') > count(',') ? ';' : ',';
}

std::vector<std::string> cells_of(std::string_view line, char delimiter) {
  std::vector<CsvMistake> ignored;
  return parse_csv(line, delimiter, ignored).columns;
}

/// Metres in one of `unit`; 0 when it is no unit of length.
double metres_in(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"m", 1}, {"km", 1000}, {"cm", 0.01}, {"mm", 0.001}, {"ft", 0.3048}, {"in", 0.0254}}};
  for (const auto& [name, size] : kUnits)
    if (unit == name) return size;
  return 0;
}

std::string_view suffix_of(std::string_view name) {
  const std::size_t bar = name.rfind('_');
  return bar == std::string_view::npos ? std::string_view() : name.substr(bar + 1);
}

/// "length" and "length_m" are the same column.
bool same_field(std::string_view column, std::string_view wanted) {
  if (column == wanted) return true;
  return column.starts_with(wanted) && column.size() > wanted.size() && column[wanted.size()] == '_' &&
         (metres_in(suffix_of(column)) > 0 || column.ends_with("_db") || column.ends_with("_nm")) &&
         suffix_of(column).size() == column.size() - wanted.size() - 1;
}

}  // namespace

std::vector<std::string> header_fields(std::string_view text) {
  const std::string_view header = first_line(without_mark(text));
  std::vector<std::string> names;
  for (const std::string& cell : cells_of(header, delimiter_of(header))) names.push_back(field_name(cell));
  return names;
}

bool has_field(const std::vector<std::string>& fields, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) { return same_field(field, name); });
  });
}

FieldTable::FieldTable(std::string_view text, InputErrors& errors) : errors_(errors) {
  text = without_mark(text);
  const char delimiter = delimiter_of(first_line(text));
  read(text, delimiter);
  // Where cells are not parted by commas, a comma in a number is the decimal mark of half of Europe.
  if (delimiter != ',') decimal_mark_ = comma_decimals() ? ',' : '.';
  for (std::size_t i = 0; i < table_.columns.size(); ++i) columns_.push_back({field_name(table_.columns[i]), i, {}, {}, false});
}

FieldTable::FieldTable(std::string_view text, const ColumnMapping& mapping, InputErrors& errors)
    : errors_(errors), decimal_mark_(mapping.decimal_mark) {
  text = without_mark(text);
  while (!text.empty() && !fits(first_line(text), mapping)) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    text.remove_prefix(end + 1);
    ++lines_above_;
  }
  read(text, mapping.delimiter);
  for (const ColumnMapping::Field& field : mapping.fields) {
    if (field.column.starts_with('=')) {
      columns_.push_back({field.name, 0, field.unit, field.column.substr(1), true});
      continue;
    }
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
      if (field_name(table_.columns[i]) == field_name(field.column)) columns_.push_back({field.name, i, field.unit, {}, false});
  }
}

bool FieldTable::fits(std::string_view text, const ColumnMapping& mapping) {
  constexpr int kLinesAbove = 100;
  text = without_mark(text);
  for (int i = 0; i < kLinesAbove && !text.empty(); ++i) {
    const std::vector<std::string> cells = cells_of(first_line(text.substr(0, text.find('\n'))), mapping.delimiter);
    bool wanted = false;
    const bool all = std::all_of(mapping.fields.begin(), mapping.fields.end(), [&](const ColumnMapping::Field& field) {
      if (field.column.starts_with('=')) return true;
      wanted = true;
      return std::any_of(cells.begin(), cells.end(), [&](const std::string& cell) { return field_name(cell) == field_name(field.column); });
    });
    if (all && wanted) return true;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return false;
}

void FieldTable::read(std::string_view text, char delimiter) {
  std::vector<CsvMistake> mistakes;
  table_ = parse_csv(text, delimiter, mistakes);
  for (CsvMistake& mistake : mistakes) {
    const std::uint32_t line = mistake.line == 0 ? 0 : mistake.line + lines_above_;
    if (mistake.message.ends_with("has no name")) errors_.warning(line, 1, mistake.message + "; it is left out", "name it");
    else errors_.error(line, 1, std::move(mistake.message), std::move(mistake.remedy));
  }
}

/// Whether numbers of this table have decimal commas: a cell of digits, one comma and digits, and none with a decimal point.
bool FieldTable::comma_decimals() const {
  bool comma = false;
  for (const std::vector<std::string>& row : table_.rows)
    for (const std::string& cell : row) {
      const std::string_view text = trimmed(cell);
      if (text.empty() || text.find_first_not_of("0123456789.,-+") != std::string_view::npos) continue;
      if (std::count(text.begin(), text.end(), '.') == 1 && text.find(',') == std::string_view::npos) return false;
      comma = comma || std::count(text.begin(), text.end(), ',') == 1;
    }
  return comma;
}

bool FieldTable::has(std::initializer_list<std::string_view> names) const { return find(names) != nullptr; }

bool FieldTable::require(std::initializer_list<std::string_view> names) {
  if (has(names) || table_.columns.empty()) return has(names);
  std::vector<std::string> known;
  for (const Column& column : columns_) known.push_back(column.name);
  const std::string near = nearest_name(*names.begin(), known);
  errors_.error(lines_above_ + 1, 1, "there is no column `" + std::string(*names.begin()) + "`",
                near.empty() ? "add it, or tell with a mapping file which column it is" : "is it `" + near + "`? then rename that");
  return false;
}

const FieldTable::Column* FieldTable::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    for (const Column& column : columns_)
      if (same_field(column.name, name)) return &column;
  return nullptr;
}

std::string_view FieldTable::cell(std::size_t row, const Column& column) const {
  const std::string_view text = trimmed(column.is_constant ? column.constant : table_.rows[row][column.index]);
  return says_nothing(text) ? std::string_view() : text;
}

std::string_view FieldTable::text(std::size_t row, std::initializer_list<std::string_view> names) const {
  const Column* column = find(names);
  return column == nullptr ? std::string_view() : cell(row, *column);
}

std::optional<double> FieldTable::real(std::size_t row, std::initializer_list<std::string_view> names, double minimum, double maximum) {
  const Column* column = find(names);
  if (column == nullptr) return std::nullopt;
  const std::string_view text = cell(row, *column);
  if (text.empty()) return std::nullopt;
  // "0,31" between commas is nobody's thousands.
  const char thousands = decimal_mark_ == ',' ? '.' : ',';
  for (std::size_t at = text.find(thousands); at != std::string_view::npos; at = text.find(thousands, at + 1)) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789", at + 1), text.size()) - at - 1;
    if (digits == 3 && at > 0 && text[at - 1] != '0') continue;
    errors_.error(line(row), 1, "`" + column->name + "` is " + quote_input(text),
                  "write it with a decimal point and without marks for thousands");
    return std::nullopt;
  }
  const auto value = leading_number(decimal_point(text, decimal_mark_));
  if (value && *value >= minimum && *value <= maximum) return value;
  errors_.error(line(row), 1, "`" + column->name + "` is " + quote_input(text),
                value ? "it lies between " + plain_number(minimum) + " and " + plain_number(maximum) : "write a number, or nothing");
  return std::nullopt;
}

std::optional<std::uint32_t> FieldTable::count(std::size_t row, std::initializer_list<std::string_view> names, std::uint32_t maximum) {
  const auto value = real(row, names, 0, maximum);
  if (!value) return std::nullopt;
  if (*value == std::floor(*value)) return static_cast<std::uint32_t>(*value);
  errors_.error(line(row), 1, "`" + std::string(*names.begin()) + "` is " + plain_number(*value), "it is a whole number");
  return std::nullopt;
}

std::optional<Length> FieldTable::length(std::size_t row, std::initializer_list<std::string_view> names) {
  const Column* column = find(names);
  auto value = real(row, names, 0, 1e7);
  if (!value) return std::nullopt;
  double size = metres_in(lower_case(behind_number(decimal_point(cell(row, *column), decimal_mark_))));
  if (size == 0) size = metres_in(lower_case(column->unit));
  if (size == 0) size = metres_in(suffix_of(column->name));
  return metres(*value * (size == 0 ? 1 : size));
}

std::optional<Loss> FieldTable::loss(std::size_t row, std::initializer_list<std::string_view> names) {
  return decibels(real(row, names, -200, 200));
}

void FieldTable::warn_of_others(std::initializer_list<std::string_view> names) {
  std::string others;
  for (const Column& column : columns_)
    if (std::none_of(names.begin(), names.end(), [&](std::string_view name) { return same_field(column.name, name); }))
      others += (others.empty() ? "`" : ", `") + column.name + "`";
  if (!others.empty())
    errors_.warning(lines_above_ + 1, 1, "not used: " + others.substr(0, 200), "nothing needs to be done if these do not matter");
}

TestDirection test_direction(std::string_view text) {
  const std::string word = field_name(text);
  if (word == "ab" || word == "a_b" || word == "a_to_b" || word == "forward" || word == "a") return TestDirection::a_to_b;
  if (word == "ba" || word == "b_a" || word == "b_to_a" || word == "backward" || word == "reverse" || word == "b")
    return TestDirection::b_to_a;
  return TestDirection::unknown;
}

}  // namespace eastwest
