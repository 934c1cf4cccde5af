// SPDX-License-Identifier: Apache-2.0
// The verbs that print what files may hold: explain, kinds, schema.
#include <cstdio>

#include "cli/load.hpp"
#include "cli/program.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/json_schema.hpp"
#include "scenarios/kinds_text.hpp"
#include "scenarios/studies/study.hpp"

namespace eastwest::cli {

namespace {

/// A study says so in its first key; what cannot be read is left to the one who loads it.
bool names_study(const std::string& path) {
  Diagnostics ignored;
  const std::optional<YamlValue> root = path.ends_with(".yaml") || path.ends_with(".yml") ? read_yaml_file(path, ignored) : std::nullopt;
  return root && is_study(*root);
}

int explain_study(const ExplainArguments& arguments) {
  if (!arguments.overrides.empty()) {
    print_error({"`--set` changes a scenario, not a study", "change the file, or put it below `set:` in the study"});
    return kExitInput;
  }
  Diagnostics diagnostics;
  const std::optional<Study> study = load_study(arguments.scenario, diagnostics);
  if (print_diagnostics(diagnostics) || !study) return kExitInput;
  std::fputs(expand(*study, arguments.comments).c_str(), stdout);
  std::printf("# %zu points x %zu seeds\n", study->points(), study->replications());
  return kExitDone;
}

}  // namespace

int explain_verb(const ExplainArguments& arguments) {
  if (names_study(arguments.scenario)) return explain_study(arguments);
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

int schema_verb(const std::string& what) {
  if (what != "scenario" && what != "study") {
    print_error({"there is no schema of `" + what + "`", "`scenario` and `study` have one"});
    return kExitInput;
  }
  std::fputs((what == "study" ? study_schema() : scenario_schema()).c_str(), stdout);
  return kExitDone;
}

}  // namespace eastwest::cli
