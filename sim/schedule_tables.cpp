// SPDX-License-Identifier: Apache-2.0
#include "sim/schedule_tables.hpp"

namespace eastwest {

bool job_runs(const Workload& workload, std::uint16_t job, Duration duration) {
  return duration.ps == 0 || workload.jobs[job].start.ps <= duration.ps;
}

FusedTable fused_table(const Schedule& schedule) {
  FusedTable table;
  table.first.assign(schedule.groups.size() + 1, 0);
  if (schedule.groups.empty()) return table;
  for (const Operation& operation : schedule.operations)
    if (operation.kind == OperationKind::fused) ++table.first[operation.peer + 1];
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) table.first[g + 1] += table.first[g];
  table.operations.resize(table.first.back());
  std::vector<std::uint32_t> at(table.first.begin(), table.first.end() - 1);
  for (std::uint32_t i = 0; i < schedule.operations.size(); ++i)
    if (schedule.operations[i].kind == OperationKind::fused) table.operations[at[schedule.operations[i].peer]++] = i;
  return table;
}

std::string rank_name(const Fabric& fabric, const Workload& workload, std::uint32_t rank) {
  for (const Job& job : workload.jobs) {
    if (rank < job.first_rank || rank >= job.first_rank + job.rank_count) continue;
    const GpuId gpu = workload.ranks[rank];
    const Host& host = fabric.hosts[fabric.host_of_gpu(gpu)];
    return "rank " + std::to_string(rank - job.first_rank) + " (" + fabric.nodes[host.node.index()].name + " GPU " +
           std::to_string(gpu.value - host.first_gpu) + ")";
  }
  return "rank " + std::to_string(rank);
}

const char* operation_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::compute: return "compute";
    case OperationKind::send: return "send";
    case OperationKind::receive: return "receive";
    case OperationKind::fused: return "fused collective";
    case OperationKind::marker: return "step marker";
  }
  return "operation";
}

}  // namespace eastwest
