// SPDX-License-Identifier: Apache-2.0
// Ring all-reduce: 2(n-1) rounds of S/n; time 2(n-1)(alpha + S/(n B)) on an idle fabric, bandwidth-optimal.
#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  const std::uint32_t lanes = lane_count(request);
  if (Status status = check_request(request, std::uint64_t{2} * lanes * (n > 0 ? n - 1 : 0)); !status) return status.error();
  const auto hosts = hosts_of_group(request);
  CollectivePlan plan;
  plan.lanes = lanes;
  plan.streams = request.channels;
  plan.steps.reserve(std::size_t{2} * lanes * (n - 1) * n);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    const std::vector<std::vector<std::uint32_t>> ring{ring_order(hosts, lane % request.channels)};
    const ByteRange part = share({0, request.bytes.count}, lanes, lane);
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    ring_rounds(cursor, ring, true, [&](std::uint32_t, std::uint32_t position) { return share(part, n, position); });
    // Position p now holds block p + 1 complete and sends that first.
    ring_rounds(cursor, ring, false,
                [&](std::uint32_t, std::uint32_t position) { return share(part, n, position + 1 == n ? 0 : position + 1); });
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (2 * (std::int64_t{group_size(request)} - 1)); }

}  // namespace

extern const CollectiveKind kind_collective_ring_all_reduce{
    .name = "ring_all_reduce",
    .algorithm = "ring",
    .operation = CollectiveOperation::all_reduce,
    .summary = "Reduce-scatter, then all-gather around a ring: fewest bytes, but 2(n-1) messages one after the other.",
    .source = "Patarasuk and Yuan, JPDC 69(2), 2009; NCCL 2.30 src/device/all_reduce.h",
    .options = "channels, chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = group_size,
};

}  // namespace eastwest
