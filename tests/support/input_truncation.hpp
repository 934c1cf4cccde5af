// SPDX-License-Identifier: Apache-2.0
// Test support: a reader must survive every beginning of a file, and bytes that changed on the way.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "core/random.hpp"

namespace eastwest::tests {

/// Calls `read(text)` for every beginning of `text` and for 200 copies with a changed byte; the reader may refuse, not crash.
template <class Read>
void survive_damage(const std::string& text, std::uint64_t seed, Read read) {
  CAPTURE(seed);
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    read(text.substr(0, length));
  }
  RandomStream random(seed, 1);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = text;
    damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    CAPTURE(i);
    read(damaged);
  }
}

}  // namespace eastwest::tests
