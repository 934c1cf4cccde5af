// SPDX-License-Identifier: Apache-2.0
// Site view: fabric, plant and link qualities of one site with the cross references that documents look up: what is plugged in where.
//
// Invariants: everything is in the order of the plant, so that documents are the same bytes on any machine; retired pieces are plugged in
// nowhere. LIMITATIONS: the view points into fabric, plant, catalogue and qualities, which must stay.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

/// One port of a panel, seen from in front and from behind.
struct PanelPort {
  std::uint32_t cord = kNone;  // pieces
  std::uint32_t trunk = kNone;
  std::uint32_t strand = 0;    // of the trunk
  std::uint32_t link = kNone;  // cable of the fabric that runs through; kNone: dark
};

struct SiteView {
  const Fabric* fabric = nullptr;
  const Plant* plant = nullptr;
  const Catalogue* catalogue = nullptr;
  std::span<const LinkQuality> qualities;                  // by cable of the fabric
  std::vector<std::uint32_t> link_of_piece;                // kNone: a trunk, or dark
  std::vector<std::uint32_t> piece_at_port;                // by port of the fabric
  std::vector<std::vector<PanelPort>> panels;              // by device; empty for nodes; [port - 1]
  std::vector<std::vector<std::uint32_t>> strand_links;    // by piece; links of a trunk's strands, kNone: dark; empty for others
  std::vector<std::vector<std::uint32_t>> pieces_of_rack;  // that end there, in order
};

SiteView view_of(const Fabric& fabric, const Plant& plant, const Catalogue& catalogue, std::span<const LinkQuality> qualities);

/// The links of a trunk's strand count; fibres of the trunk over strands.
std::uint32_t fibres_of_strand(const Piece& trunk);

/// "leaf-0:swp1s0", "A01-42:03"; of a retired piece what its schedule says.
std::string end_name(const SiteView& view, const PieceEnd& end);
/// The short label of an end, as the schedule has it: "A01-42:03" of a panel, "A01-07.leaf-0:swp1s0" of a node.
std::string end_label(const SiteView& view, const PieceEnd& end);
/// Port alone: "swp1s0", "03", "01-09".
std::string end_port(const SiteView& view, const PieceEnd& end);
/// "leaf-0:swp1s0" of a port of the fabric.
std::string port_text(const SiteView& view, PortId port);
/// "rail 3" of a NIC, "" otherwise; the number of the NIC within its server.
std::string rail_of_link(const SiteView& view, std::uint32_t link);
/// "A01 U12".
std::string place_text(const SiteView& view, std::uint32_t device);
BitRate rate_of_link(const SiteView& view, std::uint32_t link);

/// Diameter of the piece's cable from the catalogue, in mm; 0: the catalogue does not know it.
double diameter_mm(const Catalogue& catalogue, const Piece& piece);
/// The catalogue's row of it, or nullptr.
const CableConstruction* construction_row(const Catalogue& catalogue, const Piece& piece);

}  // namespace eastwest
