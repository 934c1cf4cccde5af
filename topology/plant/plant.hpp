// SPDX-License-Identifier: Apache-2.0
// The plant: where the fabric stands and what its links are made of: racks, devices, pathways, pieces of cable, phases.
//
// A link of the fabric (Cable of topology/fabric.hpp) is a channel: one piece, or several joined at the ports of panels. A
// piece is what is bought, pulled and labelled: a cord, a trunk of several links, copper or an active cable. The optics of a link
// are one name, the link's medium; a device has modules in its cages by it.
// Units: core/quantity.hpp; rack units count from 1 at the bottom. Invariants (held by `validate`): racks[i] stands for
// Fabric::racks[i]; devices[i] for Fabric::nodes[i] as long as i is below their number, panels follow; channels[i] for Fabric::cables[i];
// the pieces of a channel are in order from the cable's end a to its end b; names and ids are unique; phases count from 0.
// Source: TIA-606 style identifiers, pathways and reserves as docs/plant.md tells.
// LIMITATIONS: a device stands in one rack; a trunk joins two panels; cords are not drawn inside a rack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "core/result.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plug.hpp"

namespace eastwest {

inline constexpr std::uint32_t kNone = 0xffff'ffffu;

struct PlantRack {
  std::string name;  // of Fabric::racks, "A01"
  std::string room;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::uint32_t units = 48;
  Power power_limit;  // of its feeds, usable
  Mass weight_limit;  // of what stands in it
};

enum class DeviceKind : std::uint8_t { server, network_switch, panel };

struct Device {
  std::string name;  // of Fabric::nodes; a panel: rack and top unit, "A01-42"
  DeviceKind kind = DeviceKind::server;
  std::string model;  // catalogue id, "panel-24" or "custom"
  std::uint32_t rack = 0;
  std::uint32_t unit = 0;    // lowest unit that it fills; 0: not placed, the rack is full
  std::uint32_t height = 1;  // units
  Power power_max;           // 0: unknown
  Mass weight;               // 0: unknown
  std::uint32_t ports = 0;   // of a panel, numbered from 1; of a node: Node::port_count
  std::uint32_t phase = 0;   // first phase that has it
};

enum class PathwayKind : std::uint8_t { tray, basket, duct, conduit, drop };
std::string_view to_string(PathwayKind kind);

/// Two names of places joined: racks ("A01": the foot of its drop), corners over racks ("A01.top") or of the user's own.
struct Pathway {
  std::string name;  // "A01-A02", "A01.drop"
  PathwayKind kind = PathwayKind::tray;
  std::string from;
  std::string to;
  Length length;
  Length width;             // inside; of a conduit: its diameter
  Length depth;             // usable; 0 for a conduit
  double fill_initial = 0;  // share of the area that the design may use, and the most that is allowed
  double fill_most = 0;
};

enum class PieceKind : std::uint8_t { cord, trunk, direct_copper, active_copper, active_optical };
std::string_view to_string(PieceKind kind);

enum class PieceStatus : std::uint8_t { planned, ordered, pulled, terminated, tested, in_service, retired };
std::string_view to_string(PieceStatus status);

/// Where one end of a piece is plugged in: a port of a node (0-based) or of a panel (1-based; a trunk takes `count` in a row).
struct PieceEnd {
  std::uint32_t device = kNone;
  std::uint32_t port = 0;
  std::uint32_t count = 1;
  Length slack;
  Plug plug;
  std::string gone;  // of a retired piece whose device is no longer there: what the schedule says
};

/// What people write into the schedule; kept as it is.
struct PieceRemarks {
  std::string loss_measured;
  std::string test_date;
  std::string test_file;
  std::string installer;
  std::string work_order;
  std::string notes;
  std::string revision;
};

struct Piece {
  std::string id;  // "C0001", "T0001": never given to another piece
  PieceKind kind = PieceKind::cord;
  PieceStatus status = PieceStatus::planned;
  std::string construction;  // id of data/cable_constructions.csv: "mpo12-cord", "trunk-72", "dac-400g"
  std::string fibre;         // "os2", "om4"; "copper"
  std::uint32_t fibres = 0;  // in the piece; 0 for copper
  FibrePolarity polarity = FibrePolarity::none;
  PieceEnd a;
  PieceEnd b;
  std::uint32_t first_route = 0;  // into Plant::routes
  std::uint32_t route_count = 0;
  Length route_length;  // along the pathways
  Length length;        // installed: route and slack; what light travels
  Length order_length;  // what is bought
  std::uint32_t splices = 0;
  std::uint32_t phase = 0;
  PieceRemarks remarks;
};

/// One piece of a channel; `strand` counts the links that share a trunk, from 0.
struct ChannelStep {
  std::uint32_t piece = kNone;
  std::uint32_t strand = 0;
  bool reversed = false;  // the channel runs from the piece's b to its a
};

struct PlantChannel {
  std::uint32_t first_step = 0;  // into Plant::steps
  std::uint32_t step_count = 0;
  std::uint32_t phase = 0;
  bool measured = false;  // margin, errors or frame loss of the link were measured, and stand over the design
};

/// What the topology kind plugs, whatever a schedule says: what the rules of structure hold a schedule against.
struct PlantDesign {
  Structure structure = Structure::irregular;
  std::vector<std::uint32_t> leaf;  // by endpoint of the fabric: the switch of its NIC port; kNone: no cable
};

struct Phase {
  std::string name;  // "32 GPUs"
  std::uint32_t gpus = 0;
};

struct Plant {
  std::string site;  // code for identifiers, "SITE1"
  std::vector<PlantRack> racks;
  std::vector<Device> devices;
  std::vector<Pathway> pathways;
  std::vector<Piece> pieces;
  std::vector<std::uint32_t> routes;  // indices of pathways, piece after piece
  std::vector<ChannelStep> steps;
  std::vector<PlantChannel> channels;
  std::vector<Phase> phases;       // never empty; the last has everything
  std::vector<std::string> ports;  // name of every port of the fabric as its device calls it, "swp1s0"
  bool panels_aligned = true;      // adapters of panels are key-up to key-up (Method B); false: key-up to key-down (Method A)
  PlantDesign design;              // empty in a part of a site

  /// "A01-42:03" of a panel, "leaf-0:swp1s0" of a node.
  [[nodiscard]] std::string end_name(const Fabric& fabric, const PieceEnd& end) const;
  /// The device of that name, or kNone.
  [[nodiscard]] std::uint32_t find_device(std::string_view name) const;
};

/// Checks every invariant above; the error names the first thing that is wrong.
Status validate(const Plant& plant, const Fabric& fabric);

/// A digest of everything in the plant: equal digests are equal plants. The design follows from the topology's parameters and is not in it,
/// nor is what was measured, which the figures of the fabric hold.
std::string digest_of(const Plant& plant, const Fabric& fabric);

}  // namespace eastwest
