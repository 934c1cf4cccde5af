// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_components.hpp"

#include <algorithm>
#include <map>

#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

std::string two_digits(std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

template <class Component>
using ByName = std::map<std::string_view, const Component*>;

template <class Component>
ByName<Component> by_name(const std::vector<Component>& list) {
  ByName<Component> map;
  for (const Component& component : list) map.emplace(component.name, &component);
  return map;
}

template <class Component>
std::vector<Component> shared(const std::vector<const NetBoxComponents*>& devices, std::vector<Component> NetBoxComponents::* list) {
  if (devices.empty()) return {};
  std::vector<Component> common = devices.front()->*list;
  for (std::size_t i = 1; i < devices.size() && !common.empty(); ++i) {
    const ByName<Component> other = by_name(devices[i]->*list);
    std::erase_if(common, [&](const Component& component) {
      const auto found = other.find(component.name);
      return found == other.end() || !(*found->second == component);
    });
  }
  return common;
}

template <class Component>
std::vector<Component> beyond(const std::vector<Component>& own, const std::vector<Component>& shared_list) {
  const ByName<Component> known = by_name(shared_list);
  std::vector<Component> rest;
  for (const Component& component : own)
    if (!known.contains(component.name)) rest.push_back(component);
  return rest;
}

std::string number_text(double value) { return share_text(value); }

}  // namespace

std::string front_port_name(std::uint32_t port) { return "F" + two_digits(port); }

std::string rear_port_name(std::uint32_t first, std::uint32_t count) {
  return "R" + two_digits(first) + (count > 1 ? "-" + two_digits(first + count - 1) : "");
}

std::string netbox_port_type(std::string_view connector, std::string_view polish) {
  const std::string lower = netbox_lower(connector);
  if (lower.find("mpo") != std::string::npos) return "mpo";
  if (lower.find("lc") != std::string::npos)
    return polish == "apc" || lower.ends_with("/apc") ? "lc-apc" : polish == "upc" ? "lc-upc" : "lc";
  for (const std::string_view type : {"mdc", "sn", "cs"})
    if (lower.starts_with(type)) return std::string(type);
  return connector.empty() ? "splice" : "other";
}

NetBoxComponents shared_components(const std::vector<const NetBoxComponents*>& devices) {
  NetBoxComponents common;
  common.interfaces = shared(devices, &NetBoxComponents::interfaces);
  common.front_ports = shared(devices, &NetBoxComponents::front_ports);
  common.rear_ports = shared(devices, &NetBoxComponents::rear_ports);
  // A front port needs its rear port in the same type.
  const ByName<NetBoxRearPort> rear = by_name(common.rear_ports);
  std::erase_if(common.front_ports, [&](const NetBoxFrontPort& port) { return !rear.contains(port.rear_port); });
  return common;
}

NetBoxComponents components_beyond(const NetBoxComponents& own, const NetBoxComponents& shared_list) {
  return {beyond(own.interfaces, shared_list.interfaces), beyond(own.front_ports, shared_list.front_ports),
          beyond(own.rear_ports, shared_list.rear_ports)};
}

std::string yaml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') quoted += "\\n";
    else quoted += c;
  }
  return quoted + "\"";
}

std::string write_device_type(const NetBoxDeviceType& type, bool mappings) {
  std::string text = "manufacturer: " + yaml_text(type.manufacturer) + "\nmodel: " + yaml_text(type.model) + "\nslug: " + type.slug + "\n";
  if (!type.part_number.empty()) text += "part_number: " + yaml_text(type.part_number) + "\n";
  text += "u_height: " + number_text(type.u_height) + "\nis_full_depth: " + (type.full_depth ? "true" : "false") + "\n";
  if (type.weight > 0) text += "weight: " + number_text(type.weight) + "\nweight_unit: " + type.weight_unit + "\n";
  if (!type.comments.empty()) text += "comments: " + yaml_text(type.comments) + "\n";
  const NetBoxComponents& components = type.components;
  if (!components.interfaces.empty()) text += "interfaces:\n";
  for (const NetBoxInterface& port : components.interfaces)
    text += "  - {name: " + yaml_text(port.name) + ", type: " + port.type + (port.management ? ", mgmt_only: true" : "") + "}\n";
  if (!components.front_ports.empty()) text += "front-ports:\n";
  for (const NetBoxFrontPort& port : components.front_ports) {
    text += "  - {name: " + port.name + ", type: " + port.type;
    text += mappings ? ", positions: 1" : ", rear_port: " + port.rear_port + ", rear_port_position: " + std::to_string(port.position);
    text += "}\n";
  }
  if (!components.rear_ports.empty()) text += "rear-ports:\n";
  for (const NetBoxRearPort& port : components.rear_ports)
    text += "  - {name: " + port.name + ", type: " + port.type + ", positions: " + std::to_string(port.positions) + "}\n";
  if (mappings && !components.front_ports.empty()) {
    text += "port-mappings:\n";
    for (const NetBoxFrontPort& port : components.front_ports)
      text += "  - {front_port: " + port.name + ", front_port_position: 1, rear_port: " + port.rear_port +
              ", rear_port_position: " + std::to_string(port.position) + "}\n";
  }
  if (!type.module_bays.empty()) text += "module-bays:\n";
  for (std::size_t i = 0; i < type.module_bays.size(); ++i)
    text += "  - {name: " + yaml_text(type.module_bays[i]) + ", position: \"" + std::to_string(i) + "\"}\n";
  return text;
}

}  // namespace eastwest
