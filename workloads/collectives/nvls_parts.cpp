// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/nvls_parts.hpp"

#include <numeric>

namespace eastwest {

Status check_nvls(const CollectiveRequest& request, std::uint64_t rounds) {
  if (Status status = check_request(request, rounds); !status) return status;
  if (!request.without_multicast.empty())
    return Error{"NVLS needs a scale-up switch that reduces and multicasts, and `" + std::string(request.without_multicast) + "` has none",
                 "choose ring or tree, or servers with NVSwitch of the third generation or later"};
  const auto hosts = hosts_by_place(request);
  if (hosts.front().size() < 2)
    return Error{"NVLS needs as many ranks on every host, two or more: host 0 of the job has " + std::to_string(hosts.front().size()),
                 "place the job on whole hosts, or choose ring or tree"};
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    if (hosts[h].size() < 2 || hosts[h].size() != hosts.front().size())
      return Error{"NVLS needs as many ranks on every host, two or more: host 0 of the job has " + std::to_string(hosts.front().size()) +
                       ", host " + std::to_string(h) + " has " + std::to_string(hosts[h].size()),
                   "place the job on whole hosts, or choose ring or tree"};
  }
  return Done{};
}

Status check_nvls_alone(const CollectiveRequest& request) {
  if (Status status = check_nvls(request, 1); !status) return status;
  const std::size_t hosts = hosts_by_place(request).size();
  if (hosts == 1) return Done{};
  return Error{"NVLS runs inside one host, and the job is on " + std::to_string(hosts),
               "choose nvls_tree for an all-reduce over several hosts, or ring; switches that reduce (SHARP) join hosts, too"};
}

void in_switch_of_hosts(PlanCursor& cursor, const std::vector<std::vector<std::uint32_t>>& hosts, ByteRange part, bool reduce) {
  for (const auto& host : hosts)
    cursor.plan.fused.push_back({.offset = part.offset,
                                 .bytes = part.bytes,
                                 .round = cursor.round,
                                 .lane = cursor.lane,
                                 .reduce = reduce,
                                 .everywhere = false,
                                 .in_switch = true,
                                 .half = true,
                                 .members = host});
}

CollectivePlan plan_in_switch(const CollectiveRequest& request, bool reduce, bool everywhere) {
  CollectivePlan plan;
  // Chunks of a gather or scatter would not be the blocks of its members: they go in one.
  plan.lanes = everywhere ? request.chunks : 1;
  std::vector<std::uint32_t> members(request.ranks.size());
  std::iota(members.begin(), members.end(), 0u);
  for (std::uint32_t lane = 0; lane < plan.lanes; ++lane) {
    const ByteRange part = share({0, request.bytes.count}, plan.lanes, lane);
    if (part.bytes == 0) continue;
    plan.fused.push_back({.offset = part.offset,
                          .bytes = part.bytes,
                          .round = 0,
                          .lane = static_cast<std::uint16_t>(lane),
                          .reduce = reduce,
                          .everywhere = everywhere,
                          .in_switch = true,
                          .members = members});
  }
  return plan;
}

Bytes bytes_sent_in_switch(const CollectiveRequest& request, bool reduce, bool everywhere) {
  Bytes sum;
  for (const PlanFused& fused : plan_in_switch(request, reduce, everywhere).fused)
    sum += port_bytes(fused).out * std::int64_t{group_size(request)};
  return sum;
}

}  // namespace eastwest
