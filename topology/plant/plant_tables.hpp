// SPDX-License-Identifier: Apache-2.0
// Tables of racks, devices and pathways: what `eastwest expand` writes of a plant and what a site may give instead of what is generated.
//
// racks: rack, room, row, column, rack_units, power_limit, weight_limit. devices: device, kind, model, rack, unit, height, ports, power_max,
// weight, phase. pathways: pathway, kind, from, to, length_m, width, depth, fill_initial, fill_most.
// Invariants: writing, reading and writing gives the same bytes; every rack of the fabric and every node has its row; what is wrong
// is told with its line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

std::string write_racks(const Plant& plant);
std::string write_devices(const Plant& plant);
std::string write_pathways(const Plant& plant);

/// `racks` holds what was generated; rows replace it by name. A rack that no row names stays.
void read_racks(std::string_view text, const std::string& file, std::vector<PlantRack>& racks, Diagnostics& diagnostics);
/// `devices` holds the nodes; rows place them; rows of kind panel are appended. `phases` is how many the site has. Gives back the line of each
/// device, 0 of those without a row.
std::vector<std::uint32_t> read_devices(std::string_view text, const std::string& file, const std::vector<PlantRack>& racks,
                                        std::uint32_t phases, std::vector<Device>& devices, Diagnostics& diagnostics);
std::vector<Pathway> read_pathways(std::string_view text, const std::string& file, Diagnostics& diagnostics);

}  // namespace eastwest
