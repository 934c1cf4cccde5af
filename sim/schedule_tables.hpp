// SPDX-License-Identifier: Apache-2.0
// Tables that an engine derives from a schedule before it plays it, and the names of its parts in messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/options.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// Jobs that start after `duration` do not run; 0 is no limit.
bool job_runs(const Workload& workload, std::uint16_t job, Duration duration);

/// The operations of every fused group, in order: operations[first[g] .. first[g + 1]).
struct FusedTable {
  std::vector<std::uint32_t> first;  // groups + 1
  std::vector<std::uint32_t> operations;
};
FusedTable fused_table(const Schedule& schedule);

/// "rank 3 (server-00 GPU 3)", the rank as its job numbers it.
std::string rank_name(const Fabric& fabric, const Workload& workload, std::uint32_t rank);
const char* operation_name(OperationKind kind);

}  // namespace eastwest
