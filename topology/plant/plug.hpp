// SPDX-License-Identifier: Apache-2.0
// Plug: what the end of a piece of cable is, as far as it decides loss and whether two ends may be mated; and its words in tables.
//
// Source: connector grades, polish, pins and polarity as in docs/plant-physics.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eastwest {

enum class ConnectorGrade : std::uint8_t { standard, low_loss };
enum class Polish : std::uint8_t { none, upc, apc };             // none: not known
enum class PinGender : std::uint8_t { none, pinned, unpinned };  // none: the connector has no pins, or not known
/// How the positions of one end arrive at the other; MPO types A, B and C, duplex A-to-A (straight) and A-to-B (reversed).
enum class FibrePolarity : std::uint8_t { none, straight_a, reversed_b, pairs_c };

struct Plug {
  std::string connector;  // "MPO-12", "MPO-16", "LC-duplex"; "" at a spliced end
  ConnectorGrade grade = ConnectorGrade::standard;
  Polish polish = Polish::none;
  PinGender gender = PinGender::none;
};

std::string_view to_string(ConnectorGrade grade);    // standard, low_loss
std::string_view to_string(Polish polish);           // none, upc, apc
std::string_view to_string(PinGender gender);        // none, pinned, unpinned
std::string_view to_string(FibrePolarity polarity);  // none, a, b, c
std::optional<ConnectorGrade> grade_of(std::string_view text);
std::optional<Polish> polish_of(std::string_view text);
std::optional<PinGender> gender_of(std::string_view text);
std::optional<FibrePolarity> polarity_of(std::string_view text);

}  // namespace eastwest
