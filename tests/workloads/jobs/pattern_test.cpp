// SPDX-License-Identifier: Apache-2.0
// Derangements: no fixed point, a permutation, uniform, a pure function of the seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "workloads/jobs/pattern.hpp"

using namespace eastwest;

TEST_CASE("pattern: a random derangement moves everything, once, for many sizes and seeds") {
  for (const std::uint32_t n : {2u, 3u, 5u, 32u, 128u, 512u}) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      CAPTURE(n);
      CAPTURE(seed);
      const auto target = random_derangement(n, seed, 7);
      REQUIRE(target.size() == n);
      std::vector<bool> hit(n, false);
      for (std::uint32_t i = 0; i < n; ++i) {
        REQUIRE(target[i] < n);
        REQUIRE(target[i] != i);
        REQUIRE_FALSE(hit[target[i]]);
        hit[target[i]] = true;
      }
    }
  }
}

TEST_CASE("pattern: the same seed gives the same derangement, another seed or stream another") {
  CHECK(random_derangement(64, 5, 9) == random_derangement(64, 5, 9));
  CHECK(random_derangement(64, 5, 9) != random_derangement(64, 6, 9));
  CHECK(random_derangement(64, 5, 9) != random_derangement(64, 5, 10));
}

TEST_CASE("pattern: all nine derangements of four are equally likely (Sattolo's shuffle would give six of them)") {
  std::map<std::vector<std::uint32_t>, int> seen;
  const int draws = 9'000;
  for (int seed = 0; seed < draws; ++seed) ++seen[random_derangement(4, static_cast<std::uint64_t>(seed), 1)];
  REQUIRE(seen.size() == 9);
  // Binomial(9000, 1/9): mean 1000, standard deviation 29.8; five of them. The seeds are fixed, so this cannot flicker.
  for (const auto& [derangement, count] : seen) CHECK(std::abs(count - 1'000) < 150);
}
