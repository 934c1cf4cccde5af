// SPDX-License-Identifier: Apache-2.0
// CollNet direct all-reduce: each GPU of a host collects its share from the others, the fabric's switches reduce it, and it goes back.
//
// Time 2 (a_i + (g-1)/g S/B_i) + ceil(log2 N) alpha + S/(g B_e) on an idle fabric; see collnet_parts.hpp for what is left out.
#include "workloads/collectives/collnet_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_collnet(request, request.chunks); !status) return status.error();
  const auto hosts = hosts_by_place(request);
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  for (std::size_t h = 1; h < hosts.size(); ++h) {
    if (hosts[h].size() != g)
      return Error{"collnet_direct needs as many ranks on every host: host 0 of the job has " + std::to_string(g) + ", host " +
                       std::to_string(h) + " has " + std::to_string(hosts[h].size()),
                   "place the job on whole hosts, or choose collnet_chain"};
  }
  const std::uint32_t rounds = network_rounds(hosts.size());
  if (Status status = check_request(request, (std::uint64_t{2} * (g - 1) + rounds) * request.chunks); !status) return status.error();
  CollectivePlan plan;
  plan.lanes = request.chunks;
  plan.network_rounds = rounds;
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    const auto inside = [&](bool reduce) {
      for (const auto& host : hosts)
        for (std::uint32_t head = 0; head < g; ++head)
          for (std::uint32_t other = 0; other < g; ++other) {
            if (other == head) continue;
            cursor.step(host[reduce ? other : head], host[reduce ? head : other], share(part, g, head), reduce);
          }
    };
    inside(true);
    for (std::uint32_t k = 0; k < rounds; ++k) {
      ++cursor.round;
      for (std::uint32_t head = 0; head < g; ++head) reduce_in_network_round(cursor, hosts, head, k, share(part, g, head));
    }
    ++cursor.round;
    inside(false);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) {
  const auto hosts = hosts_by_place(request);
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  Bytes sum = request.bytes * (2 * std::int64_t{g - 1} * static_cast<std::int64_t>(hosts.size()));
  for (std::uint32_t lane = 0; lane < request.chunks; ++lane)
    for (std::uint32_t head = 0; head < g; ++head)
      sum += bytes_in_network(hosts.size(), share(share({0, request.bytes.count}, request.chunks, lane), g, head));
  return sum;
}

std::uint32_t chunks_per_loop(const CollectiveRequest& request) {
  return static_cast<std::uint32_t>(hosts_by_place(request).front().size());
}

}  // namespace

extern const CollectiveKind kind_collective_collnet_direct_all_reduce{
    .name = "collnet_direct_all_reduce",
    .algorithm = "collnet_direct",
    .operation = CollectiveOperation::all_reduce,
    .summary = "Shares collected inside each host, added by the fabric's switches (SHARP), handed back: each NIC carries its share once.",
    .source = "Graham et al., COM-HPC 2016; NCCL 2.30 src/transport/coll_net.cc",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
    .chunks_per_loop = chunks_per_loop,
};

}  // namespace eastwest
