// SPDX-License-Identifier: Apache-2.0
// HardwareFinding: one way in which what arrived or is plugged in differs from the design, with figures, a sentence and what to do.
//
// Invariants: `item` is the name that a person can go to: a cable, a port, a device or a part number. A failed finding must be mended before
// the link can be trusted; a warning will cost time some day; a note was judged and stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/hardware/evidence.hpp"

namespace eastwest {

enum class FindingSeverity : std::uint8_t { failed, warning, note };
std::string_view to_string(FindingSeverity severity);

enum class FindingKind : std::uint8_t {
  missing,         // nothing there that the design has
  extra,           // something there that the design has not
  miswired_rail,   // a NIC on another rail's leaf
  swapped_ports,   // cables exchanged, or one in another port
  ends_disagree,   // the ends of a link name different neighbours
  wrong_part,      // does not work here
  link_down,       // plugged, and no link
  wrong_speed,     // slower than planned, or made for another rate
  wrong_width,     // fewer lanes than planned
  wrong_fibre,     // light and glass do not belong together
  wrong_reach,     // works, but not so far
  wrong_length,    // of a cable, ordered or measured
  excess_loss,     // above what the optics allow
  marginal_loss,   // above the model, or unequal
  missing_fibres,  // of a test
  no_result,       // of a test that was planned or begun
  wrong_polarity,
  light_level,
  bit_errors,
  bursty_link,
  power_class,  // above what the cage feeds
  fault,        // the module says so
  unknown_part,
  unknown_name,
  substitute,  // another part that works
  unreadable,
};
inline constexpr std::size_t kFindingKinds = 26;
/// "miswired_rail"; and for people "miswired rail".
std::string_view to_string(FindingKind kind);
std::string readable(FindingKind kind);

struct FindingFigure {
  std::string name;  // "loss", "limit"
  double value = 0;
  std::string unit;  // "dB", "m", "Gb/s", ""
};

struct HardwareFinding {
  FindingKind kind = FindingKind::missing;
  FindingSeverity severity = FindingSeverity::failed;
  std::string item;
  std::vector<std::string> others;  // further cables or ports of the same finding
  std::string sentence;
  std::string remedy;
  std::vector<FindingFigure> figures;
  std::vector<EvidenceLine> seen;  // where
};

}  // namespace eastwest
