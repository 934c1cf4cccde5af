// SPDX-License-Identifier: Apache-2.0
// Flow list: the text form of point-to-point flows, inline in a scenario or in a file of its own.
//
//   0 -> 1 size 1 MiB
//   2 -> 1 size 64 KiB start 10 us   # after the start of the job; 0 when left out
//
// One flow per line or between semicolons; `#` starts a comment. Ranks count from 0 within the job. Units: those of
// parse_quantity; a bare number is an error. LIMITATIONS: no dependencies between flows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "workloads/jobs/pattern.hpp"

namespace eastwest {

/// Where the text stands: mistakes in a file are reported at their own line and column; those in a scenario at `place`,
/// with the number of the flow.
struct FlowListSource {
  Place place;
  bool is_file = false;
  std::string job;  // named in the message of an inline list
};

/// Every flow that is right; every mistake goes to `diagnostics` (of many only the first 20).
std::vector<PatternFlow> parse_flow_list(std::string_view text, std::uint32_t ranks, const FlowListSource& source,
                                         Diagnostics& diagnostics);

}  // namespace eastwest
