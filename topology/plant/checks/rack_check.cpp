// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/rack_check.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

/// What the site's table says, else the catalogue.
Mass weight_of(const CheckInput& input, const Device& device) {
  if (device.weight.grams > 0) return device.weight;
  const SwitchModel* unit = device.kind == DeviceKind::network_switch ? input.catalogue.find_switch(device.model) : nullptr;
  const ServerModel* server = device.kind == DeviceKind::server ? input.catalogue.find_server(device.model) : nullptr;
  return {std::llround((unit != nullptr ? unit->weight_kg : server != nullptr ? server->weight_kg : 0) * 1e3)};
}

std::string power_source(const CheckInput& input, const Device& device) {
  // A table of the site may say another figure than the catalogue.
  const ServerModel* named = input.catalogue.find_server(device.model);
  const SwitchModel* unit_named = input.catalogue.find_switch(device.model);
  if ((named != nullptr && named->power_max != device.power_max) || (unit_named != nullptr && unit_named->power_max != device.power_max))
    return "table `plant.devices`";
  if (const ServerModel* server = input.catalogue.find_server(device.model)) return source_of(server->origin, "power_max");
  const SwitchModel* unit = input.catalogue.find_switch(device.model);
  return unit == nullptr ? "site" : source_of(unit->origin, "power_max");
}

std::string contents(const RackUse& use) {
  return count_text(use.servers, "server", "servers") + ", " + count_text(use.switches, "switch", "switches") + ", " +
         count_text(use.panels, "panel", "panels");
}

/// The device that draws most in a rack, or nullptr.
const Device* hungriest(const Plant& plant, std::uint32_t rack) {
  const Device* most = nullptr;
  for (const Device& device : plant.devices)
    if (device.rack == rack && (most == nullptr || device.power_max > most->power_max)) most = &device;
  return most;
}

/// The most units in a row of a rack that no device fills.
std::uint32_t most_free(const Plant& plant, std::uint32_t rack) {
  std::vector<bool> taken(plant.racks[rack].units, false);
  for (const Device& device : plant.devices)
    if (device.rack == rack && device.unit > 0)
      for (std::uint32_t u = device.unit - 1; u < std::min<std::size_t>(device.unit - 1 + device.height, taken.size()); ++u)
        taken[u] = true;
  std::uint32_t most = 0, here = 0;
  for (const bool unit : taken) {
    here = unit ? 0 : here + 1;
    most = std::max(most, here);
  }
  return most;
}

}  // namespace

std::vector<RackUse> rack_uses(const CheckInput& input) {
  std::vector<RackUse> uses(input.plant.racks.size());
  for (std::uint32_t d = 0; d < input.plant.devices.size(); ++d) {
    const Device& device = input.plant.devices[d];
    RackUse& use = uses[device.rack];
    ++(device.kind == DeviceKind::server ? use.servers : device.kind == DeviceKind::panel ? use.panels : use.switches);
    if (device.unit == 0) use.unplaced.push_back(d);
    else use.units += device.height;
    use.power.mw += device.power_max.mw;
    const Mass weight = weight_of(input, device);
    use.weight.grams += weight.grams;
    if (device.kind != DeviceKind::panel && device.power_max.mw == 0) ++use.power_unknown;
    if (weight.grams == 0) ++use.weight_unknown;
  }
  return uses;
}

std::vector<Finding> check_racks(const CheckInput& input, const std::vector<RackUse>& uses) {
  const Plant& plant = input.plant;
  const auto rack_name = [&](std::uint32_t r) { return plant.racks[r].name; };
  const auto device_name = [&](std::uint32_t d) { return plant.devices[d].name; };
  CaseGroups places, homeless, power, weight, no_power, no_weight;
  for (std::uint32_t r = 0; r < uses.size(); ++r) {
    const RackUse& use = uses[r];
    const PlantRack& rack = plant.racks[r];
    for (const std::uint32_t d : use.unplaced) {
      const std::uint32_t room = most_free(plant, r);
      if (room >= plant.devices[d].height) homeless.add(plant.devices[d].model + " " + rack.name, d);
      else places.add(plant.devices[d].model + " " + contents(use), d);
    }
    if (use.power > rack.power_limit)
      power.add(contents(use) + std::to_string(use.power.mw), r, static_cast<double>(use.power.mw - rack.power_limit.mw));
    if (use.weight > rack.weight_limit)
      weight.add(contents(use) + std::to_string(use.weight.grams), r, static_cast<double>(use.weight.grams - rack.weight_limit.grams));
  }
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    const Device& device = plant.devices[d];
    if (device.kind != DeviceKind::panel && device.power_max.mw == 0) no_power.add(device.model, d);
    if (weight_of(input, device).grams == 0) no_weight.add(device.kind == DeviceKind::panel ? "panel" : device.model, d);
  }

  std::vector<Finding> findings;
  for (const CaseGroups::Group& group : places.sorted()) {
    const Device& device = plant.devices[group.worst];
    const RackUse& use = uses[device.rack];
    RackUse placed = use;
    for (const std::uint32_t d : use.unplaced) {
      const DeviceKind kind = plant.devices[d].kind;
      --(kind == DeviceKind::server ? placed.servers : kind == DeviceKind::panel ? placed.panels : placed.switches);
    }
    const PlantRack& rack = plant.racks[device.rack];
    Finding finding = finding_of(group, FindingLevel::fail, "racks.units", device_name);
    finding.sentence = "(`" + device.model + "`, " + count_text(device.height, "unit", "units") + ") has no place in rack " + rack.name +
                       ": " + std::to_string(use.units) + " of its " + std::to_string(rack.units) + " units are taken by " +
                       contents(placed);
    finding.limit = std::to_string(rack.units) + " units (`rack_units` of the site)";
    finding.remedy = device.kind == DeviceKind::server ? "fewer `servers_per_rack`"
                     : use.servers > 0                 ? "fewer `servers_per_rack`, or a rack for the network"
                                                       : "fewer `switches_per_rack`, or panels of more ports (`panel_ports`)";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : homeless.sorted()) {
    const Device& device = plant.devices[group.worst];
    const std::uint32_t free = most_free(plant, device.rack);
    Finding finding = finding_of(group, FindingLevel::fail, "racks.units", device_name);
    finding.sentence = "(`" + device.model + "`, " + count_text(device.height, "unit", "units") + ") stands in rack " +
                       plant.racks[device.rack].name + ", but at no unit; the rack has " + count_text(free, "free unit", "free units") +
                       " in a row";
    finding.limit = "every device has a unit, or nobody knows where it goes";
    finding.remedy = "the column `unit` of the table `plant.devices`, counted from 1 at the bottom";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : power.sorted()) {
    const PlantRack& rack = plant.racks[group.worst];
    const RackUse& use = uses[group.worst];
    const Device& most = *hungriest(plant, group.worst);
    Finding finding = finding_of(group, FindingLevel::fail, "racks.power", rack_name);
    finding.sentence = "draws " + std::string(use.power_unknown > 0 ? "at least " : "up to ") + power_text(use.power) + ": " +
                       contents(use) + ", the most by " + most.name + " (`" + most.model + "`): " + power_text(most.power_max) + " (" +
                       power_source(input, most) + ")";
    finding.limit = power_text(rack.power_limit) + " of its feeds (`rack_power` of the site)";
    const std::int64_t over = use.power.mw - rack.power_limit.mw;
    const std::int64_t moved = (over + most.power_max.mw - 1) / most.power_max.mw;
    finding.remedy =
        "move " + std::to_string(moved) + " of its " + (most.kind == DeviceKind::server ? "servers" : "switches") + " to another rack" +
        (most.kind == DeviceKind::server && use.servers > moved ? " (`servers_per_rack: " + std::to_string(use.servers - moved) + "`)"
                                                                : "") +
        ", or feeds of " + power_text(use.power);
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : weight.sorted()) {
    const PlantRack& rack = plant.racks[group.worst];
    const RackUse& use = uses[group.worst];
    Finding finding = finding_of(group, FindingLevel::fail, "racks.weight", rack_name);
    finding.sentence = "carries " + std::string(use.weight_unknown > 0 ? "at least " : "") + mass_text(use.weight) + ": " + contents(use);
    finding.limit = mass_text(rack.weight_limit) + " (`rack_weight` of the site)";
    finding.remedy = "fewer devices in the rack, or a rack and a floor that carry more";
    findings.push_back(std::move(finding));
  }
  const auto notes = [&](const CaseGroups& groups, const char* what, const char* column) {
    for (const CaseGroups::Group& group : groups.sorted()) {
      Finding finding = finding_of(group, FindingLevel::note, "racks.unknown", device_name);
      finding.sentence = "is a `" + group.key + "`, whose " + what + " is not known: sums of racks are without it";
      if (group.key == "panel") finding.sentence = std::string("is a panel, whose ") + what + " is not known: sums of racks are without it";
      finding.remedy = std::string("the column `") + column + "` of the table `plant.devices`";
      findings.push_back(std::move(finding));
    }
  };
  notes(no_power, "power", "power_max");
  notes(no_weight, "weight", "weight");
  return findings;
}

}  // namespace eastwest
