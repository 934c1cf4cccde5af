// SPDX-License-Identifier: Apache-2.0
// Laws: Poisson arrivals have the rate, the coefficient of variation and the mean lengths asked for, and one seed gives
// one sequence; adding requests changes none before them.
#include "workloads/serving/arrival.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace eastwest;
using namespace eastwest::literals;

TEST_CASE("rate, variation and mean lengths are as asked for") {
  DrawnArrivals wish;
  wish.requests_per_second = 5.0;
  wish.requests = 40'000;
  wish.prompt_tokens = 1155;
  wish.output_tokens = 211;
  wish.sigma = 0.9;
  wish.tokens_maximum = 1'000'000;
  wish.seed = 3;
  const auto arrivals = draw_arrivals(wish);
  REQUIRE(arrivals.size() == 40'000);
  double gaps = 0;
  double squares = 0;
  double prompts = 0;
  double outputs = 0;
  Duration previous;
  for (const Arrival& arrival : arrivals) {
    const double gap = (arrival.offset - previous).seconds();
    previous = arrival.offset;
    gaps += gap;
    squares += gap * gap;
    prompts += arrival.prompt_tokens;
    outputs += arrival.output_tokens;
  }
  const double mean = gaps / 40'000;
  // Standard errors: gaps 0.5 %, lengths about 0.6 %; bounds at four of them.
  CHECK(mean == doctest::Approx(0.2).epsilon(0.02));
  CHECK(std::sqrt(squares / 40'000 - mean * mean) / mean == doctest::Approx(1.0).epsilon(0.03));
  CHECK(prompts / 40'000 == doctest::Approx(1155).epsilon(0.025));
  CHECK(outputs / 40'000 == doctest::Approx(211).epsilon(0.025));
}

TEST_CASE("seed and stream decide; more requests only append; duration and limits hold") {
  DrawnArrivals wish;
  wish.requests_per_second = 10;
  wish.requests = 100;
  wish.prompt_tokens = 500;
  wish.output_tokens = 50;
  const auto first = draw_arrivals(wish);
  CHECK(draw_arrivals(wish) == first);
  wish.requests = 200;
  auto longer = draw_arrivals(wish);
  REQUIRE(longer.size() == 200);
  longer.resize(100);
  CHECK(longer == first);
  wish.stream = 1;
  CHECK(draw_arrivals(wish).front().offset != first.front().offset);
  wish.requests = 0;
  wish.duration = 3_s;
  wish.tokens_maximum = 64;
  for (const Arrival& arrival : draw_arrivals(wish)) {
    CHECK(arrival.offset <= 3_s);
    CHECK(arrival.prompt_tokens >= 1);
    CHECK(arrival.prompt_tokens <= 64);
    CHECK(arrival.output_tokens >= 1);
    CHECK(arrival.output_tokens <= 64);
  }
  wish.lengths = LengthLaw::fixed;
  wish.tokens_maximum = 8192;
  for (const Arrival& arrival : draw_arrivals(wish)) CHECK((arrival.prompt_tokens == 500 && arrival.output_tokens == 50));
}
