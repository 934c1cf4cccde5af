// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace eastwest {
namespace {

// The published sequence of SplitMix64 from state 0 (Steele, Lea, Flood 2014; Vigna's reference code gives the same
// numbers): output n is mix(n * golden), where our mix adds the golden ratio once itself.
TEST_CASE("random: the mixer is the finaliser of SplitMix64") {
  constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15u;
  CHECK(mix(0) == 0xe220'a839'7b1d'cdafu);
  CHECK(mix(kGolden) == 0x6e78'9e6a'a1b9'65f4u);
  CHECK(mix(2 * kGolden) == 0x06c4'5d18'8009'454fu);
}

// Golden values: a change here changes every seeded run of every user, so it must be deliberate.
TEST_CASE("random: draws are frozen") {
  CHECK(draw(1, 2, 3) == 0xc4b72f8ce414b6dau);
  RandomStream stream(42, 7);
  CHECK(stream.bits() == draw(42, 7, 0));
  CHECK(stream.bits() == draw(42, 7, 1));
  CHECK(draw(42, 7, 0) == 0x26dfada5d87fe2d5u);
}

TEST_CASE("random: seed, stream and index each change the draw") {
  CHECK(draw(1, 1, 1) != draw(2, 1, 1));
  CHECK(draw(1, 1, 1) != draw(1, 2, 1));
  CHECK(draw(1, 1, 1) != draw(1, 1, 2));
  CHECK(draw(1, 2, 0) != draw(2, 1, 0));
}

TEST_CASE("random: bounds hold at both ends") {
  CHECK(draw_below(0, 10) == 0);
  CHECK(draw_below(~std::uint64_t{0}, 10) == 9);
  CHECK(draw_below(~std::uint64_t{0}, 1) == 0);
  CHECK(to_unit(0) == 0.0);
  CHECK(to_unit(~std::uint64_t{0}) < 1.0);
}

// Pearson's chi-square over 64 cells, 63 degrees of freedom: mean 63, the 99.99 % point is 113.
TEST_CASE("random: a stream is uniform") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  constexpr int kDraws = 64'000;
  RandomStream stream(seed, 11);
  std::array<int, 64> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[stream.below(64)];
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - kDraws / 64.0) * (count - kDraws / 64.0) / (kDraws / 64.0);
  CHECK(chi_square < 113);
  CHECK(chi_square > 25);
}

// Mean and variance of the exponential law with mean 1 are both 1; standard errors over 100 000 draws are 0.0032, 0.009.
TEST_CASE("random: exponential draws have mean one and variance one") {
  const std::uint64_t seed = 6;
  CAPTURE(seed);
  constexpr int kDraws = 100'000;
  RandomStream stream(seed, 12);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = stream.exponential();
    REQUIRE(value >= 0);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  CHECK(std::abs(mean - 1) < 0.015);
  CHECK(std::abs(squares / kDraws - mean * mean - 1) < 0.05);
}

// Avalanche: flipping one input bit flips each output bit with probability one half.
TEST_CASE("random: one flipped bit of the index flips half of the draw") {
  const std::uint64_t seed = 8;
  CAPTURE(seed);
  double flipped = 0;
  int pairs = 0;
  for (std::uint64_t index = 0; index < 200; ++index)
    for (unsigned bit = 0; bit < 64; ++bit, ++pairs)
      flipped += __builtin_popcountll(draw(seed, 3, index) ^ draw(seed, 3, index ^ (std::uint64_t{1} << bit)));
  CHECK(std::abs(flipped / pairs - 32) < 0.2);
}

}  // namespace
}  // namespace eastwest
