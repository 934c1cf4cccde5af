// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

TEST_CASE("percentiles are nearest-rank: the textbook vector 15, 20, 35, 40, 50") {
  // p5 = 15, p30 = 20, p40 = 20, p50 = 35, p100 = 50: the worked example of the nearest-rank method.
  const std::vector<double> v = {15, 20, 35, 40, 50};
  CHECK(nearest_rank(v, 0.05) == 15);
  CHECK(nearest_rank(v, 0.30) == 20);
  CHECK(nearest_rank(v, 0.40) == 20);
  CHECK(nearest_rank(v, 0.50) == 35);
  CHECK(nearest_rank(v, 1.00) == 50);
  CHECK(nearest_rank(v, 0.00) == 15);
}

TEST_CASE("percentiles: of 1 to 100 the q-th percentile is q, whatever binary makes of 0.07 x 100") {
  std::vector<double> v;
  for (int i = 100; i >= 1; --i) v.push_back(i);
  const Percentiles p = percentiles(v);
  CHECK(p.count == 100);
  CHECK(p.mean == doctest::Approx(50.5));
  CHECK(p.p50 == 50);
  CHECK(p.p90 == 90);
  CHECK(p.p99 == 99);
  CHECK(p.max == 100);
  std::vector<double> sorted(v.rbegin(), v.rend());
  for (int q = 1; q <= 100; ++q) CHECK(nearest_rank(sorted, q / 100.0) == q);
}

TEST_CASE("percentiles: none of nothing, all of one") {
  CHECK(percentiles({}).count == 0);
  const Percentiles one = percentiles({4.0});
  CHECK(one.p50 == 4.0);
  CHECK(one.p99 == 4.0);
  CHECK(one.mean == 4.0);
}

TEST_CASE("collectives: algbw is size over time and busbw its multiple, as nccl-tests has them") {
  // 8 ranks, 1 GB in 10 ms: algbw 100 GB/s, busbw = algbw x 2 (8 - 1) / 8 = 175 GB/s.
  Collective c;
  c.name = "all_reduce #0";
  c.algorithm = "ring";
  c.operation = "all_reduce";
  c.ranks = 8;
  c.bytes = {1'000'000'000};
  c.bus_factor = 2.0 * 7 / 8;
  Collective other = c;
  other.name = "all_reduce #1";
  Collective last = c;
  last.name = "all_reduce #2";
  last.bytes = {500'000'000};  // a smaller last bucket is its own entry
  const std::vector<CollectiveMetrics> m = collective_metrics(
      {c, other, last}, {{2, Time{0}, Time{5'000'000'000}}, {1, Time{0}, Time{15'000'000'000}}, {0, Time{1}, Time{5'000'000'001}}});
  REQUIRE(m.size() == 2);
  CHECK(m[0].name == "all_reduce");
  CHECK(m[0].time.count == 2);
  CHECK(m[0].time.mean == doctest::Approx(0.010));
  CHECK(m[0].time_min == doctest::Approx(0.005));
  CHECK(m[0].algbw == doctest::Approx(100e9));
  CHECK(m[0].busbw == doctest::Approx(175e9));
  CHECK(m[0].busbw_max == doctest::Approx(350e9));
  CHECK(m[1].bytes.count == 500'000'000);
  CHECK(collective_metrics({c}, {{7, Time{0}, Time{1}}}).empty());  // an unknown number is no row
  // Buckets of many shards and steps are one entry each size: nobody reads a hundred rows of the same.
  Collective bucket = c;
  bucket.name = "gradient bucket 0, shard 0, step 0";
  Collective next = c;
  next.name = "gradient bucket 3, shard 7, step 12";
  const std::vector<CollectiveMetrics> buckets =
      collective_metrics({bucket, next}, {{0, Time{0}, Time{5'000'000'000}}, {1, Time{0}, Time{15'000'000'000}}});
  REQUIRE(buckets.size() == 1);
  CHECK(buckets[0].name == "gradient bucket");
  CHECK(buckets[0].time.count == 2);
}

TEST_CASE("steps: time runs from the first rank's start to the last rank's finish; the rest of compute is exposed") {
  // Step 0: ranks run 0-8 and 1-10 s with 6 s of compute each: time 10, compute share 0.6.
  const std::int64_t s = 1'000'000'000'000;
  const std::vector<StepMetrics> m = step_metrics({{3, 0, 0, Time{0}, Time{8 * s}, Duration{6 * s}},
                                                   {3, 0, 1, Time{s}, Time{10 * s}, Duration{6 * s}},
                                                   {3, 1, 0, Time{10 * s}, Time{20 * s}, Duration{8 * s}},
                                                   {3, 1, 1, Time{10 * s}, Time{20 * s}, Duration{8 * s}}});
  REQUIRE(m.size() == 1);
  CHECK(m[0].job == 3);
  CHECK(m[0].time.count == 2);
  CHECK(m[0].time.mean == doctest::Approx(10));
  CHECK(m[0].compute_share == doctest::Approx(0.7));
  CHECK(m[0].exposed_share == doctest::Approx(0.3));
}

TEST_CASE("steps: where steps overlap, as in a pipeline, their times add up to the job's") {
  // Rank 1 is a stage that ends step 0 at 6 s and begins step 1 there; rank 0 ends it at 10 s. Two steps in 20 s: 10 s each, 15 s of them
  // compute per rank of 20.
  const std::int64_t s = 1'000'000'000'000;
  const std::vector<StepMetrics> m = step_metrics({{3, 0, 0, Time{0}, Time{10 * s}, Duration{8 * s}},
                                                   {3, 0, 1, Time{2 * s}, Time{6 * s}, Duration{4 * s}},
                                                   {3, 1, 0, Time{10 * s}, Time{20 * s}, Duration{8 * s}},
                                                   {3, 1, 1, Time{6 * s}, Time{16 * s}, Duration{10 * s}}});
  REQUIRE(m.size() == 1);
  CHECK(m[0].time.mean == doctest::Approx(10));
  CHECK(m[0].time.max == doctest::Approx(10));
  CHECK(m[0].compute_share == doctest::Approx(30.0 / 40));
}

TEST_CASE("requests: TTFT, TPOT without the first token, E2E; unfinished ones count as arrived alone") {
  const std::int64_t ms = 1'000'000'000;
  RequestRow done;
  done.arrival = {100 * ms};
  done.first_token = {150 * ms};
  done.finish = {350 * ms};
  done.prompt_tokens = 1000;
  done.output_tokens = 11;  // 10 gaps in 200 ms: 20 ms each
  RequestRow one_token = done;
  one_token.output_tokens = 1;  // no gap: no TPOT
  RequestRow prefilled = done;
  prefilled.finish = kTimeNever;
  RequestRow waiting = prefilled;
  waiting.first_token = kTimeNever;
  const std::vector<RequestMetrics> m = request_metrics({done, one_token, prefilled, waiting});
  REQUIRE(m.size() == 1);
  CHECK(m[0].arrived == 4);
  CHECK(m[0].finished == 2);
  CHECK(m[0].ttft.count == 3);
  CHECK(m[0].ttft.p50 == doctest::Approx(0.050));
  CHECK(m[0].tpot.count == 1);
  CHECK(m[0].tpot.p50 == doctest::Approx(0.020));
  CHECK(m[0].e2e.count == 2);
  CHECK(m[0].e2e.max == doctest::Approx(0.250));
  CHECK(m[0].requests_per_second == doctest::Approx(2 / 0.25));
  CHECK(m[0].output_tokens_per_second == doctest::Approx(12 / 0.25));
}

TEST_CASE("requests: goodput counts those within their targets, the hit share prompt tokens of those that started") {
  const std::int64_t ms = 1'000'000'000;
  RequestRow met;
  met.prefill_start = {0};
  met.first_token = {100 * ms};
  met.finish = {500 * ms};
  met.prompt_tokens = 1000;
  met.cached_tokens = 512;
  met.preemptions = 2;
  met.kv_bytes = {1000};
  met.within_slo = SloVerdict::met;
  RequestRow missed = met;
  missed.finish = {2000 * ms};
  missed.cached_tokens = 0;
  missed.within_slo = SloVerdict::missed;
  RequestRow waiting;
  waiting.prompt_tokens = 5000;
  const RequestMetrics m = request_metrics({met, missed, waiting}).front();
  CHECK(m.has_slo);
  CHECK(m.within_slo == 1);
  CHECK(m.goodput == doctest::Approx(0.5));  // one in two seconds
  CHECK(m.hit_share == doctest::Approx(0.256));
  CHECK(m.preemptions == 4);
  CHECK(m.kv_bytes.count == 2000);
  CHECK(!request_metrics({waiting}).front().has_slo);
}

TEST_CASE("gaps between tokens: percentiles of counted lengths are nearest rank") {
  const std::vector<TokenGap> gaps{{{10'000'000}, 89}, {{20'000'000}, 1}, {{30'000'000}, 9}, {{70'000'000}, 1}};
  const Percentiles p = gap_percentiles(gaps);
  CHECK(p.count == 100);
  CHECK(p.mean == doctest::Approx(12.5e-6));
  CHECK(p.p50 == doctest::Approx(10e-6));
  CHECK(p.p90 == doctest::Approx(20e-6));
  CHECK(p.p99 == doctest::Approx(30e-6));
  CHECK(p.max == doctest::Approx(70e-6));
  CHECK(gap_percentiles({}).count == 0);
}

TEST_CASE("flows: slowdown is time over ideal; a flow without an ideal has none") {
  const std::vector<FlowMetrics> m = flow_metrics(
      {{0, 0, 0, 1, Bytes{10}, Time{0}, Time{200}, Duration{100}, 1}, {1, 0, 0, 1, Bytes{10}, Time{0}, Time{300}, Duration{0}, 2}});
  REQUIRE(m.size() == 1);
  CHECK(m[0].slowdown.count == 1);
  CHECK(m[0].slowdown.p50 == doctest::Approx(2.0));
  CHECK(m[0].bytes.count == 20);
  CHECK(m[0].retransmits == 3);
}
