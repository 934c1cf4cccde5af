// SPDX-License-Identifier: Apache-2.0
// The scenario: a site, jobs on it, options, faults, probes and a seed, as read and checked from the user's file.
//
// Everything that can be said without building the fabric is checked here; scenarios/runner.hpp checks the rest.
// Invariants: parameters are declared by their kinds and complete; relative paths in text parameters start at
// `directory`; every part keeps its place for messages. See docs/scenario-format.md for the file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"
#include "scenarios/parameter_reader.hpp"
#include "sim/options.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

struct ScenarioChange;  // of scenarios/overrides.hpp

struct Site {
  std::string topology;  // kind name
  ReadParameters parameters;
  ReadParameters plant;   // of topology/plant/plant_settings.hpp
  ExplicitGraph graph;    // of `topology: custom`
  std::string directory;  // relative paths in `parameters` start here
  Place place;
};

enum class PlacementPolicy : std::uint8_t { packed, strided, scattered, rail_aligned };

/// A word of the file and where it stands.
struct PlacedText {
  std::string text;
  Place place;
};

/// Which GPUs a job may use and in what order its ranks take them. "0-7" is a range, both ends included.
struct Placement {
  PlacementPolicy policy = PlacementPolicy::packed;
  std::vector<PlacedText> servers;  // names or index ranges; empty: all
  std::vector<PlacedText> gpus;     // index ranges over the site: rank i runs on the i-th; empty: by policy
  Place place;
  Place servers_place;
  Place gpus_place;
};

struct ScenarioJob {
  std::string name;
  std::string kind;
  std::uint32_t ranks = 0;  // 0: every GPU that the placement allows and no earlier job took
  Time start;
  std::uint8_t traffic_class = 1;
  Placement placement;
  ReadParameters parameters;  // of the kind
  Place place;                // of its name
  Place ranks_place;
};

struct ScenarioFault {
  Time time;
  std::string link;    // "C0001" (a cable), "leaf-0:3" (a port) or "leaf-0 - spine-1" (two nodes)
  std::string action;  // "down", "up", "hang", "recover", "dirty_connector", "clean", "frame_loss"
  Place place;
  Loss loss = {};                   // of dirty_connector
  std::optional<Loss> margin = {};  // of dirty_connector: in place of the site's
  double probability = 0;           // of frame_loss
  std::string direction = "both";   // of these three: "both", "a_to_b", "b_to_a", where a is what `link` names first
};

struct Scenario {
  std::string name;
  std::string description;
  std::string directory;  // relative paths start here; never empty
  std::uint64_t seed = 1;
  Duration duration;  // no new work after it; 0: unlimited
  Fidelity fidelity = Fidelity::packet;
  std::string alone;  // the one job that is played, the others keep their GPUs; empty: all
  Site site;
  std::vector<ScenarioJob> jobs;
  ReadParameters network;
  ReadParameters probes;
  std::vector<ScenarioFault> faults;
  Place place;
};

/// The parameters at the top of a scenario: name, description, seed, duration, fidelity, alone, directory.
std::vector<ParameterSpec> scenario_parameters();
/// The parameters that every job has beside those of its kind. `ranks`, `placement.servers` and `placement.gpus` also
/// take lists and are read by hand; they are declared so that help and schema know them.
std::vector<ParameterSpec> job_parameters();

/// Reads the scenario at `path`. `overrides` are "path=value" as after `--set`; a later one wins. Nothing when an
/// error went to `diagnostics`.
std::optional<Scenario> load_scenario(const std::string& path, std::span<const std::string> overrides, Diagnostics& diagnostics);
/// The same from a file that was parsed already, with the changes that another file (a study) makes to it; the overrides win.
std::optional<Scenario> load_scenario_tree(YamlValue root, const std::string& file, const std::string& directory,
                                           std::span<const ScenarioChange> changes, std::span<const std::string> overrides,
                                           Diagnostics& diagnostics);
/// The same from text, called `file` in messages, with paths starting at `directory`.
std::optional<Scenario> load_scenario_text(std::string_view text, const std::string& file, const std::string& directory,
                                           std::span<const std::string> overrides, Diagnostics& diagnostics);

}  // namespace eastwest
