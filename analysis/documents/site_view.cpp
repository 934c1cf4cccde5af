// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/site_view.hpp"

#include <algorithm>

namespace eastwest {

namespace {

std::string two_digits(std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

bool is_there(const Piece& piece) { return piece.status != PieceStatus::retired && piece.a.device != kNone && piece.b.device != kNone; }

void plug_in(const Piece& piece, std::uint32_t index, const PieceEnd& end, SiteView& view) {
  const Device& device = view.plant->devices[end.device];
  if (device.kind != DeviceKind::panel) {
    view.piece_at_port[view.fabric->nodes[end.device].first_port + end.port] = index;
    return;
  }
  for (std::uint32_t s = 0; s < end.count; ++s) {
    PanelPort& port = view.panels[end.device][end.port - 1 + s];
    if (piece.kind == PieceKind::trunk) {
      port.trunk = index;
      port.strand = s;
    } else {
      port.cord = index;
    }
  }
}

}  // namespace

SiteView view_of(const Fabric& fabric, const Plant& plant, const Catalogue& catalogue, std::span<const LinkQuality> qualities) {
  SiteView view;
  view.fabric = &fabric;
  view.plant = &plant;
  view.catalogue = &catalogue;
  view.qualities = qualities;
  view.link_of_piece.assign(plant.pieces.size(), kNone);
  view.piece_at_port.assign(fabric.ports.size(), kNone);
  view.panels.resize(plant.devices.size());
  view.strand_links.resize(plant.pieces.size());
  view.pieces_of_rack.resize(plant.racks.size());
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d)
    if (plant.devices[d].kind == DeviceKind::panel) view.panels[d].resize(plant.devices[d].ports);
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    const Piece& piece = plant.pieces[p];
    if (!is_there(piece)) continue;
    if (piece.kind == PieceKind::trunk) view.strand_links[p].assign(std::max(1u, std::max(piece.a.count, piece.b.count)), kNone);
    plug_in(piece, p, piece.a, view);
    plug_in(piece, p, piece.b, view);
    const std::uint32_t rack_a = plant.devices[piece.a.device].rack;
    const std::uint32_t rack_b = plant.devices[piece.b.device].rack;
    view.pieces_of_rack[rack_a].push_back(p);
    if (rack_b != rack_a) view.pieces_of_rack[rack_b].push_back(p);
  }
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s) {
      const ChannelStep& step = plant.steps[plant.channels[c].first_step + s];
      if (plant.pieces[step.piece].kind == PieceKind::trunk) {
        std::vector<std::uint32_t>& links = view.strand_links[step.piece];
        if (step.strand < links.size()) links[step.strand] = c;
      } else {
        view.link_of_piece[step.piece] = c;
      }
    }
  for (std::vector<PanelPort>& panel : view.panels)
    for (PanelPort& port : panel) {
      if (port.cord != kNone) port.link = view.link_of_piece[port.cord];
      if (port.link == kNone && port.trunk != kNone) port.link = view.strand_links[port.trunk][port.strand];
    }
  return view;
}

std::uint32_t fibres_of_strand(const Piece& trunk) {
  const std::uint32_t strands = std::max(1u, std::max(trunk.a.count, trunk.b.count));
  return trunk.fibres / strands;
}

std::string end_name(const SiteView& view, const PieceEnd& end) {
  return end.device == kNone ? end.gone : view.plant->end_name(*view.fabric, end);
}

std::string end_label(const SiteView& view, const PieceEnd& end) {
  if (end.device == kNone) return end.gone;
  const Device& device = view.plant->devices[end.device];
  const std::string name = view.plant->end_name(*view.fabric, end);
  return device.kind == DeviceKind::panel ? name : view.plant->racks[device.rack].name + "-" + two_digits(device.unit) + "." + name;
}

std::string end_port(const SiteView& view, const PieceEnd& end) {
  const std::string name = end_name(view, end);
  if (end.device != kNone) return name.substr(view.plant->devices[end.device].name.size() + 1);
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? "" : name.substr(colon + 1);
}

std::string port_text(const SiteView& view, PortId port) {
  const NodeId node = view.fabric->ports[port.index()].node;
  return view.fabric->nodes[node.index()].name + ":" + view.plant->ports[port.index()];
}

std::string rail_of_link(const SiteView& view, std::uint32_t link) {
  const Cable& cable = view.fabric->cables[link];
  for (const PortId end : {cable.a, cable.b}) {
    const Port& port = view.fabric->ports[end.index()];
    const Node& node = view.fabric->nodes[port.node.index()];
    if (node.kind == NodeKind::host) return std::to_string(port.index / view.fabric->hosts[node.detail].nic_ports);
  }
  return "";
}

std::string place_text(const SiteView& view, std::uint32_t device) {
  const Device& at = view.plant->devices[device];
  return view.plant->racks[at.rack].name + (at.unit == 0 ? " not placed" : " U" + std::to_string(at.unit));
}

BitRate rate_of_link(const SiteView& view, std::uint32_t link) {
  const Port& port = view.fabric->ports[view.fabric->cables[link].a.index()];
  return view.fabric->links[port.out.index()].rate;
}

const CableConstruction* construction_row(const Catalogue& catalogue, const Piece& piece) {
  if (const CableConstruction* row = catalogue.find_cable_construction(piece.construction)) return row;
  const OpticModel* optic = catalogue.find_optic(piece.construction);
  return optic == nullptr ? nullptr : catalogue.find_construction_of(*optic, piece.length);
}

double diameter_mm(const Catalogue& catalogue, const Piece& piece) {
  const CableConstruction* row = construction_row(catalogue, piece);
  return row == nullptr ? 0 : row->diameter_mm;
}

}  // namespace eastwest
