// SPDX-License-Identifier: Apache-2.0
// Route versions: the next-hop tables of a run and when switches begin to use each of them.
//
// The first holds from the start. After every instant with faults a new table is made of the cables that are up then; it
// comes into use `reroute_delay` later, at all switches at once. LIMITATIONS: no convergence of a routing protocol.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/options.hpp"
#include "topology/next_hops.hpp"

namespace eastwest {

struct RouteVersion {
  Time time;
  NextHops hops;
};

/// `faults` in order of time.
std::vector<RouteVersion> route_versions(const Fabric& fabric, const std::vector<Fault>& faults, Duration reroute_delay);

}  // namespace eastwest
