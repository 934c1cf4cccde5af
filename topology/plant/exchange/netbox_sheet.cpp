// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_sheet.hpp"

#include <utility>

#include "topology/plant/exchange/netbox_fields.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

namespace {

/// Headers of NetBox's own tables that are not the form's column in other letters.
constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
    {"termination_a", "side_a_name"}, {"termination_b", "side_b_name"}, {"device_a", "side_a_device"}, {"device_b", "side_b_device"},
    {"site_a", "side_a_site"},        {"site_b", "side_b_site"},        {"position_u", "position"},    {"height", "u_height"},
    {"height_u", "u_height"},         {"height_us", "u_height"},        {"rear_ports", "rear_port"},   {"rack_face", "face"},
    {"type_a", "side_a_type"},        {"type_b", "side_b_type"},
};

/// "Device A" and "device_a" are one; "Position (U)" is "position_u".
std::string form_name(std::string_view header) {
  std::string name;
  for (const char c : netbox_lower(header)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (plain) name += c;
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  for (const auto& [other, form] : kHeaders)
    if (name == other) return std::string(form);
  return name.starts_with(kNetBoxPrefix) ? "cf_" + name : name;
}

std::string_view without_mark(std::string_view text) {  // spreadsheets begin UTF-8 files so
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

std::string trimmed(const std::string& cell) {  // as NetBox does
  const std::size_t first = cell.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

NetBoxSheet::NetBoxSheet(const ExchangeFile& file, Diagnostics& diagnostics)
    : path_(file.path), errors_(file.path, file.text, diagnostics) {
  const std::string_view text = without_mark(file.text);
  if (const auto trouble = not_a_text(text, "a CSV file of NetBox")) {
    errors_.error(0, 0, trouble->message, trouble->remedy);
    return;
  }
  Result<CsvTable> table = parse_csv(text);
  if (!table) {
    errors_.error(0, 0, table.error().message, table.error().remedy);
    return;
  }
  table_ = std::move(table).value();
  for (std::size_t i = 0; i < table_.columns.size(); ++i) columns_.emplace(form_name(table_.columns[i]), i);
  for (auto& row : table_.rows)
    for (std::string& cell : row) cell = trimmed(cell);
}

bool NetBoxSheet::next() {
  if (errors_.full() || row_ >= table_.rows.size()) return false;
  ++row_;
  return true;
}

const std::string& NetBoxSheet::text(std::string_view column) const {
  static const std::string empty;
  const auto found = columns_.find(column);
  return found == columns_.end() ? empty : table_.rows[row_ - 1][found->second];
}

const std::string& NetBoxSheet::required(std::string_view column) {
  const std::string& cell = text(column);
  if (!cell.empty()) return cell;
  if (has(column)) error("`" + std::string(column) + "` is empty", "NetBox demands it");
  else if (missing_told_.emplace(std::string(column), true).second)
    errors_.error(1, 0, "column `" + std::string(column) + "` is missing", "export the objects with all columns");
  return cell;
}

std::map<std::string, std::string> NetBoxSheet::fields() const {
  std::map<std::string, std::string> fields;
  const std::string prefix = netbox_column("");
  for (const auto& [name, index] : columns_)
    if (name.starts_with(prefix) && !table_.rows[row_ - 1][index].empty())
      fields.emplace(name.substr(prefix.size()), table_.rows[row_ - 1][index]);
  return fields;
}

}  // namespace eastwest
