// SPDX-License-Identifier: Apache-2.0
// Laws: series against the library's functions; mean and variance of gamma draws are the shape, the third moment that of the law; gamma
// arrivals have the rate and the variation asked for; pinned draws, which no machine may change.
#include "workloads/serving/gamma_draw.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "workloads/serving/arrival.hpp"

using namespace eastwest;

TEST_CASE("gamma draws: logarithm and exponential agree with the library's") {
  for (int i = -995; i <= 995; ++i) {
    const double x = std::ldexp(1.0 + (i & 7) / 8.0, i);
    CHECK(series_logarithm(x) == doctest::Approx(std::log(x)).epsilon(1e-14));
  }
  CHECK(series_logarithm(1.0) == 0.0);
  for (int i = 0; i < 1900; ++i) CHECK(series_exponential(-0.37 * i) == doctest::Approx(std::exp(-0.37 * i)).epsilon(1e-13));
  CHECK(series_exponential(0.0) == 1.0);
  CHECK(series_exponential(-1e6) == 0.0);
}

TEST_CASE("gamma draws: mean k, variance k, third central moment 2 k, within five standard errors") {
  const std::uint64_t seed = 17;
  CAPTURE(seed);
  for (const double shape : {0.25, 0.8, 1.0, 4.0, 30.0}) {
    CAPTURE(shape);
    RandomStream stream(seed, 5);
    constexpr int kDraws = 200'000;
    std::vector<double> draws;
    double sum = 0;
    for (int i = 0; i < kDraws; ++i) {
      draws.push_back(draw_gamma(stream, shape));
      REQUIRE(draws.back() >= 0);
      sum += draws.back();
    }
    const double mean = sum / kDraws;
    double square = 0, cube = 0;
    for (const double x : draws) {
      square += (x - mean) * (x - mean);
      cube += (x - mean) * (x - mean) * (x - mean);
    }
    // Var of the sample variance: (mu4 - sigma^4) / n with mu4 = 3 k^2 + 6 k.
    CHECK(std::abs(mean - shape) < 5 * std::sqrt(shape / kDraws));
    CHECK(std::abs(square / kDraws - shape) < 5 * std::sqrt((2 * shape * shape + 6 * shape) / kDraws));
    CHECK(cube / kDraws == doctest::Approx(2 * shape).epsilon(0.25));
  }
}

TEST_CASE("gamma arrivals: rate and coefficient of variation are as asked for") {
  for (const double variation : {0.5, 1.0, 3.0}) {
    CAPTURE(variation);
    DrawnArrivals wish;
    wish.process = ArrivalProcess::gamma;
    wish.variation = variation;
    wish.requests_per_second = 5.0;
    wish.requests = 100'000;
    wish.seed = 23;
    CAPTURE(wish.seed);
    const auto arrivals = draw_arrivals(wish);
    REQUIRE(arrivals.size() == 100'000);
    double gaps = 0;
    double squares = 0;
    Duration previous;
    for (const Arrival& arrival : arrivals) {
      const double gap = (arrival.offset - previous).seconds();
      previous = arrival.offset;
      gaps += gap;
      squares += gap * gap;
    }
    const double mean = gaps / 100'000;
    // Standard errors: the mean's CV / sqrt(n), the CV's about CV^2 sqrt(3 / 2n) for CV above 1; bounds at five of them.
    CHECK(std::abs(mean - 0.2) < 5 * 0.2 * variation / std::sqrt(1e5));
    CHECK(std::abs(std::sqrt(squares / 100'000 - mean * mean) / mean - variation) < 5 * std::max(variation, variation * variation) * 0.004);
  }
}

TEST_CASE("gamma draws are pinned: lengths of requests do not move with the process") {
  DrawnArrivals poisson;
  poisson.requests = 50;
  poisson.prompt_tokens = 500;
  poisson.output_tokens = 50;
  DrawnArrivals gamma = poisson;
  gamma.process = ArrivalProcess::gamma;
  gamma.variation = 2;
  const auto a = draw_arrivals(poisson);
  const auto b = draw_arrivals(gamma);
  for (std::size_t i = 0; i < 50; ++i) CHECK(a[i].prompt_tokens == b[i].prompt_tokens);
  RandomStream stream(1, 2);
  for (const double expected : {0x1.4cffeebfc5f75p-2, 0x1.161658fdd875fp-2, 0x1.35fc53790135fp-5})
    CHECK(draw_gamma(stream, 0.5) == expected);
}
