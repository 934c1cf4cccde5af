// SPDX-License-Identifier: Apache-2.0
// Recabling: plugs the cables of a fabric anew: ends, rates and delays as a schedule, a measurement or a phase says.
//
// Invariant: afterwards cable c has links 2 c (a to b) and 2 c + 1, as FabricAssembly gives them; ports that no cable ends at are free.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// What a cable brings to both of its links. `loss_ab` from end a to end b.
struct LinkFacts {
  BitRate rate;
  double loss_ab = 0;
  double loss_ba = 0;
};

/// The facts of every cable of `fabric`.
std::vector<LinkFacts> link_facts(const Fabric& fabric);

/// Makes links and port ends anew from `fabric.cables` and `facts`, one per cable. Error: two cables end at one port.
Status relink(Fabric& fabric, const std::vector<LinkFacts>& facts);

/// After cables have moved: a fabric of tiers stays one as long as each cable joins neighbouring tiers; else nothing is promised.
void review_structure(Fabric& fabric);

}  // namespace eastwest
