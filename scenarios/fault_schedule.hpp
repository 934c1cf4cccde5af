// SPDX-License-Identifier: Apache-2.0
// Fault schedule: the faults of a scenario as what happens to cables of a fabric, in order of time.
//
// Dirt on a connector takes its loss off the cable's optical margin until the cable is cleaned; what several faults add sums up. The
// margin that is left gives the frame loss of a full frame (topology/plant/margin.hpp). `frame_loss` sets the probability itself, `clean`
// puts back what the site says. Units: dB, probability.
// LIMITATIONS: both directions of a cable have the margin of its worse one; the loss comes and goes at once.
#pragma once

#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"
#include "sim/options.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// `margin_exponent` is the site's, as in topology/plant/margin.hpp. Everything that is wrong goes to `diagnostics`, at the place of its fault.
std::vector<Fault> fault_schedule(const std::vector<ScenarioFault>& faults, const Fabric& fabric, const NetworkOptions& network,
                                  double margin_exponent, Diagnostics& diagnostics);

}  // namespace eastwest
