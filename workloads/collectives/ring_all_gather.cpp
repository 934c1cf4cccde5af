// SPDX-License-Identifier: Apache-2.0
// Ring all-gather: n-1 rounds of S/n, S the gathered buffer; time (n-1)(alpha + S/(n B)) on an idle fabric.
#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  const std::uint32_t lanes = lane_count(request);
  if (Status status = check_request(request, std::uint64_t{lanes} * (n > 0 ? n - 1 : 0)); !status) return status.error();
  const auto hosts = hosts_of_group(request);
  CollectivePlan plan;
  plan.lanes = lanes;
  plan.streams = request.channels;
  plan.steps.reserve(std::size_t{lanes} * (n - 1) * n);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    const std::vector<std::vector<std::uint32_t>> ring{ring_order(hosts, lane % request.channels)};
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    // Each rank sends its own block first, then what it received.
    ring_rounds(cursor, ring, false, [&](std::uint32_t, std::uint32_t position) {
      return share(share({0, request.bytes.count}, n, ring[0][position]), lanes, lane);
    });
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (std::int64_t{group_size(request)} - 1); }

}  // namespace

extern const CollectiveKind kind_collective_ring_all_gather{
    .name = "ring_all_gather",
    .algorithm = "ring",
    .operation = CollectiveOperation::all_gather,
    .summary = "Every rank's block travels once around a ring until all ranks have all blocks.",
    .source = "Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005; NCCL 2.30 src/device/all_gather.h",
    .options = "channels, chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = group_size,
};

}  // namespace eastwest
