// SPDX-License-Identifier: Apache-2.0
// Placement: which GPU each rank of each job runs on.
//
// Jobs take GPUs in the order of the file, those with an explicit list first; a GPU is given once. Policies over the
// GPUs that a job may use: packed (server after server, a block), strided (one per server in turn), rail_aligned (all GPUs
// whose NICs are cabled to one leaf, then those of the next leaf, in the order of the first GPU of each), scattered (a
// shuffle keyed by seed and job number). Invariant: the result is a function of fabric, jobs and seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// "7" is {7, 7}, "0-7" is {0, 7}; nothing when the text is neither or descends.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_index_range(std::string_view text);

/// The GPUs of every job, in the order of ranks. Incomplete when errors went to `diagnostics`.
std::vector<std::vector<GpuId>> place_jobs(const Scenario& scenario, const Fabric& fabric, Diagnostics& diagnostics);

}  // namespace eastwest
