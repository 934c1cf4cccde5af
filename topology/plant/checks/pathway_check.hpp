// SPDX-License-Identifier: Apache-2.0
// Pathways: how full every segment is at the first phase, at the phase that is built and at the last.
//
// Rules: pathways.fill (the first phase above the initial share warns, any phase above the most fails), pathways.conduit (by the number of
// cables), pathways.unknown (pieces whose diameter is not known), pathways.bend (the largest radius that cables of a construction ask for).
// Source: shares of the site; defaults, conduits and bend radii of data/pathways.csv and data/cable_constructions.csv.
// LIMITATIONS: fill of one segment, never of a route; where a cable bends is not drawn, so that radii are notes.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"
#include "topology/plant/pathway_fill.hpp"

namespace eastwest {

struct PathwayUse {
  std::vector<PathwayFill> phases;       // by phase
  std::vector<std::uint64_t> not_known;  // by phase: cables of unknown diameter, not in the fill
};

/// The construction of a piece; nullptr when the catalogue has none.
const CableConstruction* construction_of_piece(const CheckInput& input, const Piece& piece);
/// By pathway.
std::vector<PathwayUse> pathway_uses(const CheckInput& input);
std::vector<Finding> check_pathways(const CheckInput& input, const std::vector<PathwayUse>& uses);

}  // namespace eastwest
