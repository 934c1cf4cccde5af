// SPDX-License-Identifier: Apache-2.0
// Optics: every link against the loss budget, the reach and the power of its modules, and the errors that its margin leaves.
//
// Rules: optics.loss (worst case against the budget, with bands), optics.reach (by kind of fibre, or of a cable with ends of its own),
// optics.vendor_reach (the switch's or server's vendor states less for its own module), optics.power (OMA view, independent of the budget),
// optics.errors (a measured margin or error rate beyond what the code corrects), optics.frame_loss (a measured frame loss above what the code
// leaves at its limit), optics.margin (a thin measured margin), optics.unknown (nothing is known of the link's optics).
// Source: docs/plant-physics.md; limits of data/optics.csv. LIMITATIONS: links are grouped by optic, fibre, number of connections and verdict.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_optics(const CheckInput& input);

}  // namespace eastwest
