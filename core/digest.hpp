// SPDX-License-Identifier: Apache-2.0
// A 128-bit running digest of results: equal digests are how a run proves that it is the same run.
//
// Two independent 64-bit lanes of multiply-mix over 8-byte words, in the order added. Little-endian by
// construction (words are added as integers, never as memory). LIMITATIONS: not cryptographic; it detects
// accidents, not adversaries.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/random.hpp"

namespace eastwest {

class Digest {
 public:
  constexpr void add(std::uint64_t word) {
    low_ = (low_ ^ word) * 0x9fb2'1c65'1e98'df25u;
    low_ ^= low_ >> 32;
    high_ = mix(high_ + (word ^ 0xd6e8'feb8'6659'fd93u));
    ++words_;
  }
  constexpr void add(std::int64_t word) { add(static_cast<std::uint64_t>(word)); }
  constexpr void add(std::uint32_t word) { add(static_cast<std::uint64_t>(word)); }
  constexpr void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(std::string_view text);

  /// 32 hexadecimal digits.
  [[nodiscard]] std::string hex() const;
  friend constexpr bool operator==(const Digest&, const Digest&) = default;

 private:
  std::uint64_t low_ = 0x243f'6a88'85a3'08d3u;
  std::uint64_t high_ = 0x1319'8a2e'0370'7344u;
  std::uint64_t words_ = 0;
};

}  // namespace eastwest
