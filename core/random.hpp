// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: a draw is a pure function of (seed, stream, index).
//
// Adding a draw in one place changes nothing elsewhere, and the order in which threads draw cannot matter.
// Source: the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014), applied twice to the mixed key. LIMITATIONS: not cryptographic.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/wide.hpp"

namespace eastwest {

/// SplitMix64 finaliser: a bijection on 64 bits with good avalanche.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e37'79b9'7f4a'7c15u;
  x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9u;
  x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11ebu;
  return x ^ (x >> 31);
}

/// The draw number `index` of `stream` under `seed`: 64 uniform bits.
constexpr std::uint64_t draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) { return mix(mix(seed ^ mix(stream)) ^ index); }

/// Uniform in [0, bound) without modulo bias worth speaking of (bound far below 2^64).
constexpr std::uint64_t draw_below(std::uint64_t bits, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<UnsignedWide>(bits) * bound) >> 64);
}

/// Uniform in [0, 1) with 53 bits.
constexpr double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

/// A sequential reader of one stream, for code that draws in a fixed order.
class RandomStream {
 public:
  constexpr RandomStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
  constexpr std::uint64_t bits() { return draw(seed_, stream_, index_++); }
  constexpr std::uint64_t below(std::uint64_t bound) { return draw_below(bits(), bound); }
  constexpr double unit() { return to_unit(bits()); }
  /// Exponential with mean 1 (inverse transform).
  double exponential() { return -std::log1p(-unit()); }

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t index_ = 0;
};

}  // namespace eastwest
