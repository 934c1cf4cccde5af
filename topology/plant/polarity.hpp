// SPDX-License-Identifier: Apache-2.0
// Polarity, gender, polish and connectors along a channel: does every transmitter meet a receiver, and do the plugs mate?
//
// Positions. A cable of type A is straight (i to i), B reversed (i to n + 1 - i), C flips pairs (1 and 2, 3 and 4, ...); an
// adapter with aligned keys (up to up) reverses, one with opposed keys (up to down) leaves them. Parallel optics need position i of one end at n + 1 - i
// of the other (transmitter 1 to receiver 12); with A and B alone that is an odd number of reversals, and any C fails. Duplex
// needs its two fibres crossed once: A-to-B cords and B and C trunks each cross, an odd number is right.
// Gender: transceivers are pinned, the plug that enters one is not; every mated MPO pair has exactly one pinned side.
// Polish: APC on UPC is an error, never a loss. All single-mode MPO are APC, and so is multimode at 100 Gb/s a lane.
// Source: TIA-568.3 methods A, B, C (general knowledge), vendors' statements S-TEL, S-NV1, S-NV7 (data/README.md).
// Invariants: every violation holds a rule, a sentence and a remedy. LIMITATIONS: polarity through a piece whose ends have
// different numbers of positions (cassette) is told as not provable; P/N polarity of copper is another thing and not here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/plant/channel.hpp"
#include "topology/plant/link_budget.hpp"

namespace eastwest {

/// Position i, from 0, of the near end is at map[i] of the far end.
using FibreMap = std::vector<std::uint8_t>;
FibreMap straight_map(std::uint32_t positions);
FibreMap reversed_map(std::uint32_t positions);
FibreMap pairs_map(std::uint32_t positions);
/// First `near`, then `far`.
FibreMap compose(const FibreMap& near, const FibreMap& far);

struct PlantViolation {
  std::string rule;  // "polarity", "gender", "polish", "connector", "fibre", "structure", "breakout"
  std::string sentence;
  std::string remedy;
  Verdict verdict = Verdict::fail;  // unknown: the data do not prove it either way
};

/// What waits at an end of a channel.
struct ChannelEnd {
  std::vector<std::string> connectors;  // any of them fits: "MPO-16", or "MPO-12" at one half of "2xMPO-12"
  Polish polish = Polish::none;
  PinGender gender = PinGender::none;
};
ChannelEnd channel_end_of(const OpticModel& optic);

/// Positions of a connector: "MPO-12" 12, "LC-duplex" and "LC" 2; 0 when unknown.
std::uint32_t positions_of(std::string_view connector);
/// From end to end; nothing where a piece has no polarity or its ends differ in positions.
std::optional<FibreMap> polarity_map(const Channel& channel);

std::vector<PlantViolation> check_polarity(const Channel& channel);
/// Structure, connectors, gender, polish, kinds of fibre, and polarity, in that order.
std::vector<PlantViolation> check_channel(const Channel& channel, const ChannelEnd& a, const ChannelEnd& b, const Catalogue& catalogue);

}  // namespace eastwest
