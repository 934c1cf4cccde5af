// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/elevation.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

// Of what the catalogue does not know: an 8-GPU server and a 64-port switch (GK).
constexpr std::uint32_t kServerUnits = 8;
constexpr std::uint32_t kPlainUnits = 2;
constexpr std::uint32_t kSwitchUnits = 2;

}  // namespace

std::vector<Device> devices_of(const Fabric& fabric, const Catalogue& catalogue, const std::vector<std::uint32_t>& node_phase) {
  std::vector<Device> devices;
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    const Node& node = fabric.nodes[n];
    Device device;
    device.name = node.name;
    device.rack = node.rack;
    device.ports = node.port_count;
    device.phase = node_phase[n];
    if (node.kind == NodeKind::host) {
      device.kind = DeviceKind::server;
      device.model = fabric.hosts[node.detail].model;
      const ServerModel* model = catalogue.find_server(device.model);
      device.height = model == nullptr ? kPlainUnits : model->rack_units > 0 ? model->rack_units : kServerUnits;
      if (model != nullptr) {
        device.power_max = model->power_max;
        device.weight = {std::llround(model->weight_kg * 1e3)};
      }
    } else {
      device.kind = DeviceKind::network_switch;
      device.model = fabric.switches[node.detail].model;
      const SwitchModel* model = catalogue.find_switch(device.model);
      device.height = model != nullptr && model->rack_units > 0 ? model->rack_units : kSwitchUnits;
      if (model != nullptr) {
        device.power_max = model->power_max;
        device.weight = {std::llround(model->weight_kg * 1e3)};
      }
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

Elevation::Elevation(const std::vector<PlantRack>& racks) {
  for (const PlantRack& rack : racks) taken_.emplace_back(rack.units, false);
}

bool Elevation::occupy(const Device& device) {
  std::vector<bool>& units = taken_[device.rack];
  if (device.unit < 1 || device.unit + device.height - 1 > units.size()) return false;
  const auto first = units.begin() + (device.unit - 1);
  if (std::any_of(first, first + device.height, [](bool taken) { return taken; })) return false;
  std::fill(first, first + device.height, true);
  return true;
}

std::uint32_t Elevation::take_from_bottom(std::uint32_t rack, std::uint32_t height) {
  const auto units = static_cast<std::uint32_t>(taken_[rack].size());
  for (std::uint32_t unit = 1; unit + height <= units + 1; ++unit) {
    Device device;
    device.rack = rack;
    device.unit = unit;
    device.height = height;
    if (occupy(device)) return unit;
  }
  return 0;
}

std::uint32_t Elevation::take_from_top(std::uint32_t rack, std::uint32_t height) {
  const auto units = static_cast<std::uint32_t>(taken_[rack].size());
  for (std::uint32_t unit = units >= height ? units - height + 1 : 0; unit >= 1; --unit) {
    Device device;
    device.rack = rack;
    device.unit = unit;
    device.height = height;
    if (occupy(device)) return unit;
  }
  return 0;
}

void Elevation::place(std::vector<Device>& devices) {
  for (Device& device : devices)
    if (device.unit == 0 && device.kind == DeviceKind::server) device.unit = take_from_bottom(device.rack, device.height);
  for (Device& device : devices)
    if (device.unit == 0 && device.kind == DeviceKind::network_switch) device.unit = take_from_top(device.rack, device.height);
}

}  // namespace eastwest
