// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/port_names.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/hardware/field_text.hpp"
#include "core/input_text.hpp"
#include "topology/plant/plant_builder.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kLanesPerCage = 8;
constexpr std::uint32_t kPortsMost = 1024;  // of one switch

/// The numbers in `name` when all of the rest is `pattern`, where # stands for a number: "swp5s0" of "swp#s#".
std::optional<std::vector<std::uint32_t>> numbers(std::string_view name, std::string_view pattern) {
  std::vector<std::uint32_t> found;
  while (!pattern.empty()) {
    if (pattern.front() != '#') {
      if (name.empty() || name.front() != pattern.front()) return std::nullopt;
      name.remove_prefix(1);
    } else {
      const std::size_t end = std::min(name.find_first_not_of("0123456789"), name.size());
      const auto number = whole_number(name.substr(0, end), 0, 65'535);
      if (!number) return std::nullopt;
      found.push_back(static_cast<std::uint32_t>(*number));
      name.remove_prefix(end);
    }
    pattern.remove_prefix(1);
  }
  return name.empty() ? std::optional(found) : std::nullopt;
}

/// Port of a cage and half, all from 0.
std::optional<std::uint32_t> in_cage(std::uint32_t cage, std::uint32_t half, std::uint32_t per_cage) {
  return half < per_cage ? std::optional(cage * per_cage + half) : std::nullopt;
}

std::optional<std::uint32_t> usual_switch_port(std::string_view name, std::uint32_t per_cage) {
  if (const auto n = numbers(name, "#"); n && n->at(0) > 0) return n->at(0) - 1;
  for (const std::string_view pattern : {"swp#s#", "swp#"})
    if (const auto n = numbers(name, pattern); n && n->at(0) > 0) return in_cage(n->at(0) - 1, n->size() > 1 ? n->at(1) : 0, per_cage);
  for (const std::string_view pattern : {"#/#", "sw#p#", "ethernet#/#"})
    if (const auto n = numbers(name, pattern); n && n->at(0) > 0 && n->at(1) > 0) return in_cage(n->at(0) - 1, n->at(1) - 1, per_cage);
  for (const std::string_view pattern : {"ib#/#/#", "eth#/#/#", "ethernet#/#/#"})  // slot, cage, half
    if (const auto n = numbers(name, pattern); n && n->at(0) == 1 && n->at(1) > 0 && n->at(2) > 0)
      return in_cage(n->at(1) - 1, n->at(2) - 1, per_cage);
  for (const std::string_view pattern : {"p#.#", "p#"})
    if (const auto n = numbers(name, pattern)) return in_cage(n->at(0), n->size() > 1 ? n->at(1) : 0, per_cage);
  if (const auto n = numbers(name, "ethernet#")) {
    const std::uint32_t lanes = std::max(1u, kLanesPerCage / per_cage);
    if (n->at(0) % lanes == 0) return n->at(0) / lanes;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> usual_host_port(std::string_view name) {
  for (const std::string_view pattern : {"mlx5_#", "ib#", "rail#"})
    if (const auto n = numbers(name, pattern)) return n->at(0);
  if (const auto n = numbers(name, "#"); n && n->at(0) > 0) return n->at(0) - 1;
  return std::nullopt;
}

/// What the operating system calls the NICs of rails 0 to 7: between them stand those for storage (NVIDIA's system guides, general knowledge).
const std::array<std::uint32_t, 8>* adapters_of(std::string_view server) {
  static constexpr std::array<std::uint32_t, 8> kHopper = {0, 3, 4, 5, 6, 9, 10, 11};
  static constexpr std::array<std::uint32_t, 8> kAmpere = {0, 1, 2, 3, 6, 7, 8, 9};
  if (server == "dgx-h100" || server == "dgx-h200") return &kHopper;
  return server == "dgx-a100" ? &kAmpere : nullptr;
}

std::string slashed(std::string text) {
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

}  // namespace

PortNames::PortNames(const Fabric& fabric, const Plant& plant, const Catalogue& catalogue)
    : fabric_(fabric), plant_(plant), ports_(fabric.nodes.size()) {
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    const Node& node = fabric.nodes[n];
    nodes_.emplace(lower_case(node.name), n);
    devices_.push_back(node.name);
    per_cage_.push_back(node.kind == NodeKind::host ? host_ports_per_cage(fabric, node, catalogue)
                                                    : switch_ports_per_cage(fabric, node, catalogue));
    const SwitchModel* model = node.kind == NodeKind::host ? nullptr : catalogue.find_switch(fabric.switches[node.detail].model);
    const std::uint32_t had = model == nullptr ? 0 : model->cages * per_cage_.back();
    most_.push_back(had == 0 ? kPortsMost : std::min(kPortsMost, std::max(had, node.port_count)));
    for (std::uint32_t p = 0; p < node.port_count; ++p)
      if (node.first_port + p < plant.ports.size()) ports_[n].emplace(lower_case(plant.ports[node.first_port + p]), p);
  }
}

NodeId PortNames::node(std::string_view device) const {
  std::string name = lower_case(trimmed(device));
  for (;;) {
    if (const auto found = nodes_.find(name); found != nodes_.end()) return NodeId{found->second};
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) return {};
    name.resize(dot);
  }
}

PortId PortNames::port(NodeId id, std::string_view interface) const {
  if (!id.exists()) return {};
  const Node& node = fabric_.nodes[id.index()];
  const auto& own = ports_[id.index()];
  const std::string name = lower_case(trimmed(interface));
  const auto at = [&](std::uint32_t index) {
    if (index < node.port_count) return PortId{node.first_port + index};
    if (node.kind == NodeKind::host || index >= most_[id.index()]) return PortId{};
    return PortId{static_cast<std::uint32_t>(fabric_.ports.size()) + id.value * kPortsMost + index};
  };
  if (const auto found = own.find(name); found != own.end()) return at(found->second);
  if (const auto found = own.find(slashed(name)); found != own.end()) return at(found->second);
  if (const auto adapter = numbers(name, "mlx5_#"); adapter && node.kind == NodeKind::host)
    if (const auto* known = adapters_of(fabric_.hosts[node.detail].model)) {
      const auto rail = std::find(known->begin(), known->end(), adapter->at(0));
      return rail == known->end() ? PortId{} : at(static_cast<std::uint32_t>(rail - known->begin()));
    }
  for (const std::string& one : {name, slashed(name)}) {
    const auto index = node.kind == NodeKind::host ? usual_host_port(one) : usual_switch_port(one, per_cage_[id.index()]);
    if (index) return at(*index);
  }
  return {};
}

std::uint32_t PortNames::exceeded(NodeId id, std::string_view interface) const {
  if (!id.exists() || fabric_.nodes[id.index()].kind == NodeKind::host || port(id, interface).exists()) return 0;
  const std::string name = lower_case(trimmed(interface));
  if (numbers(name, "#")) return 0;  // a port of the switch itself, as InfiniBand counts: the one of its aggregation node
  for (const std::string& one : {name, slashed(name)})
    if (const auto index = usual_switch_port(one, per_cage_[id.index()]); index && *index >= most_[id.index()]) return most_[id.index()];
  return 0;
}

PortId PortNames::port(std::string_view device, std::string_view interface) const { return port(node(device), interface); }

NodeId PortNames::node(PortId port) const {
  if (is_planned(port)) return fabric_.ports[port.index()].node;
  return NodeId{static_cast<std::uint32_t>(port.index() - fabric_.ports.size()) / kPortsMost};
}

std::string PortNames::interface(PortId port) const {
  if (port.index() < plant_.ports.size()) return plant_.ports[port.index()];
  if (is_planned(port)) return std::to_string(fabric_.ports[port.index()].index);
  const std::uint32_t index = static_cast<std::uint32_t>(port.index() - fabric_.ports.size()) % kPortsMost;
  const std::uint32_t per_cage = per_cage_[node(port).index()];
  return per_cage > 1 ? "swp" + std::to_string(index / per_cage + 1) + "s" + std::to_string(index % per_cage)
                      : "swp" + std::to_string(index + 1);
}

std::string PortNames::name(PortId port) const { return fabric_.nodes[node(port).index()].name + ":" + interface(port); }

PortId PortNames::cage(PortId port) const {
  if (!is_planned(port)) return port;
  const Port& one = fabric_.ports[port.index()];
  return PortId{port.value - one.index % per_cage_[one.node.index()]};
}

CableId PortNames::cable(PortId port) const {
  if (!is_planned(port)) return {};
  const LinkId out = fabric_.ports[port.index()].out;
  return out.exists() ? fabric_.links[out.index()].cable : CableId{};
}

PortId PortNames::peer(PortId port) const {
  if (!is_planned(port)) return {};
  const LinkId out = fabric_.ports[port.index()].out;
  return out.exists() ? fabric_.links[out.index()].target : PortId{};
}

std::uint32_t host_ports_per_cage(const Fabric& fabric, const Node& node, const Catalogue& catalogue) {
  if (node.kind != NodeKind::host) return 1;
  const ServerModel* model = catalogue.find_server(fabric.hosts[node.detail].model);
  if (model == nullptr || model->nic_cages.find("twin") == std::string::npos) return 1;
  const auto cages = leading_number(model->nic_cages);
  return cages && *cages * 2 == model->nics ? 2 : 1;
}

}  // namespace eastwest
