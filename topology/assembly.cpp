// SPDX-License-Identifier: Apache-2.0
#include "topology/assembly.hpp"

#include <algorithm>

namespace eastwest {

std::string numbered(std::string_view stem, std::uint32_t index, std::uint32_t count, unsigned digits) {
  const std::string number = std::to_string(index);
  std::size_t width = digits;
  if (count > 0 && digits > 1) width = std::max<std::size_t>(digits, std::to_string(count - 1).size());
  return std::string(stem) + std::string(width > number.size() ? width - number.size() : 0, '0') + number;
}

NodeId FabricAssembly::add_host(std::string name, std::uint32_t rack, const HostSettings& settings) {
  const NodeId id{static_cast<std::uint32_t>(fabric_.nodes.size())};
  Node node;
  node.name = std::move(name);
  node.detail = static_cast<std::uint32_t>(fabric_.hosts.size());
  node.rack = rack;
  fabric_.nodes.push_back(std::move(node));

  Host host;
  host.node = id;
  host.model = settings.model;
  host.gpu_count = settings.gpu_count;
  host.first_gpu = fabric_.gpu_count;
  host.nic_ports = settings.nic_ports;
  host.nic_latency = settings.nic_latency;
  host.scale_up_rate = settings.scale_up_rate;
  host.scale_up_latency = settings.scale_up_latency;
  if (settings.gpu_model) {
    const auto known = std::find_if(fabric_.gpu_models.begin(), fabric_.gpu_models.end(),
                                    [&](const GpuModel& model) { return model.name == settings.gpu_model->name; });
    host.gpu_model = static_cast<std::uint32_t>(known - fabric_.gpu_models.begin());
    if (known == fabric_.gpu_models.end()) fabric_.gpu_models.push_back(*settings.gpu_model);
  }
  fabric_.gpu_count += host.gpu_count;
  fabric_.hosts.push_back(std::move(host));
  return id;
}

NodeId FabricAssembly::add_switch(std::string name, std::uint8_t tier, std::uint32_t rack, const SwitchSettings& settings) {
  const NodeId id{static_cast<std::uint32_t>(fabric_.nodes.size())};
  Node node;
  node.name = std::move(name);
  node.kind = NodeKind::network_switch;
  node.tier = tier;
  node.detail = static_cast<std::uint32_t>(fabric_.switches.size());
  node.rack = rack;
  fabric_.nodes.push_back(std::move(node));
  Switch unit;
  unit.node = id;
  unit.model = settings.model;
  unit.latency = settings.latency;
  unit.mode = settings.mode;
  unit.buffer = settings.buffer;
  fabric_.switches.push_back(std::move(unit));
  return id;
}

void FabricAssembly::connect(NodeId a, NodeId b, BitRate rate, const CableParts& parts, double frame_loss) {
  Connection connection{a, b, fabric_.nodes[a.index()].port_count++, fabric_.nodes[b.index()].port_count++, rate, frame_loss};
  connections_.push_back(connection);
  Cable cable;
  cable.name = numbered("C", static_cast<std::uint32_t>(connections_.size()), 0, 4);
  cable.length = parts.length;
  cable.medium = parts.medium;
  cable.delay_medium = parts.delay_medium;
  cable.delay_modules = parts.delay_modules;
  cable.delay_fec = parts.delay_fec;
  fabric_.cables.push_back(std::move(cable));
}

Fabric FabricAssembly::finish() && {
  if (fabric_.racks.empty()) fabric_.racks.push_back({"A01", 0, 0});
  for (std::uint32_t n = 0; n < fabric_.nodes.size(); ++n) {
    Node& node = fabric_.nodes[n];
    node.first_port = static_cast<std::uint32_t>(fabric_.ports.size());
    for (std::uint32_t p = 0; p < node.port_count; ++p) fabric_.ports.push_back({NodeId{n}, p, {}, {}});
    if (node.kind != NodeKind::host) continue;
    Host& host = fabric_.hosts[node.detail];
    host.first_endpoint = static_cast<std::uint32_t>(fabric_.endpoints.size());
    host.endpoint_count = node.port_count;
    for (std::uint32_t p = 0; p < node.port_count; ++p) fabric_.endpoints.push_back({NodeId{n}, PortId{node.first_port + p}});
  }
  for (std::uint32_t c = 0; c < connections_.size(); ++c) {
    const Connection& connection = connections_[c];
    Cable& cable = fabric_.cables[c];
    cable.a = {fabric_.nodes[connection.a.index()].first_port + connection.index_a};
    cable.b = {fabric_.nodes[connection.b.index()].first_port + connection.index_b};
    const Duration delay = cable.delay_medium + cable.delay_modules + cable.delay_fec;
    const LinkId forward{2 * c};
    const LinkId backward{2 * c + 1};
    fabric_.links.push_back({cable.a, cable.b, connection.rate, delay, CableId{c}, connection.frame_loss});
    fabric_.links.push_back({cable.b, cable.a, connection.rate, delay, CableId{c}, connection.frame_loss});
    fabric_.ports[cable.a.index()].out = forward;
    fabric_.ports[cable.a.index()].in = backward;
    fabric_.ports[cable.b.index()].out = backward;
    fabric_.ports[cable.b.index()].in = forward;
  }
  return std::move(fabric_);
}

void Wiring::connect(NodeId a, NodeId b, BitRate rate, const CableRule& rule, bool& reported) {
  const Length length = settings_.grid.cable_length(assembly_.rack_of(a), assembly_.rack_of(b));
  const Result<CableParts> parts = choose_cable(catalogue_, rule, rate, length);
  const std::string where = "cable from `" + assembly_.node(a).name + "` to `" + assembly_.node(b).name + "`";
  if (!parts) {
    if (!reported) diagnostics_.error(place_, where + ": " + parts.error().message, parts.error().remedy);
    reported = true;
    return;
  }
  if (const OpticModel* optic = catalogue_.find_optic(parts->medium); optic != nullptr && optic->reach < parts->length && !reported) {
    diagnostics_.warning(place_, where + " is " + to_readable(parts->length) + ", `" + optic->id + "` reaches " + to_readable(optic->reach),
                         "choose `automatic` or an optic of longer reach for `" + std::string(rule.optic_parameter) + "`");
    reported = true;
  }
  assembly_.connect(a, b, rate, *parts, rule.frame_loss);
}

}  // namespace eastwest
