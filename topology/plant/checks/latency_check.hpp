// SPDX-License-Identifier: Apache-2.0
// Latency: the worst idle paths between NICs, component by component, against what the site allows.
//
// Paths are shortest by hops; of those between two NICs the slowest counts. Two are told: the worst within one leaf and the worst between
// leaves. Rules: latency.budget (`latency_budget` of the site), latency.path (a note where NICs have no path at all).
// Source: topology/plant/latency_budget.hpp. LIMITATIONS: NICs are compared by their first switch, in two servers where there are
// two; no queueing; a frame of 4096 B.
#pragma once

#include <string>
#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"
#include "topology/plant/latency_budget.hpp"

namespace eastwest {

struct LatencyCase {
  std::string what;  // "within one leaf", "between leaves"
  std::string from;  // "server-00:rail0"
  std::string to;
  std::uint32_t switches = 0;
  LatencyBudget budget;
};

struct LatencyCases {
  std::vector<LatencyCase> cases;
  std::uint64_t pairs = 0;      // of first switches, unequal
  std::uint64_t unreached = 0;  // of them without a path
};

inline constexpr Bytes kLatencyFrame{4'096};

LatencyCases worst_latencies(const CheckInput& input);
std::vector<Finding> check_latency(const CheckInput& input, const LatencyCases& latencies);

}  // namespace eastwest
