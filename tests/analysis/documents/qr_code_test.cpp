// SPDX-License-Identifier: Apache-2.0
// QR codes: read back as a scanner does, after ISO/IEC 18004: finder patterns, format word, mask, and the data of version 1.
#include "analysis/documents/qr_code.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace eastwest;

namespace {

constexpr std::string_view kAlphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The squares that an SVG path of qr_path draws.
std::vector<std::uint8_t> drawn(const std::string& path, std::uint32_t size) {
  std::vector<std::uint8_t> black(size * size, 0);
  std::size_t at = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  const auto number = [&] {
    std::size_t used = 0;
    const int value = std::stoi(path.substr(at), &used);
    at += used;
    return static_cast<std::uint32_t>(value);
  };
  while (at < path.size()) {
    const char command = path[at++];
    if (command == 'M') {
      x = number();
      ++at;  // blank
      y = number();
      at += 2;  // ".5"
    } else if (command == 'm') {
      x += number();
      at += 2;  // " 0"
    } else {
      REQUIRE(command == 'h');
      for (std::uint32_t end = x + number(); x < end; ++x) black[y * size + x] = 1;
    }
  }
  return black;
}

bool masked(int mask, int row, int column) {
  switch (mask) {
    case 0: return (row + column) % 2 == 0;
    case 1: return row % 2 == 0;
    case 2: return column % 3 == 0;
    case 3: return (row + column) % 3 == 0;
    case 4: return (row / 2 + column / 3) % 2 == 0;
    case 5: return row * column % 2 + row * column % 3 == 0;
    case 6: return (row * column % 2 + row * column % 3) % 2 == 0;
    default: return ((row + column) % 2 + row * column % 3) % 2 == 0;
  }
}

/// The text of a version 1 code without errors: figure 19 of the standard, zigzag of two columns from the lower right.
std::string decoded(const std::vector<std::uint8_t>& black) {
  constexpr int kSize = 21;
  const auto at = [&](int row, int column) { return static_cast<int>(black[static_cast<std::size_t>(row * kSize + column)]); };
  int format = 0;
  for (int column : {0, 1, 2, 3, 4, 5, 7, 8}) format = format << 1 | at(8, column);
  for (int row : {7, 5, 4, 3, 2, 1, 0}) format = format << 1 | at(row, 8);
  format ^= 0b101010000010010;
  CHECK((format >> 13) == 0b00);  // error correction level M
  const int mask = format >> 10 & 7;
  const auto reserved = [](int row, int column) {
    return row == 6 || column == 6 || (row < 9 && column < 9) || (row < 9 && column > 12) || (row > 12 && column < 9);
  };
  std::string bits;
  bool up = true;
  for (int right = 20; right > 0; right -= 2, up = !up) {
    if (right == 6) --right;
    for (int i = 0; i < kSize; ++i)
      for (int column : {right, right - 1}) {
        const int row = up ? kSize - 1 - i : i;
        if (!reserved(row, column)) bits += (at(row, column) != 0) != masked(mask, row, column) ? '1' : '0';
      }
  }
  std::size_t next = 0;
  const auto take = [&](std::size_t count) {
    const unsigned long value = std::stoul(bits.substr(next, count), nullptr, 2);
    next += count;
    return value;
  };
  std::string text;
  for (unsigned long mode = take(4); mode != 0; mode = take(4)) {
    if (mode == 4) {
      for (unsigned long left = take(8); left > 0; --left) text += static_cast<char>(take(8));
    } else if (mode == 2) {
      unsigned long left = take(9);
      for (; left >= 2; left -= 2) {
        const unsigned long pair = take(11);
        text += kAlphanumeric[pair / 45];
        text += kAlphanumeric[pair % 45];
      }
      if (left == 1) text += kAlphanumeric[take(6)];
    } else {
      REQUIRE(mode == 1);
      unsigned long left = take(10);
      for (; left >= 3; left -= 3) {
        const std::string three = std::to_string(take(10));
        text += std::string(3 - three.size(), '0') + three;
      }
      if (left == 2) {
        const std::string two = std::to_string(take(7));
        text += std::string(2 - two.size(), '0') + two;
      } else if (left == 1) {
        text += std::to_string(take(4));
      }
    }
    if (next + 4 > 16 * 8) break;  // 16 data bytes at level M
  }
  return text;
}

}  // namespace

TEST_CASE("qr code: what is drawn decodes to the id and nothing else") {
  for (const std::string id : {"C0001", "C123456", "T0042", "C0512B", "kabel-7"}) {
    CAPTURE(id);
    const Result<QrCode> code = qr_code(id);
    REQUIRE(code.has_value());
    CHECK(code->size == 21);
    const std::vector<std::uint8_t> black = drawn(qr_path(*code), code->size);
    CHECK(black == code->black);
    CHECK(decoded(black) == id);
  }
}

TEST_CASE("qr code: what cannot be held is an error") {
  CHECK_FALSE(qr_code("").has_value());
  CHECK_FALSE(qr_code(std::string("a\0b", 3)).has_value());
  const Result<QrCode> code = qr_code(std::string(5'000, 'x'));
  REQUIRE_FALSE(code.has_value());
  CHECK(code.error().message.size() < 200);
  CHECK(qr_code(std::string(200, 'x')).has_value());
}
