// SPDX-License-Identifier: Apache-2.0
#include "cli/play.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "cli/interrupt.hpp"
#include "cli/live_feed.hpp"
#include "cli/progress.hpp"
#include "scenarios/expand.hpp"
#include "sim/simulation.hpp"

namespace eastwest::cli {

namespace {

std::uint64_t peak_rss_bytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
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

}  // namespace

double cpu_seconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print_verdicts(const RunResult& result, const char* engine) {
  if (result.outcome == Outcome::cancelled) std::fprintf(stderr, "interrupted: the%s run was ended before it was complete\n", engine);
  if (result.outcome == Outcome::stalled) std::fprintf(stderr, "stalled:%s %s\n", engine, result.diagnosis.c_str());
  for (const Sanity& check : result.sanity) {
    if (!check.passed) std::fprintf(stderr, "sanity check failed:%s %s: %s\n", engine, check.check.c_str(), check.detail.c_str());
  }
}

void print_result(const RunArguments& arguments, const RunResult& result, const Built& built, const RunFacts& facts) {
  if (arguments.json) {
    std::fputs(summary_json(result, *built.fabric, built.workload, facts).c_str(), stdout);
  } else if (!arguments.quiet) {
    std::fputs(summary_text(result, *built.fabric, built.workload, facts).c_str(), stdout);
  }
  std::fflush(stdout);
  print_verdicts(result, "");
  // The text summary names it too.
  if (arguments.json && !facts.trace_path.empty()) std::fprintf(stderr, "trace: %s\n", facts.trace_path.c_str());
}

std::optional<Prepared> prepare(const RunArguments& arguments, const Scenario& scenario, const std::string& trace_path,
                                Diagnostics& diagnostics, bool quiet_warnings) {
  std::optional<Built> built = build(scenario, diagnostics);
  if (quiet_warnings && built && !diagnostics.has_errors()) diagnostics = {};
  if (print_diagnostics(diagnostics) || !built) return std::nullopt;
  Prepared prepared{std::move(*built), {}, {}};
  prepared.built.options.threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  prepared.built.options.domains = arguments.domains;
  prepared.facts.scenario = scenario.name;
  prepared.facts.program_version = EASTWEST_VERSION;
  prepared.facts.seed = scenario.seed;
  prepared.facts.threads = prepared.built.options.threads;
  prepared.facts.trace_path = trace_path;
  prepared.facts.retransmit_timeout = prepared.built.options.network.retransmit_timeout;
  prepared.facts.losses_drawn = prepared.built.options.fidelity == Fidelity::packet;
  if (trace_path.empty()) return prepared;
  catch_interrupts();
  Result<TraceWriter> opened = open_trace(trace_path, scenario, prepared.built);
  if (!opened) {
    print_error(opened.error());
    return std::nullopt;
  }
  prepared.writer.emplace(std::move(opened).value());
  return prepared;
}

void abandon(std::optional<Prepared>& prepared) {
  if (!prepared || !prepared->writer) return;
  const std::string partial = prepared->writer->partial_path();
  prepared->writer->abandon();
  std::remove(partial.c_str());
  prepared->writer.reset();
}

Played play(const RunArguments& arguments, Prepared& prepared, double cpu_before) {
  Built& built = prepared.built;
  std::optional<TraceWriter>& writer = prepared.writer;
  Progress progress;
  const auto start = std::chrono::steady_clock::now();
  bool trace_lost = false;
  std::optional<LiveFeed> feed;
  if (arguments.live >= 0) feed.emplace(arguments.live, prepared.facts.scenario, *built.fabric, progress, built.options.duration);
  FlowTally tally(built.workload);
  const RecordSink sink = [&](RecordBatch&& batch) {
    tally.add(batch.flows);
    if (feed) feed->add(batch);
    if (!writer) return;
    writer->push(std::move(batch));
    if (!writer->failed()) return;
    trace_lost = true;  // a run whose rows go nowhere is not worth its hours
    progress.cancel = true;
  };
  const InterruptGuard guard(progress.cancel);
  Result<RunResult> result = [&] {
    const ProgressPrinter printer(progress, built.options.duration, arguments.quiet || arguments.json);
    return simulate(*built.fabric, built.workload, built.options, sink, progress);
  }();
  feed.reset();
  prepared.facts.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!result) {
    print_error(result.error());
    return {};
  }
  Played played{exit_code(*result), std::move(result).value()};
  if (writer) {
    const std::string partial = writer->partial_path();
    if (const Status finished = writer->finish(*played.result, prepared.facts.wall_seconds); !finished) {
      print_error(finished.error());
      std::fprintf(stderr, "what was written before stays readable in %s\n", partial.c_str());
      if (trace_lost) {  // while it ran: there is no result to tell of
        std::fprintf(stderr, "the run was ended at %s of simulated time\n", to_readable(Duration{played.result->simulated.ps}).c_str());
        writer.reset();
        return {kExitUnfinished, std::nullopt};
      }
      prepared.facts.trace_path.clear();
      if (played.code == kExitDone) played.code = kExitUnfinished;
    }
    writer.reset();
  }
  prepared.facts.flows = tally.jobs();
  prepared.facts.cpu_seconds = cpu_seconds() - cpu_before;
  prepared.facts.peak_rss_bytes = peak_rss_bytes();
  return played;
}

std::string trace_of(const std::string& path, const std::string& which) {
  const std::filesystem::path whole(path);
  std::filesystem::path made = whole.parent_path() / whole.stem();
  made += "." + which + whole.extension().string();
  return made.string();
}

}  // namespace eastwest::cli
