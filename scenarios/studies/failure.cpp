// SPDX-License-Identifier: Apache-2.0
// Failure: every cable, switch, trunk, tray or rack of the base's site fails once, alone or in sampled pairs; with and without new routes.
//
// What fails is down from `time` to the end. The point `none` is the undisturbed run; every other is compared with it. An optic takes its
// links with it: a cable stands for itself and optics of its own, `optics` for those that light several. LIMITATIONS: nothing fails half (a
// dirty connector is a fault of the scenario); a failed switch takes no servers with it; what hangs on a power feed is told by `groups`.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/fault_schedule.hpp"
#include "scenarios/site_builder.hpp"
#include "scenarios/studies/failure_answer.hpp"
#include "scenarios/studies/failure_groups.hpp"
#include "scenarios/studies/failure_sets.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters() {
  using enum ParameterType;
  return {
      {"components", text, Dimension::none, "cables, switches", 0, 0,
       "what fails: cables (or host_cables, fabric_cables), optics of several links, switches, and what shares a trunk, a tray or a rack: "
       "trunks, trays, racks; none: `groups` alone",
       "eastwest"},
      {"time", quantity, Dimension::time, "0 s", 0, 9e18, "when it fails; it stays down", "eastwest"},
      {"pairs", quantity, Dimension::none, "0", 0, 100000, "so many pairs of these components, drawn by the seed, fail together",
       "eastwest"},
      {"without_rerouting", boolean, Dimension::none, "true", 0, 0, "also play every failure with switches that find no other way",
       "eastwest"},
  };
}

std::vector<StudyPart> parts() {
  return {{"groups", StudyPartShape::lists, false,
           "names and lists of devices, racks (`rack A01`) and cables that fail together, such as what hangs on one power feed"}};
}

/// A fault of the base that brings back what this study takes down would turn its answer into another one.
void refuse_revivals(const Study& study, const Scenario& scenario, const Fabric& fabric, const std::vector<FailureSet>& sets,
                     Diagnostics& diagnostics) {
  const std::int64_t time = study.parameters.values.integer("time");
  for (const ScenarioFault& fault : scenario.faults) {
    if (fault.action != "up" || fault.time.ps < time) continue;
    Diagnostics own;
    const std::vector<Fault> up = fault_schedule({fault}, fabric, NetworkOptions{}, 0, own);
    if (up.empty()) continue;  // a cable that there is not: building says so
    const auto holds = [&](const FailureSet& set) {
      return std::find(set.cables.begin(), set.cables.end(), up.front().cable) != set.cables.end();
    };
    const auto set = std::find_if(sets.begin(), sets.end(), holds);
    if (set != sets.end())
      diagnostics.error(fault.place,
                        "the base brings " + fault.link + " up again, which the study takes down for good (`" + set->name + "`)",
                        "take this fault out of the base, let `time` of the study come after it, or leave the component out");
  }
}

void plan(Study& study, Diagnostics& diagnostics) {
  // The site must be known to know what can fail: that of the base with what `set` changes.
  const std::size_t errors = diagnostics.error_count();
  const std::optional<Scenario> scenario = load_point(study, 0, 0, diagnostics);
  if (!scenario) return;
  std::optional<BuiltSite> whole = build_site(scenario->site, diagnostics);
  if (!whole || diagnostics.error_count() != errors) return;
  const BuiltSite site = part_built(std::move(*whole));
  const Place place = study.parameters.place_of("components", study.place);
  std::vector<FailureSet> groups;
  if (const YamlValue* declared = study.root.find("groups")) groups = declared_groups(*declared, site.fabric, site.plant, diagnostics);
  const std::vector<FailureSet> sets =
      failure_sets(site.fabric, site.plant, study.parameters.values, study.first_seed(), place, diagnostics, std::move(groups));
  refuse_revivals(study, *scenario, site.fabric, sets, diagnostics);
  if (diagnostics.error_count() != errors) return;

  StudyAxis failed{"failed", {{"none", {}, {}, study.place}}};
  const std::string time = print_quantity(study.parameters.values.integer("time"), Dimension::time);
  for (const FailureSet& set : sets) {
    StudySetting setting{set.name, {}, {}, study.place};
    std::string text = "[";
    for (const CableId cable : set.cables)
      text += (text.size() > 1 ? ", " : "") + std::string("{time: ") + time +
              ", link: " + yaml_scalar(site.fabric.cables[cable.index()].name) + "}";
    std::optional<YamlValue> faults = parse_yaml(text + "]", study.file, diagnostics);
    if (!faults) return;
    setting.changes.push_back({"faults", std::move(*faults), true, study.place});
    failed.settings.push_back(std::move(setting));
  }
  StudyAxis routing{"routing", {{"rerouted", {}, {}, study.place}}};
  const bool both = study.parameters.values.boolean("without_rerouting");
  if (both) {
    std::optional<StudySetting> stubborn =
        read_setting(study, "not rerouted", *parse_yaml("{network.reroute: false}", study.file, diagnostics), diagnostics);
    if (!stubborn) return;
    routing.settings.push_back(std::move(*stubborn));
  }
  study.axes = {std::move(failed), std::move(routing)};
  study.choices = {0, 0};
  for (std::uint32_t i = 1; i < study.axes[0].settings.size(); ++i)
    for (std::uint32_t r = 0; r < study.axes[1].settings.size(); ++r) study.choices.insert(study.choices.end(), {i, r});
}

std::optional<std::size_t> reference(const Study&, std::size_t point) { return point == 0 ? std::nullopt : std::optional<std::size_t>(0); }

std::vector<std::string_view> results() { return {"*.step_time_mean_s", "*.ttft_p99_s"}; }

}  // namespace

extern const StudyKind kind_study_failure;
const StudyKind kind_study_failure{.name = "failure",
                                   .summary =
                                       "every cable, switch, tray, rack or declared group fails once, alone or in pairs; ranked by what it "
                                       "costs, with and without new routes",
                                   .source = "eastwest",
                                   .parameters = parameters,
                                   .parts = parts,
                                   .plan = plan,
                                   .reference = reference,
                                   .answer = failure_answer,
                                   .results = results,
                                   .stalls_are_answers = true};

}  // namespace eastwest
