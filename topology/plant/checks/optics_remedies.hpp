// SPDX-License-Identifier: Apache-2.0
// Remedies for a link whose loss or reach does not hold: each is tried on the link's own channel, and told with the headroom that it gives.
//
// Tried: low-loss connectors, a cord without panels, other optics of the same rate that fit the cages (the same fibre before another), a
// shorter way. LIMITATIONS: one remedy at a time, but for the fibre and plugs that another optic needs.
#pragma once

#include <optional>
#include <string>

#include "topology/plant/checks/check_input.hpp"

namespace eastwest {

/// Budget of `channel` between two modules of `optic`; nothing where the catalogue lacks an element.
std::optional<LinkBudget> tried_budget(const CheckInput& input, const Channel& channel, const OpticModel& optic);
/// What the vendor of a device at either end states for its own modules like `optic` on a kind of fibre, where no one of them reaches the link.
struct VendorReach {
  const OpticModel* module = nullptr;  // the farthest of them
  Length reach;
};
std::optional<VendorReach> vendor_reach(const CheckInput& input, std::uint32_t cable, const OpticModel& optic, std::string_view kind);

/// Sentences joined by "; or ".
std::string optics_remedy(const CheckInput& input, std::uint32_t cable);

}  // namespace eastwest
