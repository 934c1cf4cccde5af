// SPDX-License-Identifier: Apache-2.0
// Strands and trunks of a pod of 256 GPUs, counted in base-8, against the published counts.
#include "topology/plant/strands.hpp"

#include <doctest/doctest.h>

namespace eastwest::tests {
namespace {

TEST_CASE("strands: 512 links of DR4 light 4096 fibres and need 57 or 29 trunks, 72 or 36 with a quarter spare") {
  const std::uint64_t lit = strands_needed(512, 8);
  CHECK(lit == 4096);
  CHECK(trunks_needed(lit, 72) == 57);
  CHECK(trunks_needed(lit, 144) == 29);
  const std::uint64_t spare = strands_needed(512, 8, 250);
  CHECK(spare == 5120);
  CHECK(trunks_needed(spare, 72) == 72);
  CHECK(trunks_needed(spare, 144) == 36);
}

TEST_CASE("strands: everything is rounded up") {
  CHECK(strands_needed(1, 1, 1) == 2);
  CHECK(trunks_needed(0, 72) == 0);
  CHECK(trunks_needed(1, 72) == 1);
  CHECK(trunks_needed(72, 72) == 1);
  CHECK(trunks_needed(73, 72) == 2);
  CHECK(trunks_needed(5, 0) == 0);
}

}  // namespace
}  // namespace eastwest::tests
