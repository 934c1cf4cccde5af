// SPDX-License-Identifier: Apache-2.0
// Test support: channels as a planner would draw them, in one line each.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "topology/plant/channel.hpp"

namespace eastwest::tests {

inline Plug mpo12(PinGender gender = PinGender::unpinned, ConnectorGrade grade = ConnectorGrade::low_loss) {
  return {"MPO-12", grade, Polish::apc, gender};
}

/// One cord of `fibre` with MPO-12 at both ends.
inline FibrePiece mpo_piece(std::string fibre, Length length, FibrePolarity polarity, PinGender gender, ConnectorGrade grade) {
  return {std::move(fibre), length, polarity, mpo12(gender, grade), mpo12(gender, grade)};
}

/// Pieces of equal length joined by mated pairs, cords unpinned and trunks pinned in turn: unpinned, pinned, unpinned, ...
inline Channel mpo_channel(const std::string& fibre, Length length, std::initializer_list<FibrePolarity> pieces,
                           ConnectorGrade grade = ConnectorGrade::low_loss, AdapterOrientation adapter = AdapterOrientation::aligned) {
  Channel channel;
  std::int64_t left = static_cast<std::int64_t>(pieces.size());
  bool pinned = false;
  for (const FibrePolarity polarity : pieces) {
    if (!channel.elements.empty()) channel.elements.push_back(MatedPair{adapter});
    const Length share{length.mm / left};  // the last takes what is left over
    length.mm -= share.mm;
    --left;
    channel.elements.push_back(mpo_piece(fibre, share, polarity, pinned ? PinGender::pinned : PinGender::unpinned, grade));
    pinned = !pinned;
  }
  return channel;
}

/// A channel with `pairs` mated pairs of opposed keys, all cords of type B: right where `pairs` is even.
inline Channel channel_of_pairs(const std::string& fibre, Length length, std::uint32_t pairs,
                                ConnectorGrade grade = ConnectorGrade::low_loss) {
  Channel channel;
  for (std::uint32_t i = 0; i <= pairs; ++i) {
    if (i != 0) channel.elements.push_back(MatedPair{});
    const Length share{length.mm / (pairs + 1) + (i == 0 ? length.mm % (pairs + 1) : 0)};
    channel.elements.push_back(
        mpo_piece(fibre, share, FibrePolarity::reversed_b, i % 2 == 0 ? PinGender::unpinned : PinGender::pinned, grade));
  }
  return channel;
}

}  // namespace eastwest::tests
