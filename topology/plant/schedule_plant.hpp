// SPDX-License-Identifier: Apache-2.0
// From a cable schedule to a plant and its fabric: devices are looked up, channels traced through panels, cables plugged as the schedule says.
//
// A channel is found by following plugs: a cord in the front of a panel's port goes on in the trunk behind it, at the same place of the trunk's
// far end, and so on until a device. Dark strands and cords that end at a panel make no link and are kept. Links stand in the order of their
// first rows; a link's name is `link`, or the cable id where that is empty. Ports are named as their device names them, or by number from 0.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/cable_schedule.hpp"

namespace eastwest {

/// Replaces pieces, routes, steps and channels of `plant` and cables, links and ports in use of `fabric` by what `rows` say; devices, racks,
/// pathways and port names of `plant` are there. Mistakes stand at lines of `file`.
void apply_schedule(const std::vector<ScheduleRow>& rows, const std::string& file, const Catalogue& catalogue, Plant& plant, Fabric& fabric,
                    Diagnostics& diagnostics);

/// Gives pieces and links of `plant` the ids, statuses and remarks that rows of an earlier schedule give to the same ends; rows that nothing
/// matches are kept as retired; what is new takes numbers above every one ever used.
void keep_ids(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric);

}  // namespace eastwest
