// SPDX-License-Identifier: Apache-2.0
// Pairwise all-to-all: in round r rank i sends block i + r to that rank; `concurrency` rounds in progress at a time.
//
// Time (n-1)(alpha + S/(n B)) one peer at a time, alpha + (n-1)/n S/B all at once, on an idle non-blocking fabric.
// A round starts when the message sent and the one received `concurrency` rounds earlier are complete.
#include <algorithm>
#include <limits>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  if (Status status = check_request(request, n > 0 ? n - 1 : 0); !status) return status.error();
  if (request.bytes.count > std::numeric_limits<std::int64_t>::max() / n)
    return Error{"the send buffers of all ranks together are too large to number", "lower the size"};
  CollectivePlan plan;
  plan.window = request.concurrency == 0 ? n - 1 : std::min(request.concurrency, n - 1);
  plan.steps.reserve(std::size_t{n} * (n - 1));
  PlanCursor cursor{plan};
  for (std::uint32_t r = 1; r < n; ++r, ++cursor.round) {
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::uint32_t to = i + r < n ? i + r : i + r - n;
      cursor.step(i, to, share({request.bytes.count * i, request.bytes.count}, n, to), false);
    }
  }
  return plan;
}

// Every block of every send buffer but the n that stay at home, which together are one buffer.
Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_pairwise_all_to_all{
    .name = "pairwise_all_to_all",
    .algorithm = "pairwise",
    .operation = CollectiveOperation::all_to_all,
    .summary = "Every rank sends its own block to every other, the partner one further in each round.",
    .source = "Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005; NCCL grouped send/recv",
    .options = "concurrency",
    .plan = plan,
    .bytes_sent = bytes_sent,
};

}  // namespace eastwest
