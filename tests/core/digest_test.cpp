// SPDX-License-Identifier: Apache-2.0
#include "core/digest.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <string>

#include "core/random.hpp"

namespace eastwest {
namespace {

// Golden value: digests are compared between versions and machines; a change of the function must be deliberate.
TEST_CASE("digest: the function is frozen") {
  CHECK(Digest{}.hex() == "3bb548a553e612ba2cb0f69f4abea221");
  Digest digest;
  digest.add(std::uint64_t{1});
  digest.add(std::int64_t{-2});
  digest.add(std::uint32_t{3});
  digest.add(0.5);
  digest.add(std::string_view("rail-optimised"));
  CHECK(digest.hex() == "e885b1b5cab4a9e743a15769a34f53e7");
}

TEST_CASE("digest: equal input gives equal digests, and hex is 32 digits") {
  Digest a;
  Digest b;
  for (std::uint64_t word = 0; word < 100; ++word) {
    a.add(word);
    b.add(word);
  }
  CHECK(a == b);
  CHECK(a.hex() == b.hex());
  CHECK(a.hex().size() == 32);
}

TEST_CASE("digest: order, length, sign and the ends of texts matter") {
  const auto of = [](auto... words) {
    Digest digest;
    (digest.add(words), ...);
    return digest.hex();
  };
  using Word = std::uint64_t;
  CHECK(of(Word{1}, Word{2}) != of(Word{2}, Word{1}));
  CHECK(of(Word{0}) != of(Word{0}, Word{0}));
  CHECK(of(std::string_view("ab"), std::string_view("c")) != of(std::string_view("a"), std::string_view("bc")));
  CHECK(of(std::string_view("")) != of());
  CHECK(of(std::string_view("a")) != of(std::string_view(std::string_view("a\0", 2))));
  CHECK(of(0.0) != of(-0.0));
}

// A single flipped bit anywhere in 64 words must show, and all 4096 single flips must differ from each other.
TEST_CASE("digest: every single flipped bit shows") {
  const std::uint64_t seed = 31;
  CAPTURE(seed);
  std::set<std::string> seen;
  for (int flip = -1; flip < 64 * 64; ++flip) {
    Digest digest;
    for (int word = 0; word < 64; ++word) {
      std::uint64_t value = draw(seed, 1, static_cast<std::uint64_t>(word));
      if (flip >= 0 && flip / 64 == word) value ^= std::uint64_t{1} << (flip % 64);
      digest.add(value);
    }
    seen.insert(digest.hex());
  }
  CHECK(seen.size() == 1 + 64 * 64);
}

}  // namespace
}  // namespace eastwest
