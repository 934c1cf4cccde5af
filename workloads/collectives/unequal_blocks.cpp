// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/unequal_blocks.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "core/random.hpp"
#include "core/wide.hpp"

namespace eastwest {

std::vector<std::int64_t> ramp_blocks(std::uint32_t ranks, Bytes size, double imbalance, std::uint64_t seed) {
  constexpr std::uint64_t kStream = 0x626c'6f63'6b73u;  // "blocks"
  const auto most = static_cast<std::uint64_t>(std::llround(imbalance * 1000));
  std::vector<std::uint32_t> order(ranks);
  std::iota(order.begin(), order.end(), 0u);
  RandomStream random(seed, kStream);
  for (std::uint32_t i = ranks; i-- > 1;) std::swap(order[i], order[random.below(i + 1)]);
  std::uint64_t whole = 0;
  std::vector<std::uint64_t> end(ranks);  // of receivers 0 to j, in weights
  for (std::uint32_t j = 0; j < ranks; ++j) end[j] = whole += (2000 - most) * (ranks - 1) + 2 * (most - 1000) * order[j];
  std::vector<std::int64_t> bytes;
  bytes.reserve(std::size_t{ranks} * ranks);
  const auto up_to = [&](std::uint64_t weight) {
    return static_cast<std::int64_t>(static_cast<UnsignedWide>(size.count) * weight / whole);
  };
  for (std::uint32_t i = 0; i < ranks; ++i)
    for (std::uint32_t j = 0; j < ranks; ++j) bytes.push_back(up_to(end[j]) - (j == 0 ? 0 : up_to(end[j - 1])));
  return bytes;
}

}  // namespace eastwest
