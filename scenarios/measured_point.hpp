// SPDX-License-Identifier: Apache-2.0
// A measured point as a scenario: the servers and GPUs that were measured, one collective job with its software, played by flows.
//
// One collective by itself on an idle fabric; protocol auto. Units: seconds. LIMITATIONS: nothing is known of the
// fabric between the servers, so it is the topology's default for the server's NICs.
#pragma once

#include <string>

#include "analysis/measurement.hpp"
#include "analysis/validation.hpp"

namespace eastwest {

/// The scenario that plays a point, as a user would write it.
std::string measured_scenario(const Measurement& measurement);
/// Simulates a point in the calling thread; a point that cannot be played says why in `diagnosis`.
ValidatedPoint play_measurement(const Measurement& measurement);

}  // namespace eastwest
