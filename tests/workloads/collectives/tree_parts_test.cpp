// SPDX-License-Identifier: Apache-2.0
// The trees against NCCL's published shape and the theorem of two trees (Sanders, Speck, Traeff 2009); the all-reduce over them against
// its closed forms on an ideal network.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/collectives/tree_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::make;

namespace {

std::uint32_t depth_of(const std::vector<std::uint32_t>& parent, std::uint32_t member) {
  std::uint32_t depth = 0;
  for (std::uint32_t at = member; parent[at] != kNoParent; at = parent[at]) REQUIRE(++depth < parent.size());
  return depth;
}

std::uint32_t height_of(const std::vector<std::uint32_t>& parent) {
  std::uint32_t height = 0;
  for (std::uint32_t member = 0; member < parent.size(); ++member) height = std::max(height, depth_of(parent, member));
  return height;
}

std::vector<std::uint32_t> children_of(const std::vector<std::uint32_t>& parent) {
  std::vector<std::uint32_t> children(parent.size(), 0);
  for (const std::uint32_t up : parent)
    if (up != kNoParent) ++children[up];
  return children;
}

}  // namespace

TEST_CASE("trees: over 14 members tree 0 is the one drawn in NCCL's sources") {
  // src/graph/trees.cc: 0-8, 8-{4,12}, 4-{2,6}, 12-{10,13}, 2-{1,3}, 6-{5,7}, 10-{9,11}.
  const std::vector<std::uint32_t> expected{kNoParent, 2, 4, 2, 8, 6, 4, 6, 0, 10, 12, 10, 8, 12};
  CHECK(binary_tree(14, 0) == expected);
  // The mirror image: r and 13 - r change places.
  for (std::uint32_t r = 0; r < 14; ++r) CHECK(binary_tree(14, 1)[13 - r] == (expected[r] == kNoParent ? kNoParent : 13 - expected[r]));
}

TEST_CASE("trees: height ceil(log2 N), at most two children, and interior in both trees at most one member, for N to 600") {
  for (std::uint32_t n = 2; n <= 600; ++n) {
    CAPTURE(n);
    const auto first = binary_tree(n, 0);
    const auto second = binary_tree(n, 1);
    CHECK(height_of(first) == static_cast<std::uint32_t>(std::bit_width(n - 1)));
    CHECK(height_of(second) == static_cast<std::uint32_t>(std::bit_width(n - 1)));
    const auto below_first = children_of(first);
    const auto below_second = children_of(second);
    std::uint32_t both = 0;
    for (std::uint32_t r = 0; r < n; ++r) {
      CHECK(below_first[r] <= 2);
      CHECK(below_second[r] <= 2);
      both += below_first[r] > 0 && below_second[r] > 0 ? 1 : 0;
    }
    CHECK(both <= (n % 2 == 0 ? 0u : 1u));
    CHECK(std::count(first.begin(), first.end(), kNoParent) == 1);
    CHECK(std::count(second.begin(), second.end(), kNoParent) == 1);
  }
}

TEST_CASE("trees: over hosts each channel hangs a chain below another GPU, and only that one speaks to other hosts") {
  const std::vector<std::vector<std::uint32_t>> hosts{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}};
  for (std::uint32_t channel = 0; channel < 4; ++channel) {
    const auto parent = host_tree(hosts, channel, 0);
    CHECK(height_of(parent) == 2 + 3);
    for (std::uint32_t r = 0; r < 12; ++r) {
      if (parent[r] == kNoParent || parent[r] / 4 == r / 4) continue;
      CHECK(r % 4 == channel);
      CHECK(parent[r] % 4 == channel);
    }
  }
}

TEST_CASE("trees: the rounds are as many as twice the height, and a rank sends up after its children have") {
  for (const std::uint32_t n : {2u, 3u, 7u, 64u, 100u}) {
    const auto parent = binary_tree(n, 0);
    const auto steps = tree_rounds(parent);
    CHECK(steps.size() == 2 * (n - 1));
    CHECK(steps.back().round == 2 * height_of(parent) - 1);
    for (const TreeStep& step : steps)
      for (const TreeStep& before : steps)
        if (step.reduce && before.reduce && before.to == step.from) CHECK(before.round < step.round);
  }
}

TEST_CASE("tree all-reduce: the chain of messages is twice the height of tree and chain") {
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 512u}) {
    CAPTURE(n);
    CHECK(message_depth(make({.kind = "tree_all_reduce", .n = n, .bytes = 4096 * n}).schedule) ==
          2 * static_cast<std::uint32_t>(std::bit_width(n - 1)));
  }
  // 8 hosts of 8: 2 (log2 8 + 7), NCCL's model: 2 [(g-1) + log2 N] hops.
  CHECK(message_depth(make({.kind = "tree_all_reduce", .n = 64, .bytes = 1 << 20, .per_host = 8, .channels = 8}).schedule) == 2 * (3 + 7));
}

TEST_CASE("tree all-reduce: two ranks exchange halves, exactly; time is 2 (alpha + S/2 beta)") {
  const tests::IdealNetwork network{.alpha = 1'234'567, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  const std::int64_t bytes = 1 << 20;
  CHECK(tests::makespan(make({.kind = "tree_all_reduce", .n = 2, .bytes = bytes}).schedule, network) == 2 * (1'234'567 + bytes / 2 * 20));
}

TEST_CASE(
    "tree all-reduce: time lies between 2 S beta and 2 S beta + 2 h (alpha + 3 c beta), so long messages reach the bandwidth of a ring") {
  // A rank that is interior in one tree and a leaf in the other sends S/2 up, 2 x S/2 down and S/2 up: 2 S; in each of the 2 h
  // steps a chunk c may wait for one chunk of every other connection of its sender, two more.
  const std::int64_t alpha = 2'000'000;
  const tests::IdealNetwork network{.alpha = alpha, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  for (const std::uint32_t n : {4u, 8u, 24u, 64u}) {
    for (const std::uint32_t chunks : {16u, 64u}) {
      CAPTURE(n);
      CAPTURE(chunks);
      const std::int64_t bytes = 16 << 20;
      const std::int64_t chunk = bytes / 2 / chunks;
      const auto height = static_cast<std::int64_t>(std::bit_width(n - 1));
      const std::int64_t time =
          tests::makespan(make({.kind = "tree_all_reduce", .n = n, .bytes = bytes, .chunks = chunks}).schedule, network);
      CHECK(time >= 2 * height * alpha + 2 * (std::int64_t{n} - 1) * bytes * 20 / n);
      CHECK(time <= 2 * bytes * 20 + 2 * height * (alpha + 3 * chunk * 20));
    }
  }
}
