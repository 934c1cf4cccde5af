// SPDX-License-Identifier: Apache-2.0
// NVLSTree all-reduce: NVLS reduction inside each host, the double binary tree over hosts for each rank's share, NVLS multicast inside.
//
// Rank r of every host owns share r: its tree uses NIC r, so all rails work. A chunk has two halves, one for each tree; both
// are lanes, so that a chunk is reduced inside while the one before crosses the fabric.
// Time about a + 2 h (alpha + c/(g B_e)) + max(S (1 + 1/g) / B_i, 2 S/(g B_e)), h = ceil(log2 N), on an idle fabric (N > 2).
// Source: NCCL 2.30 src/transport/nvls.cc, src/device/all_reduce.h. LIMITATIONS: those of nvls_parts.hpp.
#include "workloads/collectives/nvls_parts.hpp"
#include "workloads/collectives/tree_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_nvls(request, std::uint64_t{4} * request.chunks); !status) return status.error();
  const auto hosts = hosts_by_place(request);
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  const auto n = static_cast<std::uint32_t>(hosts.size());
  if (n < 2) return Error{"nvls_tree runs over several hosts, and the job is on one", "choose nvls"};
  CollectivePlan plan;
  plan.streams = 2;
  plan.lanes = 2 * request.chunks;
  if (plan.lanes > kMaxLanes) return too_many_lanes(plan.lanes);
  plan.steps.reserve(std::size_t{plan.lanes} * 2 * (n - 1) * g);
  const std::vector<TreeStep> trees[2] = {tree_rounds(binary_tree(n, 0)), tree_rounds(binary_tree(n, 1))};
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    if (part.bytes == 0) continue;
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    in_switch_of_hosts(cursor, hosts, part, true);
    for (const TreeStep& step : trees[lane % 2]) {
      cursor.round = 1 + step.round;
      for (std::uint32_t head = 0; head < g; ++head)
        cursor.step(hosts[step.from][head], hosts[step.to][head], share(part, g, head), step.reduce);
    }
    ++cursor.round;
    in_switch_of_hosts(cursor, hosts, part, false);
  }
  return plan;
}

/// Over hosts 2(N-1) S; inside what the ports carry outwards.
Bytes bytes_sent(const CollectiveRequest& request) {
  const Result<CollectivePlan> made = plan(request);
  if (!made) return {};
  Bytes sum = request.bytes * (2 * (static_cast<std::int64_t>(hosts_by_place(request).size()) - 1));
  for (const PlanFused& fused : made->fused) sum += port_bytes(fused).out * static_cast<std::int64_t>(fused.members.size());
  return sum;
}

/// NCCL has a chunk per head; both trees here belong to one channel.
std::uint32_t chunks_per_loop(const CollectiveRequest& request) {
  return 2 * static_cast<std::uint32_t>(hosts_by_place(request).front().size());
}

}  // namespace

extern const CollectiveKind kind_collective_nvls_tree_all_reduce{
    .name = "nvls_tree_all_reduce",
    .algorithm = "nvls_tree",
    .operation = CollectiveOperation::all_reduce,
    .summary = "The NVLink switch adds inside each host, binary trees on every rail join the hosts, the switch copies the sum back.",
    .source = "NCCL 2.30 src/transport/nvls.cc",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = chunks_per_loop,
};

}  // namespace eastwest
