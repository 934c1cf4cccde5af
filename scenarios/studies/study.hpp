// SPDX-License-Identifier: Apache-2.0
// The study: many runs of one scenario as one question, as read and checked from the user's file.
//
// A study has axes (what varies), each with settings; a point takes one setting of every axis, and is run once for each seed. A run
// of the study is a row: row = point x replications + replication. Replication r of every point has the seed `seed` + r, so that points
// are compared under the same draws. Invariants: points and their order follow from the files alone; relative paths in a study start
// at its folder. docs/studies-format.md has the file. LIMITATIONS: files that scenarios name (arrivals, imports) are not watched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/overrides.hpp"
#include "scenarios/parameter_reader.hpp"
#include "scenarios/scenario.hpp"

namespace eastwest {

struct StudyKind;

/// A scenario file that points start from.
struct StudyBase {
  std::string path;  // as messages call it
  std::string directory;
  YamlValue root;
};

/// One value of an axis: what it changes in the scenario.
struct StudySetting {
  std::string label;
  std::vector<ScenarioChange> changes;
  std::optional<std::size_t> base = {};  // a scenario of its own, index into Study::bases
  Place place = {};
};

struct StudyAxis {
  std::string name;
  std::vector<StudySetting> settings;
};

struct Study {
  std::string file;
  std::string directory;
  const StudyKind* kind = nullptr;
  ReadParameters parameters;  // at the top of the file: those of every study, then those of its kind
  YamlValue root;             // the whole file: kinds read their own parts
  Place place;
  std::vector<StudyBase> bases;  // [0] is `base:` when the file has one
  bool has_base = false;
  std::vector<ScenarioChange> fixed;   // `set:`, the same at every point
  std::vector<PlacedText> results;     // patterns of columns; empty: those of the kind
  std::vector<StudyAxis> axes;         // made by the kind
  std::vector<std::uint32_t> choices;  // points x axes: which setting
  std::vector<std::string> jobs;       // names over all points, in order of appearance

  [[nodiscard]] const std::string& name() const { return parameters.values.text("name"); }
  [[nodiscard]] std::uint64_t first_seed() const { return static_cast<std::uint64_t>(parameters.values.integer("seed")); }
  [[nodiscard]] std::size_t replications() const { return static_cast<std::size_t>(parameters.values.integer("replications")); }
  [[nodiscard]] std::size_t points() const { return axes.empty() ? 1 : choices.size() / axes.size(); }
  [[nodiscard]] std::size_t rows() const { return points() * replications(); }
  [[nodiscard]] const StudySetting& setting(std::size_t point, std::size_t axis) const {
    return axes[axis].settings[choices[point * axes.size() + axis]];
  }
  /// "ecmp, 2" or "(base)".
  [[nodiscard]] std::string label(std::size_t point) const;
};

/// What stands at the top of every study beside the parameters of its kind.
std::vector<ParameterSpec> study_parameters();

inline constexpr std::size_t kStudyRowsMost = 10'000'000;

/// True when the parsed file is a study: a map with the key `study`.
bool is_study(const YamlValue& root);

/// Reads the study at `path` and checks it as far as that goes without playing it. Every setting is tried: one that no point can have is
/// a mistake of the file; a combination that cannot be becomes a row that says so. Nothing when an error went to `diagnostics`.
std::optional<Study> load_study(const std::string& path, Diagnostics& diagnostics);
std::optional<Study> load_study_text(std::string_view text, const std::string& file, Diagnostics& diagnostics);

/// Tries every setting at a few points and notes the names of the jobs; false with a mistake in `diagnostics`. load_study calls it.
bool check_settings(Study& study, Diagnostics& diagnostics);

/// The scenario of a point with the seed of `replication`; nothing when an error went to `diagnostics`.
std::optional<Scenario> load_point(const Study& study, std::size_t point, std::size_t replication, Diagnostics& diagnostics);

/// The study as YAML with every default filled in; what it says decides whether a killed study may be continued.
std::string expand(const Study& study, bool with_comments = false);

/// A digest of what the study would run: its text, its scenarios at every setting, and `program_version`.
std::string study_identity(const Study& study, std::string_view program_version);

}  // namespace eastwest
