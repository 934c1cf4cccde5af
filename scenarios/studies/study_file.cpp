// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/digest.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/parameter_writer.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_columns.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kChosen = "eastwest";
constexpr std::string_view kSharedParts[] = {"study", "set", "results"};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const StudyKind* kind : study_kinds()) names.emplace_back(kind->name);
  return names;
}

const StudyKind* read_kind(const YamlValue& root, Diagnostics& diagnostics) {
  const YamlValue& value = *root.find("study");
  if (!value.is_scalar()) {
    diagnostics.error(value.place, "`study` names the kind of study, not " + describe(value), "write `study: sweep`");
    return nullptr;
  }
  const StudyKind* kind = find_study_kind(value.text);
  if (kind == nullptr) diagnostics.error(value.place, "there is no study `" + value.text + "`", suggest(value.text, kind_names()));
  return kind;
}

void read_base(Study& study, Diagnostics& diagnostics) {
  const std::string& text = study.parameters.values.text("base");
  if (text == "none") return;
  YamlValue value;
  value.kind = YamlValue::Kind::scalar;
  value.text = text;
  value.place = study.parameters.place_of("base", study.place);
  const std::optional<StudySetting> base = read_setting(study, "base", value, diagnostics);
  study.has_base = base && base->base;
}

void read_fixed(Study& study, Diagnostics& diagnostics) {
  const YamlValue* value = study.root.find("set");
  if (value == nullptr || value->is_null()) return;
  if (!value->is_map()) {
    diagnostics.error(value->place, "`set` must be a map from paths to values, not " + describe(*value),
                      "write `PATH: VALUE` lines below it");
    return;
  }
  if (std::optional<StudySetting> setting = read_setting(study, "set", *value, diagnostics)) {
    if (setting->base) diagnostics.error(value->place, "`set` cannot name a scenario", "write `base: PATH` at the top");
    study.fixed = std::move(setting->changes);
  }
}

void read_results(Study& study, Diagnostics& diagnostics) {
  const YamlValue* value = study.root.find("results");
  if (value == nullptr || value->is_null()) return;
  if (value->is_scalar()) {
    study.results.push_back({value->text, value->place});
    return;
  }
  for (const YamlValue& item : value->items) {
    if (item.is_scalar()) study.results.push_back({item.text, item.place});
    else
      diagnostics.error(item.place, "`results` holds names of columns, not " + describe(item), "write `results: [train.step_time_mean_s]`");
  }
  if (value->is_map())
    diagnostics.error(value->place, "`results` is a list of columns, not a map", "write `results: [train.step_time_mean_s]`");
}

std::optional<Study> read_study(YamlValue root, const std::string& file, const std::string& directory, Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  Study study;
  study.file = file;
  study.directory = directory;
  study.place = {file, 0, 0};
  if (!is_study(root)) {
    diagnostics.error(root.place, "this is no study: it has no `study:`",
                      root.find("site") != nullptr ? "this looks like a scenario: `eastwest run` plays it"
                                                   : "write `study: KIND`, such as `study: sweep`");
    return std::nullopt;
  }
  study.root = std::move(root);
  study.kind = read_kind(study.root, diagnostics);
  if (study.kind == nullptr) return std::nullopt;
  std::vector<std::string_view> keys(std::begin(kSharedParts), std::end(kSharedParts));
  const std::vector<StudyPart> parts = study.kind->parts();
  for (const StudyPart& part : parts) keys.push_back(part.name);
  std::vector<ParameterSpec> specs = study_parameters();
  const std::vector<ParameterSpec> own = study.kind->parameters();
  specs.insert(specs.end(), own.begin(), own.end());
  const std::string owner = "a study of kind `" + std::string(study.kind->name) + "`";
  study.parameters = read_parameters(&study.root, study.place, owner, std::move(specs), keys, diagnostics);
  if (!study.parameters.was_given("name")) study.parameters.values.set("name", fs::path(file).stem().string());
  for (const StudyPart& part : parts)
    if (part.required && study.root.find(part.name) == nullptr)
      diagnostics.error(study.place, owner + " needs `" + std::string(part.name) + "`: " + std::string(part.meaning), "write it");
  read_base(study, diagnostics);
  read_fixed(study, diagnostics);
  read_results(study, diagnostics);
  const bool has_parts = std::all_of(parts.begin(), parts.end(),
                                     [&](const StudyPart& part) { return !part.required || study.root.find(part.name) != nullptr; });
  // Mistakes in one part leave those in the others to be told.
  const std::size_t errors_in_plan = diagnostics.error_count();
  if (has_parts) study.kind->plan(study, diagnostics);
  if (has_parts && diagnostics.error_count() == errors_in_plan && (study.has_base || study.parameters.values.text("base") == "none"))
    if (check_settings(study, diagnostics)) check_columns(study, diagnostics);
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  return study;
}

}  // namespace

std::vector<ParameterSpec> study_parameters() {
  using enum ParameterType;
  return {
      {"name", text, Dimension::none, "unnamed", 0, 0, "name of the study; when absent the name of the file", kChosen},
      {"description", text, Dimension::none, "none", 0, 0, "the question, in words", kChosen},
      {"base", text, Dimension::none, "none", 0, 0, "scenario that every point starts from, relative to this file", kChosen},
      {"replications", quantity, Dimension::none, "1", 1, 10000,
       "runs of every point, each with its own seed; the seeds are the same at every point", kChosen},
      {"seed", quantity, Dimension::none, "1", 0, 9e18, "seed of the first replication; the others follow by one", kChosen},
  };
}

bool is_study(const YamlValue& root) { return root.is_map() && root.find("study") != nullptr; }

std::string Study::label(std::size_t point) const {
  std::string text;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) text += (text.empty() ? "" : ", ") + setting(point, axis).label;
  return text.empty() ? "(base)" : text;
}

std::optional<Scenario> load_point(const Study& study, std::size_t point, std::size_t replication, Diagnostics& diagnostics) {
  std::size_t base = 0;
  bool named = study.has_base;
  std::vector<ScenarioChange> changes = study.fixed;
  for (std::size_t axis = 0; axis < study.axes.size(); ++axis) {
    const StudySetting& setting = study.setting(point, axis);
    if (setting.base) {
      base = *setting.base;
      named = true;
    }
    changes.insert(changes.end(), setting.changes.begin(), setting.changes.end());
  }
  if (!named) {
    diagnostics.error(study.place, "no scenario is named that the points start from",
                      "write `base: SCENARIO.yaml` at the top of the study");
    return std::nullopt;
  }
  const StudyBase& from = study.bases[base];
  std::optional<Scenario> scenario = load_scenario_tree(from.root, from.path, from.directory, changes, {}, diagnostics);
  if (scenario) scenario->seed = study.first_seed() + replication;
  return scenario;
}

std::optional<Study> load_study(const std::string& path, Diagnostics& diagnostics) {
  std::optional<YamlValue> root = read_yaml_file(path, diagnostics);
  if (!root) return std::nullopt;
  const std::string folder = fs::path(path).parent_path().string();
  return read_study(std::move(*root), path, folder.empty() ? "." : folder, diagnostics);
}

std::optional<Study> load_study_text(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  std::optional<YamlValue> root = parse_yaml(text, file, diagnostics);
  if (!root) return std::nullopt;
  const std::string folder = fs::path(file).parent_path().string();
  return read_study(std::move(*root), file, folder.empty() ? "." : folder, diagnostics);
}

std::string expand(const Study& study, bool with_comments) {
  ParameterWriter writer(with_comments);
  writer.line(0, "study: " + std::string(study.kind->name));
  writer.parameters(0, study.parameters);
  for (const YamlEntry& entry : study.root.entries) {
    const bool shared = entry.key == "set" || entry.key == "results";
    const std::vector<StudyPart> parts = study.kind->parts();
    if (!shared && std::none_of(parts.begin(), parts.end(), [&](const StudyPart& part) { return part.name == entry.key; })) continue;
    if (entry.value.is_map() && !entry.value.entries.empty()) {
      writer.key(0, entry.key);
      for (const YamlEntry& inner : entry.value.entries) writer.line(1, yaml_scalar(inner.key) + ": " + flow_text(inner.value));
    } else if (entry.value.is_list() && !entry.value.items.empty()) {
      writer.key(0, entry.key);
      for (const YamlValue& item : entry.value.items) writer.line(1, "- " + flow_text(item));
    } else {
      writer.line(0, entry.key + ": " + flow_text(entry.value));
    }
  }
  return writer.take();
}

}  // namespace eastwest
