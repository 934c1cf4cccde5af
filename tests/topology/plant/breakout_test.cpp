// SPDX-License-Identifier: Apache-2.0
// Breakouts of twin-port modules, splitters and lane pairs, against vendors' connectivity rules.
#include "topology/plant/breakout.hpp"

#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

const OpticModel* optic(std::string_view id) {
  const OpticModel* found = test_catalogue().find_optic(id);
  REQUIRE_MESSAGE(found != nullptr, id);
  return found;
}

std::size_t violations(std::string_view near, const std::vector<BreakoutUse>& uses) {
  const std::vector<PlantViolation> list = check_breakout(*optic(near), uses);
  for (const PlantViolation& violation : list) {
    CHECK(violation.rule == "breakout");
    CHECK(!violation.sentence.empty());
    CHECK(!violation.remedy.empty());
  }
  return list.size();
}

TEST_CASE("breakout: a twin port to two single ports with two straight cords") {
  CHECK(violations("800g-2xdr4-nv", {{1, {optic("ib-ndr-dr4")}}, {1, {optic("ib-ndr-dr4")}}}) == 0);
  CHECK(violations("800g-2xdr4-nv", {{1, {optic("400g-dr4")}}}) == 0);  // the other half is empty
  CHECK(violations("800g-2xsr4-nv", {{1, {optic("400g-sr4")}}, {1, {optic("400g-sr4")}}}) == 0);
  CHECK(violations("800g-2xdr4-nv", {{1, {optic("800g-2xdr4-nv")}}, {1, {optic("800g-2xdr4-nv")}}}) == 0);
}

TEST_CASE("breakout: both ends of a twin port use the same style of cord") {
  CHECK(violations("800g-2xdr4-nv", {{2, {optic("400g-dr4"), optic("400g-dr4")}}, {2, {}}}) == 0);  // 400G modules drop to 200G
  CHECK(violations("800g-2xdr4-nv", {{2, {optic("400g-dr4"), optic("400g-dr4")}}, {1, {optic("400g-dr4")}}}) == 1);
  CHECK(violations("800g-2xdr4-nv", {{1, {}}, {1, {}}, {1, {}}}) == 1);
}

TEST_CASE("breakout: DR4 to four DR on lane pairs") {
  CHECK(violations("400g-dr4", {{4, {optic("100g-dr"), optic("100g-dr"), optic("100g-dr"), optic("100g-dr")}}}) == 0);
  CHECK(violations("400g-dr4", {{4, {optic("100g-dr"), optic("100g-sr1")}}}) == 1);  // another medium
  CHECK(violations("400g-dr4", {{4, {optic("200g-dr4")}}}) == 2);                    // four lanes, at half the rate
  CHECK(violations("400g-dr4", {{3, {}}}) == 1);
  CHECK(violations("400g-dr4", {{2, {optic("400g-dr4"), optic("400g-dr4"), optic("400g-dr4")}}}) == 1);
  CHECK(lane_positions(12, 4) == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 12}, {2, 11}, {3, 10}, {4, 9}});
  CHECK(lane_positions(16, 8).back() == std::pair<std::uint32_t, std::uint32_t>{8, 9});
  CHECK(lane_positions(8, 4).back() == std::pair<std::uint32_t, std::uint32_t>{4, 5});
}

TEST_CASE("breakout: modules that mix their lanes on one fibre cannot be parted") {
  CHECK(!is_parallel(*optic("400g-fr4")));
  CHECK(is_parallel(*optic("400g-dr4")));
  CHECK(is_parallel(*optic("800g-2xsr4-nv")));
  CHECK(violations("400g-fr4", {{4, {}}}) == 1);
  CHECK(violations("400g-fr4", {{1, {optic("400g-fr4")}}}) == 0);
  CHECK(violations("400g-dr4", {{1, {optic("400g-sr4")}}}) == 1);
}

}  // namespace
}  // namespace eastwest::tests
