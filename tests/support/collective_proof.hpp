// SPDX-License-Identifier: Apache-2.0
// Test support: proof that a collective gives every rank what its operation promises, by symbolic replay (symbolic_replay.hpp).
//
// Promises: all-reduce and reduce, every contribution exactly once at every rank or the root; reduce-scatter, the same for the own
// block; all-gather, broadcast, all-to-all and send/recv, exactly the right rank's data in the right place.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/collective_use.hpp"

namespace eastwest::tests {

/// Replays in the order that `seed` draws; empty when the result is right, else what is wrong.
std::string verdict(const Made& made, std::uint64_t seed);

/// Checks `use` under `seeds` orders, and that the bytes sent are the algorithm's closed form to the byte.
void prove(const Use& use, int seeds = 3);

}  // namespace eastwest::tests
