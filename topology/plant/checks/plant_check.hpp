// SPDX-License-Identifier: Apache-2.0
// All rules at once: what is wrong with a plant, worst first, and the tables that say how it is.
//
// Invariants: findings stand by level, within a level by family (structure, optics, channels, cages, latency, PFC, pathways, racks, switches,
// labels),
// within a family the worst first; equal sites give equal results. LIMITATIONS: the complete site is checked, whatever phase is built.
#pragma once

#include <vector>

#include "topology/plant/checks/latency_check.hpp"
#include "topology/plant/checks/pathway_check.hpp"
#include "topology/plant/checks/pfc_check.hpp"
#include "topology/plant/checks/rack_check.hpp"
#include "topology/plant/checks/switch_check.hpp"

namespace eastwest {

struct PlantCheck {
  std::vector<Finding> findings;
  LatencyCases latency;
  std::vector<PfcUse> pfc;           // by switch
  std::vector<PathwayUse> pathways;  // by pathway
  std::vector<RackUse> racks;        // by rack
  std::vector<SwitchUse> switches;   // by switch
  [[nodiscard]] std::size_t count(FindingLevel level) const;
  [[nodiscard]] bool passed() const { return count(FindingLevel::fail) == 0; }
};

PlantCheck check_plant(const CheckInput& input);

}  // namespace eastwest
