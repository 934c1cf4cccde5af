// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/link_quality.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "topology/plant/margin.hpp"

namespace eastwest {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

HeadroomBands bands_of(const PlantSettings& settings) {
  HeadroomBands bands;
  bands.warn_below_mmf = {std::llround(settings.headroom_multimode * 1e3)};
  bands.warn_below_smf = {std::llround(settings.headroom_single_mode * 1e3)};
  return bands;
}

void append_piece(const Piece& piece, bool reversed, Channel& channel) {
  const PieceEnd& near = reversed ? piece.b : piece.a;
  const PieceEnd& far = reversed ? piece.a : piece.b;
  if (piece.splices == 0) {
    channel.elements.emplace_back(FibrePiece{piece.fibre, piece.length, piece.polarity, near.plug, far.plug});
    return;
  }
  // Splices stand in the middle; the second half leaves positions as they are.
  const Length half{piece.length.mm / 2};
  channel.elements.emplace_back(FibrePiece{piece.fibre, half, piece.polarity, near.plug, Plug{}});
  channel.elements.emplace_back(Splice{false, near.plug.grade, piece.splices});
  channel.elements.emplace_back(FibrePiece{piece.fibre, {piece.length.mm - half.mm}, FibrePolarity::straight_a, Plug{}, far.plug});
}

/// A cable with ends of its own where the optics take glass; "" when there is none.
std::string trouble_of_kinds(const Plant& plant, std::uint32_t cable, const OpticModel& optic) {
  const PlantChannel& steps = plant.channels[cable];
  for (std::uint32_t s = 0; s < steps.step_count; ++s)
    if (const Piece& piece = plant.pieces[plant.steps[steps.first_step + s].piece];
        piece.kind != PieceKind::cord && piece.kind != PieceKind::trunk)
      return "`" + piece.id + "` is " + std::string(to_string(piece.kind)) + ", and `" + optic.id + "` sends light into a cord";
  return {};
}

FecCode code_of(const std::string& name) {
  const Result<FecReading> reading = read_fec(name);
  return reading ? reading->code : FecCode::none;
}

/// Margin, bit errors and frame loss, remembered per optic and margin: a site has thousands of links and few of these.
class Losses {
 public:
  explicit Losses(double exponent) : exponent_(exponent) {}

  void fill(LinkQuality& link) {
    const auto key = std::tuple{link.optic->id, link.budget.headroom.mdb, link.rate.bits_per_second};
    const auto [found, fresh] = known_.try_emplace(key, std::pair{0.0, 0.0});
    if (fresh) {
      const Receiver receiver = receiver_of(*link.optic, exponent_);
      found->second = {
          ber_of_margin(module_receiver_of(*link.optic, exponent_), link.margin_db),
          frame_loss_of_margin(receiver, code_of(link.optic->fec), link.margin_db, kDesignFrame, interleaved_codewords(link.rate))};
    }
    std::tie(link.pre_fec_ber, link.frame_loss) = found->second;
  }

 private:
  double exponent_;
  std::map<std::tuple<std::string, std::int64_t, std::uint64_t>, std::pair<double, double>> known_;
};

}  // namespace

Channel channel_of(const Plant& plant, std::uint32_t cable) {
  Channel channel;
  const PlantChannel& steps = plant.channels[cable];
  for (std::uint32_t s = 0; s < steps.step_count; ++s) {
    const ChannelStep& step = plant.steps[steps.first_step + s];
    if (s > 0) channel.elements.emplace_back(MatedPair{plant.panels_aligned ? AdapterOrientation::aligned : AdapterOrientation::opposed});
    append_piece(plant.pieces[step.piece], step.reversed, channel);
  }
  return channel;
}

Result<std::vector<LinkQuality>> link_qualities(const Plant& plant, const Fabric& fabric, const Catalogue& catalogue,
                                                const PlantSettings& settings) {
  const HeadroomBands bands = bands_of(settings);
  Losses losses(settings.margin_exponent);
  std::vector<LinkQuality> links;
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const Cable& cable = fabric.cables[c];
    LinkQuality link;
    link.optic = catalogue.find_optic(cable.medium);
    link.rate = fabric.links[fabric.ports[cable.a.index()].out.index()].rate;
    link.margin_db = link.pre_fec_ber = kUnknown;
    if (link.optic == nullptr) {
      links.push_back(std::move(link));
      continue;
    }
    if (link.optic->connector == "integral") {
      link.budget.reach_limit = link.optic->reach;
      link.budget.reach_headroom = {link.optic->reach.mm - cable.length.mm};
      link.budget.reach = cable.length <= link.optic->reach ? Verdict::ok : Verdict::fail;
      link.budget.reach_verified = link.optic->origin.verifies("reach_copper") || link.optic->origin.verifies("reach_om4");
      links.push_back(std::move(link));
      continue;
    }
    const std::uint32_t wavelength = link.optic->wavelengths_nm.empty() ? 0 : link.optic->wavelengths_nm.front();
    link.trouble = trouble_of_kinds(plant, c, *link.optic);
    if (!link.trouble.empty()) {
      links.push_back(std::move(link));
      continue;
    }
    Result<InsertionLoss> loss = insertion_loss(channel_of(plant, c), wavelength, catalogue);
    if (!loss) {
      link.trouble = loss.error().message;
      links.push_back(std::move(link));
      continue;
    }
    link.budget = link_budget(*loss, *link.optic, *link.optic, {}, bands);
    link.loss = std::move(loss).value();
    if (link.budget.loss != Verdict::unknown) {
      link.margin_db = link.budget.headroom.decibels();
      losses.fill(link);
    }
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace eastwest
