// SPDX-License-Identifier: Apache-2.0
// Static paths: one next hop for every switch and endpoint, dealt by the number of the destination instead of a hash (static rail).
//
// Endpoints are numbered leaf after leaf, as they stand on each (d). A switch of tier 1 with n next hops takes number d mod n,
// one of tier 2 (d / n) mod n, and so on: D-mod-K, with which neighbouring destinations use different spines and every
// destination is reached through one spine only. On a full fat tree no two flows of a shift permutation share a link.
// Source: Zahavi, "D-Mod-K routing providing non-blocking traffic for shift permutations on real life fat trees", CCIT 776, 2010.
// LIMITATIONS: weights are ignored; n of the tiers below is taken from the switch at hand, as in fabrics of equal switches.
#pragma once

#include "topology/next_hops.hpp"

namespace eastwest {

NextHops static_paths(const Fabric& fabric, const NextHops& all);

}  // namespace eastwest
