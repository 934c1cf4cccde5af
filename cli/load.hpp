// SPDX-License-Identifier: Apache-2.0
// Loads a scenario from where the user points: a YAML file, or a trace that holds the scenario it was made from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"

namespace eastwest::cli {

std::optional<Scenario> load(const std::string& path, const std::vector<std::string>& overrides, Diagnostics& diagnostics);

}  // namespace eastwest::cli
