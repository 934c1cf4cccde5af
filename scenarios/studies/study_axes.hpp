// SPDX-License-Identifier: Apache-2.0
// Axes from the user's file: the shapes in which a study says what varies, read for every kind alike.
//
// Each reads one value of the file, reports every mistake at its place, and returns what could be read. A setting that names a
// scenario file adds it to the study's bases.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/studies/study.hpp"

namespace eastwest {

/// {PATH: value, ...}, or the path of a scenario file.
std::optional<StudySetting> read_setting(Study& study, const std::string& label, const YamlValue& value, Diagnostics& diagnostics);
/// {NAME: setting, ...} as one axis called `axis`; nothing when it is empty or wrong.
std::optional<StudyAxis> read_settings(Study& study, const std::string& axis, const YamlValue& value, Diagnostics& diagnostics);
/// {PATH: [value, ...], NAME: {NAME: setting, ...}, ...}: one axis for each key.
std::vector<StudyAxis> read_grid(Study& study, const YamlValue& value, Diagnostics& diagnostics);
/// [{PATH: value, ...}, ...]: one axis for each path that occurs, one point for each entry; both go to the study.
void read_points(Study& study, const YamlValue& value, Diagnostics& diagnostics);

/// Every combination of the study's axes as a point, the last axis varying fastest. An error when there are too many.
void take_all_combinations(Study& study, Diagnostics& diagnostics);

}  // namespace eastwest
