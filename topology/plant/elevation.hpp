// SPDX-License-Identifier: Apache-2.0
// Elevation: which device fills which units of its rack.
//
// Servers fill a rack from the bottom up, switches from the top down, panels follow below the switches, so that cords stay short and
// trunks come in from above. Heights, powers and weights are the catalogue's; what it does not know has the height named here and no power.
// Invariant: no unit is given twice; a device that finds no room has unit 0, which `eastwest check` reports.
#pragma once

#include <vector>

#include "topology/catalogue.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

/// One device for each node of `fabric`, in order, not yet placed. `node_phase` as in PhasePlan.
std::vector<Device> devices_of(const Fabric& fabric, const Catalogue& catalogue, const std::vector<std::uint32_t>& node_phase);

/// Which units of each rack are taken.
class Elevation {
 public:
  explicit Elevation(const std::vector<PlantRack>& racks);
  /// Places servers and switches that have no unit yet.
  void place(std::vector<Device>& devices);
  /// Takes the highest free units of a rack; 0 when there is no room of that height.
  [[nodiscard]] std::uint32_t take_from_top(std::uint32_t rack, std::uint32_t height);
  [[nodiscard]] std::uint32_t take_from_bottom(std::uint32_t rack, std::uint32_t height);
  /// Marks what stands already; false when some unit is taken or outside the rack.
  bool occupy(const Device& device);

 private:
  std::vector<std::vector<bool>> taken_;  // by rack and unit - 1
};

}  // namespace eastwest
