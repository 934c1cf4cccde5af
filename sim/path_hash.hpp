// SPDX-License-Identifier: Apache-2.0
// Path hash: how a queue pair picks one of several equal next hops, the same in every engine.
//
// A queue pair has 16 bits of entropy (the UDP source port of RoCEv2 plays that part), a switch has a salt of its own;
// the choice at a switch is the high part of mix(entropy ^ salt), scaled to the number of choices. All three are pure
// functions of the seed and of stable ids, so two engines that are given the same run send a message over the same links.
// Source: ECMP hashing as switches do it (IEEE 802.1Qbp flow hash; vendor practice is a salted hash per switch).
#pragma once

#include <cstdint>

#include "core/id.hpp"
#include "core/random.hpp"

namespace eastwest {

/// What hashing switches see of queue pair number `k` between two ranks.
constexpr std::uint16_t queue_pair_entropy(std::uint64_t seed, RankId source, RankId destination, std::uint64_t k) {
  return static_cast<std::uint16_t>(draw(seed, (std::uint64_t{source.value} << 32) | destination.value, k) >> 48);
}

constexpr std::uint64_t switch_salt(std::uint64_t seed, NodeId node) { return draw(seed, 0x5a17'0000'0000'0000u, node.value); }

/// One of `count` choices, 0 to count - 1.
constexpr std::uint32_t hashed_choice(std::uint64_t key, std::uint64_t salt, std::uint32_t count) {
  return static_cast<std::uint32_t>(((mix(key ^ salt) >> 32) * count) >> 32);
}

}  // namespace eastwest
