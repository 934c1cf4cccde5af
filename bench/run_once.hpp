// SPDX-License-Identifier: Apache-2.0
// One run of a work: what it computed (digest, counters) and what that cost.
//
// Units: seconds, bytes, picoseconds. CPU seconds are those of all threads of the process. Both times cover `simulate` and, when a
// trace is written, everything from opening its file to its being durable on disk; reading and building the scenario is timed apart.
// Invariant: a run that is not complete and sane has an `error` and must not be reported as a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/work.hpp"
#include "sim/options.hpp"
#include "sim/simulation.hpp"

namespace eastwest::bench {

struct RunSetting {
  Fidelity fidelity = Fidelity::packet;
  unsigned threads = 1;
  bool trace = false;   // write one, at default probes, to a temporary file that is removed again
  bool detail = false;  // also fill what is compared with other simulators
};

struct RunFigures {
  std::string error;  // empty: complete and sane
  std::string digest;
  Counters counters;
  std::uint64_t operations = 0;  // of the schedule: a message is two, its send and its receive
  Time simulated;
  double build_seconds = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  std::uint64_t trace_bytes = 0;
  std::uint64_t peak_bytes = 0;  // of the whole process; filled by run_in_child alone
  // With `detail`:
  std::uint64_t messages = 0;
  double mean_arrival_ps = 0;        // of messages, from the start of the run
  std::vector<double> link_seconds;  // how long each directed link was busy
};

/// Runs in this process.
RunFigures run_here(const Work& work, const RunSetting& setting);
/// Runs in a child process, so that the peak memory is that of this run alone.
RunFigures run_in_child(const Work& work, const RunSetting& setting);

}  // namespace eastwest::bench
