// SPDX-License-Identifier: Apache-2.0
// Deadlock: can the buffers of a lossless fabric come to wait for each other in a circle?
//
// A packet that waits in the queue of (link, channel) holds buffer that others behind it need; it waits for the next (link, channel)
// of its route. The channel dependency graph has an edge wherever some packet may hold one and wait for the other: over
// every pair of switches with hosts, every hop that the table allows, and every intermediate of Valiant paths. Without a cycle
// no deadlock can be; with one it may, where links are lossless (PFC or credits). Hosts always take what arrives.
// Source: Dally, Seitz, IEEE ToC 1987, theorem 1; "cyclic buffer dependency" in PFC networks: Hu et al., HotNets 2016.
// Cost: (targets) x (switches) x (ways in) x (ways out), a few seconds for thousands of switches.
#pragma once

#include <string>
#include <vector>

#include "topology/routing.hpp"

namespace eastwest {

struct BufferWait {
  LinkId link;  // the queue in front of it
  std::uint32_t channel = 0;
};

/// A circle in which each waits for the next and the last for the first; empty when there is none.
std::vector<BufferWait> find_buffer_cycle(const Fabric& fabric, const RoutingTable& table);

/// "4 queues wait for each other in a circle: switch-0:1 -> switch-1:2, ... -> ..., channel 0; ..." for messages.
std::string describe_cycle(const Fabric& fabric, const std::vector<BufferWait>& cycle, std::uint32_t channels);

}  // namespace eastwest
