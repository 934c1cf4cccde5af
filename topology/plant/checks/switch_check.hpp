// SPDX-License-Identifier: Apache-2.0
// Switches: ports in use and spare at every phase, and how many uplinks carry what comes from below.
//
// Rules: switches.ports (more links than ports), switches.reserve (`port_reserve` of the site after the last phase), switches.uneven (leaves of one
// fabric that are oversubscribed more than others when the site is complete), switches.oversubscribed (a note), switches.unknown (ports not known).
// Of links at several rates each takes its share of the switch: a port at half the rate is half a port.
// LIMITATIONS: oversubscription is rates of links to lower tiers over rates of links to higher ones; fabrics without tiers have none.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

struct SwitchUse {
  std::uint32_t node = 0;
  std::uint32_t ports = 0;               // at the rate of its first link; 0: unknown
  std::vector<std::uint32_t> used;       // links by phase
  std::vector<double> share;             // of the switch in use, by phase; 0 when ports are not known
  std::vector<double> oversubscription;  // by phase; 0: no links up, or none down
};

std::vector<SwitchUse> switch_uses(const CheckInput& input);
std::vector<Finding> check_switches(const CheckInput& input, const std::vector<SwitchUse>& uses);

}  // namespace eastwest
