// SPDX-License-Identifier: Apache-2.0
#include "bench/run_once.hpp"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "scenarios/expand.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/trace/trace_writer.hpp"

namespace eastwest::bench {

namespace {

class Stopwatch {
 public:
  [[nodiscard]] double wall() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count(); }
  [[nodiscard]] double cpu() const { return static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC; }

 private:
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

/// A trace file that is gone when the run is over, whatever its end.
class TemporaryTrace {
 public:
  TemporaryTrace() : path_(std::filesystem::temp_directory_path() / ("eastwest-bench-" + std::to_string(::getpid()) + ".h5")) {}
  TemporaryTrace(const TemporaryTrace&) = delete;
  TemporaryTrace& operator=(const TemporaryTrace&) = delete;
  ~TemporaryTrace() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    std::filesystem::remove(path_.string() + ".partial", ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::uint64_t bytes() const {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(path_, failure);
    return failure ? 0 : size;
  }

 private:
  std::filesystem::path path_;
};

RunFigures failed(std::string error) {
  RunFigures figures;
  figures.error = std::move(error);
  return figures;
}

std::string complaint(const RunResult& result) {
  if (result.outcome != Outcome::complete) return "the run did not complete: " + result.diagnosis;
  for (const Sanity& check : result.sanity)
    if (!check.passed) return "sanity check failed: " + check.check + ": " + check.detail;
  return {};
}

RunFigures simulate_built(const Scenario& scenario, Built& built, const RunSetting& setting) {
  RunFigures figures;
  const TemporaryTrace file;
  Progress progress;
  std::optional<TraceWriter> writer;
  const Stopwatch watch;
  if (setting.trace) {
    Result<TraceWriter> opened = TraceWriter::open({.path = file.path(),
                                                    .scenario_text = expand(scenario),
                                                    .program_version = EASTWEST_VERSION,
                                                    .fabric = *built.fabric,
                                                    .workload = built.workload,
                                                    .seed = scenario.seed});
    if (!opened) return failed(opened.error().message);
    writer.emplace(std::move(opened).value());
  }
  RecordSink sink;
  double arrival_sum = 0;
  if (writer) sink = [&writer](RecordBatch&& batch) { writer->push(std::move(batch)); };
  if (setting.detail)
    sink = [&](RecordBatch&& batch) {
      for (const FlowRow& row : batch.flows) {
        ++figures.messages;
        arrival_sum += static_cast<double>(row.finish.ps);
      }
      for (const LinkRow& row : batch.links) {
        figures.link_seconds.resize(row.utilization.size(), 0.0);
        for (std::size_t l = 0; l < row.utilization.size(); ++l)
          figures.link_seconds[l] += static_cast<double>(row.utilization[l]) * row.interval.seconds();
      }
    };
  const Result<RunResult> result = simulate(*built.fabric, built.workload, built.options, sink, progress);
  if (!result) return failed(result.error().message);
  if (writer) {
    if (const Status finished = writer->finish(*result, watch.wall()); !finished) return failed(finished.error().message);
  }
  figures.cpu_seconds = watch.cpu();
  figures.wall_seconds = watch.wall();
  figures.trace_bytes = setting.trace ? file.bytes() : 0;
  figures.error = complaint(*result);
  figures.digest = result->digest;
  figures.counters = result->counters;
  figures.operations = built.workload.schedule.operations.size();
  figures.simulated = result->simulated;
  if (figures.messages != 0) figures.mean_arrival_ps = arrival_sum / static_cast<double>(figures.messages);
  return figures;
}

}  // namespace

RunFigures run_here(const Work& work, const RunSetting& setting) {
  const Stopwatch watch;
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load_scenario_text(work.scenario, work.name, ".", {}, diagnostics);
  std::optional<Built> built = scenario ? build(*scenario, diagnostics) : std::nullopt;
  if (!built) return failed(diagnostics.print());
  built->options.fidelity = setting.fidelity;
  built->options.threads = setting.threads;
  const double build_seconds = watch.wall();
  RunFigures figures = simulate_built(*scenario, *built, setting);
  figures.build_seconds = build_seconds;
  return figures;
}

}  // namespace eastwest::bench
