// SPDX-License-Identifier: Apache-2.0
// NVLS all-reduce: the scale-up switch of one host adds and multicasts; time a + S (1 + 1/g) / B. Over several hosts the fabric's
// switches reduce in between (NVLS with SHARP), as NCCL does it where it can.
//
// Over hosts the switch reduces, every rank's share goes through its own NIC and the fabric's switches, the switch multicasts; chunks
// overlap: max(S (1 + 1/g) / B_i, S / (g B_e)) and latencies. LIMITATIONS: those of nvls_parts.hpp and, over hosts, collnet_parts.hpp.
#include "core/check.hpp"
#include "workloads/collectives/collnet_parts.hpp"
#include "workloads/collectives/nvls_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan_over_hosts(const CollectiveRequest& request) {
  const auto hosts = hosts_by_place(request);
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  const std::uint32_t rounds = network_rounds(hosts.size());
  if (Status status = check_nvls(request, std::uint64_t{rounds} * request.chunks); !status) return status.error();
  CollectivePlan plan;
  plan.lanes = request.chunks;
  plan.network_rounds = rounds;
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    if (part.bytes == 0) continue;
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    in_switch_of_hosts(cursor, hosts, part, true);
    for (std::uint32_t k = 0; k < rounds; ++k) {
      ++cursor.round;
      for (std::uint32_t head = 0; head < g; ++head) reduce_in_network_round(cursor, hosts, head, k, share(part, g, head));
    }
    ++cursor.round;
    in_switch_of_hosts(cursor, hosts, part, false);
  }
  return plan;
}

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (hosts_by_place(request).size() > 1 && request.without_aggregation.empty()) return plan_over_hosts(request);
  if (Status status = check_nvls_alone(request); !status) return status.error();
  return plan_in_switch(request, true, true);
}

Bytes bytes_sent(const CollectiveRequest& request) {
  const auto hosts = hosts_by_place(request);
  if (hosts.size() == 1) return bytes_sent_in_switch(request, true, true);
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  EASTWEST_CHECK(g > 0, "a host of a group has a rank");
  Bytes sum;
  for (std::uint32_t lane = 0; lane < request.chunks; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, request.chunks, lane);
    for (std::uint32_t head = 0; head < g; ++head) sum += bytes_in_network(hosts.size(), share(part, g, head));
    sum += (Bytes{part.bytes} + Bytes{(part.bytes + g - 1) / g}) * static_cast<std::int64_t>(request.ranks.size());
  }
  return sum;
}

std::uint32_t chunks_per_loop(const CollectiveRequest& request) {
  return static_cast<std::uint32_t>(hosts_by_place(request).front().size());
}

}  // namespace

extern const CollectiveKind kind_collective_nvls_all_reduce{
    .name = "nvls_all_reduce",
    .algorithm = "nvls",
    .operation = CollectiveOperation::all_reduce,
    .summary = "The NVLink switch of a host reads every buffer, adds, and writes the sum to all; over hosts with SHARP in between.",
    .source = "NCCL 2.30 src/transport/nvls.cc",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = chunks_per_loop,
};

}  // namespace eastwest
