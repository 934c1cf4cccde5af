// SPDX-License-Identifier: Apache-2.0
// The verb `run`: scenario in, simulation, trace and summary out.
#include <optional>
#include <string>

#include "cli/load.hpp"
#include "cli/output_file.hpp"
#include "cli/play.hpp"
#include "cli/program.hpp"

namespace eastwest::cli {

int run_verb(const RunArguments& arguments) {
  if (arguments.both && arguments.against_alone) {
    print_error({"`--against-alone` compares runs at one fidelity, `--fidelity both` has two", "give one of the two options"});
    return kExitInput;
  }
  if (arguments.both) return run_both(arguments);
  if (arguments.against_alone) return run_against_alone(arguments);
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
  std::optional<Prepared> prepared = prepare(arguments, *scenario, trace_path, diagnostics);
  if (!prepared) return kExitInput;
  const Played played = play(arguments, *prepared, 0);
  if (played.result) print_result(arguments, *played.result, prepared->built, prepared->facts);
  else abandon(prepared);
  return played.code;
}

}  // namespace eastwest::cli
