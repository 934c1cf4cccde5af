// SPDX-License-Identifier: Apache-2.0
// Direct all-to-all: NCCL's order of peers, rails under PXN, closed forms, and the way of every block at 512 ranks.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/collectives/direct_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::Made;
using tests::make;

TEST_CASE("direct all-to-all: group distances follow the triangular numbers, as NCCL has them") {
  // 16 groups of 1: 0 (itself, left out), 1, 3, 6, 10, 15, 5, 12, 4, ...
  std::vector<std::uint32_t> distances;
  for (const PeerRound& round : peer_rounds(16, 1)) distances.push_back(round.groups);
  CHECK(std::vector(distances.begin(), distances.begin() + 8) == std::vector<std::uint32_t>{1, 3, 6, 10, 15, 5, 12, 4});
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 72u, 512u}) {
    for (const std::uint32_t group : {1u, 2u, 4u, 8u}) {
      if (n % group != 0) continue;
      std::set<std::pair<std::uint32_t, std::uint32_t>> met;
      for (const PeerRound& round : peer_rounds(n, group)) met.insert({round.groups, round.places});
      CHECK(met.size() == n - 1);
      CHECK(met.count({0, 0}) == 0);
    }
  }
}

TEST_CASE("direct all-to-all: every block gets from its sender to its receiver, through one relay at most, at 512 ranks") {
  for (const bool pxn : {false, true}) {
    for (const std::string_view kind : {"direct_all_to_all", "direct_all_to_all_v"}) {
      const std::uint32_t n = 512;
      const Made made = make({.kind = kind, .n = n, .bytes = 64 * n, .per_host = 8, .concurrency = 8, .pxn = pxn});
      // Blocks by their first byte: where each is, and whether it is sent by the one that has it.
      std::vector<std::int64_t> offset;
      for (std::uint32_t pair = 0; pair < n * n; ++pair)
        offset.push_back(made.pair_offset.empty() ? std::int64_t{pair} * 64 : made.pair_offset[pair]);
      std::vector<std::uint32_t> at(n * n);
      for (std::uint32_t pair = 0; pair < n * n; ++pair) at[pair] = pair / n;
      std::uint64_t wrong = 0;
      for (const PlanStep& step : made.plan.steps) {
        const auto pair = static_cast<std::size_t>(std::upper_bound(offset.begin(), offset.end(), step.offset) - offset.begin()) - 1;
        if (offset[pair] != step.offset || at[pair] != step.from) ++wrong;
        at[pair] = step.to;
      }
      CHECK(wrong == 0);
      for (std::uint32_t pair = 0; pair < n * n; ++pair) {
        const bool empty = !made.pair_bytes.empty() && made.pair_bytes[pair] == 0;
        if (!empty && at[pair] != pair % n) ++wrong;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("direct all-to-all with PXN: what crosses hosts stays on its rail; without, seven eighths of it do not") {
  for (const bool pxn : {false, true}) {
    const Made made = make({.kind = "direct_all_to_all", .n = 64, .bytes = 64 * 64, .per_host = 8, .concurrency = 0, .pxn = pxn});
    std::uint32_t crossing = 0;
    std::uint32_t off_rail = 0;
    for (const PlanStep& step : made.plan.steps) {
      if (step.from / 8 == step.to / 8) continue;
      ++crossing;
      off_rail += step.from % 8 != step.to % 8 ? 1 : 0;
    }
    CHECK(crossing == 64 * 56);
    CHECK(off_rail == (pxn ? 0 : 64 * 56 * 7 / 8));
  }
}

TEST_CASE("direct all-to-all: alpha + (n-1)/n S beta all at once, (n-1)(alpha + S/n beta) one peer at a time") {
  const std::int64_t alpha = 1'234'567;
  const tests::IdealNetwork network{.alpha = alpha, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u}) {
    CAPTURE(n);
    const std::int64_t block = 1024;
    const auto time = [&](std::uint32_t concurrency) {
      return tests::makespan(make({.kind = "direct_all_to_all", .n = n, .bytes = block * n, .concurrency = concurrency}).schedule, network);
    };
    CHECK(time(0) == alpha + (std::int64_t{n} - 1) * block * 20);
    CHECK(time(1) == (std::int64_t{n} - 1) * (alpha + block * 20));
  }
}

TEST_CASE("direct all-to-all with PXN: inside a host, then the rail: a_i + a_e + the busier of both ways, all at once") {
  // 4 hosts of 4: a rank sends 3 blocks inside for others on its host, and for each of the other 3 hosts 3 blocks to a relay and 1 by
  // itself; its NIC carries 12 blocks in all. With a fast inside the NIC is the bound: the last block leaves the relay's NIC
  // when all 12 have, the first started a block and a latency inside later than without PXN.
  const std::int64_t block = 4096;
  tests::IdealNetwork network{.alpha = 2'000'000, .ps_per_byte = 20, .inside_alpha = 500'000, .inside_ps_per_byte = 1, .host_of_rank = {}};
  for (std::uint32_t i = 0; i < 16; ++i) network.host_of_rank.push_back(i / 4);
  const std::int64_t time = tests::makespan(
      make({.kind = "direct_all_to_all", .n = 16, .bytes = 16 * block, .per_host = 4, .concurrency = 0, .pxn = true}).schedule, network);
  CHECK(time >= 2'000'000 + 12 * block * 20);
  CHECK(time <= 2'000'000 + 12 * block * 20 + 500'000 + 12 * block);
}

TEST_CASE("direct all-to-all-v: time is alpha + the busiest sender's bytes, all at once") {
  const tests::IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  const Made made = make({.kind = "direct_all_to_all_v", .n = 24, .bytes = 24 * 5000, .concurrency = 0});
  std::int64_t busiest = 0;
  for (std::uint32_t i = 0; i < 24; ++i) {
    std::int64_t sum = 0;
    for (std::uint32_t j = 0; j < 24; ++j) sum += i == j ? 0 : made.pair_bytes[i * 24 + j];
    busiest = std::max(busiest, sum);
  }
  CHECK(tests::makespan(made.schedule, network) == 1'000'000 + busiest * 20);
}
