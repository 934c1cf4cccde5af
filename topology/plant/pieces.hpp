// SPDX-License-Identifier: Apache-2.0
// Pieces: the cables of a fabric as what is bought: one cord each, or cords, panels and trunks where the site is structured.
//
// A point-to-point piece has the name of its link ("C0001"). A structured link has two cords ("C0001A", "C0001B") and a strand of a trunk
// ("T0001"). Trunks join two racks and are filled phase by phase, in the order of links, so that a later phase pulls a new trunk and touches
// none. Plugs into transceivers have no pins, trunks have them; parts are Type B with key-up to key-up panels (Method B), or Type A with one
// Type A and one Type B cord and key-up to key-down panels (Method A). Source: fiber practice in docs/plant.md.
// LIMITATIONS: a trunk is not split over panels; optics of two MPO connectors (2x...) on one link are one piece of two cords; breakouts of one
// module over several links are one cord a link.
#pragma once

#include <vector>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/elevation.hpp"
#include "topology/plant/pathway_graph.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// The plug that goes into a transceiver of `optic`: connector, polish, grade, no pins.
Plug plug_of(const OpticModel& optic, bool low_loss);
/// Kind, fibre, plugs and construction of a single piece between two transceivers of `optic`.
void describe_cord(const OpticModel& optic, const PlantSettings& settings, Piece& piece);
/// The shortest length that is sold of at least `length`: common catalogue lengths, above 50 m in steps of 10 m, trunks by the metre.
Length sold_length(PieceKind kind, Length length);
/// Id in data/cable_constructions.csv of a piece.
std::string construction_of(PieceKind kind, const std::string& connector, std::uint32_t fibres, const std::string& medium);

struct PieceRequest {
  const Fabric& fabric;
  const Catalogue& catalogue;
  const PlantSettings& settings;
  Length slack;               // of a cable, both ends together
  bool keep_lengths = false;  // of the fabric's cables, which the user gave
  std::vector<std::uint32_t> cable_phase;
};

/// Fills pieces, routes, steps, channels and panels of `plant`, whose racks, devices and pathways are there. Racks that no pathway joins are
/// an error at `place`.
void plan_pieces(const PieceRequest& request, Plant& plant, Elevation& elevation, const Place& place, Diagnostics& diagnostics);

}  // namespace eastwest
