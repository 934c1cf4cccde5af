// SPDX-License-Identifier: Apache-2.0
// QR code: a short text as the squares that a phone or scanner reads; the one door to libqrencode.
//
// Error correction M (15 %), the smallest size that holds the text. Source: ISO/IEC 18004. Invariant: the same text gives the same squares.
// LIMITATIONS: the quiet zone of four squares around it is the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace eastwest {

struct QrCode {
  std::uint32_t size = 0;           // squares along a side: 21 for up to 14 bytes
  std::vector<std::uint8_t> black;  // row after row, 1: black
};

/// Errors: an empty text, one with a zero byte, or one that no QR code can hold.
Result<QrCode> qr_code(std::string_view text);
/// The data of an SVG path of lines one square wide, from (0, 0.5) on: "M0 .5h7m2 0h1...".
std::string qr_path(const QrCode& code);

}  // namespace eastwest
