// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string_view>

#include "analysis/hardware/substitution.hpp"
#include "analysis/hardware/verification.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/polarity.hpp"

namespace eastwest {

namespace {

std::vector<std::uint32_t> far_positions(const Channel& channel) {
  std::vector<std::uint32_t> positions;
  const std::optional<FibreMap> map = polarity_map(channel);
  if (map)
    for (const std::uint8_t far : *map) positions.push_back(far + 1u);
  return positions;
}

}  // namespace

Result<std::vector<TestExpectation>> test_expectations(const Plant& plant, const Fabric& fabric, const Catalogue& catalogue,
                                                       const PlantSettings& settings) {
  const Result<std::vector<LinkQuality>> qualities = link_qualities(plant, fabric, catalogue, settings);
  if (!qualities) return qualities.error();
  std::vector<TestExpectation> tests;
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const LinkQuality& quality = qualities->at(c);
    TestExpectation one;
    one.name = fabric.cables[c].name;
    one.cable = c;
    one.length = fabric.cables[c].length;
    if (quality.loss) {
      one.typical = quality.loss->typical;
      one.worst = quality.loss->worst;
      one.limit = quality.budget.loss_limit;
      one.fibres = quality.optic == nullptr ? 0 : optic_end(*quality.optic).fibres;
      one.far_position = far_positions(channel_of(plant, c));
    }
    tests.push_back(std::move(one));
  }
  std::set<std::string_view> links;
  for (const Cable& cable : fabric.cables) links.insert(cable.name);
  // Pieces of structured links are tested on their own too: by their ids, without the loss of plugs that nothing is mated to.
  for (const Piece& piece : plant.pieces) {
    if (links.contains(piece.id) || piece.status == PieceStatus::retired || piece.fibre == "copper" ||
        catalogue.find_fibre(piece.fibre) == nullptr)
      continue;
    Channel alone;
    alone.elements.emplace_back(FibrePiece{piece.fibre, piece.length, piece.polarity, piece.a.plug, piece.b.plug});
    const Result<InsertionLoss> loss = insertion_loss(alone, 0, catalogue);
    if (!loss) continue;
    TestExpectation one;
    one.name = piece.id;
    one.length = piece.length;
    one.typical = loss->typical;
    one.worst = loss->worst;
    if (piece.kind == PieceKind::cord) one.far_position = far_positions(alone);
    tests.push_back(std::move(one));
  }
  return tests;
}

}  // namespace eastwest
