// SPDX-License-Identifier: Apache-2.0
// The Pareto front against its invariants, and against designs that a front without a walk loses to noise.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "analysis/pareto_front.hpp"
#include "core/random.hpp"

using namespace eastwest;

namespace {

/// Single runs, so that a thousandth alone makes two figures equal: less than that is as good, more is better or worse.
bool leaves_out(const ParetoDesign& a, const ParetoDesign& b) {
  if (a.cost > b.cost) return false;
  bool better = a.cost < b.cost;
  for (std::size_t i = 0; i < a.figures.size(); ++i) {
    const double change = a.figures[i][0] - b.figures[i][0];
    if (std::fabs(change) <= 1e-3 * std::fabs(b.figures[i][0])) continue;
    if (change > 0) return false;
    better = true;
  }
  return better;
}

}  // namespace

TEST_CASE("pareto front: a chain of small steps ends at a better design, which stays") {
  // The second is 0.08 % better than the first, the third 0.08 % better than the second: 0.17 % better than the first, for more money.
  CHECK(pareto_front({{0, 190, {{2.5943}}}, {1, 205, {{2.5921}}}, {2, 224, {{2.5899}}}}) == std::vector<std::size_t>{0, 2});
  // In any order of input.
  CHECK(pareto_front({{2, 224, {{2.5899}}}, {0, 190, {{2.5943}}}, {1, 205, {{2.5921}}}}) == std::vector<std::size_t>{0, 2});
}

TEST_CASE("pareto front: of equal costs the better alone stays, equals stay together, and one without a cost is not looked at") {
  CHECK(pareto_front({{0, 10, {{2}}}, {1, 10, {{1}}}, {2, 10, {{1}}}}) == std::vector<std::size_t>{1, 2});
  CHECK(pareto_front({{0, 10, {{2}, {1}}}, {1, 10, {{1}, {2}}}}) == std::vector<std::size_t>{0, 1});
  CHECK(pareto_front({{0, std::numeric_limits<double>::quiet_NaN(), {{1}}}, {1, 10, {{2}}}}) == std::vector<std::size_t>{1});
  CHECK(pareto_front({}).empty());
}

TEST_CASE("pareto front: seeds that scatter more than two designs differ make them as good") {
  const std::vector<double> seeds = {1, 3, 2, 4};
  const std::vector<double> others = {3, 1, 2.1, 3.5};
  CHECK(pareto_front({{0, 10, {seeds}}, {1, 20, {others}}}) == std::vector<std::size_t>{0});
  // Paired by seed, a tenth less under each is better, however much seeds scatter.
  CHECK(pareto_front({{0, 10, {seeds}}, {1, 20, {{0.9, 2.9, 1.9, 3.9}}}}) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("pareto front: every design off it has one on it that leaves it out, and none on it leaves out another") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 7);
    std::vector<ParetoDesign> designs;
    const std::size_t count = 1 + random.below(25);
    for (std::size_t i = 0; i < count; ++i) {
      // Few costs, so that many are equal; figures in steps of less than a thousandth, so that sameness is not transitive.
      ParetoDesign one{i, static_cast<double>(10 + random.below(6)), {}};
      for (int f = 0; f < 2; ++f) one.figures.push_back({1 + 0.0006 * static_cast<double>(random.below(8))});
      designs.push_back(std::move(one));
    }
    const std::vector<std::size_t> front = pareto_front(designs);
    const auto on = [&](std::size_t i) { return std::find(front.begin(), front.end(), i) != front.end(); };
    CHECK_FALSE(front.empty());
    for (const ParetoDesign& one : designs) {
      const bool out = std::any_of(front.begin(), front.end(), [&](std::size_t f) { return leaves_out(designs[f], one); });
      CHECK(out == !on(one.point));
    }
  }
}
