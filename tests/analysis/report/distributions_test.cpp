// SPDX-License-Identifier: Apache-2.0
// Held: curves ascend and end at 1, few values are all there, many are nearest ranks, and the tail is as dense as the body.
#include "analysis/report/distributions.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "analysis/metrics.hpp"
#include "tests/analysis/report/report_fixture.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("distributions: few values are all there") {
  const Distribution d = distribution("TTFT", "s", "serve", {3, 1, 2, 2});
  CHECK(d.count == 4);
  CHECK(d.value == std::vector<double>{1, 2, 2, 3});
  CHECK(d.share == std::vector<double>{0.25, 0.5, 0.75, 1});
  CHECK(distribution("TTFT", "s", "serve", {}).value.empty());
}

TEST_CASE("distributions: of a hundred thousand values every point is the nearest rank, to the last one") {
  std::vector<double> values;
  for (int i = 100'000; i >= 1; --i) values.push_back(i);
  const Distribution d = distribution("E2E", "s", "serve", values);
  std::sort(values.begin(), values.end());
  CHECK(d.share.size() < 500);
  CHECK(d.share.back() == 1);
  CHECK(d.value.back() == 100'000);
  for (std::size_t i = 0; i < d.share.size(); ++i) {
    CHECK(d.value[i] == nearest_rank(values, d.share[i]));
    if (i > 0) CHECK(d.share[i] >= d.share[i - 1]);
  }
  for (const double q : {0.9, 0.99, 0.999}) CHECK(std::count(d.share.begin(), d.share.end(), q) == 1);
  CHECK(std::count_if(d.share.begin(), d.share.end(), [](double s) { return s > 0.999; }) > 100);
}

TEST_CASE("distributions: a trace gives its requests, messages and packets, by job") {
  const auto [trace, detail] = star_trace();
  const std::vector<Distribution> all = distributions(trace);
  const auto find = [&](const std::string& metric, const std::string& of) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Distribution& d) { return d.metric == metric && d.of == of; });
    REQUIRE_MESSAGE(found != all.end(), metric << " of " << of);
    return *found;
  };
  CHECK(find("TTFT", "serve").count == 10);
  CHECK(find("TTFT", "serve").value.front() == doctest::Approx(400e-9));
  CHECK(find("TPOT", "serve").value.front() == doctest::Approx(50e-9));  // 500 ns over ten gaps
  CHECK(find("flow slowdown", "train").count == 5);
  CHECK(find("flow slowdown", "train").value.front() == doctest::Approx(1.0));
  const Distribution latency = find("packet latency", "train, class 1");
  CHECK(latency.count == 100);
  REQUIRE(latency.value.size() == 1);
  CHECK(latency.value[0] <= 2e-6);
  CHECK(latency.value[0] > 2e-6 * (1 - 0.0315));
}

}  // namespace
}  // namespace eastwest::tests
