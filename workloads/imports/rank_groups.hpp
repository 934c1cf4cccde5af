// SPDX-License-Identifier: Apache-2.0
// Rank groups: named groups of ranks from JSON, as ASTRA-sim's comm groups and PyTorch's process groups write them.
//
//   {"0": [0, 1, 2, 3], "1": [4, 5, 6, 7]}                              comm group file of ASTRA-sim
//   [{"pg_name": "0", "ranks": [0, 1, 2, 3], ...}, ...]                  inputs of a `process_group:init` node
//
// Invariants: the ranks of a group are distinct and below the number of ranks. An empty list of a process group means all ranks.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/input_text.hpp"
#include "workloads/imports/group_collectives.hpp"

namespace eastwest {

using NamedGroups = std::map<std::string, RankGroup>;

/// Mistakes go to `errors`, at line and column where the text has them.
void read_comm_groups(std::string_view json, std::uint32_t ranks, NamedGroups& groups, InputErrors& errors);
/// False when the text is something else; groups that are known already are left.
bool read_process_groups(std::string_view json, std::uint32_t ranks, NamedGroups& groups);

}  // namespace eastwest
