// SPDX-License-Identifier: Apache-2.0
// Report: a suite as tables for people and as one JSON object for programs.
#pragma once

#include <string>
#include <vector>

#include "bench/suite.hpp"
#include "bench/targets.hpp"

namespace eastwest::bench {

struct RunConditions {
  bool smoke = false;  // sizes too small for its times to mean anything
  unsigned rounds = 0;
};

/// Every row with minimum and median of its rounds.
void print_rows(const std::vector<Row>& rows);
void print_targets(const std::vector<Target>& targets);
std::string report_json(const std::vector<Row>& rows, const std::vector<Target>& targets, const RunConditions& conditions);

}  // namespace eastwest::bench
