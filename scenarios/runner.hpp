// SPDX-License-Identifier: Apache-2.0
// Runner: turns a scenario into what an engine plays: fabric, workload and options.
#pragma once

#include <memory>
#include <optional>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"
#include "sim/options.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// The fabric has a fixed address: drivers of the workload may refer to it.
struct Built {
  std::shared_ptr<const Fabric> fabric;  // may serve several runs
  Workload workload;
  SimulationOptions options;  // threads and domains are the caller's
};

/// Builds the fabric, places the jobs, lets each kind append its part. Nothing when an error went to `diagnostics`.
std::optional<Built> build(const Scenario& scenario, Diagnostics& diagnostics);
/// The same on a fabric that was built of the same site before.
std::optional<Built> build_on(std::shared_ptr<const Fabric> fabric, const Scenario& scenario, Diagnostics& diagnostics);

/// The fabric alone, for verbs that need no jobs.
std::unique_ptr<const Fabric> build_fabric(const Site& site, Diagnostics& diagnostics);

}  // namespace eastwest
