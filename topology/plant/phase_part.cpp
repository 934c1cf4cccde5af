// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/phases.hpp"
#include "topology/plant/recabling.hpp"

namespace eastwest {

namespace {

/// New index of each thing that stays, kNone of the others.
template <class Things, class Stays>
std::vector<std::uint32_t> renumber(const Things& things, Stays stays) {
  std::vector<std::uint32_t> numbers;
  std::uint32_t next = 0;
  for (std::uint32_t i = 0; i < things.size(); ++i) numbers.push_back(stays(i) ? next++ : kNone);
  return numbers;
}

void keep_nodes(const Fabric& fabric, const std::vector<std::uint32_t>& node_of, std::vector<std::uint32_t>& port_of, FabricPart& part) {
  port_of.assign(fabric.ports.size(), kNone);
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    if (node_of[n] == kNone) continue;
    Node node = fabric.nodes[n];
    const NodeId id{node_of[n]};
    const auto first = static_cast<std::uint32_t>(part.fabric.ports.size());
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      port_of[node.first_port + p] = first + p;
      part.fabric.ports.push_back({id, p, {}, {}});
    }
    if (node.kind == NodeKind::host) {
      Host host = fabric.hosts[node.detail];
      host.node = id;
      host.first_gpu = part.fabric.gpu_count;
      part.fabric.gpu_count += host.gpu_count;
      const std::uint32_t before = host.first_endpoint;
      host.first_endpoint = static_cast<std::uint32_t>(part.fabric.endpoints.size());
      for (std::uint32_t e = 0; e < host.endpoint_count; ++e)
        part.fabric.endpoints.push_back({id, PortId{port_of[fabric.endpoints[before + e].port.index()]}});
      node.detail = static_cast<std::uint32_t>(part.fabric.hosts.size());
      part.fabric.hosts.push_back(std::move(host));
    } else {
      Switch unit = fabric.switches[node.detail];
      unit.node = id;
      node.detail = static_cast<std::uint32_t>(part.fabric.switches.size());
      part.fabric.switches.push_back(std::move(unit));
    }
    node.first_port = first;
    part.fabric.nodes.push_back(std::move(node));
  }
}

void keep_pieces(const Plant& plant, std::uint32_t phase, const std::vector<std::uint32_t>& device_of, FabricPart& part) {
  const std::vector<std::uint32_t> piece_of = renumber(
      plant.pieces, [&](std::uint32_t p) { return plant.pieces[p].phase <= phase && plant.pieces[p].status != PieceStatus::retired; });
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    if (piece_of[p] == kNone) continue;
    Piece piece = plant.pieces[p];
    for (PieceEnd* end : {&piece.a, &piece.b}) end->device = device_of[end->device];
    const auto first = static_cast<std::uint32_t>(part.plant.routes.size());
    for (std::uint32_t r = 0; r < piece.route_count; ++r) part.plant.routes.push_back(plant.routes[piece.first_route + r]);
    piece.first_route = first;
    part.plant.pieces.push_back(std::move(piece));
  }
  for (const PlantChannel& channel : plant.channels) {
    if (channel.phase > phase) continue;
    PlantChannel kept = channel;
    kept.first_step = static_cast<std::uint32_t>(part.plant.steps.size());
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      ChannelStep step = plant.steps[channel.first_step + s];
      step.piece = piece_of[step.piece];
      part.plant.steps.push_back(step);
    }
    part.plant.channels.push_back(kept);
  }
}

}  // namespace

FabricPart part_of_phase(const Fabric& fabric, const Plant& plant, std::uint32_t phase) {
  FabricPart part;
  part.fabric.topology = fabric.topology;
  part.fabric.structure = fabric.structure;
  part.fabric.extents = fabric.extents;
  part.fabric.gpu_models = fabric.gpu_models;
  part.fabric.racks = fabric.racks;
  const std::vector<std::uint32_t> device_of = renumber(plant.devices, [&](std::uint32_t d) { return plant.devices[d].phase <= phase; });
  std::vector<std::uint32_t> port_of;
  keep_nodes(fabric, device_of, port_of, part);
  std::vector<LinkFacts> facts;
  const std::vector<LinkFacts> all = link_facts(fabric);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    if (plant.channels[c].phase > phase) continue;
    Cable cable = fabric.cables[c];
    cable.a = {port_of[cable.a.index()]};
    cable.b = {port_of[cable.b.index()]};
    part.fabric.cables.push_back(std::move(cable));
    facts.push_back(all[c]);
  }
  const Status linked = relink(part.fabric, facts);
  EASTWEST_CHECK(linked.has_value(), "a part of a valid fabric has free ports");

  part.plant.site = plant.site;
  part.plant.racks = plant.racks;
  part.plant.pathways = plant.pathways;
  part.plant.panels_aligned = plant.panels_aligned;
  part.plant.phases.assign(plant.phases.begin(), plant.phases.begin() + phase + 1);
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d)
    if (device_of[d] != kNone) part.plant.devices.push_back(plant.devices[d]);
  for (std::uint32_t p = 0; p < fabric.ports.size(); ++p)
    if (port_of[p] != kNone) part.plant.ports.push_back(plant.ports[p]);
  keep_pieces(plant, phase, device_of, part);
  return part;
}

}  // namespace eastwest
