// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_axes.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace eastwest {

namespace {

namespace fs = std::filesystem;

/// Paths that a study may not vary, and why.
bool refuse_path(const YamlEntry& entry, Diagnostics& diagnostics) {
  if (entry.key == "seed") {
    diagnostics.error(entry.key_place, "`seed` is no path that a study varies: every point is run with the same seeds",
                      "write `replications: N` at the top of the study, and `seed:` for the first of them");
    return true;
  }
  if (entry.key == "directory") {
    diagnostics.error(entry.key_place, "`directory` cannot be varied", "name other files by their paths");
    return true;
  }
  return false;
}

std::optional<std::size_t> add_base(Study& study, const YamlValue& value, Diagnostics& diagnostics) {
  fs::path path(value.text);
  if (path.is_relative()) path = fs::path(study.directory) / path;
  const std::string name = path.lexically_normal().string();
  for (std::size_t i = 0; i < study.bases.size(); ++i)
    if (study.bases[i].path == name) return i;
  std::optional<YamlValue> root = read_yaml_file(name, diagnostics, value.place);
  if (!root) return std::nullopt;
  if (is_study(*root)) {
    diagnostics.error(value.place, "`" + name + "` is a study, not a scenario", "name a scenario file");
    return std::nullopt;
  }
  const std::string folder = fs::path(name).parent_path().string();
  study.bases.push_back({name, folder.empty() ? "." : folder, std::move(*root)});
  return study.bases.size() - 1;
}

StudySetting change_of(const YamlEntry& entry, const YamlValue& value) {
  StudySetting setting{flow_text(value), {}, {}, value.place};
  if (value.is_scalar()) setting.label = value.text;
  setting.changes.push_back({entry.key, value, false, entry.key_place});
  return setting;
}

/// One value of the axis `entry.key`.
std::optional<StudySetting> value_setting(Study& study, const YamlEntry& entry, const YamlValue& value, Diagnostics& diagnostics) {
  if (entry.key != "scenario") return change_of(entry, value);
  if (!value.is_scalar()) {
    diagnostics.error(value.place, "`scenario` takes paths of scenario files, not " + describe(value),
                      "write `scenario: [a.yaml, b.yaml]`");
    return std::nullopt;
  }
  const std::optional<std::size_t> base = add_base(study, value, diagnostics);
  if (!base) return std::nullopt;
  return StudySetting{fs::path(value.text).stem().string(), {}, base, value.place};
}

void refuse_equal_labels(const StudyAxis& axis, Diagnostics& diagnostics) {
  for (std::size_t a = 0; a < axis.settings.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (axis.settings[a].label == axis.settings[b].label) {
        diagnostics.error(axis.settings[a].place, "`" + axis.name + "` has `" + axis.settings[a].label + "` twice", "remove one of them");
        return;
      }
}

}  // namespace

std::optional<StudySetting> read_setting(Study& study, const std::string& label, const YamlValue& value, Diagnostics& diagnostics) {
  StudySetting setting{label, {}, {}, value.place};
  if (value.is_scalar()) {
    setting.base = add_base(study, value, diagnostics);
    return setting.base ? std::optional(std::move(setting)) : std::nullopt;
  }
  if (value.is_null()) return setting;  // the base as it is
  if (!value.is_map()) {
    diagnostics.error(value.place, "`" + label + "` must be a map of changes or the path of a scenario, not " + describe(value),
                      "write `{PATH: VALUE, ...}` with paths as after `--set`");
    return std::nullopt;
  }
  bool good = true;
  for (const YamlEntry& entry : value.entries) {
    if (refuse_path(entry, diagnostics)) {
      good = false;
    } else if (entry.key == "scenario") {
      if (entry.value.is_scalar()) setting.base = add_base(study, entry.value, diagnostics);
      else
        diagnostics.error(entry.value.place, "`scenario` is the path of a scenario file, not " + describe(entry.value), "write one path");
      good = good && setting.base.has_value();
    } else {
      setting.changes.push_back({entry.key, entry.value, false, entry.key_place});
    }
  }
  return good ? std::optional(std::move(setting)) : std::nullopt;
}

std::optional<StudyAxis> read_settings(Study& study, const std::string& axis, const YamlValue& value, Diagnostics& diagnostics) {
  if (!value.is_map() || value.entries.empty()) {
    diagnostics.error(value.place, "`" + axis + "` must be a map from names to what each changes, not " + describe(value),
                      "write `NAME: {PATH: VALUE}` or `NAME: scenario.yaml` lines below it");
    return std::nullopt;
  }
  StudyAxis out{axis, {}};
  for (const YamlEntry& entry : value.entries)
    if (std::optional<StudySetting> setting = read_setting(study, entry.key, entry.value, diagnostics))
      out.settings.push_back(std::move(*setting));
  if (out.settings.size() != value.entries.size()) return std::nullopt;
  return out;
}

std::vector<StudyAxis> read_grid(Study& study, const YamlValue& value, Diagnostics& diagnostics) {
  std::vector<StudyAxis> axes;
  if (!value.is_map() || value.entries.empty()) {
    diagnostics.error(value.place, "a grid is a map from paths to lists of values, not " + describe(value),
                      "write `PATH: [VALUE, VALUE]` lines, with paths as after `--set`");
    return axes;
  }
  for (const YamlEntry& entry : value.entries) {
    if (refuse_path(entry, diagnostics)) continue;
    if (entry.value.is_map()) {
      if (std::optional<StudyAxis> axis = read_settings(study, entry.key, entry.value, diagnostics)) axes.push_back(std::move(*axis));
      continue;
    }
    if (!entry.value.is_list() || entry.value.items.empty()) {
      diagnostics.error(entry.value.place, "`" + entry.key + "` needs a list of the values that it takes, not " + describe(entry.value),
                        "write `" + entry.key + ": [VALUE, VALUE]`; what stays the same belongs below `set:`");
      continue;
    }
    StudyAxis axis{entry.key, {}};
    for (const YamlValue& item : entry.value.items)
      if (std::optional<StudySetting> setting = value_setting(study, entry, item, diagnostics))
        axis.settings.push_back(std::move(*setting));
    refuse_equal_labels(axis, diagnostics);
    axes.push_back(std::move(axis));
  }
  return axes;
}

void read_points(Study& study, const YamlValue& value, Diagnostics& diagnostics) {
  if (!value.is_list() || value.items.empty()) {
    diagnostics.error(value.place, "`list` holds the points, one map of changes for each, not " + describe(value),
                      "write `- {PATH: VALUE, PATH: VALUE}` lines");
    return;
  }
  // Every path that occurs is an axis; where a point does not name it, the base stands.
  for (const YamlValue& item : value.items) {
    if (!item.is_map()) {
      diagnostics.error(item.place, "a point is a map of changes, not " + describe(item), "write `- {PATH: VALUE}`");
      continue;
    }
    for (const YamlEntry& entry : item.entries) {
      if (refuse_path(entry, diagnostics)) continue;
      const bool known = std::any_of(study.axes.begin(), study.axes.end(), [&](const StudyAxis& axis) { return axis.name == entry.key; });
      if (!known) study.axes.push_back({entry.key, {}});
    }
  }
  for (StudyAxis& axis : study.axes) {
    const auto lacks = [&](const YamlValue& item) { return item.find(axis.name) == nullptr; };
    if (std::any_of(value.items.begin(), value.items.end(), lacks)) axis.settings.push_back({"(base)", {}, {}, value.place});
  }
  for (const YamlValue& item : value.items) {
    for (StudyAxis& axis : study.axes) {
      const YamlEntry* entry = item.find_entry(axis.name);
      std::size_t at = 0;
      if (entry != nullptr) {
        std::optional<StudySetting> setting = value_setting(study, *entry, entry->value, diagnostics);
        if (!setting) return;
        while (at < axis.settings.size() && axis.settings[at].label != setting->label) ++at;
        if (at == axis.settings.size()) axis.settings.push_back(std::move(*setting));
      }
      study.choices.push_back(static_cast<std::uint32_t>(at));
    }
  }
}

void take_all_combinations(Study& study, Diagnostics& diagnostics) {
  std::size_t points = 1;
  for (const StudyAxis& axis : study.axes) {
    points *= axis.settings.size();
    if (points > kStudyRowsMost) {
      diagnostics.error(study.place, "the study has more than " + std::to_string(kStudyRowsMost) + " points",
                        "vary less, or name points in `list:`");
      return;
    }
  }
  study.choices.reserve(points * study.axes.size());
  for (std::size_t point = 0; point < points; ++point) {
    std::size_t below = points;
    std::size_t rest = point;
    for (const StudyAxis& axis : study.axes) {
      below /= axis.settings.size();
      study.choices.push_back(static_cast<std::uint32_t>(rest / below));
      rest %= below;
    }
  }
}

}  // namespace eastwest
