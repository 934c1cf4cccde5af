// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/collnet_parts.hpp"

#include <algorithm>
#include <bit>

namespace eastwest {

Status check_collnet(const CollectiveRequest& request, std::uint64_t rounds) {
  if (Status status = check_request(request, rounds); !status) return status;
  if (!request.without_aggregation.empty())
    return Error{"collnet needs switches that reduce (SHARP), and `" + std::string(request.without_aggregation) + "` does not",
                 "choose ring or tree, or switches that data/collective_hardware.csv says reduce"};
  if (hosts_by_place(request).size() < 2) return Error{"collnet runs over several hosts, and the job is on one", "choose ring or nvls"};
  return Done{};
}

std::uint32_t network_rounds(std::size_t hosts) { return static_cast<std::uint32_t>(std::bit_width(hosts - 1)); }

void reduce_in_network_round(PlanCursor& cursor, const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t local, std::uint32_t k,
                             ByteRange range) {
  if (range.bytes == 0) return;
  const std::size_t n = hosts.size();
  for (std::size_t i = 0; i < n; ++i)
    cursor.plan.steps.push_back({.offset = range.offset,
                                 .bytes = range.bytes,
                                 .from = hosts[i][local],
                                 .to = hosts[(i + (std::size_t{1} << k)) % n][local],
                                 .round = cursor.round,
                                 .lane = cursor.lane,
                                 .reduce = true,
                                 .in_network = true});
}

Bytes bytes_in_network(std::size_t hosts, ByteRange range) {
  const std::int64_t rounds = std::max(network_rounds(hosts), 1u);
  return Bytes{(range.bytes + rounds - 1) / rounds} * (rounds * static_cast<std::int64_t>(hosts));
}

}  // namespace eastwest
