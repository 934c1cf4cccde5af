// SPDX-License-Identifier: Apache-2.0
// Distributions: cumulative shares of what a run measured many times, thinned to what a plot can show.
//
// Units: s, or 1 for slowdowns. A curve's point is the nearest rank at its share (analysis/metrics.hpp), so always a value that occurred; of
// packet latency it is the lower edge of a bin at most 3.1 % wide. Up to 400 values are all there; beyond, 24 points in each halving of the
// rest towards 1, where tails are. Invariants: shares and values ascend, the last share is 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/trace_reader.hpp"

namespace eastwest {

struct Distribution {
  std::string metric;  // "TTFT", "TPOT", "E2E", "flow slowdown", "flow time", "packet latency", "step time"
  std::string unit;    // "s" or "1"
  std::string of;      // job, and class or size where there are several
  std::uint64_t count = 0;
  std::vector<double> share;
  std::vector<double> value;
};

Distribution distribution(std::string metric, std::string unit, std::string of, std::vector<double> values);
std::vector<Distribution> distributions(const TraceData& trace);

}  // namespace eastwest
