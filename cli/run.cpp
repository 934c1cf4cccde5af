// SPDX-License-Identifier: Apache-2.0
// The verb `run`: scenario in, simulation, trace and summary out.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "analysis/summary.hpp"
#include "cli/interrupt.hpp"
#include "cli/load.hpp"
#include "cli/output_file.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"
#include "sim/trace/trace_writer.hpp"

namespace eastwest::cli {

namespace {

/// User and system time of the whole program, and its peak memory.
void take_usage(RunFacts& facts) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  facts.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  facts.peak_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

Result<TraceWriter> open_trace(const std::string& path, const Scenario& scenario, const Built& built) {
  TraceInfo info{.path = path,
                 .scenario_text = expand(scenario),
                 .program_version = EASTWEST_VERSION,
                 .fabric = *built.fabric,
                 .workload = built.workload};
  info.seed = scenario.seed;
  return TraceWriter::open(info);
}

int exit_code(const RunResult& result) {
  if (result.outcome == Outcome::cancelled) return kExitInterrupted;
  if (result.outcome == Outcome::stalled) return kExitUnfinished;
  return result.sane() ? kExitDone : kExitVerdict;
}

void print_result(const RunArguments& arguments, const RunResult& result, const Built& built, const RunFacts& facts) {
  if (arguments.json) {
    std::fputs(summary_json(result, *built.fabric, built.workload, facts).c_str(), stdout);
  } else if (!arguments.quiet) {
    std::fputs(summary_text(result, *built.fabric, built.workload, facts).c_str(), stdout);
  }
  std::fflush(stdout);
  // A run that is not what was asked for says so even when it is quiet.
  if (result.outcome == Outcome::cancelled) std::fputs("interrupted: the run was ended before it was complete\n", stderr);
  if (result.outcome == Outcome::stalled) std::fprintf(stderr, "stalled: %s\n", result.diagnosis.c_str());
  for (const Sanity& check : result.sanity) {
    if (!check.passed) std::fprintf(stderr, "sanity check failed: %s: %s\n", check.check.c_str(), check.detail.c_str());
  }
}

/// Simulates and finishes the trace; the exit code.
int play(const RunArguments& arguments, Built& built, RunFacts& facts, std::optional<TraceWriter>& writer) {
  Progress progress;
  const auto start = std::chrono::steady_clock::now();
  bool trace_lost = false;
  const RecordSink sink = [&](RecordBatch&& batch) {
    if (!writer) return;
    writer->push(std::move(batch));
    if (!writer->failed()) return;
    trace_lost = true;  // a run whose rows go nowhere is not worth its hours
    progress.cancel = true;
  };
  const InterruptGuard guard(progress.cancel);
  const Result<RunResult> result = [&] {
    const ProgressPrinter printer(progress, built.options.duration, arguments.quiet || arguments.json);
    return simulate(*built.fabric, built.workload, built.options, sink, progress);
  }();
  facts.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!result) {
    if (writer) {  // bad input leaves nothing behind
      const std::string partial = writer->partial_path();
      writer->abandon();
      std::remove(partial.c_str());
    }
    print_error(result.error());
    return kExitInput;
  }
  if (writer) {
    const std::string partial = writer->partial_path();
    if (const Status finished = writer->finish(*result, facts.wall_seconds); !finished) {
      print_error(finished.error());
      std::fprintf(stderr, "what was written before stays readable in %s\n", partial.c_str());
      if (trace_lost) {  // while it ran: there is no result to tell of
        std::fprintf(stderr, "the run was ended at %s of simulated time\n", to_readable(Duration{result->simulated.ps}).c_str());
        return kExitUnfinished;
      }
      facts.trace_path.clear();
      trace_lost = true;
    }
  }
  take_usage(facts);
  print_result(arguments, *result, built, facts);
  // The text summary names it too.
  if (arguments.json && !facts.trace_path.empty()) std::fprintf(stderr, "trace: %s\n", facts.trace_path.c_str());
  const int code = exit_code(*result);
  return trace_lost && code == kExitDone ? kExitUnfinished : code;
}

}  // namespace

int run_verb(const RunArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load(arguments.scenario, arguments.overrides, diagnostics);
  if (!scenario) {
    print_diagnostics(diagnostics);
    return kExitInput;
  }
  std::string trace_path;
  if (!arguments.no_trace) {
    const Result<std::string> settled = settle_output(arguments.output, arguments.scenario);
    if (!settled) {
      print_error(settled.error());
      return kExitInput;
    }
    trace_path = *settled;
  }
  std::optional<Built> built = build(*scenario, diagnostics);
  if (print_diagnostics(diagnostics) || !built) return kExitInput;
  built->options.threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  built->options.domains = arguments.domains;

  RunFacts facts;
  facts.scenario = scenario->name;
  facts.program_version = EASTWEST_VERSION;
  facts.seed = scenario->seed;
  facts.threads = built->options.threads;
  facts.trace_path = trace_path;
  std::optional<TraceWriter> writer;
  if (!trace_path.empty()) {
    Result<TraceWriter> opened = open_trace(trace_path, *scenario, *built);
    if (!opened) {
      print_error(opened.error());
      return kExitInput;
    }
    writer.emplace(std::move(opened).value());
  }
  return play(arguments, *built, facts, writer);
}

}  // namespace eastwest::cli
