// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_records.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/input_text.hpp"
#include "topology/plant/exchange/netbox_sheet.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kObjects[] = {"custom-fields", "sites",        "locations", "manufacturers", "rack-roles",     "rack-types",
                                         "racks",         "module-types", "devices",   "device-roles",  "modules",        "rear-ports",
                                         "front-ports",   "interfaces",   "cables",    "device-types",  "inventory-items"};

NetBoxRole role_of(const std::string& name) {
  const std::string lower = netbox_lower(name);
  const auto any = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
  };
  if (any({"patch", "panel", "odf"})) return NetBoxRole::panel;
  if (any({"switch", "leaf", "spine", "tor", "core", "aggregation"})) return NetBoxRole::network_switch;
  if (any({"server", "host", "compute", "gpu", "node", "hypervisor"})) return NetBoxRole::server;
  return NetBoxRole::unknown;
}

/// Key of a thing of a device; case does not count.
std::string key(const std::string& site, const std::string& device) { return netbox_lower(site) + "\n" + netbox_lower(device); }

class Reader {
 public:
  Reader(const std::vector<ExchangeFile>& files, const std::vector<NetBoxDeviceType>& types, Diagnostics& diagnostics)
      : files_(files), types_(types), diagnostics_(diagnostics) {}

  NetBoxRecords read() {
    each("sites", [&](NetBoxSheet& sheet) {
      NetBoxSite site{sheet.required("name"), sheet.fields(), sheet.place()};
      if (!sites_.insert(netbox_lower(site.name)).second)
        sheet.error("site " + quote_input(site.name) + " stands here twice", "keep one row");
      records_.sites.push_back(std::move(site));
    });
    each("rack-types", [&](NetBoxSheet& sheet) {
      check_width(sheet, "rack type " + quote_input(sheet.text("model")));
      rack_type_units_[sheet.required("model")] = units_of(sheet);
    });
    each("racks", [&](NetBoxSheet& sheet) { read_rack(sheet); });
    each("rack-roles", check_colour);
    each("device-roles", check_colour);
    each("devices", [&](NetBoxSheet& sheet) { read_device(sheet); });
    for (const char* object : {"rear-ports", "front-ports", "interfaces"})
      each(object, [&](NetBoxSheet& sheet) { read_component(sheet, object); });
    each("cables", [&](NetBoxSheet& sheet) { read_cable(sheet); });
    return std::move(records_);
  }

 private:
  template <class Read>
  void each(std::string_view object, Read read) {
    for (const ExchangeFile& file : files_) {
      if (netbox_object_of(file.path) != object) continue;
      NetBoxSheet sheet(file, diagnostics_);
      if (object == "cables" && !sheet.has("side_a_site") && sheet.has("side_a_device"))
        sheet.warning_of_file("the cables name no sites, as before NetBox 4.3; devices are found by name alone",
                              "export with `side_a_site` and `side_b_site` where several sites have devices of one name");
      while (sheet.next()) read(sheet);
    }
  }

  static void check_colour(NetBoxSheet& sheet) {
    const std::string& colour = sheet.text("color");
    if (!colour.empty() && !is_netbox_colour(colour))
      sheet.warning("`color`: " + quote_input(colour) + " is neither six hex digits nor a colour of NetBox", "write ffeb3b, or yellow");
  }

  static void check_width(NetBoxSheet& sheet, const std::string& what) {
    const std::string width = sheet.text("width").substr(0, sheet.text("width").find(' '));  // NetBox's tables say "19 inches"
    if (width.empty() || width == "19" || width == "10" || width == "23") return;
    if (width == "21")
      sheet.warning(what + " is 21 inches wide, as OCP racks are: NetBox takes that, the device-type library knows only 20",
                    "units of it are counted as any other; widths are not kept");
    else if (width == "20")
      sheet.warning(what + " is 20 inches wide, which is how the device-type library writes 21-inch (OCP) racks and NetBox refuses",
                    "write 21 before importing into NetBox; widths are not kept");
    else sheet.error("`width`: " + quote_input(width) + " is not a rack's", "NetBox knows 10, 19, 21 and 23 inches");
  }

  /// Units of `u_height`, up to the next whole one; 0 where it is not told.
  static std::uint32_t units_of(NetBoxSheet& sheet) {
    const std::string height = sheet.text("u_height").substr(0, sheet.text("u_height").find_first_of(" U"));
    if (height.empty()) return 0;
    if (const auto units = whole_number(height, 1, 100)) return static_cast<std::uint32_t>(*units);
    sheet.error("`u_height`: " + quote_input(height) + " is not a number of units from 1 to 100", "");
    return 0;
  }

  void read_rack(NetBoxSheet& sheet) {
    NetBoxRack rack{sheet.required("name"), sheet.text("site"), sheet.text("location"), units_of(sheet), {}, sheet.fields(), sheet.place()};
    check_width(sheet, "rack " + quote_input(rack.name));
    if (rack.units == 0)
      if (const auto type = rack_type_units_.find(sheet.text("rack_type")); type != rack_type_units_.end()) rack.units = type->second;
    const std::string& weight = sheet.text("max_weight");
    if (!weight.empty()) {
      rack.weight = read_netbox_weight(weight, sheet.text("weight_unit"));
      if (!rack.weight)
        sheet.error("`max_weight`: " + quote_input(weight) + " needs a number and `weight_unit`", "give the unit: kg, g, lb or oz");
    }
    if (!racks_.insert(key(rack.site + "\n" + rack.location, rack.name)).second)
      sheet.error("rack " + quote_input(rack.name) + " stands here twice", "keep one row");
    records_.racks.push_back(std::move(rack));
  }

  void read_device(NetBoxSheet& sheet) {
    NetBoxDevice device;
    device.name = sheet.required("name");
    device.site = sheet.text("site");
    device.location = sheet.text("location");
    device.rack = sheet.text("rack");
    device.role_name = sheet.text("role");
    device.role = role_of(device.role_name);
    device.manufacturer = sheet.text("manufacturer");
    device.model = sheet.has("device_type") ? sheet.text("device_type") : sheet.text("type");
    device.fields = sheet.fields();
    device.place = sheet.place();
    const std::string& position = sheet.text("position");
    if (!position.empty()) {
      const auto halves = scaled_number(position, 2);
      if (!halves || *halves < 2 || *halves > 200) sheet.error("`position`: " + quote_input(position) + " is no unit of a rack", "");
      else device.unit = static_cast<std::uint32_t>(*halves / 2);
      if (halves && *halves % 2 != 0)
        sheet.warning("device " + quote_input(device.name) + " stands at half a unit",
                      "it is taken to stand at " + std::to_string(device.unit));
    }
    for (const NetBoxDeviceType& type : types_)
      if (netbox_lower(type.model) == netbox_lower(device.model) &&
          (device.manufacturer.empty() || netbox_lower(type.manufacturer) == netbox_lower(device.manufacturer)))
        device.type = &type;
    if (device.type != nullptr) device.components = device.type->components;
    const auto [other, fresh] = devices_.try_emplace(key(device.site, device.name), records_.devices.size());
    if (!fresh)
      sheet.error("device " + quote_input(device.name) + " has the name of one in line " +
                      std::to_string(records_.devices[other->second].place.line) + "; case does not count in NetBox",
                  "rename one");
    by_name_[netbox_lower(device.name)].push_back(records_.devices.size());
    records_.devices.push_back(std::move(device));
  }

  /// The device of a row of components, by name, and by site where the row tells it.
  NetBoxDevice* device_of(NetBoxSheet& sheet) {
    const std::string& name = sheet.required("device");
    const auto found = by_name_.find(netbox_lower(name));
    if (found != by_name_.end() && found->second.size() == 1) return &records_.devices[found->second.front()];
    if (found != by_name_.end())
      for (const std::size_t index : found->second)
        if (sheet.has("site") && netbox_lower(records_.devices[index].site) == netbox_lower(sheet.text("site")))
          return &records_.devices[index];
    if (!name.empty())
      sheet.error(found == by_name_.end() ? "there is no device " + quote_input(name) : "several sites have a device " + quote_input(name),
                  found == by_name_.end() ? "devices come before their components" : "export the components with their site");
    return nullptr;
  }

  /// NetBox's own export has every component of a device, those of its device type too; these are replaced.
  template <class Component>
  void add_component(NetBoxSheet& sheet, std::string_view object, NetBoxDevice& device, std::vector<Component>& list, Component component) {
    if (!component_rows_.insert(std::string(object) + "\n" + key(device.site, device.name) + "\n" + component.name).second) {
      sheet.error("`" + device.name + "` has " + quote_input(component.name) + " twice", "keep one row");
      return;
    }
    const auto same = std::find_if(list.begin(), list.end(), [&](const Component& other) { return other.name == component.name; });
    if (same == list.end()) list.push_back(std::move(component));
    else *same = std::move(component);
  }

  void read_component(NetBoxSheet& sheet, std::string_view object) {
    NetBoxDevice* device = device_of(sheet);
    const std::string& name = sheet.required("name");
    if (const std::string trouble = netbox_name_trouble(name, kNetBoxDeviceName); !name.empty() && !trouble.empty())
      sheet.warning("the name " + quote_input(name) + " " + trouble, "NetBox would refuse it");
    check_colour(sheet);
    if (device == nullptr || name.empty()) return;
    const std::string& type = sheet.text("type");
    if (object == "interfaces") {
      const std::string management = netbox_lower(sheet.text("mgmt_only"));
      add_component(sheet, object, *device, device->components.interfaces,
                    NetBoxInterface{name, type, management == "true" || management == "\xe2\x9c\x94"});
    } else if (object == "rear-ports") {
      add_component(sheet, object, *device, device->components.rear_ports, NetBoxRearPort{name, type, count_of(sheet, "positions")});
    } else {
      add_component(sheet, object, *device, device->components.front_ports,
                    NetBoxFrontPort{name, type, sheet.text("rear_port"), count_of(sheet, "rear_port_position")});
    }
  }

  static std::uint32_t count_of(NetBoxSheet& sheet, std::string_view column) {
    const std::string& text = sheet.text(column);
    if (text.empty()) return 1;
    if (const auto count = whole_number(text, 1, kNetBoxPositions)) return static_cast<std::uint32_t>(*count);
    sheet.error("`" + std::string(column) + "`: " + quote_input(text) + " is not a number from 1 to " + std::to_string(kNetBoxPositions),
                "");
    return 1;
  }

  static NetBoxEnd end_of(NetBoxSheet& sheet, const std::string& side) {
    NetBoxEnd end{sheet.text("side_" + side + "_site"), sheet.text("side_" + side + "_device"), NetBoxTermination::interface,
                  sheet.text("side_" + side + "_type"), sheet.required("side_" + side + "_name")};
    const std::string type = netbox_lower(end.type);
    if (type == "dcim.frontport" || type == "front port") end.kind = NetBoxTermination::front_port;
    else if (type == "dcim.rearport" || type == "rear port") end.kind = NetBoxTermination::rear_port;
    else if (!type.empty() && type != "dcim.interface" && type != "interface") end.kind = NetBoxTermination::other;
    return end;
  }

  void read_cable(NetBoxSheet& sheet) {
    NetBoxCable cable;
    cable.label = sheet.text("label");
    cable.id = sheet.text("id");
    cable.a = end_of(sheet, "a");
    cable.b = end_of(sheet, "b");
    cable.type = sheet.text("type");
    cable.status = netbox_lower(sheet.text("status"));
    cable.fields = sheet.fields();
    cable.place = sheet.place();
    check_colour(sheet);
    std::string length = sheet.text("length");
    std::string unit = netbox_lower(sheet.text("length_unit"));
    if (const std::size_t blank = length.find(' '); blank != std::string::npos && unit.empty()) {  // NetBox's tables say "22.5 m"
      unit = netbox_lower(length.substr(blank + 1));
      length.resize(blank);
    }
    if (!length.empty()) {
      cable.length = read_netbox_length(length, unit);
      if (!cable.length)
        sheet.error("`length`: " + quote_input(length) + " with `length_unit` " + quote_input(unit) + " is no length",
                    "give a number, and the unit km, m, cm, mi, ft or in");
    }
    check_breakout(sheet, cable);
    records_.cables.push_back(std::move(cable));
  }

  void check_breakout(NetBoxSheet& sheet, const NetBoxCable& cable) {
    const std::string& profile = sheet.text("profile");
    const auto several = [&](const NetBoxEnd& end) { return end.name.find(',') != std::string::npos && !is_component(end); };
    if (!profile.starts_with("breakout-") && !several(cable.a) && !several(cable.b)) return;
    const auto list = [](const NetBoxEnd& end) {
      std::string ids;
      for (const char c : end.name + ",")
        if (c == ',')
          ids += std::string(ids.empty() ? "" : ", ") + "{\"object_type\": \"" + (end.type.empty() ? "dcim.interface" : end.type) +
                 "\", \"object_id\": ID}";
      return "[" + ids + "]";
    };
    sheet.error("cable " + quote_input(cable.label.empty() ? cable.id : cable.label) +
                    " is a breakout: it ends at several ports, and a row of CSV has one termination a side",
                "write a row for each leg here; in NetBox it goes through the REST API: POST /api/dcim/cables/ {\"profile\": \"" +
                    (profile.empty() ? "breakout-1c4p-4c1p" : profile) + "\", \"a_terminations\": " + list(cable.a) +
                    ", \"b_terminations\": " + list(cable.b) + "}");
  }

  [[nodiscard]] bool is_component(const NetBoxEnd& end) const {
    const auto found = by_name_.find(netbox_lower(end.device));
    if (found == by_name_.end()) return false;
    const auto named = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto& component) { return component.name == end.name; });
    };
    return std::any_of(found->second.begin(), found->second.end(), [&](std::size_t index) {
      const NetBoxComponents& components = records_.devices[index].components;
      return named(components.interfaces) || named(components.front_ports) || named(components.rear_ports);
    });
  }

  const std::vector<ExchangeFile>& files_;
  const std::vector<NetBoxDeviceType>& types_;
  Diagnostics& diagnostics_;
  NetBoxRecords records_;
  std::set<std::string> sites_;
  std::set<std::string> racks_;
  std::map<std::string, std::uint32_t> rack_type_units_;
  std::map<std::string, std::size_t> devices_;
  std::map<std::string, std::vector<std::size_t>> by_name_;
  std::set<std::string> component_rows_;
};

}  // namespace

std::string netbox_object_of(const std::string& path) {
  std::string name = netbox_lower(path.substr(path.find_last_of("/\\") == std::string::npos ? 0 : path.find_last_of("/\\") + 1));
  if (!name.ends_with(".csv")) return "";
  name.resize(name.size() - 4);
  std::replace(name.begin(), name.end(), '_', '-');
  std::replace(name.begin(), name.end(), ' ', '-');
  name.erase(0, std::min(name.find_first_not_of("0123456789-"), name.size()));
  if (name.starts_with("netbox-")) name.erase(0, 7);
  for (const std::string_view object : kObjects)
    if (name == object || name.starts_with(std::string(object) + "-")) return std::string(object);
  return "";
}

NetBoxRecords read_netbox_records(const std::vector<ExchangeFile>& files, const std::vector<NetBoxDeviceType>& types,
                                  Diagnostics& diagnostics) {
  return Reader(files, types, diagnostics).read();
}

}  // namespace eastwest
