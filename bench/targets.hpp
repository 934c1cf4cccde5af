// SPDX-License-Identifier: Apache-2.0
// Targets: what the design asks of speed and size, and what the runs of a suite reached.
//
// Source of the limits: the design's table "speed and size to reach", repeated in docs/performance.md. A target whose rows are not in
// the suite stays unmeasured and names the command that measures it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/suite.hpp"

namespace eastwest::bench {

struct Target {
  std::string what;
  std::string asked;
  std::string reached;      // with its unit; where it is not measured, how to measure it
  std::optional<bool> met;  // none: not measured
};

std::vector<Target> judge_targets(const std::vector<Row>& rows);

}  // namespace eastwest::bench
