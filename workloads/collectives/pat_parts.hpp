// SPDX-License-Identifier: Apache-2.0
// PAT trees: for every rank a binomial tree that begins at it, all alike, so that the messages of a round are one shift by 2^d.
//
// In the tree of rank r the rank r + x (mod n) is at position x; its parent is x with the lowest set bit cleared. From the largest
// dimension d down, positions that are multiples of 2^(d+1) pass on to x + 2^d: the far hops carry the fewest blocks.
// A rank sends ceil((n - 2^d) / 2^(d+1)) blocks to r + 2^d in dimension d, n - 1 in all, in ceil(log2 n) rounds.
// Source: Jeaugey, "PAT: a new algorithm for all-gather and reduce-scatter operations at scale", arXiv 2506.20252; NCCL 2.30.
// LIMITATIONS: always fully aggregated (NCCL packs fewer blocks per message once they are large); the blocks of one aggregated message
// travel as messages of their own on one connection, so each pays for its headers.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

/// Calls `visit(dimension, position)` for every hop position -> position + 2^dimension of a tree over n ranks, far ones first.
template <class Visit>
void pat_hops(std::uint32_t n, Visit visit) {
  for (auto dimension = static_cast<std::uint32_t>(std::bit_width(n - 1)); dimension-- > 0;)
    for (std::uint32_t position = 0; position + (1u << dimension) < n; position += 2u << dimension) visit(dimension, position);
}

/// At least two ranks, one per host, as NCCL asks.
inline Status check_pat(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  if (Status status = check_request(request, std::uint64_t{request.chunks} * (n > 0 ? n - 1 : 0)); !status) return status;
  const auto hosts = hosts_by_place(request);
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    if (hosts[h].size() != 1)
      return Error{"PAT runs with one rank per host, and host " + std::to_string(h) + " of the job has " + std::to_string(hosts[h].size()),
                   "place the job on one GPU of each server, or choose ring"};
  }
  return Done{};
}

}  // namespace eastwest
