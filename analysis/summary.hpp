// SPDX-License-Identifier: Apache-2.0
// Summary of a run: the text that `eastwest run` prints and the object of `--json`.
//
// Units: times in s, bandwidths in GB/s (1e9), as docs and nccl-tests have them. Collectives that differ only in their number are one
// entry with a count; `time_s` is then their mean. Flows are told of by size, for jobs that are made of them. LIMITATIONS: single flows,
// and the messages of collectives, are in the trace alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/flow_classes.hpp"
#include "sim/simulation.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// What the program knows about a run besides its result.
struct RunFacts {
  std::string scenario;  // its file or name
  std::string program_version;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::string trace_path;            // "": none was written
  std::vector<JobFlows> flows = {};  // of FlowTally
  Duration retransmit_timeout = {};  // 0: not told
  bool losses_drawn = true;          // false: of a run of flows, which knows the expected loss only
};

std::string summary_text(const RunResult& result, const Fabric& fabric, const Workload& workload, const RunFacts& facts);
/// One JSON object with a line feed at its end; keys in the order of docs/trace-format.md, times in seconds.
std::string summary_json(const RunResult& result, const Fabric& fabric, const Workload& workload, const RunFacts& facts);

/// Links by falling mean utilisation, at most `count`, ties by number: for both forms and for `compare`.
std::vector<std::uint32_t> busiest_links(const std::vector<LinkTotal>& links, std::size_t count);
const char* to_string(Outcome outcome);

}  // namespace eastwest
