// SPDX-License-Identifier: Apache-2.0
// The parts of a scenario file and how each is read; used by scenario.cpp and schema.cpp alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

/// Keys of the entries in the lists of a custom site and of `faults`.
std::vector<ParameterSpec> graph_host_parameters();
std::vector<ParameterSpec> graph_switch_parameters();
std::vector<ParameterSpec> graph_link_parameters();
std::vector<ParameterSpec> fault_parameters();

/// Reads `site:`; `place` is where a missing site is reported.
void read_site(const YamlValue* value, const Place& place, Site& site, Diagnostics& diagnostics);
/// Reads one entry of `jobs:`.
void read_job(const YamlEntry& entry, ScenarioJob& job, Diagnostics& diagnostics);
/// Reads `faults:`.
void read_faults(const YamlValue& value, std::vector<ScenarioFault>& faults, Diagnostics& diagnostics);

}  // namespace eastwest
