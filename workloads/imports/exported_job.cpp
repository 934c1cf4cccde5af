// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/exported_job.hpp"

#include <limits>
#include <string>

namespace eastwest {

Result<ExportedJob> export_job(const Workload& workload, std::uint16_t job, std::string_view format) {
  const Job& own = workload.jobs[job];
  const std::string name = "job `" + own.name + "`";
  for (const Driver& driver : workload.drivers)
    if (driver.job == job)
      return Error{name + " decides as it runs; " + std::string(format) + " holds what is known before",
                   "export scenarios of static jobs: collectives, patterns, training, imports"};
  ExportedJob exported;
  exported.ranks.resize(own.rank_count);
  exported.tag_of.assign(workload.schedule.operations.size(), 0);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int32_t> tags;  // of each pair of ranks
  for (std::uint32_t i = 0; i < workload.schedule.operations.size(); ++i) {
    const Operation& operation = workload.schedule.operations[i];
    if (operation.job != job) continue;
    if (operation.kind == OperationKind::fused)
      return Error{name + " has fused collectives, which " + std::string(format) + " has no word for",
                   "set `fused: false` where the job has it; tensor-parallel groups of `training` are always fused"};
    exported.ranks[operation.rank.value - own.first_rank].push_back(i);
    if (operation.kind != OperationKind::send) continue;
    std::int32_t& tag = tags[{operation.rank.value, operation.peer}];
    if (tag == std::numeric_limits<std::int32_t>::max())
      return Error{name + " sends more than 2^31 messages from one rank to another", "export a smaller job"};
    exported.tag_of[i] = exported.tag_of[operation.match] = tag++;
  }
  for (std::uint32_t record = 0; record < workload.schedule.collectives.size(); ++record) {
    if (workload.schedule.collectives[record].job != job) continue;
    exported.record_of[record] = static_cast<std::uint32_t>(exported.records.size());
    exported.records.push_back(record);
  }
  return exported;
}

}  // namespace eastwest
