// SPDX-License-Identifier: Apache-2.0
// Reads a map of the user's file against declared parameters: everything that is wrong with it, in one pass.
//
// A dotted name (`dcqcn.g`) is written as nested maps. Unknown keys, wrong types, units and ranges, and missing
// required values become diagnostics at their own places. Invariant: the set that comes back has a value for every
// parameter that has a default or was given well; places are kept for checks that need two values.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

/// A ParameterSet together with the declarations it points into, so that it can be copied and kept.
struct ReadParameters {
  std::shared_ptr<const std::vector<ParameterSpec>> specs;
  ParameterSet values;
  std::vector<std::pair<std::string, Place>> given;  // names that stood in the file, with the place of the value

  [[nodiscard]] bool was_given(std::string_view name) const;
  /// Where `name` was given, or `otherwise`.
  [[nodiscard]] Place place_of(std::string_view name, const Place& otherwise) const;
};

/// Every parameter of `specs` at its default, nothing given.
ReadParameters default_parameters(std::vector<ParameterSpec> specs);

/// `owner` names the map in messages ("job `train`"); `place` is where something missing is reported; `other_keys` are
/// dotted names that the caller reads itself. `map` may be nullptr or null: nothing was given.
ReadParameters read_parameters(const YamlValue* map, const Place& place, std::string_view owner, std::vector<ParameterSpec> specs,
                               std::span<const std::string_view> other_keys, Diagnostics& diagnostics);

/// "did you mean `x`?" for the nearest of `candidates`, or a list of them, shortened.
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace eastwest
