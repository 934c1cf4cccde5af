// SPDX-License-Identifier: Apache-2.0
// The latency of one frame from NIC to NIC, component by component, on an idle path.
//
//   NIC of both sides + per link (propagation + FEC + module at each end) + switches + serialisation
// Cut-through pays serialisation once, at the slowest link; a switch that stores and forwards pays it again, and so does one
// whose egress is faster than its ingress, because it must wait for the last bit.
// Source: IEEE 802.3 and 802.1 by arithmetic; component figures are those of the catalogue, most of them general knowledge.
// Units: picoseconds. LIMITATIONS: a cut-through switch forwards at the first bit (the time of the header, 1 to 5 ns, is taken
// to be in its latency); no queueing; messages longer than a frame add their further frames at the slowest link.
#pragma once

#include <string>
#include <vector>

#include "core/quantity.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

struct LatencyLink {
  std::string name;  // "30 m of os2"
  Duration propagation;
  Duration fec;          // codeword fill and pipeline, once per link
  Duration module_near;  // 0 for passive copper
  Duration module_far;
  BitRate rate;
};

struct LatencySwitch {
  std::string name;
  Duration latency;
  ForwardingMode mode = ForwardingMode::cut_through;
};

/// Links and switches in order; one link more than switches.
struct LatencyPath {
  Duration nic_near;
  Duration nic_far;
  std::vector<LatencyLink> links;
  std::vector<LatencySwitch> switches;
  Bytes frame;
};

enum class LatencyPart : std::uint8_t { nic, medium, fec, module, network_switch, serialisation };
std::string_view name_of(LatencyPart part);

struct LatencyItem {
  LatencyPart part;
  std::string what;
  Duration value;
};

struct LatencyBudget {
  std::vector<LatencyItem> items;  // in the order in which a frame meets them
  Duration total;
  [[nodiscard]] Duration of(LatencyPart part) const;
};

LatencyBudget latency_budget(const LatencyPath& path);

}  // namespace eastwest
