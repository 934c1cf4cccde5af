// SPDX-License-Identifier: Apache-2.0
// Pathways as a graph: the trays of a hall of rows, and the shortest way of a cable from one rack to another.
//
// Units: core/quantity.hpp. A rack's name is the foot of its drop, "A01.top" the place over it. Generated: a drop for every rack, a tray along
// every row, and a tray between rows over every n-th column that both rows have. Invariant: routes are shortest; of equally short ones the one
// whose last bend has the lowest index, so that the same racks give the same route on any machine.
// LIMITATIONS: fill does not move a route; a cable inside a rack takes the rack's first drop once, and no pathway where the rack has none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topology/cabling.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

std::vector<Pathway> generated_pathways(const std::vector<PlantRack>& racks, const RackGrid& grid, const PlantSettings& settings);

struct PathwayRoute {
  bool found = false;
  std::vector<std::uint32_t> pathways;  // indices, from the first rack on
  Length length;
};

class PathwayGraph {
 public:
  PathwayGraph(const std::vector<PlantRack>& racks, const std::vector<Pathway>& pathways);
  /// Racks by index. Searches once for each first rack and remembers.
  [[nodiscard]] PathwayRoute route(std::uint32_t from_rack, std::uint32_t to_rack);

 private:
  struct Edge {
    std::uint32_t to = 0;
    std::uint32_t pathway = 0;
  };
  struct Step {
    std::int64_t distance = -1;  // mm; negative: not reached
    std::uint32_t previous = 0;
    std::uint32_t pathway = kNone;
  };
  const std::vector<Step>& search(std::uint32_t from_rack);

  const std::vector<Pathway>& pathways_;
  std::vector<std::uint32_t> place_of_rack_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<std::vector<Step>> searched_;  // by rack; empty: not yet
};

}  // namespace eastwest
