// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/port_maps.hpp"

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/modules.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kKinds[] = {"server", "switch", "panel"};

/// The end of `piece` that is not at `device` and `port`.
PieceEnd other_end(const Piece& piece, std::uint32_t device, std::uint32_t port) {
  const bool at_a = piece.a.device == device && port >= piece.a.port && port < piece.a.port + piece.a.count;
  return at_a ? piece.b : piece.a;
}

PortMapRow node_row(const SiteView& view, std::uint32_t device, std::uint32_t index, std::uint32_t per_cage) {
  const Fabric& fabric = *view.fabric;
  const std::uint32_t port = fabric.nodes[device].first_port + index;
  PortMapRow row;
  row.device = device;
  row.port = view.plant->ports[port];
  row.cage = index / per_cage;
  row.piece = view.piece_at_port[port];
  if (const LinkId out = fabric.ports[port].out; out.exists()) {
    row.link = fabric.links[out.index()].cable.value;
    row.far_a = port_text(view, fabric.links[out.index()].target);
  }
  if (row.piece != kNone) row.next = end_name(view, other_end(view.plant->pieces[row.piece], device, index));
  return row;
}

PortMapRow panel_row(const SiteView& view, std::uint32_t device, std::uint32_t number) {
  const PanelPort& port = view.panels[device][number - 1];
  PortMapRow row;
  row.device = device;
  row.port = (number < 10 ? "0" : "") + std::to_string(number);
  row.link = port.link;
  row.piece = port.cord;
  row.trunk = port.trunk;
  row.strand = port.strand;
  if (port.cord != kNone) row.next = end_name(view, other_end(view.plant->pieces[port.cord], device, number));
  if (port.trunk != kNone) {
    PieceEnd far = other_end(view.plant->pieces[port.trunk], device, number);
    far.port += port.strand;
    far.count = 1;
    row.behind = end_name(view, far);
  }
  if (port.link != kNone) {
    row.far_a = port_text(view, view.fabric->cables[port.link].a);
    row.far_b = port_text(view, view.fabric->cables[port.link].b);
  }
  return row;
}

}  // namespace

std::vector<PortMapRow> port_map(const SiteView& view, std::uint32_t device) {
  std::vector<PortMapRow> rows;
  if (view.plant->devices[device].kind == DeviceKind::panel) {
    for (std::uint32_t p = 1; p <= view.panels[device].size(); ++p) rows.push_back(panel_row(view, device, p));
    return rows;
  }
  const std::uint32_t per_cage = ports_of_cage(view, device);
  for (std::uint32_t p = 0; p < view.fabric->nodes[device].port_count; ++p) rows.push_back(node_row(view, device, p, per_cage));
  return rows;
}

std::string_view port_state(const PortMapRow& row) {
  if (row.piece != kNone || row.link != kNone) return "used";
  return row.trunk != kNone ? "dark" : "free";
}

std::string write_port_maps(const SiteView& view) {
  const Plant& plant = *view.plant;
  std::string text =
      safe_row({"device", "kind",     "model",      "rack", "unit",  "port",   "cage",   "state",   "link",  "rail",     "rate",
                "optic",  "cable_id", "cable_type", "next", "trunk", "strand", "behind", "far_end", "phase", "margin_db"});
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    const Device& device = plant.devices[d];
    for (const PortMapRow& row : port_map(view, d)) {
      const bool lit = row.link != kNone;
      const Piece* piece = row.piece == kNone ? nullptr : &plant.pieces[row.piece];
      std::string far = row.far_a;
      if (!row.far_b.empty()) far += " - " + row.far_b;
      text += safe_row(std::vector<std::string>{device.name,
                                                std::string(kKinds[static_cast<std::size_t>(device.kind)]),
                                                device.model,
                                                plant.racks[device.rack].name,
                                                device.unit == 0 ? "" : std::to_string(device.unit),
                                                row.port,
                                                row.cage == kNone ? "" : std::to_string(row.cage + 1),
                                                std::string(port_state(row)),
                                                lit ? view.fabric->cables[row.link].name : "",
                                                lit ? rail_of_link(view, row.link) : "",
                                                lit ? to_string(rate_of_link(view, row.link)) : "",
                                                lit ? view.fabric->cables[row.link].medium : "",
                                                piece == nullptr ? "" : piece->id,
                                                piece == nullptr ? "" : std::string(to_string(piece->kind)),
                                                row.next,
                                                row.trunk == kNone ? "" : plant.pieces[row.trunk].id,
                                                row.trunk == kNone ? "" : std::to_string(row.strand + 1),
                                                row.behind,
                                                far,
                                                lit ? std::to_string(plant.channels[row.link].phase + 1) : "",
                                                lit ? fixed_digits(view.fabric->cables[row.link].margin_db, 3) : ""});
    }
  }
  return text;
}

}  // namespace eastwest
