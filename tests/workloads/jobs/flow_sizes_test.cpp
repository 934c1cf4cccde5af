// SPDX-License-Identifier: Apache-2.0
// Published flow sizes: means against the integral of their distribution function, quantiles at the published points.
#include "workloads/jobs/flow_sizes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

using namespace eastwest;

namespace {

/// Share of the flows that are at most `bytes` large: the table read the other way round.
double share_up_to(const FlowSizes& sizes, double bytes) {
  double share = 0;
  for (std::size_t i = 1; i < sizes.points.size(); ++i) {
    const FlowSizePoint& low = sizes.points[i - 1];
    const FlowSizePoint& high = sizes.points[i];
    if (bytes >= high.bytes) share = high.share;
    else if (bytes > low.bytes) share = low.share + (bytes - low.bytes) / (high.bytes - low.bytes) * (high.share - low.share);
  }
  return share;
}

}  // namespace

TEST_CASE("flow sizes: means are the integral of one less the distribution function") {
  REQUIRE(published_flow_sizes().size() == 3);
  for (const FlowSizes& sizes : published_flow_sizes()) {
    CAPTURE(sizes.name);
    // Trapezoids between the published sizes, halved ten times over: the function is straight in between.
    double integral = sizes.points.front().bytes;
    for (std::size_t i = 1; i < sizes.points.size(); ++i) {
      const double width = (sizes.points[i].bytes - sizes.points[i - 1].bytes) / 1024;
      for (int k = 0; k < 1024; ++k) {
        const double low = sizes.points[i - 1].bytes + k * width;
        integral += width * (1 - share_up_to(sizes, low + width / 2));
      }
    }
    CHECK(sizes.mean() == doctest::Approx(integral).epsilon(1e-9));
  }
  CHECK(find_flow_sizes("web_search").mean() == doctest::Approx(1'711'250));
  CHECK(find_flow_sizes("data_mining").mean() == doctest::Approx(7'470'236));
  CHECK(find_flow_sizes("hadoop").mean() == doctest::Approx(120'420.75));
  CHECK(fixed_flow_size(Bytes{5'000}).mean() == 5'000);
}

TEST_CASE("flow sizes: the published points come out at their shares") {
  for (const FlowSizes& sizes : published_flow_sizes()) {
    CAPTURE(sizes.name);
    for (std::size_t i = 0; i + 1 < sizes.points.size(); ++i) {
      CAPTURE(sizes.points[i].share);
      CHECK(sizes.at(sizes.points[i].share).count == std::max(1.0, sizes.points[i].bytes));
    }
    CHECK(sizes.at(1 - 1e-16).count <= sizes.points.back().bytes);
    CHECK(sizes.at(0).count >= 1);
  }
  // Half of the flows of data mining are one packet, and 99 of 100 are under 100 MB (VL2, section 3.1).
  CHECK(find_flow_sizes("data_mining").at(0.49).count == 1'460);
  CHECK(find_flow_sizes("data_mining").at(0.989).count < 100'000'000);
  CHECK(fixed_flow_size(Bytes{7}).at(0.3).count == 7);
}

TEST_CASE("flow sizes: the mean of many draws comes within five standard errors of the mean") {
  for (const FlowSizes& sizes : published_flow_sizes()) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      CAPTURE(sizes.name);
      CAPTURE(seed);
      RandomStream random(seed, 77);
      double sum = 0;
      double squares = 0;
      constexpr int kDraws = 400'000;
      for (int i = 0; i < kDraws; ++i) {
        const auto bytes = static_cast<double>(sizes.at(random.unit()).count);
        sum += bytes;
        squares += bytes * bytes;
      }
      const double mean = sum / kDraws;
      const double error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
      CHECK(std::abs(mean - sizes.mean()) < 5 * error);
    }
  }
}
