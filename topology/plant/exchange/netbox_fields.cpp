// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_fields.hpp"

#include <algorithm>

#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr NetBoxField kFields[] = {
    {"site", "dcim.site", "longtext", "Site file: topology and its parameters, plant settings"},
    {"pathways", "dcim.site", "longtext", "Table of pathways (CSV): NetBox has no trays and ducts"},
    {"retired", "dcim.site", "longtext", "Rows of the cable schedule that are kept for their ids alone (CSV)"},
    {"row", "dcim.rack", "integer", "Row of the hall, from 0"},
    {"column", "dcim.rack", "integer", "Column of the row, from 0"},
    {"power_limit", "dcim.rack", "text", "Power that the feeds can carry"},
    {"model", "dcim.device", "text", "Model in the catalogue of eastwest"},
    {"phase", "dcim.device", "integer", "Phase that has it first, from 1"},
    {"power_max", "dcim.device", "text", "Most that it draws"},
    {"weight", "dcim.device", "text", "Weight"},
    {"height", "dcim.device", "integer", "Units, where they are not the device type's"},
    {"order", "dcim.device", "integer", "Place in the table of devices"},
    {"order", "dcim.cable", "integer", "Place in the cable schedule"},
    {"length_exact_m", "dcim.cable", "text", "Length where NetBox cannot hold it to the millimetre"},
    {"status", "dcim.cable", "text", "planned, ordered, pulled, terminated, tested or in_service"},
    {"type", "dcim.cable", "text", "cord, trunk, direct_copper, active_copper or active_optical"},
    {"fibre_count", "dcim.cable", "integer", "Fibres in the piece"},
    {"connector_a", "dcim.cable", "text", "Connector at side A: NetBox does not tell MPO-12 from MPO-16"},
    {"connector_b", "dcim.cable", "text", "Connector at side B"},
    {"grade_a", "dcim.cable", "text", "Grade of the connector at side A: standard or low_loss"},
    {"grade_b", "dcim.cable", "text", "Grade of the connector at side B"},
    {"polish_a", "dcim.cable", "text", "Polish at side A: upc or apc"},
    {"polish_b", "dcim.cable", "text", "Polish at side B"},
    {"gender_a", "dcim.cable", "text", "Pins at side A: pinned or unpinned"},
    {"gender_b", "dcim.cable", "text", "Pins at side B"},
    {"polarity", "dcim.cable", "text", "Polarity of the piece: a, b or c"},
    {"route", "dcim.cable", "text", "Pathways in order, between blanks"},
    {"pmd", "dcim.cable", "text", "Optic of the link in the catalogue of eastwest, or custom"},
    {"rate", "dcim.cable", "text", "Rate of the link"},
    {"delay", "dcim.cable", "text", "One-way delay of a link of custom medium"},
    {"link", "dcim.cable", "text", "Name of the link that the piece is part of"},
    {"phase", "dcim.cable", "integer", "Phase that pulls it, from 1"},
    {"splices", "dcim.cable", "integer", "Splices in every strand"},
    {"wavelength_nm", "dcim.cable", "text", "Wavelengths of the optic", true},
    {"loss_budget", "dcim.cable", "text", "Most that the whole channel may lose", true},
    {"spare_strands", "dcim.cable", "integer", "Strands of a trunk that no link uses", true},
};

// What NetBox holds itself (label, sides, colour, length) and what follows from the rest.
constexpr std::string_view kOtherColumns[] = {"cable_id",          "jacket_colour", "a_site",   "a_room", "a_cabinet", "a_ru",
                                              "a_device_or_panel", "a_port",        "b_site",   "b_room", "b_cabinet", "b_ru",
                                              "b_device_or_panel", "b_port",        "length_m", "rail",   "label_a",   "label_b"};

std::string label_of(std::string_view name) {
  std::string label = "eastwest " + std::string(name);  // NetBox's own exports call columns by labels
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

}  // namespace

std::span<const NetBoxField> netbox_fields() { return kFields; }

bool is_netbox_cable_field(std::string_view schedule_column) {
  return std::find(std::begin(kOtherColumns), std::end(kOtherColumns), schedule_column) == std::end(kOtherColumns);
}

bool is_told_field(std::string_view name) {
  return std::any_of(std::begin(kFields), std::end(kFields), [&](const NetBoxField& field) { return field.told && field.name == name; });
}

std::string netbox_column(std::string_view field) { return "cf_" + std::string(kNetBoxPrefix) + std::string(field); }

std::string write_netbox_fields(const std::vector<std::string>& schedule_columns) {
  struct Row {
    std::string name, type, objects, meaning;
  };
  std::vector<Row> rows;
  // One name is one field in NetBox, of several objects.
  const auto add = [&](std::string_view name, std::string_view object, std::string_view type, std::string_view meaning) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
    if (found == rows.end()) rows.push_back({std::string(name), std::string(type), std::string(object), std::string(meaning)});
    else if (found->objects.find(object) == std::string::npos) found->objects += "," + std::string(object);
  };
  for (const NetBoxField& field : kFields) add(field.name, field.object, field.type, field.meaning);
  for (const std::string& column : schedule_columns)
    if (is_netbox_cable_field(column)) add(column, "dcim.cable", "text", "Column of the cable schedule");
  std::string text =
      csv_row(std::vector<std::string>{"name", "label", "group_name", "type", "object_types", "required", "description", "search_weight",
                                       "filter_logic", "weight", "ui_visible", "ui_editable", "is_cloneable"});
  for (const Row& row : rows)
    text += csv_row(std::vector<std::string>{std::string(kNetBoxPrefix) + row.name, label_of(row.name), "eastwest", row.type, row.objects,
                                             "false", row.meaning, "1000", "exact", "100", row.type == "longtext" ? "if-set" : "always",
                                             "yes", "false"});
  return text;
}

}  // namespace eastwest
