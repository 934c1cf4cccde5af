// SPDX-License-Identifier: Apache-2.0
// Report: a suite as tables for people and as one JSON object for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/suite.hpp"
#include "bench/targets.hpp"

namespace eastwest::bench {

struct RunConditions {
  bool smoke = false;  // sizes too small for its times to mean anything
  unsigned rounds = 0;
};

/// One size of fabric in both engines, one thread each.
struct ScaleRows {
  std::uint32_t hosts = 0;
  Row packet;
  Row flow;
};

/// How time and memory grow with the hosts: CPU time in all, per packet-hop (ns) and to that of the first size; peak memory in all
/// and per host.
std::string scale_table(const std::vector<ScaleRows>& sizes);
/// Every row with minimum and median of its rounds.
void print_rows(const std::vector<Row>& rows);
void print_targets(const std::vector<Target>& targets);
std::string report_json(const std::vector<Row>& rows, const std::vector<Target>& targets, const RunConditions& conditions);

}  // namespace eastwest::bench
