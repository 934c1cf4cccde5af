// SPDX-License-Identifier: Apache-2.0
// Hierarchical (rail) all-reduce: reduce-scatter inside each host, a ring per rail across hosts, all-gather inside.
//
// Time 2(g-1)(a_i + S/(g B_i)) + 2(N-1)(a_e + S/(g N B_e)) for N hosts of g ranks; with several chunks the phases overlap
// and the slower one counts. A chunk enters the first phase when the chunk before has left it on that rank.
// With `fused` the phases inside a host are one operation per rank, which keeps large schedules small.
// LIMITATIONS: every host must have the same number of ranks; inside a host the explicit form is a ring.
#include <string>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

using Rings = std::vector<std::vector<std::uint32_t>>;

/// Ring r joins the ranks with local number r of all hosts.
Rings rails_of(const Rings& hosts) {
  Rings rails(hosts.front().size());
  for (const auto& host : hosts)
    for (std::size_t local = 0; local < host.size(); ++local) rails[local].push_back(host[local]);
  return rails;
}

/// One of the phases inside hosts. Member p of a host starts (all-gather) or ends (reduce-scatter) with share p of `part`.
void inside_hosts(PlanCursor& cursor, const Rings& hosts, ByteRange part, bool reduce, bool fused) {
  const auto g = static_cast<std::uint32_t>(hosts.front().size());
  if (g == 1) return;
  if (fused) {
    for (const auto& host : hosts)
      cursor.plan.fused.push_back(
          {.offset = part.offset, .bytes = part.bytes, .round = cursor.round, .lane = cursor.lane, .reduce = reduce, .members = host});
    ++cursor.round;
    return;
  }
  ring_rounds(cursor, hosts, reduce, [&](std::uint32_t, std::uint32_t position) {
    // In a reduce-scatter the block sent first comes to rest one position before the sender.
    return share(part, g, reduce ? (position + g - 1) % g : position);
  });
}

void across_hosts(PlanCursor& cursor, const Rings& rails, ByteRange part) {
  const auto g = static_cast<std::uint32_t>(rails.size());
  const auto n = static_cast<std::uint32_t>(rails.front().size());
  ring_rounds(cursor, rails, true, [&](std::uint32_t rail, std::uint32_t position) { return share(share(part, g, rail), n, position); });
  ring_rounds(cursor, rails, false,
              [&](std::uint32_t rail, std::uint32_t position) { return share(share(part, g, rail), n, (position + 1) % n); });
}

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_request(request, 0); !status) return status.error();
  const Rings hosts = hosts_of_group(request);
  const std::size_t g = hosts.front().size();
  for (std::size_t h = 1; h < hosts.size(); ++h) {
    if (hosts[h].size() != g)
      return Error{"hierarchical all-reduce needs as many ranks on every host: host 0 of the job has " + std::to_string(g) + ", host " +
                       std::to_string(h) + " has " + std::to_string(hosts[h].size()),
                   "place the job on whole hosts, or choose ring_all_reduce"};
  }
  const std::uint64_t rounds = 2 * (hosts.size() - 1) + (request.fused ? 0 : 2 * (g - 1));
  if (Status status = check_request(request, rounds * request.chunks); !status) return status.error();
  const Rings rails = rails_of(hosts);
  CollectivePlan plan;
  plan.lanes = request.chunks;
  plan.lane_chain_round = g == 1 ? 0 : request.fused ? 1 : static_cast<std::uint32_t>(g - 1);
  plan.steps.reserve(rounds * request.chunks * request.ranks.size());
  for (std::uint32_t lane = 0; lane < request.chunks; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, request.chunks, lane);
    if (part.bytes == 0) continue;
    PlanCursor cursor{plan, static_cast<std::uint16_t>(lane), 0};
    inside_hosts(cursor, hosts, part, true, request.fused);
    across_hosts(cursor, rails, part);
    inside_hosts(cursor, hosts, part, false, request.fused);
  }
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) { return request.bytes * (2 * (std::int64_t{group_size(request)} - 1)); }

}  // namespace

extern const CollectiveKind kind_collective_hierarchical_all_reduce{
    .name = "hierarchical_all_reduce",
    .algorithm = "hierarchical",
    .operation = CollectiveOperation::all_reduce,
    .summary = "Reduce-scatter over the scale-up links of each host, a ring per rail across hosts, all-gather back inside.",
    .source = "Cho et al., BlueConnect, MLSys 2019; rail-optimised practice",
    .options = "chunks, fused",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .chunks_per_loop = group_size,
};

}  // namespace eastwest
