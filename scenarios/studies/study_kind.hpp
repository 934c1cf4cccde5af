// SPDX-License-Identifier: Apache-2.0
// What a kind of study declares: one constant per file in scenarios/studies/, listed in scenarios/CMakeLists.txt.
//
// A kind says which keys of the file it reads, makes axes and points of them, chooses what each point is compared with, and
// answers the question in words and tables once every row is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"

namespace eastwest {

struct Study;
struct StudyTable;

enum class StudyPartShape : std::uint8_t {
  grid,      // a map from paths to lists of values, or from names to maps of named settings
  points,    // a list of maps from paths to values
  settings,  // a map from names to maps of changes, or to scenario files
  numbers,   // a map from names to plain numbers
  lists,     // a map from names to lists of names
};

/// A key at the top of the file that is no plain parameter.
struct StudyPart {
  std::string_view name;
  StudyPartShape shape = StudyPartShape::settings;
  bool required = false;
  std::string_view meaning;
};

struct StudyKind {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  std::vector<ParameterSpec> (*parameters)();
  std::vector<StudyPart> (*parts)();
  /// Makes axes and choices; every mistake goes to `diagnostics`.
  void (*plan)(Study& study, Diagnostics& diagnostics);
  /// The point that `point` is compared with; nothing for one that others are compared with.
  std::optional<std::size_t> (*reference)(const Study& study, std::size_t point);
  /// The answer: text for a terminal, its first lines the most important.
  std::string (*answer)(const StudyTable& table);
  /// Columns that are wanted when the file does not say, as patterns.
  std::vector<std::string_view> (*results)();
  bool stalls_are_answers = false;  // a point that stalls is a finding, not a failure of the study
};

/// All kinds, sorted by name.
std::span<const StudyKind* const> study_kinds();
/// nullptr when there is none of that name.
const StudyKind* find_study_kind(std::string_view name);

}  // namespace eastwest
