// SPDX-License-Identifier: Apache-2.0
// Unequal blocks for an all-to-all: some ranks get more than others, as experts do whose tokens are not spread evenly.
//
// Receiver p in an order drawn from the seed gets weight (2 - r) + 2 (r - 1) p / (n - 1) of every sender's buffer: a straight line with
// mean 1 and maximum r. Invariants: every sender sends `size` in all, to the byte; r = 1 gives equal shares up to a byte.
#pragma once

#include <cstdint>
#include <vector>

#include "core/quantity.hpp"

namespace eastwest {

/// Bytes from i to j at i * ranks + j; `imbalance` is r, 1 to 2, taken to a thousandth.
std::vector<std::int64_t> ramp_blocks(std::uint32_t ranks, Bytes size, double imbalance, std::uint64_t seed);

}  // namespace eastwest
