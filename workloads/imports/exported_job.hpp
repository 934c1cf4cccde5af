// SPDX-License-Identifier: Apache-2.0
// Exported job: the operations of one job sorted by rank, with tags and records numbered for a file of its own.
//
// Invariants: the operations of a rank stand in the order of the schedule; the messages of a pair have tags 0, 1, ... in that order,
// so that whoever matches by tag finds the right ones. Cost: operations of the whole schedule, times log n for its sends.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct ExportedJob {
  std::vector<std::vector<std::uint32_t>> ranks;     // operations of each
  std::vector<std::int32_t> tag_of;                  // per operation of the schedule; of sends and receives
  std::vector<std::uint32_t> records;                // of the job, ascending
  std::map<std::uint32_t, std::uint32_t> record_of;  // number within the job
};

/// Errors: the job decides as it runs, or has fused collectives, which `format` has no word for.
Result<ExportedJob> export_job(const Workload& workload, std::uint16_t job, std::string_view format);

}  // namespace eastwest
