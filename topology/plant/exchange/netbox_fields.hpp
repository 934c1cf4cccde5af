// SPDX-License-Identifier: Apache-2.0
// Custom fields: what a plant knows and NetBox has no column for, as `cf_eastwest_...` columns that must be created first.
//
// A cable's fields are the columns of the cable schedule that NetBox does not hold itself, by their own names; so a column that the schedule
// gains is a field here. Fields marked `told` are for people and are not read back.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest {

struct NetBoxField {
  std::string_view name;    // without the prefix
  std::string_view object;  // "dcim.cable"
  std::string_view type;    // of NetBox: text, longtext, integer
  std::string_view meaning;
  bool told = false;
};

inline constexpr std::string_view kNetBoxPrefix = "eastwest_";

/// The fields that are not columns of the schedule, and those of its columns that have a type or a meaning to tell.
std::span<const NetBoxField> netbox_fields();
/// Columns of the schedule that follow from the rest, or that NetBox holds by itself, and are no fields.
bool is_netbox_cable_field(std::string_view schedule_column);
/// Whether a cable's field is for people alone.
bool is_told_field(std::string_view name);
/// "cf_eastwest_" and the name.
std::string netbox_column(std::string_view field);

/// The table of custom fields, in NetBox's form; `schedule_columns` are those of the schedule.
std::string write_netbox_fields(const std::vector<std::string>& schedule_columns);

}  // namespace eastwest
