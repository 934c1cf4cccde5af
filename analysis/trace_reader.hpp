// SPDX-License-Identifier: Apache-2.0
// Reads a trace, complete or not, into plain values.
//
// Units: core/quantity.hpp. Invariants: rows are those that the writer made safe: all of a complete trace, the committed ones
// of FILE.h5.partial. Whatever the file holds, the answer is a value or an error that names file and reason.
// LIMITATIONS: HDF5 1.10 may never come back from a file whose heap of texts was overwritten with zeros; flows and requests are held in memory; link rows are read block by block and only their means and maxima kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/simulation.hpp"
#include "workloads/schedule.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct TraceData {
  std::string path;
  std::string program_version;
  std::string scenario_text;
  std::string topology;
  std::string digest;   // "" while incomplete
  std::string outcome;  // "complete", "cancelled", "stalled"; "running": the writer never finished
  std::string diagnosis;
  bool complete = false;
  bool sealed = false;  // the writer finished, so totals and histograms are there
  std::uint64_t seed = 0;
  Time simulated;  // of an unsealed trace: the end of its last row
  double wall_seconds = 0;
  Counters counters;  // zero while unsealed, but for drops_buffer (all drops), ecn_marks
  std::vector<Job> jobs;
  std::vector<Time> job_finish;             // kTimeNever: unfinished or unknown
  std::vector<Collective> collective_list;  // Schedule::collectives
  std::vector<CollectiveRow> collectives;
  std::vector<StepRow> steps;
  std::vector<TrainingFacts> training;  // empty when the trace has none, as those of older programs
  std::vector<RequestRow> requests;
  std::vector<FlowRow> flows;
  std::vector<std::string> link_names;  // "server-0:0 -> leaf-0:3"
  std::vector<LinkTotal> links;
  std::uint64_t link_rows = 0;
  std::uint64_t pause_intervals = 0;  // pairs of probe interval and link with any pause; of an unsealed trace only
  std::vector<LatencyHistogram> latency;
};

Result<TraceData> read_trace(const std::string& path);

}  // namespace eastwest
