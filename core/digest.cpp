// SPDX-License-Identifier: Apache-2.0
#include "core/digest.hpp"

namespace eastwest {

void Digest::add(std::string_view text) {
  add(static_cast<std::uint64_t>(text.size()));
  std::uint64_t word = 0;
  unsigned shift = 0;
  for (const char c : text) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
    shift += 8;
    if (shift == 64) {
      add(word);
      word = 0;
      shift = 0;
    }
  }
  if (shift != 0) add(word);
}

std::string Digest::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::uint64_t words[2] = {mix(high_ ^ words_), mix(low_ + words_)};
  std::string text;
  text.reserve(32);
  for (const std::uint64_t word : words)
    for (int shift = 60; shift >= 0; shift -= 4) text.push_back(kDigits[(word >> shift) & 0xf]);
  return text;
}

}  // namespace eastwest
