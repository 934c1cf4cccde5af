// SPDX-License-Identifier: Apache-2.0
// Building blocks that the plans of the algorithms share: exact shares of a range, hosts of a group, rings.
//
// Units: bytes. Invariants: the shares of a range are contiguous, ascending, differ by at most one byte and add up.
// Source of the ring orders: NCCL 2.30 src/graph/connect.cc, where odd nodes swap channel pairs so that rings stay on rails.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/collectives/collective_kind.hpp"

namespace eastwest {

struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

/// Share `index` of `count` of `range`; the first (bytes mod count) shares are one byte longer.
ByteRange share(ByteRange range, std::uint32_t count, std::uint32_t index);

/// Runs of ranks on the same host, in the order given: indices into the group, host after host. With a protocol `hosts_by_place`,
/// because NCCL orders ranks by where they are.
std::vector<std::vector<std::uint32_t>> hosts_of_group(const CollectiveRequest& request);
/// All ranks of each host together, hosts in the order of their first rank.
std::vector<std::vector<std::uint32_t>> hosts_by_place(const CollectiveRequest& request);

/// The ring of `channel`: hosts in order; inside a host the order is turned by `channel`, so that every channel leaves
/// through another NIC, and reversed on every second host, so that a ring which leaves on rail r also arrives on rail r
/// (with an odd number of hosts the closing hop changes rails).
std::vector<std::uint32_t> ring_order(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel);

/// Where a plan under construction stands.
struct PlanCursor {
  CollectivePlan& plan;
  std::uint16_t lane = 0;
  std::uint32_t round = 0;
  /// Adds a step in the current round, unless it has nothing to carry.
  void step(std::uint32_t from, std::uint32_t to, ByteRange range, bool reduce);
};

/// n - 1 rounds at once for several rings of equal length that run side by side: in round k, position p passes on
/// block p - k (mod n) to position p + 1. `block_of(ring, position)` is the block that position p sends first.
template <class BlockOf>
void ring_rounds(PlanCursor& cursor, std::span<const std::vector<std::uint32_t>> rings, bool reduce, BlockOf block_of) {
  const auto n = static_cast<std::uint32_t>(rings.front().size());
  for (std::uint32_t k = 0; k + 1 < n; ++k, ++cursor.round) {
    for (std::uint32_t ring = 0; ring < rings.size(); ++ring) {
      for (std::uint32_t p = 0; p < n; ++p)
        cursor.step(rings[ring][p], rings[ring][p + 1 == n ? 0 : p + 1], block_of(ring, p >= k ? p - k : p + n - k), reduce);
    }
  }
}

/// The ring of `channel`, turned so that rank `first` comes first.
std::vector<std::uint32_t> ring_from(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel, std::uint32_t first);

/// At least two ranks, sane counts, and no more steps than memory allows.
Status check_request(const CollectiveRequest& request, std::uint64_t rounds);

inline constexpr std::uint32_t kMaxLanes = 65'535;
Error too_many_lanes(std::uint64_t lanes);

/// Both of the lanes of a request and their number: channel and chunk of lane l are l % channels and l / channels.
inline std::uint32_t lane_count(const CollectiveRequest& request) { return request.channels * request.chunks; }

/// For CollectiveKind::chunks_per_loop of algorithms whose channels carry one chunk after the other.
inline std::uint32_t one_chunk_per_loop(const CollectiveRequest&) { return 1; }

inline std::uint32_t group_size(const CollectiveRequest& request) { return static_cast<std::uint32_t>(request.ranks.size()); }

}  // namespace eastwest
