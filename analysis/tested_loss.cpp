// SPDX-License-Identifier: Apache-2.0
#include "analysis/tested_loss.hpp"

#include <algorithm>
#include <numeric>

#include "topology/plant/link_quality.hpp"
#include "topology/plant/polarity.hpp"

namespace eastwest {

namespace {

/// The fibre's wavelengths at which these optics work, in rising order, each once; all of them without optics.
std::vector<std::uint32_t> wavelengths_of(const FibreModel& fibre, const OpticModel* optic) {
  std::vector<std::uint32_t> list;
  if (optic == nullptr) {
    for (const FibreWindow& window : fibre.windows) list.push_back(window.wavelength_nm);
  } else {
    for (const std::uint32_t wavelength : optic->wavelengths_nm) list.push_back(fibre.window(wavelength).wavelength_nm);
    if (list.empty()) list.push_back(fibre.windows.front().wavelength_nm);
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

Channel piece_channel(const Piece& piece) {
  Channel channel;
  if (piece.splices == 0) {
    channel.elements.emplace_back(FibrePiece{piece.fibre, piece.length, piece.polarity, piece.a.plug, piece.b.plug});
    return channel;
  }
  const Length half{piece.length.mm / 2};
  channel.elements.emplace_back(FibrePiece{piece.fibre, half, piece.polarity, piece.a.plug, Plug{}});
  channel.elements.emplace_back(Splice{false, piece.a.plug.grade, piece.splices});
  channel.elements.emplace_back(FibrePiece{piece.fibre, {piece.length.mm - half.mm}, FibrePolarity::straight_a, Plug{}, piece.b.plug});
  return channel;
}

/// With a reference cord of no length at each end, of the same fibre and grade.
Channel between_cords(const Channel& inner) {
  const auto& first = std::get<FibrePiece>(inner.elements.front());
  const auto& last = std::get<FibrePiece>(inner.elements.back());
  Channel channel;
  channel.elements.emplace_back(FibrePiece{first.fibre, {}, FibrePolarity::straight_a, first.near, first.near});
  channel.elements.emplace_back(MatedPair{});
  channel.elements.insert(channel.elements.end(), inner.elements.begin(), inner.elements.end());
  channel.elements.emplace_back(MatedPair{});
  channel.elements.emplace_back(FibrePiece{last.fibre, {}, FibrePolarity::straight_a, last.far, last.far});
  return channel;
}

Result<TestedLoss> tested(const Channel& channel, const std::string& fibre_id, const OpticModel* optic, bool with_cords,
                          const Catalogue& catalogue) {
  const FibreModel* fibre = catalogue.find_fibre(fibre_id);
  if (fibre == nullptr) return Error{"there is no fibre `" + fibre_id + "` in the catalogue", "take an id of data/fibres.csv"};
  const Channel seen = with_cords ? between_cords(channel) : channel;
  TestedLoss result;
  result.between_cords = with_cords;
  for (const std::uint32_t wavelength : wavelengths_of(*fibre, optic)) {
    Result<InsertionLoss> loss = insertion_loss(seen, wavelength, catalogue);
    if (!loss) return loss.error();
    result.at.push_back({wavelength, std::move(loss).value()});
  }
  if (with_cords && optic != nullptr) {
    const Result<InsertionLoss> alone = insertion_loss(channel, result.at.front().wavelength_nm, catalogue);
    if (!alone) return alone.error();
    result.plugs = {result.at.front().loss.typical.mdb - alone->typical.mdb};
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> lit_positions(std::uint32_t fibres, std::uint32_t positions) {
  std::vector<std::uint32_t> lit(fibres);
  std::iota(lit.begin(), lit.end(), 1u);
  if (fibres >= positions) return lit;
  const std::uint32_t dark = positions - fibres;
  for (std::uint32_t k = fibres / 2; k < fibres; ++k) lit[k] += dark;
  return lit;
}

std::string positions_text(const std::vector<std::uint32_t>& positions) {
  std::string text;
  for (std::size_t k = 0; k < positions.size();) {
    std::size_t last = k;
    while (last + 1 < positions.size() && positions[last + 1] == positions[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(positions[k]) + (last > k ? "-" + std::to_string(positions[last]) : "");
    k = last + 1;
  }
  return text;
}

Result<TestedLoss> tested_link(const Plant& plant, std::uint32_t cable, const OpticModel& optic, const Catalogue& catalogue) {
  const PlantChannel& channel = plant.channels[cable];
  const ChannelStep& step = plant.steps[channel.first_step];
  const Piece& first = plant.pieces[step.piece];
  Result<TestedLoss> result = tested(channel_of(plant, cable), first.fibre, &optic, channel.step_count == 1, catalogue);
  if (!result) return result;
  // Optics of two plugs ("2xMPO-12") light each as one of its own.
  const std::uint32_t plugs = optic.connector.starts_with("2x") ? 2 : 1;
  const std::uint32_t positions = positions_of((step.reversed ? first.b : first.a).plug.connector);
  for (std::uint32_t plug = 0; plug < plugs; ++plug)
    for (const std::uint32_t position : lit_positions(optic.fibres / plugs, positions))
      result->positions.push_back(plug * positions + position);
  return result;
}

Result<TestedLoss> tested_piece(const Piece& piece, const Catalogue& catalogue) {
  Result<TestedLoss> result = tested(piece_channel(piece), piece.fibre, nullptr, true, catalogue);
  // A cord has the fibres of its link's optics, a trunk is tested whole.
  const bool cord = piece.kind == PieceKind::cord;
  if (result) result->positions = lit_positions(piece.fibres, cord ? positions_of(piece.a.plug.connector) : 0);
  return result;
}

}  // namespace eastwest
