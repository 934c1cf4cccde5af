// SPDX-License-Identifier: Apache-2.0
// Plug: what the end of a piece of cable is, as far as it decides loss and whether two ends may be mated.
//
// Source: connector grades, polish, pins and polarity as in docs/plant-physics.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eastwest {

enum class Grade : std::uint8_t { standard, low_loss };
enum class Polish : std::uint8_t { none, upc, apc };
enum class Gender : std::uint8_t { none, pinned, unpinned };  // alignment pins of an MPO plug
/// How the positions of one end appear at the other: straight (A), reversed (B), pairs flipped (C); duplex cords cross (none).
enum class Polarity : std::uint8_t { none, a, b, c };

struct Plug {
  std::string connector;  // "MPO-12", "MPO-16", "LC-duplex", "integral"
  Grade grade = Grade::low_loss;
  Polish polish = Polish::none;
  Gender gender = Gender::none;
};

std::string_view to_string(Grade grade);
std::string_view to_string(Polish polish);
std::string_view to_string(Gender gender);
std::string_view to_string(Polarity polarity);
std::optional<Grade> grade_of(std::string_view text);
std::optional<Polish> polish_of(std::string_view text);
std::optional<Gender> gender_of(std::string_view text);
std::optional<Polarity> polarity_of(std::string_view text);

}  // namespace eastwest
