// SPDX-License-Identifier: Apache-2.0
// Path hash: how a queue pair picks one of several equal next hops, the same in every engine.
//
// A queue pair has 16 bits of entropy (the UDP source port of RoCEv2 plays that part), a switch has a salt of its own;
// the choice at a switch is the high part of mix(entropy ^ salt), scaled to the number of choices. All three are pure
// functions of the seed and of stable ids, so two engines that are given the same run send a message over the same links.
// `HashFields` says what the entropy is made of: switches that look at addresses only see one flow between two NICs
// however many queue pairs it has. A salt that all switches share makes the tiers of a fabric repeat each other's
// choices, and some links are never used (hash polarisation).
// Source: ECMP hashing as switches do it (IEEE 802.1Qbp flow hash; vendor practice is a salted hash per switch).
#pragma once

#include <cstdint>

#include "core/id.hpp"
#include "core/random.hpp"
#include "sim/options.hpp"

namespace eastwest {

/// What hashing switches see of queue pair number `k` between two ranks.
constexpr std::uint16_t queue_pair_entropy(std::uint64_t seed, RankId source, RankId destination, std::uint64_t k,
                                           HashFields fields = HashFields::all) {
  constexpr std::uint64_t kNobody = 0xffff'ffffu;
  const std::uint64_t from = fields == HashFields::destination ? kNobody : source.value;
  const std::uint64_t to = fields == HashFields::source ? kNobody : destination.value;
  return static_cast<std::uint16_t>(draw(seed, (from << 32) | to, fields == HashFields::all ? k : 0) >> 48);
}

/// The same of its acknowledgements, which go from `destination` to `source`.
constexpr std::uint16_t answer_entropy(std::uint64_t seed, RankId source, RankId destination, std::uint64_t k,
                                       HashFields fields = HashFields::all) {
  if (fields != HashFields::all) return queue_pair_entropy(seed, destination, source, k, fields);
  return static_cast<std::uint16_t>(queue_pair_entropy(seed, source, destination, k) ^ 0x5555u);
}

constexpr std::uint64_t switch_salt(std::uint64_t seed, NodeId node, bool per_switch = true) {
  return draw(seed, 0x5a17'0000'0000'0000u, per_switch ? node.value : ~std::uint64_t{0});
}

/// One of `count` choices, 0 to count - 1.
constexpr std::uint32_t hashed_choice(std::uint64_t key, std::uint64_t salt, std::uint32_t count) {
  return static_cast<std::uint32_t>(((mix(key ^ salt) >> 32) * count) >> 32);
}

/// What sprayed packets are told apart by, beside their entropy.
constexpr std::uint64_t packet_key(std::uint16_t entropy, std::uint32_t message, std::uint32_t packet) {
  return entropy | (static_cast<std::uint64_t>(packet) << 16) | (static_cast<std::uint64_t>(message) << 40);
}

/// Picks the intermediate of a Valiant path (RoutingTable::intermediate): equal at every switch, so without a salt.
constexpr std::uint64_t path_key(std::uint64_t key, std::uint32_t destination_endpoint) {
  return mix(key ^ (static_cast<std::uint64_t>(destination_endpoint) << 44));
}

}  // namespace eastwest
