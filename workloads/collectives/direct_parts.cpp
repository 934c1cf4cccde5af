// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/direct_parts.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "core/check.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kGroupMost = 8;  // NCCL_P2P_SCHEDULE_GROUP_SIZE

/// All blocks, the rank that each goes through, and where it stands in the numbering of all buffers.
class Blocks {
 public:
  explicit Blocks(const CollectiveRequest& request)
      : request_(request), n_(group_size(request)), host_(n_), local_(n_), hosts_(hosts_by_place(request)) {
    for (std::uint32_t h = 0; h < hosts_.size(); ++h)
      for (std::uint32_t i = 0; i < hosts_[h].size(); ++i) {
        host_[hosts_[h][i]] = h;
        local_[hosts_[h][i]] = i;
      }
    if (request.pair_bytes.empty()) return;
    std::int64_t offset = 0;
    for (const std::int64_t bytes : request.pair_bytes) {
      offset_.push_back(offset);
      offset += bytes;
    }
  }
  [[nodiscard]] ByteRange block(std::uint32_t from, std::uint32_t to) const {
    if (offset_.empty()) return share({request_.bytes.count * from, request_.bytes.count}, n_, to);
    const std::size_t pair = std::size_t{from} * n_ + to;
    return {offset_[pair], request_.pair_bytes[pair]};
  }
  /// The rank on `from`'s host that sends to `to`; `from` itself where it needs no help.
  [[nodiscard]] std::uint32_t relay(std::uint32_t from, std::uint32_t to) const {
    if (!request_.pxn || host_[from] == host_[to]) return from;
    const auto& host = hosts_[host_[from]];
    return host[local_[to] % host.size()];
  }
  [[nodiscard]] std::uint32_t group() const {
    std::uint32_t group = kGroupMost;
    for (const auto& host : hosts_) group = std::gcd(group, static_cast<std::uint32_t>(host.size()));
    return group;
  }

 private:
  const CollectiveRequest& request_;
  std::uint32_t n_;
  std::vector<std::uint32_t> host_;   // per rank: which of the job's hosts
  std::vector<std::uint32_t> local_;  // per rank: which of its host's
  std::vector<std::vector<std::uint32_t>> hosts_;
  std::vector<std::int64_t> offset_;  // per pair, when blocks are unequal
};

std::uint32_t partner(std::uint32_t rank, const PeerRound& round, std::uint32_t n, std::uint32_t g) {
  const std::uint32_t groups = n / g;
  EASTWEST_CHECK(groups > 0, "groups divide the ranks");
  return (rank / g + round.groups) % groups * g + (rank % g + round.places) % g;
}

}  // namespace

std::vector<PeerRound> peer_rounds(std::uint32_t ranks, std::uint32_t group_size) {
  const std::uint32_t groups = ranks / group_size;
  const std::uint32_t power = std::bit_ceil(groups);
  std::vector<PeerRound> rounds;
  std::uint32_t distance = 0;
  for (std::uint32_t k = 0; k < power; ++k) {
    distance = (distance + k) % power;
    if (distance >= groups) continue;
    for (std::uint32_t places = 0; places < group_size; ++places)
      if (distance != 0 || places != 0) rounds.push_back({distance, places});
  }
  return rounds;
}

Result<CollectivePlan> plan_direct_all_to_all(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  if (Status status = check_request(request, std::uint64_t{n > 0 ? n - 1 : 0} * (request.pxn ? 2 : 1)); !status) return status.error();
  if (request.bytes.count > std::numeric_limits<std::int64_t>::max() / n)
    return Error{"the send buffers of all ranks together are too large to number", "lower the size"};
  EASTWEST_CHECK(request.pair_bytes.empty() || request.pair_bytes.size() == std::size_t{n} * n, "pair_bytes has an entry per pair");
  const Blocks blocks(request);
  const std::uint32_t g = blocks.group();
  const std::vector<PeerRound> rounds = peer_rounds(n, g);
  CollectivePlan plan;
  const std::uint32_t window = request.concurrency == 0 ? n - 1 : std::min(request.concurrency, n - 1);
  if (request.pxn) {
    // A round is a lane of two hops; it begins where the one `window` before it has ended.
    plan.lanes = n - 1;
    plan.streams = window;
    plan.lane_chain_round = window < n - 1 ? 2 : 0;
  } else {
    plan.window = window;
  }
  plan.steps.reserve(std::size_t{n} * (n - 1) * (request.pxn ? 2 : 1));
  PlanCursor cursor{plan};
  for (std::uint32_t r = 0; r < rounds.size(); ++r) {
    if (request.pxn) cursor.lane = static_cast<std::uint16_t>(r);
    cursor.round = request.pxn ? 0 : r;
    for (std::uint32_t from = 0; from < n; ++from) {
      const std::uint32_t to = partner(from, rounds[r], n, g);
      const std::uint32_t relay = blocks.relay(from, to);
      cursor.step(from, relay == from ? to : relay, blocks.block(from, to), false);
    }
    if (!request.pxn) continue;
    ++cursor.round;
    for (std::uint32_t from = 0; from < n; ++from) {
      const std::uint32_t to = partner(from, rounds[r], n, g);
      const std::uint32_t relay = blocks.relay(from, to);
      if (relay != from) cursor.step(relay, to, blocks.block(from, to), false);
    }
  }
  return plan;
}

Bytes bytes_sent_direct(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  const Blocks blocks(request);
  Bytes sum;
  for (std::uint32_t from = 0; from < n; ++from)
    for (std::uint32_t to = 0; to < n; ++to)
      if (from != to) sum += Bytes{blocks.block(from, to).bytes} * (blocks.relay(from, to) == from ? std::int64_t{1} : std::int64_t{2});
  return sum;
}

}  // namespace eastwest
