// SPDX-License-Identifier: Apache-2.0
// Cages: does the module of every link go into its cage, does the cage feed and cool it, are both halves of a twin cage alike?
//
// Rules: cages.form_factor, cages.power (the module's most against what the cage feeds and cools), cages.halves (one module cannot be of two
// kinds), cages.breakout (ends, lanes and rates of the module against its legs, topology/plant/breakout.hpp), cages.unknown.
// LIMITATIONS: only switches state the power of a cage; breakouts to several lanes a leg come from a schedule and are told by their cords.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_cages(const CheckInput& input);

}  // namespace eastwest
