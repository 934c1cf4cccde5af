// SPDX-License-Identifier: Apache-2.0
// Rails and planes: is every NIC port on a leaf of its rail, of its plane, and of the servers that its server belongs to?
//
// Rules and how a leaf's rails are known: structure_check.hpp, which tells these findings among its own.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_rails(const CheckInput& input);

}  // namespace eastwest
