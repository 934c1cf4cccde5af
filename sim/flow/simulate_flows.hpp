// SPDX-License-Identifier: Apache-2.0
// The flow engine's one entry.
#pragma once

#include "sim/simulation.hpp"

namespace eastwest::flow {

/// As `simulate`, at flow fidelity. Single threaded: `options.threads` and `options.domains` change nothing.
Result<RunResult> simulate_flows(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                                 Progress& progress);

}  // namespace eastwest::flow
