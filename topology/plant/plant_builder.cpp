// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/plant_builder.hpp"

#include <algorithm>

#include "core/input_text.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/elevation.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/pathway_graph.hpp"
#include "topology/plant/pieces.hpp"
#include "topology/plant/plant_tables.hpp"
#include "topology/plant/recabling.hpp"
#include "topology/plant/schedule_plant.hpp"

namespace eastwest {

namespace {

std::vector<PlantRack> racks_of(const Fabric& fabric, const PlantSettings& settings) {
  std::vector<PlantRack> racks;
  for (const Rack& rack : fabric.racks)
    racks.push_back({rack.name, settings.room, rack.row, rack.column, settings.rack_units, settings.rack_power, settings.rack_weight});
  return racks;
}

std::vector<std::string> name_ports(const Fabric& fabric, const PlantSettings& settings, const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const Node& node : fabric.nodes) {
    const std::uint32_t per_cage = switch_ports_per_cage(fabric, node, catalogue);
    const bool host = node.kind == NodeKind::host;
    const std::uint32_t nic_ports = host ? fabric.hosts[node.detail].nic_ports : 1;
    std::string pattern = host ? settings.nic_port : settings.switch_port;
    if (pattern == "automatic") {
      if (host) pattern = nic_ports > 1 ? "rail{nic}p{plane}" : "rail{nic}";
      else pattern = per_cage > 1 ? "swp{cage1}s{half}" : "swp{cage1}";
    }
    for (std::uint32_t p = 0; p < node.port_count; ++p) names.push_back(port_name(pattern, p, per_cage, nic_ports));
  }
  return names;
}

/// The leaf of every NIC port as the topology kind has wired it.
PlantDesign design_of(const Fabric& fabric) {
  PlantDesign design;
  design.structure = fabric.structure;
  for (const Endpoint& endpoint : fabric.endpoints) {
    const LinkId out = fabric.ports[endpoint.port.index()].out;
    const NodeId far = out.exists() ? fabric.ports[fabric.links[out.index()].target.index()].node : NodeId{};
    design.leaf.push_back(out.exists() && fabric.nodes[far.index()].kind == NodeKind::network_switch ? far.value : kNone);
  }
  return design;
}

void check_port_names(const Fabric& fabric, const Plant& plant, const Place& place, Diagnostics& diagnostics) {
  for (const Node& node : fabric.nodes) {
    const auto first = plant.ports.begin() + node.first_port;
    std::vector<std::string> names(first, first + node.port_count);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) continue;
    diagnostics.error(place, "two ports of `" + node.name + "` would be called `" + *twice + "`",
                      node.kind == NodeKind::host ? "put {port}, or {nic} and {plane}, into `nic_port`"
                                                  : "put {port1}, or {cage1} and {half}, into `switch_port`");
    return;
  }
}

Length channel_length(const Plant& plant, const PlantChannel& channel) {
  Length length;
  for (std::uint32_t s = 0; s < channel.step_count; ++s) length += plant.pieces[plant.steps[channel.first_step + s].piece].length;
  return length;
}

/// The length of each channel into its cable; an automatic optic is chosen again where the length has changed.
void settle_cables(const PlantRequest& request, Plant& plant, Fabric& fabric, Diagnostics& diagnostics) {
  std::vector<LinkFacts> facts = link_facts(fabric);
  bool changed = false;
  bool reported = false;
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    Cable& cable = fabric.cables[c];
    const OpticModel* optic = request.catalogue.find_optic(cable.medium);
    const Length length = channel_length(plant, plant.channels[c]);
    if (optic == nullptr || length == cable.length) continue;
    const bool host = fabric.nodes[fabric.ports[cable.a.index()].node.index()].kind == NodeKind::host ||
                      fabric.nodes[fabric.ports[cable.b.index()].node.index()].kind == NodeKind::host;
    CableRule rule;
    rule.optic =
        (host ? request.host_optic : request.fabric_optic) == "automatic" && plant.channels[c].step_count == 1 ? "automatic" : optic->id;
    const Result<CableParts> parts = choose_cable(request.catalogue, rule, facts[c].rate, length);
    if (!parts) {
      if (!reported)
        diagnostics.error(request.place, "cable `" + cable.name + "`: " + parts.error().message,
                          "shorten the way, or name an optic of longer reach");
      reported = true;
      continue;
    }
    cable.length = parts->length;
    cable.medium = parts->medium;
    cable.delay_medium = parts->delay_medium;
    cable.delay_modules = parts->delay_modules;
    cable.delay_fec = parts->delay_fec;
    changed = true;
  }
  if (!changed) return;
  const Status linked = relink(fabric, facts);
  EASTWEST_CHECK(linked.has_value(), "cables that were plugged stay plugged");
}

/// Units of a rack that a device fills: "units 40 to 41".
std::string units_text(const Device& device) {
  if (device.height == 1) return "unit " + std::to_string(device.unit);
  return "units " + std::to_string(device.unit) + " to " + std::to_string(device.unit + device.height - 1);
}

/// Why device `d` cannot stand where it is said to stand.
void tell_no_room(const Plant& plant, std::uint32_t d, const Place& place, Diagnostics& diagnostics) {
  const Device& device = plant.devices[d];
  const PlantRack& rack = plant.racks[device.rack];
  const std::string where = "device `" + device.name + "` takes " + units_text(device) + " of rack `" + rack.name + "`, ";
  if (device.unit + device.height - 1 > rack.units) {
    diagnostics.error(place, where + "which has " + std::to_string(rack.units) + " units",
                      "give it a unit of at most " + std::to_string(rack.units - std::min(rack.units, device.height) + 1) +
                          ", or the rack more `rack_units`");
    return;
  }
  std::string others;
  for (std::uint32_t i = 0; i < d; ++i) {
    const Device& other = plant.devices[i];
    if (other.rack != device.rack || other.unit == 0) continue;
    if (other.unit + other.height <= device.unit || device.unit + device.height <= other.unit) continue;
    others += (others.empty() ? "`" : ", `") + other.name + "` (" + units_text(other) + ")";
  }
  diagnostics.error(place, where + "where " + others + " stands already", "give it free units");
}

/// Links whose pieces make no channel stay in the site, since `eastwest check` says what is wrong with each; who runs it is warned.
void warn_of_trouble(const std::vector<LinkQuality>& links, const Plant& plant, const Fabric& fabric, const Place& place,
                     const std::vector<std::uint32_t>& lines, Diagnostics& diagnostics) {
  std::size_t more = 0, told = 0;
  for (std::uint32_t c = 0; c < links.size(); ++c) {
    if (links[c].trouble.empty()) continue;
    if (++told > kInputErrorsShown) {
      ++more;
      continue;
    }
    Place at = place;
    if (const std::uint32_t piece = plant.steps[plant.channels[c].first_step].piece; piece < lines.size()) at.line = lines[piece];
    diagnostics.warning(at, "link `" + fabric.cables[c].name + "`: " + links[c].trouble + "; it is taken to lose nothing",
                        "`eastwest check` names the piece that is wrong");
  }
  if (more > 0) diagnostics.warning(place, std::to_string(more) + " more links whose loss is not known", "");
}

/// Margin and bit errors of the design into every cable, its frame loss into both links.
Status settle_losses(const PlantRequest& request, const std::vector<std::uint32_t>& lines, const Plant& plant, Fabric& fabric,
                     Diagnostics& diagnostics) {
  const Result<std::vector<LinkQuality>> links = link_qualities(plant, fabric, request.catalogue, request.settings);
  if (!links) return links.error();
  const Place place = request.tables.schedule ? Place{request.tables.schedule->file, 0, 0} : request.place;
  warn_of_trouble(*links, plant, fabric, place, lines, diagnostics);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    fabric.cables[c].margin_db = (*links)[c].margin_db;
    fabric.cables[c].pre_fec_ber = (*links)[c].pre_fec_ber;
  }
  for (Link& link : fabric.links)
    link.frame_loss = std::max({link.frame_loss, request.frame_loss, (*links)[link.cable.index()].frame_loss});
  return Done{};
}

/// Where an automatic optic has changed, the piece is what the new one asks for.
void review_pieces(const PlantRequest& request, const Fabric& fabric, Plant& plant) {
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const PlantChannel& channel = plant.channels[c];
    if (channel.step_count != 1) continue;
    Piece& piece = plant.pieces[plant.steps[channel.first_step].piece];
    const OpticModel* optic = request.catalogue.find_optic(fabric.cables[c].medium);
    if (optic != nullptr) describe_cord(*optic, request.settings, piece);
  }
}

}  // namespace

std::uint32_t switch_ports_per_cage(const Fabric& fabric, const Node& node, const Catalogue& catalogue) {
  if (node.kind == NodeKind::host) return 1;
  const SwitchModel* model = catalogue.find_switch(fabric.switches[node.detail].model);
  if (model == nullptr || model->cages == 0) return 1;
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    if (const LinkId out = fabric.ports[node.first_port + p].out; out.exists())
      return std::max(1u, model->ports_at(fabric.links[out.index()].rate) / model->cages);
  return 1;
}

std::optional<Plant> build_plant(const PlantRequest& request, Fabric& fabric, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const PlantSettings& settings = request.settings;
  Plant plant;
  plant.site = settings.site;
  plant.panels_aligned = settings.method_b;
  plant.design = design_of(fabric);
  Result<PhasePlan> phases = plan_phases(fabric, settings.phases);
  if (!phases) {
    diagnostics.error(request.place, phases.error().message, phases.error().remedy);
    return std::nullopt;
  }
  plant.phases = phases->phases;
  plant.racks = racks_of(fabric, settings);
  if (request.tables.racks) read_racks(request.tables.racks->text, request.tables.racks->file, plant.racks, diagnostics);
  plant.devices = devices_of(fabric, request.catalogue, phases->node_phase);
  std::vector<std::uint32_t> device_lines;
  if (request.tables.devices) {
    diagnostics.remember_source(request.tables.devices->file, request.tables.devices->text);
    device_lines = read_devices(request.tables.devices->text, request.tables.devices->file, plant.racks,
                                static_cast<std::uint32_t>(plant.phases.size()), plant.devices, diagnostics);
  }
  Elevation elevation(plant.racks);
  if (request.tables.devices) {
    for (std::uint32_t d = 0; d < plant.devices.size(); ++d)
      if (plant.devices[d].unit > 0 && !elevation.occupy(plant.devices[d]))
        tell_no_room(plant, d, {request.tables.devices->file, device_lines[d], 0}, diagnostics);
  } else {
    elevation.place(plant.devices);
  }
  plant.pathways = request.tables.pathways ? read_pathways(request.tables.pathways->text, request.tables.pathways->file, diagnostics)
                                           : generated_pathways(plant.racks, request.grid, settings);
  plant.ports = name_ports(fabric, settings, request.catalogue);
  check_port_names(fabric, plant, request.place, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;

  if (request.tables.schedule && request.tables.ids)
    diagnostics.error(request.place, "`schedule` and `ids` are both given: a schedule has its own ids",
                      "keep `schedule`, or `ids` to generate the cabling anew with the ids of an earlier one");
  std::vector<std::uint32_t> schedule_lines;  // by piece
  if (request.tables.schedule) {
    const std::string& file = request.tables.schedule->file;
    diagnostics.remember_source(file, request.tables.schedule->text);
    const std::vector<ScheduleRow> rows = read_schedule(request.tables.schedule->text, file, diagnostics);
    if (diagnostics.error_count() == errors) apply_schedule(rows, file, request.catalogue, settings, plant, fabric, diagnostics);
    for (const ScheduleRow& row : rows) schedule_lines.push_back(row.line);
  } else {
    plan_pieces({fabric, request.catalogue, settings, request.grid.slack, request.keep_lengths, phases->cable_phase}, plant, elevation,
                request.place, diagnostics);
    if (diagnostics.error_count() == errors) settle_cables(request, plant, fabric, diagnostics);
    if (diagnostics.error_count() == errors) review_pieces(request, fabric, plant);
    if (request.tables.ids) {
      diagnostics.remember_source(request.tables.ids->file, request.tables.ids->text);
      const std::vector<ScheduleRow> rows = read_schedule(request.tables.ids->text, request.tables.ids->file, diagnostics);
      if (diagnostics.error_count() == errors) keep_ids(rows, plant, fabric);
    }
  }
  if (diagnostics.error_count() != errors) return std::nullopt;
  if (const Status settled = settle_losses(request, schedule_lines, plant, fabric, diagnostics); !settled) {
    diagnostics.error(request.place, settled.error().message, settled.error().remedy);
    return std::nullopt;
  }
  if (const Status status = validate(plant, fabric); !status) {
    diagnostics.error(request.place, "the site does not make a valid plant: " + status.error().message, status.error().remedy);
    return std::nullopt;
  }
  return plant;
}

}  // namespace eastwest
