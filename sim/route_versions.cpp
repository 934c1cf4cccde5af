// SPDX-License-Identifier: Apache-2.0
#include "sim/route_versions.hpp"

namespace eastwest {

std::vector<RouteVersion> route_versions(const Fabric& fabric, const std::vector<Fault>& faults, Duration reroute_delay) {
  std::vector<RouteVersion> versions;
  versions.push_back({Time{0}, all_shortest_paths(fabric)});
  std::vector<bool> down(fabric.cables.size(), false);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    down[faults[i].cable.index()] = !faults[i].up;
    const bool last_of_instant = i + 1 == faults.size() || faults[i + 1].time != faults[i].time;
    if (last_of_instant) versions.push_back({faults[i].time + reroute_delay, all_shortest_paths(fabric, down)});
  }
  return versions;
}

}  // namespace eastwest
