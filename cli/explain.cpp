// SPDX-License-Identifier: Apache-2.0
// The verbs that print what files may hold: explain, kinds, schema.
#include <cstdio>

#include "cli/load.hpp"
#include "cli/program.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/json_schema.hpp"
#include "scenarios/kinds_text.hpp"

namespace eastwest::cli {

int explain_verb(const ExplainArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load(arguments.scenario, arguments.overrides, diagnostics);
  if (print_diagnostics(diagnostics) || !scenario) return kExitInput;
  std::fputs(expand(*scenario, arguments.comments).c_str(), stdout);
  return kExitDone;
}

int kinds_verb(const std::string& name) {
  if (name.empty()) {
    std::fputs(kinds_text().c_str(), stdout);
    return kExitDone;
  }
  const Result<std::string> text = kind_text(name);
  if (!text) {
    print_error(text.error());
    return kExitInput;
  }
  std::fputs(text->c_str(), stdout);
  return kExitDone;
}

int schema_verb() {
  std::fputs(scenario_schema().c_str(), stdout);
  return kExitDone;
}

}  // namespace eastwest::cli
