// SPDX-License-Identifier: Apache-2.0
// The verb `check`: holds a site against the rules of its plant and prints what it finds, worst first.
#include <cstdio>

#include "analysis/plant_report.hpp"
#include "cli/program.hpp"
#include "scenarios/site_builder.hpp"

namespace eastwest::cli {

int check_verb(const CheckArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.site, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  if (print_diagnostics(diagnostics) || !built) return kExitInput;
  const Catalogue catalogue = builtin_catalogue();
  const Result<std::vector<LinkQuality>> links = link_qualities(built->plant, built->fabric, catalogue, built->settings);
  if (!links) {
    print_error(links.error());
    return kExitInput;
  }
  const CheckInput input{built->plant, built->fabric, catalogue, built->settings, *links, built->phase};
  const PlantCheck check = check_plant(input);
  const PlantReport report{arguments.site, input, check};
  std::fputs((arguments.json ? plant_report_json(report) : plant_report_text(report, arguments.links)).c_str(), stdout);
  return check.passed() ? kExitDone : kExitVerdict;
}

}  // namespace eastwest::cli
