// SPDX-License-Identifier: Apache-2.0
// Unequal blocks: sums to the byte, the stated imbalance, and equal shares where there is none.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "workloads/collectives/unequal_blocks.hpp"

using namespace eastwest;

TEST_CASE("unequal blocks: every sender sends the size, and the busiest receiver gets the stated multiple of the mean") {
  for (const std::uint32_t n : {2u, 8u, 64u}) {
    for (const double imbalance : {1.0, 1.25, 2.0}) {
      CAPTURE(n);
      CAPTURE(imbalance);
      const Bytes size{1'000'003};
      const auto bytes = ramp_blocks(n, size, imbalance, 7);
      std::int64_t most = 0;
      std::int64_t least = size.count;
      for (std::uint32_t i = 0; i < n; ++i) {
        CHECK(std::accumulate(bytes.begin() + i * n, bytes.begin() + (i + 1) * n, std::int64_t{0}) == size.count);
        for (std::uint32_t j = 0; j < n; ++j) {
          CHECK(bytes[i * n + j] == bytes[j]);  // the same receivers are busy for all
          most = std::max(most, bytes[j]);
          least = std::min(least, bytes[j]);
        }
      }
      CHECK(static_cast<double>(most) == doctest::Approx(imbalance * 1'000'003 / n).epsilon(1e-3));
      CHECK(static_cast<double>(least) == doctest::Approx((2 - imbalance) * 1'000'003 / n).epsilon(1e-3));
      if (imbalance == 1.0) CHECK(most - least <= 1);
    }
  }
}

TEST_CASE("unequal blocks: the seed draws who is busy, and nothing else") {
  auto one = ramp_blocks(64, {6'400'000}, 1.5, 1);
  auto two = ramp_blocks(64, {6'400'000}, 1.5, 2);
  CHECK(one == ramp_blocks(64, {6'400'000}, 1.5, 1));
  CHECK(one != two);
}
