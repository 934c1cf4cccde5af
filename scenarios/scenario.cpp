// SPDX-License-Identifier: Apache-2.0
#include "scenarios/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "scenarios/overrides.hpp"
#include "scenarios/scenario_parts.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kChosen = "eastwest";
constexpr std::string_view kPartKeys[] = {"site", "jobs", "network", "probes", "faults"};

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

/// Replaces `site: PATH` and `jobs: PATH` by what the file holds. Paths in a file start at its folder, paths on the command
/// line at the current one.
void read_named_file(YamlValue& root, std::string_view key, const std::string& file, const std::string& directory,
                     Diagnostics& diagnostics) {
  YamlValue* value = root.find(key);
  if (value == nullptr || !value->is_scalar()) return;
  fs::path path(value->text);
  if (path.is_relative() && !is_override(value->place))
    path = (value->place.file == file ? fs::path(directory) : fs::path(folder_of(value->place.file))) / path;
  std::optional<YamlValue> content = read_yaml_file(path.lexically_normal().string(), diagnostics, value->place);
  if (!content) {
    value->kind = YamlValue::Kind::null;  // reported; what needs it stays silent
    return;
  }
  *value = std::move(*content);
}

/// Text parameters that name a file: relative to the current folder when they came from the command line, to the folder
/// of their own file otherwise; stored relative to the scenario's.
void settle_paths(ReadParameters& parameters, const std::string& directory) {
  for (const ParameterSpec& spec : *parameters.specs) {
    if (spec.type != ParameterType::text || !parameters.was_given(spec.name)) continue;
    const std::string text = parameters.values.text(spec.name);
    const bool may_be_path = spec.name == "file" ? text != "none" : text.find_first_of("/.") != std::string::npos;
    if (!may_be_path || fs::path(text).is_absolute()) continue;
    const Place place = parameters.place_of(spec.name, {});
    std::error_code code;
    if (is_override(place)) {
      if (is_file(text)) parameters.values.set(spec.name, fs::absolute(text, code).lexically_normal().string());
      continue;
    }
    const fs::path folder = folder_of(place.file);
    if (is_file(fs::path(directory) / text) || !is_file(folder / text)) continue;
    parameters.values.set(spec.name,
                          (folder / text).lexically_normal().lexically_relative(fs::path(directory).lexically_normal()).string());
  }
}

void check_network(const ReadParameters& network, const Place& place, Diagnostics& diagnostics) {
  const auto at_most = [&](std::string_view low, std::string_view high) {
    if (network.values.integer(low) <= network.values.integer(high)) return;
    const Place low_place = network.place_of(low, place);
    const Place high_place = network.place_of(high, place);
    const auto text = [&](std::string_view name) {
      for (const ParameterSpec& spec : *network.specs) {
        if (spec.name == name) return print_parameter(spec, *network.values.find(name));
      }
      return std::string();
    };
    const bool from_low = network.was_given(low);
    const std::string other = network.was_given(from_low ? high : low)
                                  ? " (line " + std::to_string((from_low ? high_place : low_place).line) + ")"
                                  : " (its default)";
    diagnostics.error(from_low ? low_place : high_place,
                      "`" + std::string(low) + "` is " + text(low) + (from_low ? "" : other) + " and `" + std::string(high) + "` is " +
                          text(high) + (from_low ? other : ""),
                      "`" + std::string(low) + "` may not exceed `" + std::string(high) + "`");
  };
  at_most("ecn_min", "ecn_max");
  at_most("reorder_threshold", "reorder_window");
}

void read_jobs(const YamlValue& root, const Place& place, const std::string& directory, std::vector<ScenarioJob>& jobs,
               Diagnostics& diagnostics) {
  const YamlValue* value = root.find("jobs");
  if (value == nullptr || value->is_null() || (value->is_map() && value->entries.empty())) {
    diagnostics.error(value == nullptr ? place : value->place, "the scenario has no jobs: nothing would be sent",
                      "write `jobs:` and below it one map per job, such as `all_reduce: {kind: collective}`");
    return;
  }
  if (!value->is_map()) {
    diagnostics.error(value->place, "`jobs` must be a map from names to jobs, or the path of a file, not " + describe(*value),
                      "write `NAME:` below `jobs:` and `kind: KIND` below the name");
    return;
  }
  constexpr std::size_t kJobsMax = 1000;
  if (value->entries.size() > kJobsMax) {
    diagnostics.error(value->place,
                      "there are " + std::to_string(value->entries.size()) + " jobs, the limit is " + std::to_string(kJobsMax),
                      "let one job use more ranks");
    return;
  }
  for (const YamlEntry& entry : value->entries) {
    ScenarioJob job;
    read_job(entry, job, diagnostics);
    if (job.parameters.specs != nullptr) settle_paths(job.parameters, directory);
    jobs.push_back(std::move(job));
  }
}

void read_alone(const ReadParameters& top, Scenario& scenario, Diagnostics& diagnostics) {
  const std::string& name = top.values.text("alone");
  if (name == "none") return;
  std::vector<std::string> names;
  for (const ScenarioJob& job : scenario.jobs) names.push_back(job.name);
  if (std::find(names.begin(), names.end(), name) != names.end()) scenario.alone = name;
  else diagnostics.error(top.place_of("alone", scenario.place), "no job is named `" + name + "`", suggest(name, names));
}

std::optional<Scenario> read_scenario(YamlValue root, const std::string& file, const std::string& directory,
                                      std::span<const ScenarioChange> changes, std::span<const std::string> overrides,
                                      Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  if (!root.is_map()) {
    diagnostics.error(root.place, "a scenario is a map of `site`, `jobs` and options, not " + describe(root),
                      "start from a file of scenarios/library");
    return std::nullopt;
  }
  if (const YamlEntry* study = root.find_entry("study"); study != nullptr) {
    diagnostics.error(study->key_place, "this is a study, not a scenario", "`eastwest study " + file + "` runs it");
    return std::nullopt;
  }
  Scenario scenario;
  scenario.place = {file, 0, 0};
  scenario.directory = directory;
  apply_changes(root, changes, true, diagnostics);
  apply_overrides(root, overrides, true, diagnostics);
  for (const std::string_view key : {"site", "jobs"}) {
    const std::size_t errors = diagnostics.error_count();
    read_named_file(root, key, file, directory, diagnostics);
    if (diagnostics.error_count() != errors) return std::nullopt;  // overrides of its keys would only mislead
  }
  apply_changes(root, changes, false, diagnostics);
  apply_overrides(root, overrides, false, diagnostics);

  const ReadParameters top = read_parameters(&root, scenario.place, "a scenario", scenario_parameters(), kPartKeys, diagnostics);
  scenario.name = top.was_given("name") ? top.values.text("name") : fs::path(file).stem().string();
  scenario.description = top.values.text("description");
  scenario.seed = static_cast<std::uint64_t>(top.values.integer("seed"));
  scenario.duration = top.values.duration("duration");
  scenario.fidelity = top.values.text("fidelity") == "flow" ? Fidelity::flow : Fidelity::packet;
  if (top.was_given("directory")) scenario.directory = (fs::path(directory) / top.values.text("directory")).lexically_normal().string();

  read_site(root.find("site"), scenario.place, scenario.site, diagnostics);
  scenario.site.directory = scenario.directory;
  for (ReadParameters* parameters : {&scenario.site.parameters, &scenario.site.plant})
    if (parameters->specs != nullptr) settle_paths(*parameters, scenario.directory);
  const YamlValue* network = root.find("network");
  const YamlValue* probes = root.find("probes");
  scenario.network = read_parameters(network, scenario.place, "`network`", network_parameters(), {}, diagnostics);
  scenario.probes = read_parameters(probes, scenario.place, "`probes`", probe_parameters(), {}, diagnostics);
  check_network(scenario.network, network == nullptr ? scenario.place : network->place, diagnostics);
  read_jobs(root, scenario.place, scenario.directory, scenario.jobs, diagnostics);
  read_alone(top, scenario, diagnostics);
  if (const YamlValue* faults = root.find("faults")) read_faults(*faults, scenario.faults, diagnostics);
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  return scenario;
}

}  // namespace

std::vector<ParameterSpec> scenario_parameters() {
  using enum ParameterType;
  return {
      {"name", text, Dimension::none, "unnamed", 0, 0, "name of the scenario; when absent the name of the file", kChosen},
      {"description", text, Dimension::none, "none", 0, 0, "what it is for, in words", kChosen},
      {"seed", quantity, Dimension::none, "1", 0, 9.2e18, "seed of everything that is drawn; equal seeds give equal results", kChosen},
      {"duration", quantity, Dimension::time, "0 s", 0, 9e18, "no new work starts after it; 0 s: until everything is done", kChosen},
      {"fidelity", choice, Dimension::none, "packet", 0, 0, "how the fabric is simulated", kChosen, "packet, flow"},
      {"alone", text, Dimension::none, "none", 0, 0,
       "name of the one job that is played, while the others keep their GPUs and send nothing; none: all play", kChosen},
      {"directory", text, Dimension::none, ".", 0, 0, "where relative paths start, seen from this file", kChosen},
  };
}

std::optional<Scenario> load_scenario(const std::string& path, std::span<const std::string> overrides, Diagnostics& diagnostics) {
  std::optional<YamlValue> root = read_yaml_file(path, diagnostics);
  if (!root) return std::nullopt;
  return read_scenario(std::move(*root), path, folder_of(path), {}, overrides, diagnostics);
}

std::optional<Scenario> load_scenario_tree(YamlValue root, const std::string& file, const std::string& directory,
                                           std::span<const ScenarioChange> changes, std::span<const std::string> overrides,
                                           Diagnostics& diagnostics) {
  return read_scenario(std::move(root), file, directory.empty() ? "." : directory, changes, overrides, diagnostics);
}

std::optional<Scenario> load_scenario_text(std::string_view text, const std::string& file, const std::string& directory,
                                           std::span<const std::string> overrides, Diagnostics& diagnostics) {
  std::optional<YamlValue> root = parse_yaml(text, file, diagnostics);
  if (!root) return std::nullopt;
  return read_scenario(std::move(*root), file, directory.empty() ? "." : directory, {}, overrides, diagnostics);
}

}  // namespace eastwest
