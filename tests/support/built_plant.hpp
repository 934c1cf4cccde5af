// SPDX-License-Identifier: Apache-2.0
// Test support: the site of a YAML text, built whole; tables of a plant in a folder, read back.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "scenarios/scenario.hpp"
#include "scenarios/site_builder.hpp"
#include "tests/support/temporary_directory.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/plant_tables.hpp"

namespace eastwest::tests {

/// `site` is what stands after `site:` in a scenario, in flow style; relative paths start at `directory`.
inline std::optional<BuiltSite> try_site(const std::string& site, Diagnostics& diagnostics, const std::string& directory = ".") {
  const std::string text = "site: " + site + "\njobs: {a: {kind: collective}}\n";
  const std::optional<Scenario> scenario = load_scenario_text(text, "site.yaml", directory, {}, diagnostics);
  if (!scenario) return std::nullopt;
  return build_site(scenario->site, diagnostics);
}

inline BuiltSite good_site(const std::string& site, const std::string& directory = ".") {
  Diagnostics diagnostics;
  std::optional<BuiltSite> built = try_site(site, diagnostics, directory);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  const Status valid = validate(built->plant, built->fabric);
  REQUIRE_MESSAGE(valid.has_value(), (valid ? "" : valid.error().message));
  return std::move(*built);
}

/// Writes the four tables of `built` into `folder` and returns the `plant:` keys that point to them.
inline std::string write_tables(const BuiltSite& built, const TemporaryDirectory& folder) {
  folder.write("racks.csv", write_racks(built.plant));
  folder.write("devices.csv", write_devices(built.plant));
  folder.write("pathways.csv", write_pathways(built.plant));
  folder.write("cables.csv", write_schedule(built.plant, built.fabric));
  return "racks: racks.csv, devices: devices.csv, pathways: pathways.csv, schedule: cables.csv";
}

}  // namespace eastwest::tests
