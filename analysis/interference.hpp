// SPDX-License-Identifier: Apache-2.0
// Interference: what a job loses by sharing a fabric, its figures in a run with all jobs against those of a run of it alone.
//
// Units: seconds; slowdown is shared / alone, so 1 says that the others did not matter. Figures of a job are its time, its mean training
// step, TTFT, TPOT and end-to-end time of its requests, and times of its flows by size, as far as it has them. LIMITATIONS: what one of
// the two runs did not finish is left out; percentiles of both runs are compared, not one request with itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/summary.hpp"

namespace eastwest {

/// One figure of one job in one run.
struct Measure {
  std::string what;  // "time", "step mean", "TTFT p99", "flows under 100 kB p99"
  std::uint64_t count = 1;
  double seconds = 0;
};
/// Every figure that the job has in this run; nothing when it did not finish.
std::vector<Measure> measures_of_job(const RunResult& result, const RunFacts& facts, const Workload& workload, std::uint16_t job);

struct InterferenceRow {
  std::string job;
  std::string what;
  std::uint64_t count = 1;  // in the shared run
  double shared = 0;        // s
  double alone = 0;         // s
  [[nodiscard]] double slowdown() const { return alone > 0 ? shared / alone : 0; }
};
/// The figures that both runs have, in the order of the shared one.
std::vector<InterferenceRow> interference_of_job(const std::string& job, const std::vector<Measure>& shared,
                                                 const std::vector<Measure>& alone);

/// A run of one job alone, as far as it is told of beside the figures.
struct AloneRun {
  std::string job;
  std::string outcome;
  std::string digest;
  std::string trace;         // "": none
  std::string summary_json;  // "": not asked for
};
/// The table of figures and one line per run; it follows the summary of the shared run.
std::string interference_text(const std::vector<InterferenceRow>& rows, const std::vector<AloneRun>& runs);
/// One object: `shared`, `alone` by job, `interference`.
std::string interference_json(const std::string& shared_summary_json, const std::vector<InterferenceRow>& rows,
                              const std::vector<AloneRun>& runs);

}  // namespace eastwest
