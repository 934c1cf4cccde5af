// SPDX-License-Identifier: Apache-2.0
// Site builder: from a site as read to its fabric and plant: the whole site, and the phase of it that is built.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

struct BuiltSite {
  PlantSettings settings;
  Fabric fabric;  // of the last phase: the whole site
  Plant plant;
  std::uint32_t phase = 0;  // that is built, from 0; plant.phases.size() - 1 is the whole site
};

/// Builds everything. Nothing when an error went to `diagnostics`.
std::optional<BuiltSite> build_site(const Site& site, Diagnostics& diagnostics);

/// Fabric and plant of the phase that is built. The fabric is what jobs run on.
BuiltSite part_built(BuiltSite whole);

/// The site of the file at `path`: a site file (`topology:` at its top) or a scenario, whose jobs are not looked at further.
std::optional<Site> load_site(const std::string& path, std::span<const std::string> overrides, Diagnostics& diagnostics);

}  // namespace eastwest
