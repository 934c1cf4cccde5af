// SPDX-License-Identifier: Apache-2.0
// Link quality: what the plant makes of every link: its channel, loss, headroom, margin, bit errors and frame loss.
//
// Chain: pieces and panels -> channel (channel.hpp) -> insertion loss -> headroom against the optics' budget (link_budget.hpp) -> margin, bit
// error rate before correction, loss of a full frame (margin.hpp). Both directions of a design are alike. Units: dB, probabilities.
// Invariant: one entry per cable of the fabric. LIMITATIONS: copper and integral cables have no channel: they work within their reach, and
// their bit error rate is the catalogue's; a link whose delay was given has no optics and nothing is known of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/catalogue.hpp"
#include "topology/plant/channel.hpp"
#include "topology/plant/link_budget.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// Payload and headers of a full frame, for the frame loss of a design: 4096 B of data in RoCEv2.
inline constexpr Bytes kDesignFrame{4'158};

struct LinkQuality {
  const OpticModel* optic = nullptr;  // nothing is known without
  BitRate rate;
  std::optional<InsertionLoss> loss;  // of glass between two modules
  LinkBudget budget;                  // verdicts unknown without `loss`, but for the reach of an integral cable
  double margin_db = 0;               // NaN: unknown
  double pre_fec_ber = 0;             // NaN: unknown
  double frame_loss = 0;              // of kDesignFrame; 0 where nothing is known
  std::string trouble;                // why the loss of its glass is not known: its pieces do not make a channel; "": it is known
};

/// The channel of cable `cable`, from its end a to its end b.
Channel channel_of(const Plant& plant, std::uint32_t cable);

/// A link whose pieces make no channel has `trouble` and nothing else is known of it.
Result<std::vector<LinkQuality>> link_qualities(const Plant& plant, const Fabric& fabric, const Catalogue& catalogue,
                                                const PlantSettings& settings);

}  // namespace eastwest
