// SPDX-License-Identifier: Apache-2.0
// Lengths of pieces against their ways: can what is bought reach from end to end, and is what the schedule says of the way true?
//
// Rules, of every piece that is not retired: its route is as long as its pathways together; the installed length is at least the route; the ordered
// length at least the installed one; a piece between two racks has a route; no pathway stands twice in it. Lengths may be short by `kLengthRounding`.
// Source: arithmetic. LIMITATIONS: slack and drops are the site's; that they are enough at a device is not known.
#pragma once

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

inline constexpr Length kLengthRounding{50};  // tables are written to the centimetre or decimetre

/// Rules `pathways.length`, `pathways.order`, `pathways.unrouted`.
std::vector<Finding> check_lengths(const CheckInput& input);

}  // namespace eastwest
