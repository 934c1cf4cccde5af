// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/label_check.hpp"

#include <algorithm>
#include <tuple>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

/// One finding for each name that stands more than once in `names`.
void tell_twice(const std::vector<std::string>& names, const std::string& what, std::vector<Finding>& findings) {
  std::map<std::string_view, std::uint32_t> seen;
  for (const std::string& name : names) ++seen[name];
  for (const auto& [name, count] : seen) {
    if (count < 2) continue;
    Finding finding;
    finding.level = FindingLevel::fail;
    finding.rule = "labels.id";
    finding.item = std::string(name);
    finding.items = {finding.item};
    finding.sentence = "is the name of " + std::to_string(count) + " " + what;
    finding.limit = "a name is given once (TIA-606)";
    finding.remedy = "a name of its own for each; ids of cables are never given again";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<Finding> check_labels(const CheckInput& input) {
  const Plant& plant = input.plant;
  std::vector<Finding> findings;
  std::vector<std::string> names;
  for (const Piece& piece : plant.pieces) names.push_back(piece.id);
  tell_twice(names, "pieces of cable", findings);
  names.clear();
  for (const Cable& cable : input.fabric.cables) names.push_back(cable.name);
  tell_twice(names, "links", findings);
  names.clear();
  for (const Device& device : plant.devices) names.push_back(device.name);
  tell_twice(names, "devices", findings);

  // A panel's port has a front for cords and a rear for trunks.
  std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::uint32_t> plugs;
  std::vector<bool> used(plant.pieces.size(), false);
  for (const ChannelStep& step : plant.steps) used[step.piece] = true;
  CaseGroups twice, dark, spare;
  std::map<std::uint32_t, std::string> where;
  for (std::uint32_t i = 0; i < plant.pieces.size(); ++i) {
    const Piece& piece = plant.pieces[i];
    if (piece.status == PieceStatus::retired) continue;
    if (!used[i]) (piece.kind == PieceKind::trunk ? spare : dark).add("", i);
    for (const PieceEnd* end : {&piece.a, &piece.b}) {
      const bool panel = plant.devices[end->device].kind == DeviceKind::panel;
      for (std::uint32_t port = 0; port < end->count; ++port) {
        const auto [found, fresh] = plugs.try_emplace({end->device, end->port + port, panel && piece.kind == PieceKind::trunk}, i);
        if (fresh) continue;
        PieceEnd one = *end;
        one.port += port;
        one.count = 1;
        twice.add(plant.end_name(input.fabric, one), i);
        where[i] = plant.pieces[found->second].id;
        break;
      }
    }
  }
  const auto id = [&](std::uint32_t i) { return plant.pieces[i].id; };
  for (const CaseGroups::Group& group : twice.sorted()) {
    Finding finding = finding_of(group, FindingLevel::fail, "labels.port", id);
    finding.sentence = "is plugged into " + group.key + ", where " + where.at(group.worst) + " is already";
    finding.remedy = "a port of its own";
    findings.push_back(std::move(finding));
  }
  // "A02-46" says rack and top unit; a panel that stands elsewhere sends the technician to the wrong place.
  CaseGroups misplaced;
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    const Device& device = plant.devices[d];
    const std::size_t dash = device.name.rfind('-');
    if (device.kind != DeviceKind::panel || dash == std::string::npos || device.unit == 0) continue;
    const std::string rack = device.name.substr(0, dash);
    const auto unit = whole_number(std::string_view(device.name).substr(dash + 1), 1, 1000);
    const bool says = unit && std::any_of(plant.racks.begin(), plant.racks.end(), [&](const PlantRack& one) { return one.name == rack; });
    if (!says || (rack == plant.racks[device.rack].name && *unit == device.unit + device.height - 1)) continue;
    misplaced.add(plant.racks[device.rack].name + " U" + std::to_string(device.unit + device.height - 1), d);
  }
  for (const CaseGroups::Group& group : misplaced.sorted()) {
    Finding finding = finding_of(group, FindingLevel::warn, "labels.panel", [&](std::uint32_t d) { return plant.devices[d].name; });
    finding.sentence = "is a panel whose name says its place, and it stands at " + group.key;
    finding.limit = "labels name rack and top unit of a panel (TIA-606)";
    finding.remedy = "give it the name of its place, or put it back";
    findings.push_back(std::move(finding));
  }
  CaseGroups unplugged;
  for (const Endpoint& endpoint : input.fabric.endpoints)
    if (!input.fabric.ports[endpoint.port.index()].out.exists()) unplugged.add("", endpoint.port.value);
  for (const CaseGroups::Group& group : unplugged.sorted()) {
    Finding finding =
        finding_of(group, FindingLevel::fail, "labels.unplugged", [&](std::uint32_t port) { return input.port_text(PortId{port}); });
    finding.sentence = "has no cable: its NIC reaches nobody";
    finding.remedy = "a row of the schedule for it";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : dark.sorted()) {
    const Piece& piece = plant.pieces[group.worst];
    Finding finding = finding_of(group, FindingLevel::warn, "labels.dark", id);
    finding.sentence = "makes no link: it joins " + plant.end_name(input.fabric, piece.a) + " and " + plant.end_name(input.fabric, piece.b);
    finding.remedy = "plug its other end where a trunk or a device continues it, or retire it in the schedule";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : spare.sorted()) {
    Finding finding = finding_of(group, FindingLevel::note, "labels.spare", id);
    finding.sentence = "is a spare trunk: no link uses a strand of it";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
