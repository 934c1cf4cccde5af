// SPDX-License-Identifier: Apache-2.0
// Verdicts that do not depend on the engine: each passes on what is right and fails on the smallest wrong.
#include "sim/sanity.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

TEST_CASE("sanity: bytes delivered are those posted, to the byte") {
  Counters counters;
  counters.bytes_posted = counters.bytes_delivered = Bytes{1'000'000};
  CHECK(bytes_conserved(counters).passed);
  counters.bytes_delivered = Bytes{999'999};
  CHECK_FALSE(bytes_conserved(counters).passed);
}

TEST_CASE("sanity: a collective one picosecond under its bound is named") {
  Collective collective;
  collective.name = "all_reduce #0";
  collective.lower_bound = {1000};
  CHECK(no_collective_beats_its_bound({{0, Time{5}, Time{1005}}}, {collective}).passed);
  const Sanity verdict = no_collective_beats_its_bound({{0, Time{5}, Time{1004}}}, {collective});
  CHECK_FALSE(verdict.passed);
  CHECK(verdict.detail.find("`all_reduce #0`") != std::string::npos);
}

TEST_CASE("sanity: a link above its rate fails, rounding does not") {
  std::vector<LinkTotal> links(2);
  links[1].utilization_max = 1.0 + 1e-12;
  CHECK(no_link_above_its_rate(links).passed);
  links[0].utilization_mean = 1.001;
  CHECK_FALSE(no_link_above_its_rate(links).passed);
}

TEST_CASE("sanity: a request that ends before it came, or at the end of time, is named; an unfinished one is not") {
  RequestRow row;
  row.id = 7;
  row.arrival = Time{10};
  CHECK(requests_in_order({row}).passed);
  row.first_token = Time{10};
  row.finish = Time{10};
  CHECK(requests_in_order({row}).passed);
  row.finish = Time{9};
  CHECK_FALSE(requests_in_order({row}).passed);
  CHECK(requests_in_order({row}).detail == "request 7 of job 0 comes at 10 ps, has its first token at 10 ps and its last at 9 ps");
  row.finish = kDriverTimeLast;
  CHECK(requests_in_order({row}).detail == "request 7 of job 0 does not end within the 105 days that can be simulated");
}

TEST_CASE("sanity: only a complete run delivered everything, and a stall says why") {
  CHECK(everything_delivered(Outcome::complete, "").passed);
  CHECK_FALSE(everything_delivered(Outcome::cancelled, "").passed);
  CHECK(everything_delivered(Outcome::stalled, "rank 3 waits").detail == "rank 3 waits");
}
