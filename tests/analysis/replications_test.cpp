// SPDX-License-Identifier: Apache-2.0
// Intervals over seeds against published quantiles and an example worked out by hand.
#include "analysis/replications.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"

using namespace eastwest;

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("replications: quantiles of Student's t are those of the tables") {
  CHECK(student_t_975(1) == doctest::Approx(12.706));
  CHECK(student_t_975(4) == doctest::Approx(2.776));
  CHECK(student_t_975(30) == doctest::Approx(2.042));
  // NIST/SEMATECH e-Handbook, table 1.3.6.7.2, rows 40, 60 and 100; the normal quantile in the limit.
  CHECK(student_t_975(40) == doctest::Approx(2.021).epsilon(3e-4));
  CHECK(student_t_975(60) == doctest::Approx(2.000).epsilon(3e-4));
  CHECK(student_t_975(100) == doctest::Approx(1.984).epsilon(3e-4));
  CHECK(student_t_975(1'000'000) == doctest::Approx(1.95996).epsilon(1e-5));
  for (unsigned n = 1; n < 200; ++n) CHECK(student_t_975(n) > student_t_975(n + 1));
}

TEST_CASE("replications: mean and interval by hand") {
  // 2, 4, 4, 4, 6: mean 4, variance (4 + 4) / 4 = 2; half width 2.776 sqrt(2 / 5).
  const Estimate e = estimate(std::vector<double>{2, 4, kNan, 4, 4, 6});
  CHECK(e.runs == 5);
  CHECK(e.mean == 4);
  CHECK(e.half_width == doctest::Approx(2.776 * std::sqrt(0.4)));
  CHECK(std::isnan(estimate(std::vector<double>{3}).half_width));
  CHECK(estimate(std::vector<double>{kNan, kNan}).runs == 0);
  CHECK(std::isnan(estimate(std::vector<double>{}).mean));
}

TEST_CASE("replications: a difference is paired by seed, and none where the seeds scatter more") {
  // Seeds scatter by 10, the difference is 1 at each: without pairing it would drown.
  const std::vector<double> reference = {10, 20, 30, 40};
  const std::vector<double> larger = {11.0, 21.1, 30.9, 41.0};
  const PairedDifference paired = paired_difference(larger, reference);
  CHECK(paired.verdict == PairVerdict::higher);
  CHECK(paired.estimate.mean == doctest::Approx(1.0));
  CHECK(paired.reference_mean == 25);
  CHECK(paired_difference(reference, larger).verdict == PairVerdict::lower);
  CHECK(paired_difference(std::vector<double>{12, 18, 33, 38}, reference).verdict == PairVerdict::none);
  CHECK(paired_difference(reference, reference).verdict == PairVerdict::none);
  // One common seed claims nothing, however large the difference.
  CHECK(paired_difference(std::vector<double>{100, kNan}, std::vector<double>{1, 2}).verdict == PairVerdict::unknown);
  CHECK(paired_difference(std::vector<double>{kNan}, std::vector<double>{1}).estimate.runs == 0);
  // Runs without scatter: any difference counts, but not that of a last bit.
  CHECK(paired_difference(std::vector<double>{2, 2}, std::vector<double>{1, 1}).verdict == PairVerdict::higher);
  CHECK(paired_difference(std::vector<double>{1, 1}, std::vector<double>{std::nextafter(1.0, 2.0), std::nextafter(1.0, 2.0)}).verdict ==
        PairVerdict::none);
}

TEST_CASE("replications: of equal designs about one in twenty is called different") {
  const std::uint64_t seed = 20261128;
  CAPTURE(seed);
  RandomStream random(seed, 1);
  const auto normal = [&] {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += random.unit();
    return sum - 6;
  };
  unsigned different = 0;
  constexpr unsigned kTrials = 4000;
  for (unsigned t = 0; t < kTrials; ++t) {
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 5; ++i) {
      const double common = 10 * normal();
      a.push_back(common + normal());
      b.push_back(common + normal());
    }
    if (paired_difference(a, b).verdict != PairVerdict::none) ++different;
  }
  CHECK(different > kTrials * 0.035);
  CHECK(different < kTrials * 0.065);
}

// Nine seeds alike and one that waits 4 s: 0.4 +- 0.90 about 0.15. The interval holds zero because it is huge.
TEST_CASE("replications: an interval about zero that is wider than half of the reference shows nothing") {
  const std::vector<double> reference(10, 0.15);
  std::vector<double> rare = reference;
  rare[3] += 4;
  const PairedDifference huge = paired_difference(rare, reference);
  CHECK(huge.verdict == PairVerdict::none);
  CHECK(is_undecided(huge));
  std::vector<double> scattered = reference;
  for (std::size_t i = 0; i < scattered.size(); ++i) scattered[i] += i % 2 == 0 ? 0.01 : -0.01;
  CHECK_FALSE(is_undecided(paired_difference(scattered, reference)));
  CHECK_FALSE(is_undecided(paired_difference(reference, reference)));
  const std::vector<double> larger(10, 5.0);
  CHECK_FALSE(is_undecided(paired_difference(larger, reference)));  // a difference
  // About nothing, every interval is wide; equal zeros are equal.
  CHECK(is_undecided(paired_difference(std::vector<double>{0, 7, 0}, std::vector<double>{0, 0, 0})));
  CHECK_FALSE(is_undecided(paired_difference(std::vector<double>{0, 0}, std::vector<double>{0, 0})));
}
