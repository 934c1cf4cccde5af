// SPDX-License-Identifier: Apache-2.0
// Strand map: every fibre of every trunk: its colours, where it comes out at both panels, and the link and lane that it carries.
//
// Parallel optics: a leg of a trunk (one plug) has a unit of its own, coloured by the leg's number, and its fibres are coloured within it; other
// trunks have units of twelve. Colours after twelve begin again, the unit's with a tracer. Source: TIA-598 colour order (GK).
// Positions on the plugs: the first half of a leg's fibres at 1, 2, ..., the other half at the high end (base-8 on MPO-12: 1-4 and 9-12); at the
// far end as the trunk's polarity says. Which way light runs follows from the polarity of everything between (topology/plant/polarity.hpp).
// Invariant: one row per fibre, lit or dark. LIMITATIONS: the direction is left open where polarity cannot be followed.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

inline constexpr std::array<std::string_view, 12> kFibreColours = {"blue", "orange", "green",  "brown",  "slate", "white",
                                                                   "red",  "black",  "yellow", "violet", "rose",  "aqua"};

struct Strand {
  std::uint32_t trunk = 0;  // piece
  std::uint32_t fibre = 0;  // of the trunk, from 1
  std::uint32_t leg = 0;    // from 0
  std::string unit_colour;  // "blue", "orange tracer"
  std::string colour;
  std::uint32_t position_a = 0;  // on the plug at the panel of end a, from 1
  std::uint32_t position_b = 0;
  std::uint32_t link = kNone;  // kNone: dark
  std::string direction;       // "A to B" or "B to A" of the trunk; "" unknown or dark
};

std::vector<Strand> strands_of(const SiteView& view, std::uint32_t trunk);
/// trunk, fibre, unit, unit_colour, colour, a_panel_port, a_position, b_panel_port, b_position, state, link, a_end, b_end, direction, phase.
std::string write_strand_map(const SiteView& view);

}  // namespace eastwest
