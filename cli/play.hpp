// SPDX-License-Identifier: Apache-2.0
// One run, for the verbs that make one or several: everything made before it starts, the simulation with its trace, what is printed.
//
// Convention: mistakes and verdicts go to standard error here; an exit code says which kind. A run that was prepared is played or
// abandoned, never both.
#pragma once

#include <optional>
#include <string>

#include "analysis/summary.hpp"
#include "cli/program.hpp"
#include "scenarios/runner.hpp"
#include "sim/trace/trace_writer.hpp"

namespace eastwest::cli {

/// Everything that a run needs.
struct Prepared {
  Built built;
  RunFacts facts;
  std::optional<TraceWriter> writer;
};
/// `trace_path` empty: no trace. Mistakes are printed, warnings unless `quiet_warnings`.
std::optional<Prepared> prepare(const RunArguments& arguments, const Scenario& scenario, const std::string& trace_path,
                                Diagnostics& diagnostics, bool quiet_warnings = false);
/// A run that will not be played leaves nothing behind.
void abandon(std::optional<Prepared>& prepared);

struct Played {
  int code = kExitInput;
  std::optional<RunResult> result;  // none: bad input
};
/// Simulates and finishes the trace. `cpu_before`: what the program had used when this run began.
Played play(const RunArguments& arguments, Prepared& prepared, double cpu_before);

/// User and system time of the whole program, in seconds.
double cpu_seconds();
/// A run that is not what was asked for says so even when it is quiet; `engine` is "" or " packet": which run.
void print_verdicts(const RunResult& result, const char* engine);
/// Summary, verdicts and the place of the trace.
void print_result(const RunArguments& arguments, const RunResult& result, const Built& built, const RunFacts& facts);
/// "run.h5", "flow" -> "run.flow.h5": the traces of several runs of one scenario stand side by side.
std::string trace_of(const std::string& path, const std::string& which);

/// The verb's forms with several runs.
int run_both(const RunArguments& arguments);
int run_against_alone(const RunArguments& arguments);

}  // namespace eastwest::cli
