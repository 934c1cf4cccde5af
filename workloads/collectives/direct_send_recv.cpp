// SPDX-License-Identifier: Apache-2.0
// Send and receive: every rank sends its buffer to the next and gets that of the one before; time alpha + S/B, idle fabric.
//
// One point-to-point message per rank, as sendrecv_perf of nccl-tests has it; with two ranks an exchange.
#include "workloads/collectives/plan_parts.hpp"

#include <limits>

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  if (Status status = check_request(request, request.chunks); !status) return status.error();
  if (request.bytes.count > std::numeric_limits<std::int64_t>::max() / n)
    return Error{"the send buffers of all ranks together are too large to number", "lower the size"};
  CollectivePlan plan;
  plan.lanes = request.chunks;
  plan.steps.reserve(std::size_t{request.chunks} * n);
  for (std::uint32_t lane = 0; lane < request.chunks; ++lane) {
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    for (std::uint32_t i = 0; i < n; ++i)
      cursor.step(i, i + 1 == n ? 0 : i + 1, share({request.bytes.count * i, request.bytes.count}, request.chunks, lane), false);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * std::int64_t{group_size(request)}; }

}  // namespace

extern const CollectiveKind kind_collective_direct_send_recv{
    .name = "direct_send_recv",
    .algorithm = "direct",
    .operation = CollectiveOperation::send_recv,
    .summary = "Every rank sends its buffer to the next one, point to point.",
    .source = "nccl-tests src/sendrecv.cu",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "ll, simple",
    .chunks_per_loop = one_chunk_per_loop,
};

}  // namespace eastwest
