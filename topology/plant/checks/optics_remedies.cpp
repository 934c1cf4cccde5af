// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/optics_remedies.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "topology/plant/breakout.hpp"
#include "topology/plant/checks/cages.hpp"
#include "topology/plant/checks/finding.hpp"
#include "topology/plant/pieces.hpp"

namespace eastwest {

namespace {

bool good(const LinkBudget& budget) { return budget.loss == Verdict::ok && budget.reach == Verdict::ok; }

std::string headroom_text(const LinkBudget& budget) { return "headroom " + decibels_text(budget.headroom.decibels()); }

/// The channel with the fibre and plugs that `optic` needs; grades and pins stay.
Channel channel_for(const CheckInput& input, Channel channel, const OpticModel& optic) {
  const Plug wanted = plug_of(optic, input.settings.low_loss);
  const auto change = [&](Plug& plug) {
    if (plug.connector.empty()) return;  // a spliced end
    plug.connector = wanted.connector;
    plug.polish = wanted.polish;
  };
  for (ChannelElement& element : channel.elements) {
    auto* piece = std::get_if<FibrePiece>(&element);
    if (piece == nullptr) continue;
    const FibreModel* fibre = input.catalogue.find_fibre(piece->fibre);
    if (fibre == nullptr || fibre->medium != optic.medium) piece->fibre = optic.medium == "mmf" ? input.settings.multimode : "os2";
    change(piece->near);
    change(piece->far);
  }
  return channel;
}

/// A single cord of the link's length, of the fibre that `optic` needs.
Channel cord_for(const CheckInput& input, Length length, const OpticModel& optic) {
  const Plug plug = plug_of(optic, input.settings.low_loss);
  Channel channel;
  channel.elements.emplace_back(
      FibrePiece{optic.medium == "mmf" ? input.settings.multimode : "os2", length, FibrePolarity::reversed_b, plug, plug});
  return channel;
}

bool fits_both_cages(const CheckInput& input, std::uint32_t cable, const OpticModel& optic) {
  for (const PortId port : {input.fabric.cables[cable].a, input.fabric.cables[cable].b}) {
    const Cage cage = cage_of_port(input, port);
    if (!cage.types.empty() && module_in(input.catalogue, optic, cage).module == nullptr) return false;
  }
  return true;
}

std::string other_optic(const CheckInput& input, std::uint32_t cable) {
  const OpticModel& now = *input.links[cable].optic;
  const bool glass = now.connector != "integral";
  const Length length = input.fabric.cables[cable].length;
  // The glass that lies there, which may be of another kind than the optics want.
  const InsertionLoss* loss = input.links[cable].loss ? &*input.links[cable].loss : nullptr;
  const std::string there = loss != nullptr && (loss->medium == "mmf" || loss->medium == "smf") ? loss->medium : now.medium;
  const OpticModel* best = nullptr;
  std::string best_text;
  std::tuple<bool, bool, bool, std::int64_t, Length> best_order;
  for (const OpticModel& optic : input.catalogue.optics()) {
    if (optic.rate != now.rate || optic.id == now.id ||
        optic.protocol.find(now.protocol.substr(0, now.protocol.find(';'))) == std::string::npos)
      continue;
    if (!fits_both_cages(input, cable, optic)) continue;
    std::string text;
    if (optic.connector == "integral") {
      if (optic.reach < length) continue;
      text = "use `" + optic.id + "` instead of `" + now.id + "` (reach " + length_text(optic.reach) + ")";
    } else {
      const Channel channel = glass ? channel_for(input, channel_of(input.plant, cable), optic) : cord_for(input, length, optic);
      const std::optional<LinkBudget> budget = tried_budget(input, channel, optic);
      if (!budget || !good(*budget)) continue;
      const std::string kind = optic.medium == "mmf" ? input.settings.multimode : "os2";
      if (vendor_reach(input, cable, optic, kind)) continue;
      text = "use `" + optic.id + "`" + (optic.medium != there ? " on " + kind : "") + " instead of `" + now.id +
             "`: " + headroom_text(*budget);
    }
    // The same fibre and plugs before others, what is common before what is not, little power, then short reach.
    const std::tuple order{optic.medium != there, optic.connector != now.connector, !optic.automatic, optic.power_max.mw, optic.reach};
    if (best != nullptr && order >= best_order) continue;
    best = &optic;
    best_order = order;
    best_text = text;
  }
  return best_text;
}

/// Do the ends of both carry the same lanes on the same fibres?
bool same_end(const OpticModel& own, const OpticModel& optic) {
  return own.medium == optic.medium && own.connector != "integral" && own.modulation == optic.modulation &&
         std::fabs(own.lane_gigabaud - optic.lane_gigabaud) < 0.01 && is_parallel(own) == is_parallel(optic) &&
         own.media_lanes * ends_of(optic) == optic.media_lanes * ends_of(own);
}

}  // namespace

std::optional<LinkBudget> tried_budget(const CheckInput& input, const Channel& channel, const OpticModel& optic) {
  const std::uint32_t wavelength = optic.wavelengths_nm.empty() ? 0 : optic.wavelengths_nm.front();
  const Result<InsertionLoss> loss = insertion_loss(channel, wavelength, input.catalogue);
  if (!loss) return std::nullopt;
  return link_budget(*loss, optic, optic, {}, input.bands());
}

std::optional<VendorReach> vendor_reach(const CheckInput& input, std::uint32_t cable, const OpticModel& optic, std::string_view kind) {
  const Cable& wire = input.fabric.cables[cable];
  std::optional<VendorReach> least;
  for (const PortId port : {wire.a, wire.b}) {
    const std::string vendor = input.vendor_of(input.node_of(port));
    std::optional<VendorReach> farthest;
    for (const OpticModel& own : input.catalogue.optics()) {
      if (vendor.empty() || own.name.find(vendor) == std::string::npos || !same_end(own, optic)) continue;
      const FibreReach reach = reach_on(own, kind);
      if (reach.reach.mm > 0 && (!farthest || reach.reach > farthest->reach)) farthest = VendorReach{&own, reach.reach};
    }
    if (!farthest || farthest->reach >= wire.length) continue;
    if (!least || farthest->reach < least->reach) least = farthest;
  }
  return least;
}

std::string optics_remedy(const CheckInput& input, std::uint32_t cable) {
  const LinkQuality& link = input.links[cable];
  const OpticModel& optic = *link.optic;
  const Length length = input.fabric.cables[cable].length;
  const bool too_far = link.budget.reach == Verdict::fail;
  std::vector<std::string> list;
  if (link.loss && !too_far) {
    Channel channel = channel_of(input.plant, cable);
    bool standard = false;
    for (ChannelElement& element : channel.elements)
      if (auto* piece = std::get_if<FibrePiece>(&element))
        for (Plug* plug : {&piece->near, &piece->far}) {
          standard = standard || (!plug->connector.empty() && plug->grade == ConnectorGrade::standard);
          plug->grade = ConnectorGrade::low_loss;
        }
    if (const auto better = tried_budget(input, channel, optic); standard && better && better->headroom > link.budget.headroom)
      list.push_back("low-loss connectors give " + decibels_text(better->headroom.decibels() - link.budget.headroom.decibels()) + " (" +
                     headroom_text(*better) + ")");
    if (link.loss->connections > 0) {
      Channel direct = cord_for(input, length, optic);
      for (const ChannelElement& element : channel.elements)
        if (const auto* piece = std::get_if<FibrePiece>(&element)) {
          std::get<FibrePiece>(direct.elements.front()).fibre = piece->fibre;
          break;
        }
      if (const auto better = tried_budget(input, direct, optic); better && good(*better))
        list.push_back("a cord without panels (" + headroom_text(*better) + ")");
    }
  }
  if (const std::string other = other_optic(input, cable); !other.empty()) list.push_back(other);
  if (too_far && link.budget.reach_limit.mm > 0) list.push_back("shorten the way to " + length_text(link.budget.reach_limit));
  if (list.empty()) return "a shorter way, fewer connections, or optics of more budget: the catalogue has none that fits these cages";
  std::string text;
  for (const std::string& one : list) text += (text.empty() ? "" : "; or ") + one;
  return text;
}

}  // namespace eastwest
