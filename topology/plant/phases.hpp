// SPDX-License-Identifier: Apache-2.0
// Phases: when each node and link of the final fabric is bought and pulled, so that no phase has to touch what an earlier one laid.
//
// The final site is designed once; a phase is the part of it that its GPUs need. Servers come in order. A switch comes with its first link
// downwards. Of U uplinks of a switch with D links downwards, d of them there, ceil(U d / D) are there: the site stays as non-blocking as its
// last phase; they spread evenly over the switches above, so that spines are bought as late as possible. While one leaf is the whole fabric it
// needs no uplink. Invariant: with a phase there is everything of the phases before it. LIMITATIONS: fabrics without tiers (torus, dragonfly)
// bring a link between switches when both ends are there; such a part may not route, so only the last phase of them is built.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

struct PhasePlan {
  std::vector<Phase> phases;               // never empty
  std::vector<std::uint32_t> node_phase;   // by node
  std::vector<std::uint32_t> cable_phase;  // by cable
};

/// `gpus`: at the end of each phase, rising, the last all of the fabric's; empty: one phase. Errors name the entry.
Result<PhasePlan> plan_phases(const Fabric& fabric, const std::vector<std::int64_t>& gpus);

struct FabricPart {
  Fabric fabric;
  Plant plant;
};

/// What stands at the end of `phase`: nodes, links, pieces and panels of it and of those before. Port numbers and all names stay.
FabricPart part_of_phase(const Fabric& fabric, const Plant& plant, std::uint32_t phase);

}  // namespace eastwest
