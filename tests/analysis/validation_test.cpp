// SPDX-License-Identifier: Apache-2.0
// Errors in the geometric mean, worked out by hand, and the ranking of alternatives.
#include "analysis/validation.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace eastwest;
using namespace eastwest::literals;

namespace {

ValidatedPoint point(std::string table, Bytes size, double measured, double simulated, std::string algorithm = "auto") {
  ValidatedPoint result;
  result.measurement.table = std::move(table);
  result.measurement.size = size;
  result.measurement.algorithm = std::move(algorithm);
  result.measured = measured;
  result.simulated = simulated;
  return result;
}

}  // namespace

TEST_CASE("validation: half and twice as long count alike, and the mean is the geometric one") {
  // |ln 2| + |ln 1/2| + |ln 1| over 3: 2^(2/3) - 1 = 58.7 %.
  const Validation validation = validate_points({point("a", 2_MiB, 1, 2), point("a", 4_MiB, 1, 0.5), point("a", 8_MiB, 3, 3)});
  CHECK(validation.tables.size() == 1);
  CHECK(validation.all.points == 3);
  CHECK(validation.all.error == doctest::Approx(0.5874).epsilon(0.001));
  CHECK(validation.all.worst == doctest::Approx(2));
  CHECK_FALSE(validation.passed());
}

TEST_CASE("validation: classes of sizes are judged by bars of their own, and what lies between by none") {
  const Validation validation = validate_points({point("a", 1023_KiB, 1, 1.19), point("a", 1_MiB, 1, 1.14), point("a", 64_MiB, 1, 1.14),
                                                 point("a", 128_MiB, 1, 9), point("a", 256_MiB, 1, 1.04)});
  CHECK(validation.classes[kFloorSizes].points == 1);
  CHECK(validation.classes[kMiddleSizes].points == 2);
  CHECK(validation.classes[kPlateauSizes].points == 1);
  CHECK(validation.passed());
  CHECK_FALSE(validate_points({point("a", 256_MiB, 1, 1.06)}).passed());
  CHECK_FALSE(validate_points({point("a", 1_MiB, 1, 1.06), point("b", 1_MiB, 1, 0)}).passed());  // b could not be simulated
}

TEST_CASE("validation: alternatives of one size rank as measured or not; nearly equal ones have no rank") {
  const auto ranked = [](double ring_measured, double ring_simulated) {
    const Validation v = validate_points({point("a", 1_GiB, 1, 1, "nvls"), point("a", 1_GiB, ring_measured, ring_simulated, "ring")});
    return std::pair{v.rankings, v.misranked};
  };
  CHECK(ranked(1.3, 1.2) == std::pair{1u, 0u});
  CHECK(ranked(1.3, 0.99) == std::pair{1u, 1u});
  CHECK(ranked(0.9, 1.01) == std::pair{1u, 1u});
  CHECK(ranked(1.01, 0.99) == std::pair{0u, 0u});
}

TEST_CASE("validation: points on which constants were fitted are told apart") {
  std::vector<ValidatedPoint> points = {point("a", 2_MiB, 1, 1), point("a", 2_MiB, 1, 1.1)};
  points[0].measurement.fitted = true;
  const Validation validation = validate_points(points);
  CHECK(validation.held_out.points == 1);
  CHECK(validation.held_out.error == doctest::Approx(0.1));
  const std::string text = validation_markdown(validation);
  CHECK(text.find("| a |  | 5 % (2) |  | 5 % (2) | 10 % (1) | 1.10 |  |") != std::string::npos);
}
