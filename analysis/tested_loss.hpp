// SPDX-License-Identifier: Apache-2.0
// Tested loss: what a light source and a power meter should find on a link or on a piece of it, and on which fibres.
//
// A link through panels is tested from the plug at one transceiver to the plug at the other, with three reference cords: its own connections
// count, the two plugs at the ends do not. A cord between two transceivers has no connection of its own, and no test set can tell 0.02 dB; it,
// like every trunk and every cord on its own, is tested between two reference cords, so that both of its plugs count. `plugs` is what they add
// to a link beyond what its optics' budget has to bear. Source: ISO/IEC 14763-3, channel and permanent link (general knowledge).
// Positions are those of the connector at end A, from 1, plugs of one end counted on: parallel optics of 8 fibres light 1-4 and 9-12 of an MPO-12.
// Units: as channel.hpp. LIMITATIONS: both wavelengths of optics on one fibre are one row where the fibre's table has one; which side sends is not told.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/plant/channel.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

struct TestedWavelength {
  std::uint32_t wavelength_nm = 0;
  InsertionLoss loss;
};

struct TestedLoss {
  std::vector<TestedWavelength> at;  // in rising order, at least one
  std::vector<std::uint32_t> positions;
  Loss plugs;  // typical, of both ends; 0 where they do not count
  bool between_cords = false;
};

/// Of link `cable` with optics that are not copper. The error names what the catalogue does not know.
Result<TestedLoss> tested_link(const Plant& plant, std::uint32_t cable, const OpticModel& optic, const Catalogue& catalogue);
/// Of a trunk or cord of glass on its own, at every wavelength of its fibre.
Result<TestedLoss> tested_piece(const Piece& piece, const Catalogue& catalogue);

/// Positions that carry light of `fibres` lit ones at a connector with `positions`: the outer ones of MPO; 1 to `fibres` where there are no fewer.
std::vector<std::uint32_t> lit_positions(std::uint32_t fibres, std::uint32_t positions);
/// "1-4, 9-12".
std::string positions_text(const std::vector<std::uint32_t>& positions);

}  // namespace eastwest
