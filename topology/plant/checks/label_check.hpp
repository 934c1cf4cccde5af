// SPDX-License-Identifier: Apache-2.0
// Labels: ids that are given once, plugs that have their port for themselves, and cables that make no link.
//
// Rules: labels.id (two pieces, links or devices of one name), labels.port (two plugs at one port), labels.unplugged (a NIC port without a cable), labels.dark (a cord that makes no
// link), labels.spare (trunks none of whose strands is in use: a note, spare trunks are planned).
// Source: TIA-606 style identifiers, docs/plant.md. Retired pieces keep their ids and nothing else.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_labels(const CheckInput& input);

}  // namespace eastwest
