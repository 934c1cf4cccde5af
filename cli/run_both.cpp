// SPDX-License-Identifier: Apache-2.0
// `run --fidelity both`: a scenario by packets and by flows, side by side.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "analysis/fidelity.hpp"
#include "cli/load.hpp"
#include "cli/output_file.hpp"
#include "cli/play.hpp"

namespace eastwest::cli {

int run_both(const RunArguments& arguments) {
  constexpr const char* kNames[] = {"packet", "flow"};
  std::optional<Prepared> prepared[2];
  std::string paths[2];
  if (!arguments.no_trace) {
    const Result<std::string> settled = settle_output(arguments.output, arguments.scenario);
    if (!settled) {
      print_error(settled.error());
      return kExitInput;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const Result<std::string> own = settle_output(trace_of(*settled, kNames[i]), arguments.scenario);
      if (!own) {
        print_error(own.error());
        return kExitInput;
      }
      paths[i] = *own;
    }
  }
  // Drivers keep state, so each run has a workload of its own; both are made before the first begins.
  for (std::size_t i = 0; i < 2; ++i) {
    Diagnostics diagnostics;
    std::vector<std::string> overrides = arguments.overrides;
    overrides.push_back(std::string("fidelity=") + kNames[i]);
    const std::optional<Scenario> scenario = load(arguments.scenario, overrides, diagnostics);
    if (!scenario) {
      print_diagnostics(diagnostics);
      return kExitInput;
    }
    prepared[i] = prepare(arguments, *scenario, paths[i], diagnostics);
    if (!prepared[i]) {
      abandon(prepared[0]);
      return kExitInput;
    }
  }
  Played played[2];
  for (std::size_t i = 0; i < 2; ++i) {
    if (i == 1 && played[0].result->outcome == Outcome::cancelled) break;
    played[i] = play(arguments, *prepared[i], cpu_seconds());
    if (played[i].result) continue;
    for (std::optional<Prepared>& unplayed : prepared) abandon(unplayed);
    return played[i].code;
  }
  if (!played[1].result) {  // interrupted in the first: what there is of it is printed as a run of its own
    abandon(prepared[1]);
    print_result(arguments, *played[0].result, prepared[0]->built, prepared[0]->facts);
    return played[0].code;
  }
  const Built& built = prepared[0]->built;
  if (arguments.json) {
    std::fputs(
        fidelity_json(*played[0].result, prepared[0]->facts, *played[1].result, prepared[1]->facts, *built.fabric, built.workload).c_str(),
        stdout);
  } else if (!arguments.quiet) {
    std::fputs(fidelity_text(*played[0].result, prepared[0]->facts, *played[1].result, prepared[1]->facts, built.workload).c_str(), stdout);
  }
  std::fflush(stdout);
  print_verdicts(*played[0].result, " packet");
  print_verdicts(*played[1].result, " flow");
  return played[0].code != kExitDone ? played[0].code : played[1].code;
}

}  // namespace eastwest::cli
