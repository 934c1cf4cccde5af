// SPDX-License-Identifier: Apache-2.0
// `run --against-alone`: a scenario with all its jobs, then once per job with that one alone, and what each loses by the others.
//
// A run of one job alone is the scenario with `alone: JOB`: same fabric, placement, numbers of ranks and seed. Runs come one after the
// other, each with a trace of its own, so that a killed program leaves what was finished before.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/interference.hpp"
#include "cli/load.hpp"
#include "cli/output_file.hpp"
#include "cli/play.hpp"

namespace eastwest::cli {

namespace {

/// Names of jobs as parts of file names, all different.
std::vector<std::string> names_for_files(const std::vector<ScenarioJob>& jobs) {
  std::vector<std::string> names;
  for (const ScenarioJob& job : jobs) {
    std::string name = "alone-";
    for (const char c : job.name) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      name += plain ? c : '_';
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) name += "-" + std::to_string(names.size());
    names.push_back(std::move(name));
  }
  return names;
}

/// The traces' paths, the shared run's first; empty ones without traces. Nothing: a mistake was printed.
std::optional<std::vector<std::string>> settle_traces(const RunArguments& arguments, const std::vector<ScenarioJob>& jobs) {
  std::vector<std::string> paths(jobs.size() + 1);
  if (arguments.no_trace) return paths;
  const std::vector<std::string> names = names_for_files(jobs);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Result<std::string> settled = settle_output(i == 0 ? arguments.output : trace_of(paths[0], names[i - 1]), arguments.scenario);
    if (!settled) {
      print_error(settled.error());
      return std::nullopt;
    }
    paths[i] = *settled;
  }
  return paths;
}

struct Report {
  std::vector<InterferenceRow> rows;
  std::vector<AloneRun> runs;
  int code = kExitDone;
};

void print_report(const RunArguments& arguments, const Report& report, const RunResult& shared, const Prepared& prepared) {
  if (arguments.json) {
    const std::string summary = summary_json(shared, *prepared.built.fabric, prepared.built.workload, prepared.facts);
    std::fputs(interference_json(summary, report.rows, report.runs).c_str(), stdout);
  } else if (!arguments.quiet) {
    std::fputs(summary_text(shared, *prepared.built.fabric, prepared.built.workload, prepared.facts).c_str(), stdout);
    std::fputs(interference_text(report.rows, report.runs).c_str(), stdout);
  }
  std::fflush(stdout);
}

/// Plays `scenario` with `job` alone and adds what it says; false: no more runs.
bool play_alone(const RunArguments& arguments, Scenario scenario, std::size_t job, const std::string& trace,
                const std::vector<Measure>& shared, Report& report) {
  scenario.alone = scenario.jobs[job].name;
  Diagnostics diagnostics;
  const double cpu_before = cpu_seconds();
  std::optional<Prepared> prepared = prepare(arguments, scenario, trace, diagnostics, true);
  if (!prepared) {
    report.code = kExitInput;
    return false;
  }
  if (!arguments.quiet && !arguments.json) std::fprintf(stderr, "job `%s` alone\n", scenario.alone.c_str());
  const Played played = play(arguments, *prepared, cpu_before);
  if (report.code == kExitDone) report.code = played.code;
  if (!played.result) {
    abandon(prepared);
    return false;
  }
  const Built& built = prepared->built;
  AloneRun run{scenario.alone, to_string(played.result->outcome), played.result->digest, prepared->facts.trace_path, {}};
  if (arguments.json) run.summary_json = summary_json(*played.result, *built.fabric, built.workload, prepared->facts);
  report.runs.push_back(std::move(run));
  print_verdicts(*played.result, (" `" + scenario.alone + "` alone").c_str());
  if (played.result->outcome == Outcome::cancelled) return false;
  const std::vector<Measure> own = measures_of_job(*played.result, prepared->facts, built.workload, static_cast<std::uint16_t>(job));
  for (InterferenceRow& row : interference_of_job(scenario.alone, shared, own)) report.rows.push_back(std::move(row));
  return true;
}

}  // namespace

int run_against_alone(const RunArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load(arguments.scenario, arguments.overrides, diagnostics);
  if (!scenario) {
    print_diagnostics(diagnostics);
    return kExitInput;
  }
  if (!scenario->alone.empty()) {
    print_error({"the scenario plays job `" + scenario->alone + "` alone already", "remove `alone`, or run it without `--against-alone`"});
    return kExitInput;
  }
  const std::optional<std::vector<std::string>> traces = settle_traces(arguments, scenario->jobs);
  if (!traces) return kExitInput;
  std::optional<Prepared> prepared = prepare(arguments, *scenario, traces->front(), diagnostics);
  if (!prepared) return kExitInput;
  const Played shared = play(arguments, *prepared, 0);
  if (!shared.result) {
    abandon(prepared);
    return shared.code;
  }
  print_verdicts(*shared.result, " shared");
  if (shared.result->outcome == Outcome::cancelled) {
    print_report(arguments, {}, *shared.result, *prepared);
    return shared.code;
  }
  Report report;
  report.code = shared.code;
  for (std::size_t job = 0; job < scenario->jobs.size(); ++job) {
    const std::vector<Measure> measures =
        measures_of_job(*shared.result, prepared->facts, prepared->built.workload, static_cast<std::uint16_t>(job));
    if (!play_alone(arguments, *scenario, job, (*traces)[job + 1], measures, report)) break;
  }
  print_report(arguments, report, *shared.result, *prepared);
  return report.code;
}

}  // namespace eastwest::cli
