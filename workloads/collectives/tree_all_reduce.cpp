// SPDX-License-Identifier: Apache-2.0
// Double binary tree all-reduce: two trees, each for half of the data, reduce to their roots and broadcast back, chunk by chunk.
//
// Time about 2 h (alpha + c/B) + 2 S/B on an idle fabric, h the height of the trees over hosts plus the chain inside: few steps,
// but interior ranks send twice as much as in a ring. A channel is a pair of NCCL's: it carries both trees.
#include "workloads/collectives/tree_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  if (Status status = check_request(request, std::uint64_t{4} * lane_count(request)); !status) return status.error();
  const auto hosts = hosts_by_place(request);
  CollectivePlan plan;
  plan.streams = 2 * request.channels;
  plan.lanes = plan.streams * request.chunks;
  if (plan.lanes > kMaxLanes) return too_many_lanes(plan.lanes);
  plan.steps.reserve(std::size_t{plan.lanes} * 2 * (n - 1));
  std::vector<std::vector<TreeStep>> trees;
  for (std::uint32_t stream = 0; stream < plan.streams; ++stream) trees.push_back(tree_rounds(host_tree(hosts, stream / 2, stream % 2)));
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    for (const TreeStep& step : trees[lane % plan.streams]) {
      cursor.round = step.round;
      cursor.step(step.from, step.to, part, step.reduce);
    }
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (2 * (std::int64_t{group_size(request)} - 1)); }

std::uint32_t chunks_per_loop(const CollectiveRequest&) { return 2; }

}  // namespace

extern const CollectiveKind kind_collective_tree_all_reduce{
    .name = "tree_all_reduce",
    .algorithm = "tree",
    .operation = CollectiveOperation::all_reduce,
    .summary =
        "Two binary trees over hosts, half of the data each, chains inside: few steps, so the choice for many hosts and small sizes.",
    .source = "Sanders, Speck, Traeff, Parallel Computing 35(12), 2009; NCCL 2.30 src/graph/trees.cc",
    .options = "channels, chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = chunks_per_loop,
};

}  // namespace eastwest
