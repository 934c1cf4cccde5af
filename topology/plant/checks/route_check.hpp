// SPDX-License-Identifier: Apache-2.0
// Routes: does every cable's way over pathways lead from the rack of one end to the rack of the other, without a gap?
//
// Rule: pathways.route. A route may be told from either end. A cable inside one rack needs none; it may have the drop of the rack, or a way
// that leads back. LIMITATIONS: a cable between racks without any route is not told: its length is what the schedule says.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_routes(const CheckInput& input);

}  // namespace eastwest
