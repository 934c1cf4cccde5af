// SPDX-License-Identifier: Apache-2.0
// PAT all-gather: every block spreads along a binomial tree of its own; time ceil(log2 n) alpha + (n-1)/n S/B on an idle fabric.
#include "workloads/collectives/pat_parts.hpp"

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
    const auto levels = static_cast<std::uint32_t>(std::bit_width(n - 1));
    // Far hops first: position x has the block of root r once all larger dimensions are done.
    pat_hops(n, [&](std::uint32_t dimension, std::uint32_t position) {
      cursor.round = levels - 1 - dimension;
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        const std::uint32_t root = (rank + n - position) % n;
        cursor.step(rank, (rank + (1u << dimension)) % n, share(share({0, request.bytes.count}, n, root), request.chunks, lane), false);
      }
    });
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_pat_all_gather{
    .name = "pat_all_gather",
    .algorithm = "pat",
    .operation = CollectiveOperation::all_gather,
    .summary = "Blocks spread along n binomial trees at once, far partners first: ceil(log2 n) latencies and as few bytes as a ring.",
    .source = "Jeaugey, arXiv 2506.20252; NCCL 2.30 src/include/collectives.h",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = group_size,
};

}  // namespace eastwest
