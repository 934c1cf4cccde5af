// SPDX-License-Identifier: Apache-2.0
// Ring reduce: chunks flow around a ring to the root and gather every contribution; time as ring broadcast, of which it is the mirror.
#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  const std::uint32_t lanes = lane_count(request);
  if (Status status = check_request(request, lanes); !status) return status.error();
  const auto hosts = hosts_of_group(request);
  CollectivePlan plan;
  plan.lanes = lanes;
  plan.streams = request.channels;
  plan.steps.reserve(std::size_t{lanes} * (n - 1));
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    const std::vector<std::uint32_t> ring = ring_from(hosts, lane % request.channels, request.root);
    const ByteRange part = share({0, request.bytes.count}, lanes, lane);
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    for (std::uint32_t p = 1; p < n; ++p, ++cursor.round) cursor.step(ring[p], ring[p + 1 == n ? 0 : p + 1], part, true);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_ring_reduce{
    .name = "ring_reduce",
    .algorithm = "ring",
    .operation = CollectiveOperation::reduce,
    .summary = "Chunk after chunk along a ring to the root, each rank adding its own.",
    .source = "NCCL 2.30 src/device/reduce.h",
    .options = "channels, chunks, root",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = one_chunk_per_loop,
};

}  // namespace eastwest
