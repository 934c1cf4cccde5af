// SPDX-License-Identifier: Apache-2.0
// Tables that are no test results: packing lists, NetBox inventories, point-to-point lists of NVIDIA's cable validation tool, and the
// mapping file that tells which column of an instrument is which.
//
// NetBox inventory item: `device,name,status,manufacturer,part_id,serial,component_type,component_name` (netbox dcim/forms/bulk_import.py).
// CVT point-to-point file: `A-Rack,A-U,A-Node Name,A-Type,A-Port,Z-Rack,Z-RU,Z-Node Name,Z-Type,Z-Port`, columns found by name.
#include <algorithm>

#include "analysis/hardware/field_table.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

const std::initializer_list<std::string_view> kPart = {"part_number", "part_id",     "part_no", "part", "pn",
                                                       "mpn",         "item_number", "sku",     "model"};
const std::initializer_list<std::string_view> kSerial = {"serial", "serials", "serial_number", "serial_numbers", "serial_no", "sn"};
const std::initializer_list<std::string_view> kQuantity = {"quantity", "qty", "count", "pieces", "shipped", "quantity_shipped"};
const std::initializer_list<std::string_view> kLength = {"length", "cable_length", "assembly_length"};

/// Serial numbers of one cell, however they are parted.
std::vector<std::string> serials_of(std::string_view text) {
  std::vector<std::string> serials;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";, |\n"), text.size());
    const std::string_view one = trimmed(text.substr(0, end));
    if (!one.empty()) serials.emplace_back(one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return serials;
}

}  // namespace

void read_inventory(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors, Evidence& evidence) {
  FieldTable table(text, errors);
  if (!table.require(kPart)) return;
  table.warn_of_others({"part_number",
                        "part_id",
                        "part_no",
                        "part",
                        "pn",
                        "mpn",
                        "item_number",
                        "sku",
                        "model",
                        "serial",
                        "serials",
                        "serial_number",
                        "serial_numbers",
                        "serial_no",
                        "sn",
                        "quantity",
                        "qty",
                        "count",
                        "pieces",
                        "shipped",
                        "quantity_shipped",
                        "length",
                        "cable_length",
                        "assembly_length",
                        "device",
                        "name",
                        "component_name",
                        "interface",
                        "component_type",
                        "status",
                        "manufacturer",
                        "vendor",
                        "description",
                        "item",
                        "id",
                        "label",
                        "role",
                        "parent",
                        "asset_tag",
                        "discovered",
                        "owner",
                        "tags",
                        "carton",
                        "line",
                        "order",
                        "note",
                        "notes"});
  const bool packed = !table.has({"device"});
  for (std::size_t row = 0; row < table.rows(); ++row) {
    InventoryItem item;
    item.at = {origin.file, table.line(row)};
    item.device = table.text(row, {"device"});
    item.component = table.text(row, {"component_name", "interface"});
    if (item.component.empty() && !packed) item.component = table.text(row, {"name"});
    item.manufacturer = table.text(row, {"manufacturer", "vendor"});
    item.part_number = table.text(row, kPart);
    item.description = table.text(row, {"description", "item"});
    item.serials = serials_of(table.text(row, kSerial));
    item.length = table.length(row, kLength);
    const bool counted = table.has(kQuantity) && !table.text(row, kQuantity).empty();
    const auto quantity = table.count(row, kQuantity, 10'000'000);
    item.quantity = quantity ? *quantity : std::max<std::int64_t>(1, static_cast<std::int64_t>(item.serials.size()));
    if (item.part_number.empty()) {
      errors.warning(table.line(row), 1, "the row has no part number; it is left out", "fill it in");
      continue;
    }
    if (counted && !quantity) continue;
    if (quantity && !item.serials.empty() && item.serials.size() != *quantity)
      errors.warning(
          table.line(row), 1,
          "the row says " + std::to_string(*quantity) + " pieces and lists " + std::to_string(item.serials.size()) + " serial numbers",
          "the quantity counts; correct one or the other");
    evidence.inventory.push_back(std::move(item));
  }
}

void read_connections(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                      Evidence& evidence) {
  FieldTable table(text, errors);
  const bool whole = table.require({"a_node_name", "a_node", "a_device"}) & table.require({"a_port", "a_interface"}) &
                     table.require({"z_node_name", "z_node", "z_device", "b_device"}) & table.require({"z_port", "z_interface", "b_port"});
  if (!whole) return;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ConnectionReading connection;
    connection.at = {origin.file, table.line(row)};
    connection.a = {std::string(table.text(row, {"a_rack"})), std::string(table.text(row, {"a_u", "a_ru"})),
                    std::string(table.text(row, {"a_node_name", "a_node", "a_device"})), std::string(table.text(row, {"a_type"})),
                    std::string(table.text(row, {"a_port", "a_interface"}))};
    connection.z = {std::string(table.text(row, {"z_rack", "b_rack"})), std::string(table.text(row, {"z_ru", "z_u", "b_ru"})),
                    std::string(table.text(row, {"z_node_name", "z_node", "z_device", "b_device"})),
                    std::string(table.text(row, {"z_type", "b_type"})), std::string(table.text(row, {"z_port", "z_interface", "b_port"}))};
    if (connection.a.device.empty() || connection.a.interface.empty() || connection.z.device.empty() || connection.z.interface.empty()) {
      errors.warning(table.line(row), 1, "a connection without both of its ends is left out", "name device and port at A and at Z");
      continue;
    }
    evidence.connections.push_back(std::move(connection));
  }
}

ColumnMapping read_column_mapping(std::string_view text, InputErrors& errors) {
  static const std::vector<std::string> kFields = {
      "cable_id",  "fibre",  "far_fibre",  "direction",      "wavelength_nm",     "length_m",     "loss_db",  "limit_db",
      "margin_db", "orl_db", "result",     "limit_name",     "instrument",        "serial",       "operator", "tested_at",
      "event",     "type",   "distance_m", "reflectance_db", "segment_db_per_km", "cumulative_db"};
  ColumnMapping mapping;
  FieldTable table(text, errors);
  if (!(table.require({"field"}) & table.require({"source_column"}))) return mapping;
  // "," cannot stand bare in a table of commas, so the words are understood too.
  const auto mark = [&](std::size_t row, std::string_view column, char& into) {
    const std::string_view cell = table.text(row, {column});
    if (cell.empty()) return;
    const std::string word = lower_case(cell);
    if (word == "comma" || word == ",") into = ',';
    else if (word == "point" || word == "dot" || word == ".") into = '.';
    else if (word == "semicolon" || word == ";") into = ';';
    else if (word == "tab" || word == "\\t") into = '\t';
    else errors.error(table.line(row), 1, "`" + std::string(column) + "` is " + quote_input(cell), "write comma, point, semicolon or tab");
  };
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ColumnMapping::Field field;
    field.name = field_name(table.text(row, {"field"}));
    field.column = table.text(row, {"source_column"});
    field.unit = table.text(row, {"unit"});
    mark(row, "decimal_mark", mapping.decimal_mark);
    mark(row, "delimiter", mapping.delimiter);
    if (std::find(kFields.begin(), kFields.end(), field.name) == kFields.end()) {
      const std::string near = nearest_name(field.name, kFields);
      errors.error(table.line(row), 1, "there is no field " + quote_input(field.name) + " in a loss test",
                   near.empty() ? "docs/verify.md lists the fields" : "did you mean `" + near + "`?");
    } else if (field.column.empty()) {
      errors.error(table.line(row), 1, "`" + field.name + "` has no source column",
                   "name the column of your instrument, or leave the row out");
    } else {
      mapping.fields.push_back(std::move(field));
    }
  }
  if (mapping.delimiter == mapping.decimal_mark)
    errors.error(0, 0, "decimal mark and delimiter are both " + quote_input(std::string(1, mapping.delimiter)),
                 "one of them must be another");
  return mapping;
}

}  // namespace eastwest
