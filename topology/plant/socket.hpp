// SPDX-License-Identifier: Apache-2.0
// Socket: a place where a plug may sit, and the plug that sits there; channels are traced from one to the next.
#pragma once

#include <compare>
#include <cstdint>

namespace eastwest {

/// A port of a node, or the front or the rear of a panel's port.
struct Socket {
  std::uint32_t device = 0;
  std::uint32_t port = 0;
  bool rear = false;
  friend auto operator<=>(const Socket&, const Socket&) = default;
};

/// Which end of which piece; of a trunk the strand, from 0.
struct Plugged {
  std::uint32_t piece = 0;
  bool at_b = false;
  std::uint32_t strand = 0;
};

}  // namespace eastwest
