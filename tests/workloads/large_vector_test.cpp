// SPDX-License-Identifier: Apache-2.0
// Storage below and above a huge page: contents survive growth, copies and moves, and large storage begins on a huge page.
#include "workloads/large_vector.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

using namespace eastwest;

TEST_CASE("large vector: contents survive growth from the heap onto huge pages, copies and moves") {
  LargeVector<std::uint64_t> numbers;
  const std::size_t count = 3 * kHugePage / sizeof(std::uint64_t) + 5;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(i * i);
  LargeVector<std::uint64_t> copy = numbers;
  const LargeVector<std::uint64_t> moved = std::move(numbers);
  CHECK(copy == moved);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) wrong += moved[i] == i * i ? 0 : 1;
  CHECK(wrong == 0);
  copy.resize(3);
  copy.shrink_to_fit();  // back to the heap
  CHECK(copy == LargeVector<std::uint64_t>{0, 1, 4});
}

TEST_CASE("large vector: storage of a huge page begins on one, and storage of types with their own alignment is aligned") {
  LargeVector<std::uint8_t> bytes(kHugePage);
  CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % kHugePage == 0);
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  LargeVector<Line> lines(3);
  CHECK(reinterpret_cast<std::uintptr_t>(lines.data()) % 64 == 0);
}
