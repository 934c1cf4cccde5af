// SPDX-License-Identifier: Apache-2.0
// Overrides: `--set path=value` applied to the tree of a scenario before it is read.
//
// A value that came from an override has the place "--set path=value", so every later message names it.
#pragma once

#include <span>
#include <string>

#include "core/diagnostic.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

/// Applies "path=value" to `root` in order. The value is read as YAML (`[0, 1]` is a list). Keys that a map lacks are
/// added, so that parameters at their default can be set; but jobs and list elements must exist.
/// `whole` selects the overrides of `site` and `jobs` as a whole, which must come before those files are read.
void apply_overrides(YamlValue& root, std::span<const std::string> overrides, bool whole, Diagnostics& diagnostics);

/// One change of a scenario that another file makes, such as a study: the value stands in that file and is reported there.
struct ScenarioChange {
  std::string path;  // as after `--set`
  YamlValue value;
  bool append = false;  // add the items of the list `value` to those that are there
  Place place = {};     // of the path
};
/// The same as apply_overrides, of values that are read already.
void apply_changes(YamlValue& root, std::span<const ScenarioChange> changes, bool whole, Diagnostics& diagnostics);

/// True when `place` is that of an override.
bool is_override(const Place& place);

}  // namespace eastwest
