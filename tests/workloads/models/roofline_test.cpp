// SPDX-License-Identifier: Apache-2.0
// Law: a piece of work takes the longer of its arithmetic and its memory traffic at sustained rates, plus its launch.
#include "workloads/models/roofline.hpp"

#include <doctest/doctest.h>

using namespace eastwest;
using namespace eastwest::literals;

TEST_CASE("the longer side of the roofline counts, and the launch comes on top") {
  const GpuModel gpu{"G", 1000e12, 2000e12, 2e12, Bytes{80'000'000'000}};
  const GpuRates rates = sustained_rates(gpu, Precision::bf16, 0.5, 0.75);
  CHECK(rates.flops_per_second == doctest::Approx(500e12));
  CHECK(rates.memory_bytes_per_second == doctest::Approx(1.5e12));
  CHECK(roofline_time(500e12, 1.0, rates, 4_us) == 1_s + 4_us);
  CHECK(roofline_time(1.0, 3e9, rates, 4_us) == 2_ms + 4_us);
  // The ridge: FLOPs per byte at which both sides are equal.
  CHECK(roofline_time(500e9, 1.5e9, rates, 0_ps) == 1_ms);
  CHECK(roofline_time(0.0, 0.0, rates, 7_ps) == 7_ps);
}

TEST_CASE("precision picks its own peak; an unknown one has no rate") {
  const GpuModel gpu{"G", 1000e12, 2000e12, 2e12, Bytes{1}};
  CHECK(sustained_rates(gpu, Precision::fp8, 1.0, 1.0).flops_per_second == doctest::Approx(2000e12));
  CHECK(sustained_rates({"old", 312e12, 0, 2e12, Bytes{1}}, Precision::fp8, 1.0, 1.0).flops_per_second == 0.0);
}
