// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/plant.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/digest.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 5> kPathwayKinds = {"tray", "basket", "duct", "conduit", "drop"};
constexpr std::array<std::string_view, 5> kPieceKinds = {"cord", "trunk", "direct_copper", "active_copper", "active_optical"};
constexpr std::array<std::string_view, 7> kStatuses = {"planned", "ordered", "pulled", "terminated", "tested", "in_service", "retired"};

std::string two_digits(std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

Status unique_names(const Plant& plant) {
  std::set<std::string_view> names;
  for (const Device& device : plant.devices)
    if (!names.insert(device.name).second) return Error{"two devices are named `" + device.name + "`", "give each its own name"};
  names.clear();
  for (const Piece& piece : plant.pieces)
    if (!names.insert(piece.id).second) return Error{"two pieces of cable are `" + piece.id + "`", "an id is never used twice"};
  names.clear();
  for (const Pathway& pathway : plant.pathways)
    if (!names.insert(pathway.name).second) return Error{"two pathways are named `" + pathway.name + "`", "give each its own name"};
  return Done{};
}

Status check_end(const Plant& plant, const Fabric& fabric, const Piece& piece, const PieceEnd& end) {
  if (piece.status == PieceStatus::retired && end.device == kNone) return Done{};
  if (end.device >= plant.devices.size()) return Error{"`" + piece.id + "` ends at no device", ""};
  const Device& device = plant.devices[end.device];
  if (device.kind == DeviceKind::panel) {
    if (end.port < 1 || end.count < 1 || end.port + end.count - 1 > device.ports)
      return Error{"`" + piece.id + "` ends at port " + std::to_string(end.port) + " of panel `" + device.name +
                       "`, which has ports 1 to " + std::to_string(device.ports),
                   ""};
  } else if (end.port >= fabric.nodes[end.device].port_count) {
    return Error{"`" + piece.id + "` ends at port " + std::to_string(end.port) + " of `" + device.name + "`, which has fewer", ""};
  }
  return Done{};
}

void add(Digest& digest, const PieceEnd& end) {
  digest.add(end.device);
  digest.add(end.port);
  digest.add(end.count);
  digest.add(end.slack.mm);
  digest.add(end.plug.connector);
  digest.add(static_cast<std::uint32_t>(end.plug.grade));
  digest.add(static_cast<std::uint32_t>(end.plug.polish));
  digest.add(static_cast<std::uint32_t>(end.plug.gender));
}

}  // namespace

std::string_view to_string(PathwayKind kind) { return kPathwayKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(PieceKind kind) { return kPieceKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(PieceStatus status) { return kStatuses[static_cast<std::size_t>(status)]; }

std::string Plant::end_name(const Fabric& fabric, const PieceEnd& end) const {
  const Device& device = devices[end.device];
  if (device.kind == DeviceKind::panel)
    return device.name + ":" + two_digits(end.port) + (end.count > 1 ? "-" + two_digits(end.port + end.count - 1) : "");
  return device.name + ":" + ports[fabric.nodes[end.device].first_port + end.port];
}

std::uint32_t Plant::find_device(std::string_view name) const {
  for (std::uint32_t i = 0; i < devices.size(); ++i)
    if (devices[i].name == name) return i;
  return kNone;
}

Status validate(const Plant& plant, const Fabric& fabric) {
  if (plant.racks.size() != fabric.racks.size()) return Error{"the plant has other racks than the fabric", ""};
  if (plant.devices.size() < fabric.nodes.size()) return Error{"the plant lacks devices of the fabric", ""};
  if (plant.channels.size() != fabric.cables.size()) return Error{"the plant has other channels than the fabric has cables", ""};
  if (plant.ports.size() != fabric.ports.size()) return Error{"the plant names other ports than the fabric has", ""};
  if (plant.phases.empty()) return Error{"the plant has no phase", ""};
  for (std::uint32_t i = 0; i < plant.devices.size(); ++i) {
    const Device& device = plant.devices[i];
    const bool node = i < fabric.nodes.size();
    if (node != (device.kind != DeviceKind::panel) || (node && device.name != fabric.nodes[i].name))
      return Error{"device `" + device.name + "` of the plant is not that node of the fabric", ""};
    if (device.rack >= plant.racks.size()) return Error{"device `" + device.name + "` stands in no rack", ""};
  }
  if (const Status names = unique_names(plant); !names) return names;
  for (const Piece& piece : plant.pieces) {
    for (const PieceEnd* end : {&piece.a, &piece.b})
      if (const Status status = check_end(plant, fabric, piece, *end); !status) return status;
    if (piece.first_route + piece.route_count > plant.routes.size()) return Error{"the route of `" + piece.id + "` is not there", ""};
  }
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    for (const PieceEnd* end : {&piece.a, &piece.b})
      if (const Device& device = plant.devices[end->device]; piece.phase < device.phase)
        return Error{"`" + piece.id + "` is pulled in phase " + std::to_string(piece.phase + 1) + " and ends at `" + device.name +
                         "`, which comes in phase " + std::to_string(device.phase + 1),
                     "give the cable its device's phase, or a later one"};
    if (piece.phase >= plant.phases.size())
      return Error{
          "`" + piece.id + "` is pulled in phase " + std::to_string(piece.phase + 1) + " of " + std::to_string(plant.phases.size()),
          "`plant.phases` of the site says how many there are"};
  }
  for (const std::uint32_t pathway : plant.routes)
    if (pathway >= plant.pathways.size()) return Error{"a route runs over a pathway that is not there", ""};
  for (const PlantChannel& channel : plant.channels) {
    if (channel.first_step + channel.step_count > plant.steps.size()) return Error{"the steps of a channel are not there", ""};
    for (std::uint32_t s = 0; s < channel.step_count; ++s)
      if (plant.steps[channel.first_step + s].piece >= plant.pieces.size()) return Error{"a channel has a piece that is not there", ""};
    for (std::uint32_t s = 0; s < channel.step_count; ++s)
      if (const Piece& piece = plant.pieces[plant.steps[channel.first_step + s].piece]; piece.phase > channel.phase)
        return Error{"`" + piece.id + "` is pulled in phase " + std::to_string(piece.phase + 1) + ", its link is needed in phase " +
                         std::to_string(channel.phase + 1),
                     "give the piece the phase of its link"};
  }
  return Done{};
}

std::string digest_of(const Plant& plant, const Fabric& fabric) {
  Digest digest;
  digest.add(plant.site);
  for (const PlantRack& rack : plant.racks) {
    digest.add(rack.name);
    digest.add(rack.room);
    for (const std::uint32_t value : {rack.row, rack.column, rack.units}) digest.add(value);
    digest.add(rack.power_limit.mw);
    digest.add(rack.weight_limit.grams);
  }
  for (const Device& device : plant.devices) {
    digest.add(device.name);
    digest.add(device.model);
    for (const std::uint32_t value :
         {static_cast<std::uint32_t>(device.kind), device.rack, device.unit, device.height, device.ports, device.phase})
      digest.add(value);
    digest.add(device.power_max.mw);
    digest.add(device.weight.grams);
  }
  for (const Pathway& pathway : plant.pathways) {
    digest.add(pathway.name);
    digest.add(static_cast<std::uint32_t>(pathway.kind));
    digest.add(pathway.from);
    digest.add(pathway.to);
    for (const Length length : {pathway.length, pathway.width, pathway.depth}) digest.add(length.mm);
    digest.add(pathway.fill_initial);
    digest.add(pathway.fill_most);
  }
  for (const Piece& piece : plant.pieces) {
    digest.add(piece.id);
    digest.add(piece.construction);
    digest.add(piece.fibre);
    for (const std::uint32_t value : {static_cast<std::uint32_t>(piece.kind), static_cast<std::uint32_t>(piece.status), piece.fibres,
                                      static_cast<std::uint32_t>(piece.polarity), piece.splices, piece.phase, piece.route_count})
      digest.add(value);
    add(digest, piece.a);
    add(digest, piece.b);
    for (std::uint32_t r = 0; r < piece.route_count; ++r) digest.add(plant.routes[piece.first_route + r]);
    for (const Length length : {piece.route_length, piece.length, piece.order_length}) digest.add(length.mm);
    for (const std::string* remark : {&piece.remarks.loss_measured, &piece.remarks.test_date, &piece.remarks.test_file,
                                      &piece.remarks.installer, &piece.remarks.work_order, &piece.remarks.notes, &piece.remarks.revision})
      digest.add(*remark);
  }
  for (std::size_t c = 0; c < plant.channels.size(); ++c) {
    const PlantChannel& channel = plant.channels[c];
    digest.add(fabric.cables[c].name);
    digest.add(channel.step_count);
    digest.add(channel.phase);
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      const ChannelStep& step = plant.steps[channel.first_step + s];
      digest.add(step.piece);
      digest.add(step.strand);
      digest.add(std::uint32_t{step.reversed});
    }
  }
  for (const Phase& phase : plant.phases) digest.add(phase.gpus);
  for (const std::string& port : plant.ports) digest.add(port);
  digest.add(std::uint32_t{plant.panels_aligned});
  return digest.hex();
}

}  // namespace eastwest
