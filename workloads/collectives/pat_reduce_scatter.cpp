// SPDX-License-Identifier: Apache-2.0
// PAT reduce-scatter: the mirror image of the all-gather; time ceil(log2 n) alpha + (n-1)/n S/B on an idle fabric.
#include "workloads/collectives/pat_parts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_pat(request); !status) return status.error();
  const std::uint32_t n = group_size(request);
  CollectivePlan plan;
  plan.lanes = request.chunks;
  plan.steps.reserve(std::size_t{request.chunks} * n * (n - 1));
  for (std::uint32_t lane = 0; lane < request.chunks; ++lane) {
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    // Near hops first, against the direction of the all-gather: position x + 2^d hands its partial sum to x.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> hops;
    pat_hops(n, [&](std::uint32_t dimension, std::uint32_t position) { hops.emplace_back(dimension, position); });
    std::stable_sort(hops.begin(), hops.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [dimension, position] : hops) {
      cursor.round = dimension;
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        const std::uint32_t root = (rank + n - position) % n;
        cursor.step((rank + (1u << dimension)) % n, rank, share(share({0, request.bytes.count}, n, root), request.chunks, lane), true);
      }
    }
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_pat_reduce_scatter{
    .name = "pat_reduce_scatter",
    .algorithm = "pat",
    .operation = CollectiveOperation::reduce_scatter,
    .summary =
        "Partial sums gather along n binomial trees at once, near partners first: ceil(log2 n) latencies and as few bytes as a ring.",
    .source = "Jeaugey, arXiv 2506.20252; NCCL 2.30 src/include/collectives.h",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = group_size,
};

}  // namespace eastwest
