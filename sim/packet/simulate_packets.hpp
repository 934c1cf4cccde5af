// SPDX-License-Identifier: Apache-2.0
// The packet engine's one entry.
#pragma once

#include "sim/simulation.hpp"

namespace eastwest::packet {

/// As `simulate`, at packet fidelity.
Result<RunResult> simulate_packets(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                                   Progress& progress);

}  // namespace eastwest::packet
