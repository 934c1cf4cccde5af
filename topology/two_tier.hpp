// SPDX-License-Identifier: Apache-2.0
// Sizing of two-tier fabrics: how many uplinks a leaf has and how many spines take them.
//
// A leaf with `down` host ports of rate h and oversubscription o needs ceil(down h / (o u)) uplinks of rate u; every leaf
// spreads its uplinks evenly over all spines. A switch holds a mix of rates when the shares of its ports add up to
// at most one. Source: counts of published pods (two-tier Clos, half down and half up when o = 1).
// LIMITATIONS: two tiers only; more leaves than a spine has ports is an error that names the remedy.
#pragma once

#include <optional>

#include "topology/settings.hpp"

namespace eastwest {

struct TwoTierRequest {
  const FabricSettings* settings = nullptr;
  double oversubscription = 1;
  std::uint32_t uplinks_per_leaf = 0;  // 0: from oversubscription
  std::uint32_t spines = 0;            // 0: as few as carry the uplinks, at least two when there are two uplinks
};

struct TwoTierSize {
  std::uint32_t uplinks_per_leaf = 0;
  std::uint32_t spines = 0;
};

void append_two_tier_parameters(std::vector<ParameterSpec>& list);
TwoTierRequest two_tier_request(const ParameterSet& parameters, const FabricSettings& settings);

/// Uplinks that a leaf with `down` host ports is meant to have.
std::uint32_t uplinks_for(const TwoTierRequest& request, std::uint32_t down);
/// Do `down` host ports and `up` uplinks fit into one leaf?
bool leaf_fits(const FabricSettings& settings, std::uint32_t down, std::uint32_t up);
/// The most units (servers) of `ports_each` host ports that one leaf takes beside their uplinks; 0 when not even one.
std::uint32_t units_per_leaf(const TwoTierRequest& request, std::uint32_t ports_each, std::uint32_t units);

/// Reports switches that have no ports at the rates asked for; true when all have.
bool check_rates(const FabricSettings& settings, bool with_spines, const Place& place, Diagnostics& diagnostics);
/// Uplinks and spines for `leaves` leaves of at most `down` host ports; reports and returns nothing when there is no way.
std::optional<TwoTierSize> size_two_tier(const TwoTierRequest& request, std::uint32_t leaves, std::uint32_t down, const Place& place,
                                         Diagnostics& diagnostics);

}  // namespace eastwest
