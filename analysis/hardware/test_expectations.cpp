// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

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

/// Of the wavelength nearest to `wavelength_nm`, or of the first.
const InsertionLoss* loss_at(const TestExpectation& test, std::optional<double> wavelength_nm) {
  const TestedWavelength* nearest = nullptr;
  for (const TestedWavelength& one : test.at)
    if (nearest == nullptr ||
        (wavelength_nm && std::abs(one.wavelength_nm - *wavelength_nm) < std::abs(nearest->wavelength_nm - *wavelength_nm)))
      nearest = &one;
  return nearest == nullptr ? nullptr : &nearest->loss;
}

}  // namespace

Loss TestExpectation::typical(std::optional<double> wavelength_nm) const {
  const InsertionLoss* loss = loss_at(*this, wavelength_nm);
  return loss == nullptr ? Loss{} : loss->typical;
}

Loss TestExpectation::worst(std::optional<double> wavelength_nm) const {
  const InsertionLoss* loss = loss_at(*this, wavelength_nm);
  return loss == nullptr ? Loss{} : loss->worst;
}

Result<std::vector<TestExpectation>> test_expectations(const Plant& plant, const Fabric& fabric, const Catalogue& catalogue,
                                                       const PlantSettings& settings) {
  const Result<std::vector<LinkQuality>> qualities = link_qualities(plant, fabric, catalogue, settings);
  if (!qualities) return qualities.error();
  std::vector<TestExpectation> tests;
  const auto fill = [](TestedLoss tested, TestExpectation& one) {
    one.at = std::move(tested.at);
    one.plugs = tested.plugs;
    one.positions = std::move(tested.positions);
  };
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const LinkQuality& quality = qualities->at(c);
    TestExpectation one;
    one.name = fabric.cables[c].name;
    one.cable = c;
    one.length = fabric.cables[c].length;
    if (quality.loss && quality.optic != nullptr) {
      Result<TestedLoss> tested = tested_link(plant, c, *quality.optic, catalogue);
      if (!tested) return Error{"link `" + one.name + "`: " + tested.error().message, tested.error().remedy};
      fill(std::move(tested).value(), one);
      one.channel_worst = quality.loss->worst;
      one.limit = quality.budget.loss_limit;
      one.far_position = far_positions(channel_of(plant, c));
    }
    tests.push_back(std::move(one));
  }
  std::set<std::string_view> links;
  for (const Cable& cable : fabric.cables) links.insert(cable.name);
  // Trunks and cords of structured links are tested on their own too, by their ids.
  for (const Piece& piece : plant.pieces) {
    if (links.contains(piece.id) || piece.status == PieceStatus::retired || piece.fibre == "copper" ||
        catalogue.find_fibre(piece.fibre) == nullptr)
      continue;
    Result<TestedLoss> tested = tested_piece(piece, catalogue);
    if (!tested) continue;
    TestExpectation one;
    one.name = piece.id;
    one.length = piece.length;
    fill(std::move(tested).value(), one);
    one.channel_worst = one.worst();
    if (piece.kind == PieceKind::cord) {
      Channel alone;
      alone.elements.emplace_back(FibrePiece{piece.fibre, piece.length, piece.polarity, piece.a.plug, piece.b.plug});
      one.far_position = far_positions(alone);
    }
    tests.push_back(std::move(one));
  }
  return tests;
}

}  // namespace eastwest
