// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/plan_parts.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace eastwest {

namespace {
// 2^26 steps are 4 GiB of operations; a plan beyond that is a slip of the pen rather than a wish.
constexpr std::uint64_t kMaxSteps = std::uint64_t{1} << 26;
}  // namespace

ByteRange share(ByteRange range, std::uint32_t count, std::uint32_t index) {
  const std::int64_t base = range.bytes / count;
  const std::int64_t longer = range.bytes % count;
  return {range.offset + base * index + std::min<std::int64_t>(index, longer), base + (index < longer ? 1 : 0)};
}

std::vector<std::vector<std::uint32_t>> hosts_by_place(const CollectiveRequest& request) {
  std::vector<std::vector<std::uint32_t>> hosts;
  std::unordered_map<std::uint32_t, std::size_t> place;  // looked up only
  for (std::uint32_t i = 0; i < group_size(request); ++i) {
    const std::uint32_t host = request.rank_host.empty() ? i : request.rank_host[i];
    const auto [known, fresh] = place.try_emplace(host, hosts.size());
    if (fresh) hosts.emplace_back();
    hosts[known->second].push_back(i);
  }
  return hosts;
}

std::vector<std::vector<std::uint32_t>> hosts_of_group(const CollectiveRequest& request) {
  if (!request.protocol.name.empty()) return hosts_by_place(request);
  std::vector<std::vector<std::uint32_t>> hosts;
  for (std::uint32_t i = 0; i < group_size(request); ++i) {
    const bool same = !hosts.empty() && !request.rank_host.empty() && request.rank_host[i] == request.rank_host[i - 1];
    if (!same) hosts.emplace_back();
    hosts.back().push_back(i);
  }
  return hosts;
}

std::vector<std::uint32_t> ring_order(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel) {
  std::vector<std::uint32_t> order;
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    std::vector<std::uint32_t> chain = hosts[h];
    std::rotate(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(channel % chain.size()), chain.end());
    if (h % 2 == 1) std::reverse(chain.begin(), chain.end());
    order.insert(order.end(), chain.begin(), chain.end());
  }
  return order;
}

std::vector<std::uint32_t> ring_from(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel, std::uint32_t first) {
  std::vector<std::uint32_t> ring = ring_order(hosts, channel);
  std::rotate(ring.begin(), std::find(ring.begin(), ring.end(), first), ring.end());
  return ring;
}

void PlanCursor::step(std::uint32_t from, std::uint32_t to, ByteRange range, bool reduce) {
  if (range.bytes == 0) return;
  plan.steps.push_back(
      {.offset = range.offset, .bytes = range.bytes, .from = from, .to = to, .round = round, .lane = lane, .reduce = reduce});
}

Error too_many_lanes(std::uint64_t lanes) {
  return {"`channels` times `chunks` is " + std::to_string(lanes) + "; it can be 1 to " + std::to_string(kMaxLanes),
          "lower `channels` or `chunks`"};
}

Status check_request(const CollectiveRequest& request, std::uint64_t rounds) {
  const std::uint64_t n = request.ranks.size();
  if (n < 2) return Error{"a collective needs at least 2 ranks and has " + std::to_string(n), "give the job more GPUs"};
  if (request.bytes.count < 1)
    return Error{"a collective needs at least 1 byte and has " + std::to_string(request.bytes.count), "give it a size"};
  const std::uint64_t lanes = std::uint64_t{request.channels} * request.chunks;
  if (lanes < 1 || lanes > kMaxLanes) return too_many_lanes(lanes);
  if (n * rounds > kMaxSteps)
    return Error{"the collective would take " + std::to_string(n * rounds) + " messages, more than " + std::to_string(kMaxSteps),
                 "lower `channels` or `chunks`, or choose a hierarchical algorithm"};
  if (request.root >= n)
    return Error{"the root is rank " + std::to_string(request.root) + " of " + std::to_string(n), "ranks are numbered from 0"};
  EASTWEST_CHECK(request.rank_host.empty() || request.rank_host.size() == n, "rank_host must name the host of every rank");
  EASTWEST_CHECK(request.after.empty() || request.after.size() == n, "after must have an entry per rank");
  return Done{};
}

}  // namespace eastwest
