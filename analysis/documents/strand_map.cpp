// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/strand_map.hpp"

#include <algorithm>
#include <optional>

#include "analysis/documents/document_text.hpp"
#include "topology/plant/polarity.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kUnitFibres = 12;

std::string colour_of(std::uint32_t number, bool tracer) {
  return std::string(kFibreColours[number % kFibreColours.size()]) + (tracer && number >= kFibreColours.size() ? " tracer" : "");
}

/// Position on a plug of `positions` of the k-th of `fibres` fibres.
std::uint32_t position_of(std::uint32_t k, std::uint32_t fibres, std::uint32_t positions) {
  return positions <= fibres || k < (fibres + 1) / 2 ? k + 1 : positions - fibres + k + 1;
}

FibreMap map_of(FibrePolarity polarity, std::uint32_t positions) {
  if (polarity == FibrePolarity::reversed_b) return reversed_map(positions);
  if (polarity == FibrePolarity::pairs_c) return pairs_map(positions);
  return straight_map(positions);
}

/// For every position at the trunk's near plug: does light leave end a of the link there? Empty: cannot be followed.
std::vector<bool> transmits_from_a(const SiteView& view, std::uint32_t link, std::uint32_t trunk, std::uint32_t positions) {
  const Plant& plant = *view.plant;
  const PlantChannel& steps = plant.channels[link];
  FibreMap map = straight_map(positions);
  for (std::uint32_t s = 0; s < steps.step_count; ++s) {
    const ChannelStep& step = plant.steps[steps.first_step + s];
    const Piece& piece = plant.pieces[step.piece];
    if (s > 0) map = compose(map, plant.panels_aligned && positions > 2 ? reversed_map(positions) : straight_map(positions));
    if (step.piece == trunk) {
      const LinkQuality& quality = view.qualities[link];
      const std::uint32_t lanes = quality.optic == nullptr ? 0 : std::min(quality.optic->media_lanes, positions / 2);
      std::vector<bool> transmits(positions, false);
      for (std::uint32_t lane = 0; lane < lanes; ++lane) transmits[map[lane]] = true;  // lane l leaves at position l
      return transmits;
    }
    if (piece.polarity == FibrePolarity::none || positions_of(piece.a.plug.connector) != positions ||
        positions_of(piece.b.plug.connector) != positions)
      return {};
    map = compose(map, map_of(piece.polarity, positions));
  }
  return {};
}

}  // namespace

std::vector<Strand> strands_of(const SiteView& view, std::uint32_t trunk) {
  const Piece& piece = view.plant->pieces[trunk];
  const std::vector<std::uint32_t>& links = view.strand_links[trunk];
  const std::uint32_t fibres = fibres_of_strand(piece);
  const std::uint32_t positions = std::max(fibres, positions_of(piece.a.plug.connector));
  const bool parallel = fibres > 2;
  const FibreMap through = map_of(piece.polarity, positions);
  std::vector<Strand> strands;
  for (std::uint32_t f = 0; f < piece.fibres && fibres > 0; ++f) {
    Strand strand;
    strand.trunk = trunk;
    strand.fibre = f + 1;
    strand.leg = std::min(f / fibres, static_cast<std::uint32_t>(links.size()) - 1);
    const std::uint32_t k = f - strand.leg * fibres;
    strand.unit_colour = colour_of(parallel ? strand.leg : f / kUnitFibres, true);
    strand.colour = colour_of(parallel ? k : f % kUnitFibres, true);
    strand.link = links[strand.leg];
    strand.position_a = k < positions ? position_of(k, fibres, positions) : 0;
    strand.position_b = strand.position_a == 0 ? 0 : through[strand.position_a - 1] + 1u;
    strands.push_back(std::move(strand));
  }
  for (std::uint32_t leg = 0; leg < links.size(); ++leg) {
    if (links[leg] == kNone) continue;
    const PlantChannel& channel = view.plant->channels[links[leg]];
    bool reversed = false;
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      const ChannelStep& step = view.plant->steps[channel.first_step + s];
      if (step.piece == trunk) reversed = step.reversed;
    }
    const std::vector<bool> transmits = transmits_from_a(view, links[leg], trunk, positions);
    if (transmits.empty()) continue;
    for (Strand& strand : strands) {
      if (strand.leg != leg || strand.position_a == 0) continue;
      const bool from_near = transmits[(reversed ? strand.position_b : strand.position_a) - 1];
      strand.direction = from_near != reversed ? "A to B" : "B to A";
    }
  }
  return strands;
}

std::string write_strand_map(const SiteView& view) {
  std::string text = safe_row({"trunk", "fibre", "unit", "unit_colour", "colour", "a_panel_port", "a_position", "b_panel_port",
                               "b_position", "state", "link", "a_end", "b_end", "direction", "phase"});
  for (std::uint32_t p = 0; p < view.plant->pieces.size(); ++p) {
    const Piece& piece = view.plant->pieces[p];
    if (view.strand_links[p].empty()) continue;
    for (const Strand& strand : strands_of(view, p)) {
      PieceEnd a = piece.a;
      PieceEnd b = piece.b;
      a.port += strand.leg;
      b.port += strand.leg;
      a.count = b.count = 1;
      const bool lit = strand.link != kNone;
      text += safe_row({piece.id, std::to_string(strand.fibre), std::to_string(strand.leg + 1), strand.unit_colour, strand.colour,
                        end_name(view, a), std::to_string(strand.position_a), end_name(view, b), std::to_string(strand.position_b),
                        lit ? "lit" : "dark", lit ? view.fabric->cables[strand.link].name : "",
                        lit ? port_text(view, view.fabric->cables[strand.link].a) : "",
                        lit ? port_text(view, view.fabric->cables[strand.link].b) : "", strand.direction,
                        std::to_string((lit ? view.plant->channels[strand.link].phase : piece.phase) + 1)});
    }
  }
  return text;
}

}  // namespace eastwest
