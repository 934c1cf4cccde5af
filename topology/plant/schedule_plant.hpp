// SPDX-License-Identifier: Apache-2.0
// From a cable schedule to a plant and its fabric: devices are looked up, channels traced through panels, cables plugged as the schedule says.
//
// A channel is found by following plugs: a cord in the front of a panel's port goes on in the trunk behind it, at the same place of the trunk's
// far end, and so on until a device. Dark strands and cords that end at a panel make no link and are kept. Links stand in the order of their
// first rows; a link's name is `link`, or the cable id where that is empty. Ports are named as their device names them; a plain number is taken
// where it can mean one port only, whether counted from 0 or from 1, and is a mistake that tells both readings elsewhere.
// What a short row leaves out is the site's (short_rows.hpp), its phase that of its devices.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// Replaces pieces, routes, steps and channels of `plant` and cables, links and ports in use of `fabric` by what `rows` say; devices, racks,
/// pathways, phases and port names of `plant` are there. Mistakes stand at lines of `file`. Piece i is of row i.
void apply_schedule(const std::vector<ScheduleRow>& rows, const std::string& file, const Catalogue& catalogue,
                    const PlantSettings& settings, Plant& plant, Fabric& fabric, Diagnostics& diagnostics);

/// Gives pieces and links of `plant` the ids, statuses and remarks that rows of an earlier schedule give to the same ends; rows that nothing
/// matches are kept as retired; what is new takes numbers above every one ever used. A link keeps its name as long as one of its cords at its
/// ends is there and no other link has more right to it. Names of links and ids of pieces are unique. Takes time in proportion to the rows.
void keep_ids(const std::vector<ScheduleRow>& rows, Plant& plant, Fabric& fabric);

}  // namespace eastwest
