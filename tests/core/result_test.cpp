// SPDX-License-Identifier: Apache-2.0
#include "core/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace eastwest {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{"odd", "give an even number"};
  return number / 2;
}

TEST_CASE("result: holds a value or the reason why not") {
  CHECK(half(4).has_value());
  CHECK(*half(4) == 2);
  CHECK_FALSE(half(3));
  CHECK(half(3).error().message == "odd");
  CHECK(half(3).error().remedy == "give an even number");
  CHECK(half(3).value_or(7) == 7);
  CHECK(half(4).value_or(7) == 2);
}

TEST_CASE("result: values that only move can be taken out") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 5);
}

TEST_CASE("result: reaches into the value") {
  Result<std::string> text(std::string("four"));
  CHECK(text->size() == 4);
  (*text)[0] = 'F';
  CHECK(*text == "Four");
}

}  // namespace
}  // namespace eastwest
