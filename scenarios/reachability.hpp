// SPDX-License-Identifier: Apache-2.0
// Reachability: on fabrics of separate rails or planes, every message must have a way before anything runs.
//
// LIMITATIONS: jobs that decide as they run (serving) are not known beforehand; where their GPUs sit on separate parts of the
// fabric, a warning says so.
#pragma once

#include <span>

#include "core/diagnostic.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// `places[job]` is where the job stands in the scenario. One error per job: its first message that no cables carry.
void check_reachability(const Fabric& fabric, const Workload& workload, std::span<const Place> places, Diagnostics& diagnostics);

}  // namespace eastwest
