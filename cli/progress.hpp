// SPDX-License-Identifier: Apache-2.0
// Progress of a run on standard error: one line that is rewritten on a terminal, a plain line now and then otherwise.
//
// The share done is of operations, or of the scenario's duration where the jobs decide as they run; the time left
// is that share extrapolated. LIMITATIONS: an estimate: packets per operation vary over a run.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "core/quantity.hpp"
#include "sim/simulation.hpp"

namespace eastwest::cli {

/// 0 to 1: of operations, or of the duration where the jobs decide as they run.
double share_done(const Progress& progress, Duration duration);
/// One line, without its end: "simulated 1.25 ms, 43 %, 12.1 M events/s, 3 s left".
std::string progress_line(const Progress& progress, Duration duration, double wall_seconds);

/// Prints from a thread of its own while it lives.
class ProgressPrinter {
 public:
  ProgressPrinter(const Progress& progress, Duration duration, bool quiet);
  ~ProgressPrinter();
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

 private:
  void watch(const Progress& progress, Duration duration);
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace eastwest::cli
