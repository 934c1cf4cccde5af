// SPDX-License-Identifier: Apache-2.0
// Structure: do the cables make the fabric that the site asks for: rails, planes, tiers, even uplinks, links in the phase of their devices?
//
// Rules: structure.rails (a NIC port on a leaf of other rails or another plane), structure.group (a NIC on the right rail, but on the leaf
// of other servers than the server's other NICs), structure.tiers (a cable that joins no neighbouring tiers), structure.uplinks (a switch
// whose links upwards are spread otherwise than those of most of its tier), structure.phase (a device that comes before its links).
// What a leaf serves is what most of its cables say, and the design where they are even: leaves may be renamed as a whole, a single cable
// may not. Source: rails of S-SP1 to S-SP3, planes of S-ERA3; Clos 1953 for tiers.
// LIMITATIONS: rails are held for rail_optimised, rail_only and multi_plane, whose design is known (PlantDesign); tiers and uplinks for
// topologies whose design has tiers; of uplinks the complete site is held, not each phase.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_structure(const CheckInput& input);

}  // namespace eastwest
