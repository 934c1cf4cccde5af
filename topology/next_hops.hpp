// SPDX-License-Identifier: Apache-2.0
// Next-hop tables: for every switch and destination endpoint, all ports that lie on a shortest path.
//
// Shape: `entries[switch * endpoint_count + endpoint]` names a run of `ports` (port index within the switch, ascending).
// Hop count is the metric; links that are down do not exist. Equal runs are stored once, so that tables of
// hundreds of switches stay in cache. LIMITATIONS: no weights; hosts do not forward.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/fabric.hpp"

namespace eastwest {

struct NextHops {
  struct Entry {
    std::uint32_t first = 0;  // into ports
    std::uint32_t count = 0;  // 0: unreachable
  };
  std::uint32_t endpoint_count = 0;
  std::vector<Entry> entries;
  std::vector<std::uint16_t> ports;

  [[nodiscard]] std::span<const std::uint16_t> at(std::size_t switch_index, EndpointId endpoint) const {
    const Entry entry = entries[switch_index * endpoint_count + endpoint.index()];
    return {ports.data() + entry.first, entry.count};
  }
};

/// `cable_down[cable]` true takes both directions away; empty means that all cables are up.
NextHops all_shortest_paths(const Fabric& fabric, const std::vector<bool>& cable_down = {});

}  // namespace eastwest
