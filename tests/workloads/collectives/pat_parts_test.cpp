// SPDX-License-Identifier: Apache-2.0
// PAT against its paper: rounds, blocks per round, partners, and the closed form on an ideal network.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/collectives/pat_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::make;

TEST_CASE("pat: every position but the root is reached once, from a position that was reached before") {
  for (std::uint32_t n = 2; n <= 130; ++n) {
    CAPTURE(n);
    std::vector<bool> has(n, false);
    has[0] = true;
    std::map<std::uint32_t, std::uint32_t> blocks;  // per dimension
    pat_hops(n, [&](std::uint32_t dimension, std::uint32_t position) {
      CHECK(has[position]);
      CHECK_FALSE(has[position + (1u << dimension)]);
      has[position + (1u << dimension)] = true;
      ++blocks[dimension];
    });
    for (std::uint32_t x = 0; x < n; ++x) CHECK(has[x]);
    for (const auto& [dimension, count] : blocks) CHECK(count == (n - (1u << dimension) + (2u << dimension) - 1) / (2u << dimension));
  }
}

TEST_CASE("pat: time is ceil(log2 n) alpha + (n-1)/n S beta, to the picosecond") {
  const std::int64_t alpha = 1'234'567;
  const tests::IdealNetwork network{.alpha = alpha, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 512u}) {
    CAPTURE(n);
    const std::int64_t rounds = std::bit_width(n - 1);
    const std::int64_t bytes = 1024 * std::int64_t{n};
    for (const std::string_view kind : {"pat_all_gather", "pat_reduce_scatter"}) {
      const auto made = make({.kind = kind, .n = n, .bytes = bytes});
      CHECK(tests::makespan(made.schedule, network) == rounds * alpha + (std::int64_t{n} - 1) * 1024 * 20);
      CHECK(message_depth(made.schedule) == static_cast<std::uint32_t>(rounds));
      // All messages of a round go one shift by a power of two, upwards to gather and downwards to scatter.
      CHECK(std::all_of(made.plan.steps.begin(), made.plan.steps.end(), [&](const PlanStep& step) {
        return std::has_single_bit(kind == "pat_all_gather" ? (step.to + n - step.from) % n : (step.from + n - step.to) % n);
      }));
    }
  }
}

TEST_CASE("pat: hosts with several ranks are refused, as NCCL refuses them") {
  std::vector<RankId> ranks{{0}, {1}, {2}, {3}};
  std::vector<std::uint32_t> hosts{0, 0, 1, 1};
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  request.bytes = {100};
  const auto plan = find_collective_kind("pat_all_gather")->plan(request);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().message == "PAT runs with one rank per host, and host 0 of the job has 2");
  CHECK(plan.error().remedy == "place the job on one GPU of each server, or choose ring");
}
