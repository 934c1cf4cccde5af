// SPDX-License-Identifier: Apache-2.0
// Handles: one 32-bit index type per kind of thing, so that a link is never used where a port is meant.
//
// Invariants: an id indexes the flat array of its kind; `kNone` marks absence. Ids are stable for the life of the
// fabric or workload that made them, and events are ordered by them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace eastwest {

template <class Tag>
struct Id {
  std::uint32_t value = 0xffff'ffffu;
  friend constexpr auto operator<=>(Id, Id) = default;
  [[nodiscard]] constexpr bool exists() const { return value != 0xffff'ffffu; }
  [[nodiscard]] constexpr std::size_t index() const { return value; }
};

using NodeId = Id<struct NodeTag>;            // a switch or a host, in Fabric::nodes
using PortId = Id<struct PortTag>;            // one end of a cable, in Fabric::ports
using LinkId = Id<struct LinkTag>;            // one direction of a cable, in Fabric::links
using CableId = Id<struct CableTag>;          // both directions, in Fabric::cables
using EndpointId = Id<struct EndpointTag>;    // a NIC port that packets can be addressed to, in Fabric::endpoints
using GpuId = Id<struct GpuTag>;              // global GPU (or plain process slot) number, hosts in order
using RankId = Id<struct RankTag>;            // index into Workload::ranks
using OperationId = Id<struct OperationTag>;  // index into Schedule::operations

}  // namespace eastwest
