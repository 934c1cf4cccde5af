// SPDX-License-Identifier: Apache-2.0
// Fidelity: one scenario played by both engines, side by side, so that a user sees what the cheaper one costs in accuracy.
//
// Units: seconds; a difference is flow / packet - 1. Collectives are grouped as in the summary: the times are means over the
// group, `worst` is the largest difference of a single collective. Steps are listed one by one. LIMITATIONS: what only one of
// the two engines finished is left out of the rows and counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/summary.hpp"

namespace eastwest {

struct FidelityRow {
  std::string job;
  std::string what;  // "finish", "all_reduce ring 64 MiB", "step 3", "time to first token p50"
  std::uint64_t count = 1;
  double packet = 0;  // s
  double flow = 0;    // s
  double worst = 0;   // difference of the single entry that differs most, with its sign
  [[nodiscard]] double difference() const { return packet > 0 ? flow / packet - 1 : 0; }
};

struct FidelityComparison {
  std::vector<FidelityRow> jobs;
  std::vector<FidelityRow> collectives;
  std::vector<FidelityRow> steps;
  std::vector<FidelityRow> requests;
  std::uint64_t unmatched = 0;  // collectives and steps that only one engine finished
};

FidelityComparison compare_fidelities(const RunResult& packet, const RunResult& flow, const Workload& workload);

/// Both runs as one would print them: outcome, cost, and the table of differences.
std::string fidelity_text(const RunResult& packet, const RunFacts& packet_facts, const RunResult& flow, const RunFacts& flow_facts,
                          const Workload& workload);
/// One object: `packet` and `flow` as `summary_json` has them, `differences`, `cpu_ratio`.
std::string fidelity_json(const RunResult& packet, const RunFacts& packet_facts, const RunResult& flow, const RunFacts& flow_facts,
                          const Fabric& fabric, const Workload& workload);

}  // namespace eastwest
