// SPDX-License-Identifier: Apache-2.0
#include "scenarios/reachability.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "topology/reach.hpp"

namespace eastwest {

namespace {

std::string gpu_name(const Fabric& fabric, GpuId gpu) {
  const Host& host = fabric.hosts[fabric.host_of_gpu(gpu)];
  const std::string local = std::to_string(gpu.value - host.first_gpu);
  return (host.gpu_model < fabric.gpu_models.size() ? "GPU " : "process ") + local + " of `" + fabric.nodes[host.node.index()].name + "`";
}

}  // namespace

void check_reachability(const Fabric& fabric, const Workload& workload, std::span<const Place> places, Diagnostics& diagnostics) {
  const std::vector<std::uint32_t> parts = parts_of_endpoints(fabric);
  if (std::all_of(parts.begin(), parts.end(), [](std::uint32_t part) { return part == 0; })) return;
  const std::string remedy =
      "keep traffic between servers on equal rails (such as `hierarchical_all_reduce`, or another placement), or use `rail_optimised`, "
      "whose spines join the rails";
  std::vector<bool> reported(workload.jobs.size());
  for (const Operation& operation : workload.schedule.operations) {
    if (operation.kind != OperationKind::send || reported[operation.job]) continue;
    const GpuId from = workload.ranks[operation.rank.index()];
    const GpuId to = workload.ranks[operation.peer];
    if (can_reach(fabric, parts, from, to)) continue;
    reported[operation.job] = true;
    diagnostics.error(places[operation.job],
                      "job `" + workload.jobs[operation.job].name + "` sends from " + gpu_name(fabric, from) + " to " +
                          gpu_name(fabric, to) + ", but no cables of `" + fabric.topology + "` join their NICs",
                      remedy);
  }
  for (const Driver& driver : workload.drivers) {
    const Job& job = workload.jobs[driver.job];
    const GpuId first = workload.ranks[job.first_rank];
    for (std::uint32_t r = 1; r < job.rank_count && !reported[driver.job]; ++r) {
      const GpuId other = workload.ranks[job.first_rank + r];
      if (parts[fabric.endpoint_of_gpu(first).index()] == parts[fabric.endpoint_of_gpu(other).index()]) continue;
      reported[driver.job] = true;
      diagnostics.warning(places[driver.job],
                          "job `" + job.name + "` decides as it runs who sends to whom; on `" + fabric.topology + "` " +
                              gpu_name(fabric, first) + " and " + gpu_name(fabric, other) +
                              " have NICs that no cables join, and a message between servers that needs some will stall",
                          remedy);
    }
  }
}

}  // namespace eastwest
