// SPDX-License-Identifier: Apache-2.0
// Ring broadcast: chunks flow from the root around a ring; time (n-1)(alpha + c/B) + (k-1) c/B for k chunks of c bytes, idle fabric.
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
    for (std::uint32_t p = 0; p + 1 < n; ++p, ++cursor.round) cursor.step(ring[p], ring[p + 1], part, false);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_ring_broadcast{
    .name = "ring_broadcast",
    .algorithm = "ring",
    .operation = CollectiveOperation::broadcast,
    .summary = "Chunk after chunk from the root along a ring: every link carries the buffer once.",
    .source = "NCCL 2.30 src/device/broadcast.h",
    .options = "channels, chunks, root",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = one_chunk_per_loop,
};

}  // namespace eastwest
