// SPDX-License-Identifier: Apache-2.0
// CollNet chain all-reduce: a chain to one GPU of each host, a reduction in the fabric's switches, and the chain back, chunk by chunk.
//
// Time 2 (g-1)(a_i + c/B_i) + ceil(log2 N) alpha + c/B_e for one chunk on an idle fabric; chunks overlap. Channel c ends at local
// rank c, so channels use all NICs. See collnet_parts.hpp for what is left out.
#include "workloads/collectives/collnet_parts.hpp"

#include <algorithm>

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_collnet(request, std::uint64_t{3} * lane_count(request)); !status) return status.error();
  const auto hosts = hosts_by_place(request);
  std::size_t longest = 0;
  for (const auto& host : hosts) longest = std::max(longest, host.size());
  CollectivePlan plan;
  plan.lanes = lane_count(request);
  plan.streams = request.channels;
  plan.network_rounds = network_rounds(hosts.size());
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const std::size_t channel = lane % request.channels;
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    const auto place = [&](const std::vector<std::uint32_t>& host, std::size_t k) { return host[(channel + k) % host.size()]; };
    for (std::size_t k = longest; k-- > 1; ++cursor.round)
      for (const auto& host : hosts)
        if (k < host.size()) cursor.step(place(host, k), place(host, k - 1), part, true);
    std::vector<std::vector<std::uint32_t>> heads;
    for (const auto& host : hosts) heads.push_back({place(host, 0)});
    for (std::uint32_t k = 0; k < plan.network_rounds; ++k, ++cursor.round) reduce_in_network_round(cursor, heads, 0, k, part);
    for (std::size_t k = 1; k < longest; ++k, ++cursor.round)
      for (const auto& host : hosts)
        if (k < host.size()) cursor.step(place(host, k - 1), place(host, k), part, false);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) {
  const auto hosts = hosts_by_place(request);
  Bytes sum = request.bytes * (2 * (std::int64_t{group_size(request)} - static_cast<std::int64_t>(hosts.size())));
  for (std::uint32_t lane = 0; lane < lane_count(request); ++lane)
    sum += bytes_in_network(hosts.size(), share({0, request.bytes.count}, lane_count(request), lane));
  return sum;
}

}  // namespace

extern const CollectiveKind kind_collective_collnet_chain_all_reduce{
    .name = "collnet_chain_all_reduce",
    .algorithm = "collnet_chain",
    .operation = CollectiveOperation::all_reduce,
    .summary = "A chain inside each host to one GPU, added by the fabric's switches (SHARP), and the chain back.",
    .source = "Graham et al., COM-HPC 2016; NCCL 2.30 src/transport/coll_net.cc",
    .options = "channels, chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = one_chunk_per_loop,
};

}  // namespace eastwest
