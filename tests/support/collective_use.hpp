// SPDX-License-Identifier: Apache-2.0
// Test support: one use of a collective algorithm on its own: its request, plan and schedule.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "workloads/collectives/collective_kind.hpp"

namespace eastwest::tests {

/// One use of an algorithm, on its own: n ranks, `per_host` of them on each host.
struct Use {
  std::string_view kind;
  std::uint32_t n = 2;
  std::int64_t bytes = 1;
  std::uint32_t per_host = 1;
  std::uint32_t channels = 1;
  std::uint32_t chunks = 1;
  std::uint32_t concurrency = 1;
  bool fused = false;
  bool join = false;
  std::uint32_t root = 0;
  std::uint32_t slots = 0;
  bool pxn = false;
  bool strided = false;  // ranks go round the hosts
  ProtocolCost protocol = {};
};

struct Made {
  const CollectiveKind* kind = nullptr;
  std::vector<RankId> ranks;
  std::vector<std::uint32_t> hosts;
  std::vector<std::int64_t> pair_bytes;
  std::vector<std::int64_t> pair_offset;
  CollectiveRequest request;  // its spans look into ranks and hosts, whose memory moves along
  CollectivePlan plan;
  Schedule schedule;
  CollectiveEnds ends;
};

/// All-to-all of unequal blocks: mean block `bytes` / n, drawn from (n, bytes).
/// Fails the running test when the algorithm refuses or the schedule breaks an invariant.
Made make(const Use& use);

}  // namespace eastwest::tests
