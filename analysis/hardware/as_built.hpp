// SPDX-License-Identifier: Apache-2.0
// As built: the cable schedule of a site as it was found, and what was measured of its links, for `run` and `compare` to price the deviations.
//
// A cable that is not plugged, or whose part cannot work, is retired in the schedule: its id stays and carries nothing. A cable in another port
// ends there; a slower link has its rate; a working substitute is its medium. Losses and bit error rates go into a table for
// `plant.measured`. LIMITATIONS: cables in ports that the design does not use are named in `notes` and left out, since the fabric has no such port;
// pieces inside a structured link keep their place, only its two outer ends move.
#pragma once

#include <string>
#include <vector>

#include "analysis/hardware/verification.hpp"
#include "core/result.hpp"

namespace eastwest {

struct AsBuilt {
  std::string schedule;            // CSV, as topology/plant/cable_schedule.hpp
  std::string measured;            // CSV, as topology/plant/measured_links.hpp; "" when nothing was measured
  std::vector<std::string> notes;  // what could not be written
};

/// The error says which evidence contradicts itself.
Result<AsBuilt> as_built(const VerificationDesign& design, const AsFound& found);

}  // namespace eastwest
