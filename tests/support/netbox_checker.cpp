// SPDX-License-Identifier: Apache-2.0
// One file, though long: the rules of NetBox stand beside each other, one by one, to be held against its documents.
#include "tests/support/netbox_checker.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>

#include "topology/csv.hpp"

namespace eastwest::tests {
namespace {

using Words = std::set<std::string>;

struct Form {
  Words columns;   // that the form takes, beside cf_...
  Words required;  // that must be there and not empty
};

// Forms of netbox/dcim/forms/bulk_import.py and netbox/extras/forms/bulk_import.py, v4.6.
const std::map<std::string, Form>& forms() {
  static const std::map<std::string, Form> kForms = {
      {"custom-fields",
       {{"name",
         "label",
         "group_name",
         "type",
         "object_types",
         "related_object_type",
         "required",
         "unique",
         "description",
         "search_weight",
         "filter_logic",
         "default",
         "choice_set",
         "weight",
         "validation_minimum",
         "validation_maximum",
         "validation_regex",
         "ui_visible",
         "ui_editable",
         "is_cloneable",
         "comments"},
        {"name", "type", "object_types"}}},
      {"sites",
       {{"name", "slug", "status", "region", "group", "tenant", "facility", "time_zone", "description", "physical_address",
         "shipping_address", "latitude", "longitude", "owner", "comments", "tags"},
        {"name", "slug", "status"}}},
      {"locations",
       {{"site", "parent", "name", "slug", "status", "tenant", "facility", "description", "owner", "comments", "tags"},
        {"site", "name", "slug", "status"}}},
      {"manufacturers", {{"name", "slug", "description", "owner", "comments", "tags"}, {"name", "slug"}}},
      {"rack-roles", {{"name", "slug", "color", "description", "owner", "comments", "tags"}, {"name", "slug", "color"}}},
      {"rack-types",
       {{"manufacturer", "model",        "slug",        "width",      "u_height",       "form_factor", "starting_unit", "desc_units",
         "outer_width",  "outer_height", "outer_depth", "outer_unit", "mounting_depth", "weight",      "max_weight",    "weight_unit",
         "description",  "owner",        "comments",    "tags"},
        {"manufacturer", "model", "slug", "width", "u_height", "form_factor", "starting_unit"}}},
      {"racks",
       {{"site",       "location",    "group",        "name",        "facility_id", "tenant",         "status",
         "role",       "rack_type",   "form_factor",  "serial",      "asset_tag",   "width",          "u_height",
         "desc_units", "outer_width", "outer_height", "outer_depth", "outer_unit",  "mounting_depth", "airflow",
         "weight",     "max_weight",  "weight_unit",  "description", "owner",       "comments",       "tags"},
        {"site", "name", "status", "width", "u_height"}}},
      {"module-types",
       {{"manufacturer", "model", "part_number", "description", "airflow", "weight", "weight_unit", "profile", "attribute_data", "owner",
         "comments", "tags"},
        {"manufacturer", "model"}}},
      {"device-roles",
       {{"name", "slug", "parent", "color", "vm_role", "config_template", "description", "owner", "comments", "tags"}, {"name", "slug"}}},
      {"devices",
       {{"name",        "role",      "tenant",      "manufacturer",    "device_type", "platform",        "serial",
         "asset_tag",   "status",    "site",        "location",        "rack",        "position",        "face",
         "latitude",    "longitude", "parent",      "device_bay",      "airflow",     "virtual_chassis", "vc_position",
         "vc_priority", "cluster",   "description", "config_template", "owner",       "comments",        "tags"},
        {"role", "manufacturer", "device_type", "status", "site"}}},
      {"modules",
       {{"device", "module_bay", "module_type", "serial", "asset_tag", "status", "description", "owner", "comments", "replicate_components",
         "adopt_components", "tags"},
        {"device", "module_bay", "module_type", "status"}}},
      {"rear-ports",
       {{"device", "name", "label", "type", "color", "mark_connected", "positions", "description", "owner", "tags"},
        {"device", "name", "type"}}},
      {"front-ports",
       {{"device", "name", "label", "type", "color", "mark_connected", "positions", "rear_port", "rear_port_position", "description",
         "owner", "tags"},
        {"device", "name", "type", "rear_port"}}},
      {"interfaces",
       {{"device",
         "name",
         "label",
         "parent",
         "bridge",
         "lag",
         "type",
         "speed",
         "duplex",
         "enabled",
         "mark_connected",
         "wwn",
         "vdcs",
         "mtu",
         "mgmt_only",
         "description",
         "poe_mode",
         "poe_type",
         "mode",
         "vlan_group",
         "untagged_vlan",
         "tagged_vlans",
         "qinq_svlan",
         "vrf",
         "rf_role",
         "rf_channel",
         "rf_channel_frequency",
         "rf_channel_width",
         "tx_power",
         "owner",
         "tags"},
        {"device", "name", "type"}}},
      {"inventory-items",
       {{"device", "name", "label", "status", "role", "manufacturer", "parent", "part_id", "serial", "asset_tag", "discovered",
         "description", "owner", "tags", "component_type", "component_name"},
        {"device", "name", "status"}}},
      {"cables",
       {{"side_a_site",
         "side_a_device",
         "side_a_power_panel",
         "side_a_type",
         "side_a_name",
         "side_b_site",
         "side_b_device",
         "side_b_power_panel",
         "side_b_type",
         "side_b_name",
         "type",
         "status",
         "profile",
         "tenant",
         "bundle",
         "label",
         "color",
         "length",
         "length_unit",
         "description",
         "owner",
         "comments",
         "tags"},
        {"side_a_type", "side_a_name", "side_b_type", "side_b_name"}}},
  };
  return kForms;
}

const Words kInterfaceTypes = {"100gbase-x-qsfp28",     "200gbase-x-qsfp56", "400gbase-x-qsfp112", "400gbase-x-qsfpdd",   "400gbase-x-osfp",
                               "400gbase-x-osfp-rhs",   "800gbase-x-qsfpdd", "800gbase-x-osfp",    "1.6tbase-x-osfp1600", "other",
                               "1.6tbase-x-qsfpdd1600", "infiniband-hdr",    "infiniband-ndr",     "infiniband-xdr"};
const Words kPortTypes = {"lc", "lc-apc", "lc-upc", "mpo", "sn", "mdc", "cs", "splice", "other"};
const Words kCableTypes = {"", "mmf-om3", "mmf-om4", "mmf-om5", "smf-os1", "smf-os2", "mmf", "smf", "dac-passive", "dac-active", "aoc"};
const Words kProfiles = {"", "single-1c1p", "single-1c2p", "single-1c4p", "single-1c6p", "single-1c8p", "single-1c12p", "single-1c16p"};

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

/// A NetBox that fills as files come.
class NetBox {
 public:
  explicit NetBox(NetBoxDialect dialect) : dialect_(dialect) {}

  void take(const ExchangeFile& file) {
    if (file.path == "README.txt") return;
    if (file.path.ends_with(".yaml")) return take_type(file);
    file_ = file.path;
    const std::string object = file.path.substr(3, file.path.size() - 7);
    if (!forms().contains(object)) return refuse("no form takes it");
    const Form& form = forms().at(object);
    const Result<CsvTable> table = parse_csv(file.text);
    if (!table) return refuse(table.error().message);
    for (const std::string& column : table->columns) {
      if (column.starts_with("cf_") ? !fields_.contains(column.substr(3) + "@" + object) : !form.columns.contains(column))
        refuse("Unexpected column header \"" + column + "\" found");
      if (dialect_ == NetBoxDialect::v4_4 &&
          ((object == "cables" && column == "profile") || (object == "front-ports" && column == "positions")))
        refuse("column `" + column + "` is of 4.5");
    }
    for (const std::string& column : form.required)
      if (!table->column(column)) refuse("Required column header \"" + column + "\" not found");
    if (table->rows.empty()) refuse("no rows");
    for (std::size_t r = 0; r < table->rows.size(); ++r) {
      row_.clear();
      for (std::size_t c = 0; c < table->columns.size(); ++c) {
        const std::string& cell = table->rows[r][c];
        row_[table->columns[c]] = cell;
        if (!table->columns[c].starts_with("cf_") && !cell.empty() && (cell.front() == ' ' || cell.back() == ' '))
          refuse("blanks around `" + cell + "`");
      }
      for (const std::string& column : form.required)
        if (row_[column].empty()) refuse("`" + column + "` is empty in row " + std::to_string(r + 1));
      take_row(object);
    }
  }

  std::vector<std::string> refusals;

 private:
  void refuse(const std::string& why) { refusals.push_back(file_ + ": " + why); }
  void one_of(const std::string& column, const Words& values) {
    if (row_.contains(column) && !values.contains(row_[column])) refuse("`" + column + "`: `" + row_[column] + "` is no choice");
  }
  void known(const std::string& kind, const std::string& name) {
    if (!things_.contains(kind + "\n" + lower(name))) refuse("there is no " + kind + " `" + name + "` yet");
  }
  void make(const std::string& kind, const std::string& name, std::size_t most) {
    if (!things_.insert(kind + "\n" + lower(name)).second) refuse(kind + " `" + name + "` is there already");
    const std::string last = name.substr(name.rfind('\n') == std::string::npos ? 0 : name.rfind('\n') + 1);
    if (characters(last) > most) refuse(kind + " `" + last + "` is longer than " + std::to_string(most));
  }
  void slug(const std::string& kind) {
    const std::string& text = row_["slug"];
    if (text.empty() || text.size() > 100 || text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
      refuse("slug `" + text + "`");
    if (!things_.insert(kind + " slug\n" + text).second) refuse("slug `" + text + "` is there already");
  }
  void colour(const std::string& column) {
    const std::string& text = row_[column];
    if (!text.empty() && (text.size() != 6 || text.find_first_not_of("0123456789abcdef") != std::string::npos))
      refuse("colour `" + text + "`");
  }
  std::string of_device() { return row_["device"] + "\n" + row_["name"]; }

  void take_row(const std::string& object) {
    const std::string& name = row_["name"];
    if (object == "custom-fields") {
      if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos || name.size() > 50)
        refuse("field name " + name);
      one_of("type", {"text", "longtext", "integer"});
      one_of("ui_visible", {"always", "if-set", "hidden"});
      one_of("ui_editable", {"yes", "no", "hidden"});
      one_of("filter_logic", {"disabled", "loose", "exact"});
      make("custom field", name, 50);
      for (const auto& [type, table] : std::map<std::string, std::string>{
               {"dcim.site", "sites"}, {"dcim.rack", "racks"}, {"dcim.device", "devices"}, {"dcim.cable", "cables"}})
        if ((row_["object_types"] + ",").find(type + ",") != std::string::npos) fields_.insert(name + "@" + table);
    } else if (object == "sites") {
      one_of("status", {"planned", "staging", "active", "decommissioning", "retired"});
      make("site", name, 100);
      slug("site");
    } else if (object == "locations") {
      known("site", row_["site"]);
      one_of("status", {"planned", "staging", "active", "decommissioning", "retired"});
      make("location", row_["site"] + "\n" + name, 100);
      slug("location");
    } else if (object == "manufacturers" || object == "rack-roles" || object == "device-roles") {
      make(object, name, 100);
      slug(object);
      colour("color");
    } else if (object == "rack-types") {
      known("manufacturers", row_["manufacturer"]);
      one_of("width", {"10", "19", "21", "23"});
      one_of("form_factor", {"2-post-frame", "4-post-frame", "4-post-cabinet", "wall-frame", "wall-cabinet"});
      make("rack type", row_["model"], 100);
      slug("rack type");
    } else if (object == "racks") {
      take_rack();
    } else if (object == "module-types") {
      known("manufacturers", row_["manufacturer"]);
      make("module type", row_["model"], 100);
    } else if (object == "devices") {
      take_device();
    } else if (object == "modules") {
      known("device", row_["device"]);
      known("module type", row_["module_type"]);
      known("module bay", row_["device"] + "\n" + row_["module_bay"]);
      one_of("status", {"offline", "active", "planned", "staged", "failed", "decommissioning"});
    } else if (object == "rear-ports") {
      known("device", row_["device"]);
      one_of("type", kPortTypes);
      make("component", of_device(), 64);
      make("dcim.rearport", of_device(), 64);
      positions_[of_device()] = std::stoi(row_["positions"]);
    } else if (object == "front-ports") {
      known("device", row_["device"]);
      one_of("type", kPortTypes);
      make("component", of_device(), 64);
      make("dcim.frontport", of_device(), 64);
      map_front(row_["device"], row_["rear_port"], std::stoi(row_["rear_port_position"]));
    } else if (object == "interfaces") {
      known("device", row_["device"]);
      one_of("type", kInterfaceTypes);
      make("component", of_device(), 64);
      make("dcim.interface", of_device(), 64);
    } else if (object == "inventory-items") {
      known("device", row_["device"]);
      make("inventory item", of_device(), 64);
      one_of("status", {"offline", "active", "planned", "staged", "failed", "decommissioning"});
      if (!row_["component_type"].empty()) known(row_["component_type"], row_["device"] + "\n" + row_["component_name"]);
      if (characters(row_["part_id"]) > 50) refuse("part_id");
    } else if (object == "cables") {
      take_cable();
    }
  }

  void take_rack() {
    known("site", row_["site"]);
    if (!row_["location"].empty()) known("location", row_["site"] + "\n" + row_["location"]);
    known("rack-roles", row_["role"]);
    known("rack type", row_["rack_type"]);
    one_of("status", {"reserved", "available", "planned", "active", "deprecated"});
    one_of("width", {"10", "19", "21", "23"});
    one_of("weight_unit", {"kg", "g", "lb", "oz"});
    const int units = std::stoi(row_["u_height"]);
    if (units < 1 || units > 100) refuse("u_height " + row_["u_height"]);
    make("rack", row_["location"] + "\n" + row_["name"], 100);
    units_[row_["location"] + "\n" + row_["name"]] = units;
  }

  void take_device() {
    const std::string& name = row_["name"];
    known("site", row_["site"]);
    known("device-roles", row_["role"]);
    known("manufacturers", row_["manufacturer"]);
    one_of("status", {"offline", "active", "planned", "staged", "failed", "inventory", "decommissioning"});
    one_of("face", {"", "front", "rear"});
    make("device", name, 64);
    const std::string rack = row_["location"] + "\n" + row_["rack"];
    if (!row_["rack"].empty()) known("rack", rack);
    const auto found = types_.find(lower(row_["manufacturer"] + "\n" + row_["device_type"]));
    if (found == types_.end()) return refuse("there is no device type `" + row_["device_type"] + "`");
    const YAML::Node& type = found->second;
    if (!row_["position"].empty()) {
      if (row_["face"].empty()) refuse("Must specify rack face when defining rack position");
      const int first = std::stoi(row_["position"]);
      const int height = static_cast<int>(type["u_height"].as<double>() + 0.5);
      if (first + height - 1 > units_[rack]) refuse("`" + name + "` leaves its rack");
      for (int unit = first; unit < first + height; ++unit)
        if (!things_.insert("unit\n" + rack + "\n" + std::to_string(unit)).second)
          refuse("unit " + std::to_string(unit) + " of the rack is taken");
    }
    for (const auto& [list, kind] : std::map<std::string, std::string>{{"interfaces", "dcim.interface"},
                                                                       {"rear-ports", "dcim.rearport"},
                                                                       {"front-ports", "dcim.frontport"},
                                                                       {"module-bays", "module bay"}})
      for (const YAML::Node& one : type[list]) {
        const std::string own = name + "\n" + one["name"].as<std::string>();
        if (kind != "module bay") make("component", own, 64);
        make(kind, own, 64);
        if (kind == "dcim.rearport") positions_[own] = one["positions"].as<int>();
      }
    for (const YAML::Node& one : type["front-ports"])
      if (one["rear_port"]) map_front(name, one["rear_port"].as<std::string>(), one["rear_port_position"].as<int>());
    for (const YAML::Node& one : type["port-mappings"]) {
      known("dcim.frontport", name + "\n" + one["front_port"].as<std::string>());
      map_front(name, one["rear_port"].as<std::string>(), one["rear_port_position"].as<int>());
    }
  }

  void map_front(const std::string& device, const std::string& rear, int position) {
    known("dcim.rearport", device + "\n" + rear);
    if (position < 1 || position > positions_[device + "\n" + rear]) refuse("position of rear port `" + rear + "`");
    if (!things_.insert("mapped\n" + device + "\n" + rear + "\n" + std::to_string(position)).second)
      refuse("two front ports at one position of `" + rear + "`");
  }

  void take_cable() {
    for (const std::string side : {"side_a_", "side_b_"}) {
      one_of(side + "type", {"dcim.interface", "dcim.frontport", "dcim.rearport"});
      known("site", row_[side + "site"]);
      const std::string end = row_[side + "device"] + "\n" + row_[side + "name"];
      known(row_[side + "type"], end);
      if (!things_.insert("plugged\n" + row_[side + "type"] + end).second) refuse("two cables at `" + end + "`");
    }
    one_of("type", kCableTypes);
    one_of("status", {"connected", "planned", "decommissioning"});
    one_of("profile", kProfiles);
    colour("color");
    if (characters(row_["label"]) > 100) refuse("label");
    const std::string& length = row_["length"];
    const std::size_t point = length.find('.');
    if (!length.empty() && (length.substr(0, point).size() > 6 || (point != std::string::npos && length.size() - point > 3)))
      refuse("length " + length);
    one_of("length_unit", length.empty() ? Words{""} : Words{"km", "m", "cm", "mi", "ft", "in"});
  }

  void take_type(const ExchangeFile& file) {
    file_ = file.path;
    const YAML::Node type = YAML::Load(file.text);
    static const Words kKeys = {"manufacturer", "model",    "slug",       "part_number", "u_height",   "is_full_depth", "weight",
                                "weight_unit",  "comments", "interfaces", "front-ports", "rear-ports", "port-mappings", "module-bays"};
    for (const auto& entry : type)
      if (!kKeys.contains(entry.first.as<std::string>())) refuse("key " + entry.first.as<std::string>());
    for (const char* key : {"manufacturer", "model", "slug", "u_height", "is_full_depth"})
      if (!type[key]) refuse(std::string(key) + " is missing");
    known("manufacturers", type["manufacturer"].as<std::string>());
    make("device type", type["model"].as<std::string>(), 100);
    const double units = type["u_height"].as<double>() * 2;
    if (units != static_cast<int>(units)) refuse("u_height");
    if (static_cast<bool>(type["weight"]) != static_cast<bool>(type["weight_unit"])) refuse("weight without unit");
    const bool old = dialect_ == NetBoxDialect::v4_4;
    if (old && type["port-mappings"]) refuse("port-mappings before 4.5");
    std::size_t mapped = 0;
    for (const YAML::Node& port : type["front-ports"]) {
      if (old != static_cast<bool>(port["rear_port"])) refuse("front port of the other dialect");
      ++mapped;
      if (!kPortTypes.contains(port["type"].as<std::string>())) refuse("type of a front port");
    }
    if (!old && (type["port-mappings"] ? type["port-mappings"].size() : 0) != mapped) refuse("front ports without mapping");
    for (const YAML::Node& port : type["interfaces"])
      if (!kInterfaceTypes.contains(port["type"].as<std::string>())) refuse("type " + port["type"].as<std::string>());
    types_[lower(type["manufacturer"].as<std::string>() + "\n" + type["model"].as<std::string>())] = type;
  }

  NetBoxDialect dialect_;
  std::string file_;
  std::map<std::string, std::string> row_;
  std::set<std::string> things_;
  std::set<std::string> fields_;
  std::map<std::string, int> units_;
  std::map<std::string, int> positions_;
  std::map<std::string, YAML::Node> types_;
};

}  // namespace

std::vector<std::string> netbox_refusals(const std::vector<ExchangeFile>& files, NetBoxDialect dialect) {
  std::vector<ExchangeFile> ordered = files;
  std::sort(ordered.begin(), ordered.end(), [](const ExchangeFile& x, const ExchangeFile& y) { return x.path < y.path; });
  NetBox netbox(dialect);
  for (const ExchangeFile& file : ordered) netbox.take(file);
  return netbox.refusals;
}

}  // namespace eastwest::tests
