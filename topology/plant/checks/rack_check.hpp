// SPDX-License-Identifier: Apache-2.0
// Racks: units, power and weight of what stands in each rack when the site is complete.
//
// Rules: racks.units (a device without a place), racks.power and racks.weight (the most of the catalogue or the site's table against the limits of
// the rack), racks.unknown (devices whose power or weight nobody stated: sums are then "at least").
// LIMITATIONS: power is the device's own most; modules in its cages, cables and power strips are not in the sums.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

struct RackUse {
  std::uint32_t servers = 0;
  std::uint32_t switches = 0;
  std::uint32_t panels = 0;
  std::uint32_t units = 0;  // taken
  Power power;
  Mass weight;
  std::uint32_t power_unknown = 0;  // devices, panels not counted: they draw nothing
  std::uint32_t weight_unknown = 0;
  std::vector<std::uint32_t> unplaced;  // devices
};

/// By rack.
std::vector<RackUse> rack_uses(const CheckInput& input);
std::vector<Finding> check_racks(const CheckInput& input, const std::vector<RackUse>& uses);

}  // namespace eastwest
