// SPDX-License-Identifier: Apache-2.0
// Targets judged on suites made by hand, whose ratios are known in closed form; and the report that carries them.
#include "bench/targets.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "bench/report.hpp"

using namespace eastwest;
using namespace eastwest::bench;

namespace {

RunFigures run_of(double cpu, double wall, std::uint64_t hops, std::uint64_t peak = 100 << 20) {
  RunFigures run;
  run.digest = std::string("same");
  run.cpu_seconds = cpu;
  run.wall_seconds = wall;
  run.counters.packet_hops = hops;
  run.peak_bytes = peak;
  return run;
}

const Target& target_on(const std::vector<Target>& targets, std::string_view start) {
  for (const Target& target : targets)
    if (target.what.starts_with(start)) return target;
  FAIL("no such target");
  return targets.front();
}

}  // namespace

TEST_CASE("bench: what was not run is not judged") {
  for (const Target& target : judge_targets({})) {
    CHECK_FALSE(target.met.has_value());
    CHECK(target.reached.starts_with("see ./dev bench"));
  }
}

TEST_CASE("bench: rate, growth and speed-up are met on one side of the limit and missed on the other") {
  const auto judged = [](double cpu_512, double wall_two) {
    return judge_targets({{permutation_work(32, 1), {}, {run_of(0.07, 0.07, 1'000'000)}},
                          {permutation_work(512, 1), {}, {run_of(cpu_512, 1.0, 10'000'000)}},
                          {permutation_work(512, 1), {.threads = 2}, {run_of(2.0, wall_two, 10'000'000)}}});
  };
  const std::vector<Target> fast = judged(0.9, 0.55);  // 11.1 M hops per CPU s; 0.9 / 0.7 = 1.29 x; 1 / 0.55 = 1.82 x
  CHECK(target_on(fast, "packet-hops per CPU s").met == true);
  CHECK(target_on(fast, "cost of a packet-hop").met == true);
  CHECK(target_on(fast, "cost of a packet-hop").reached == "1.29 x");
  CHECK(target_on(fast, "two threads").met == true);
  CHECK(target_on(fast, "two threads").reached == "1.82 x");
  const std::vector<Target> slow = judged(1.1, 0.62);  // 9.1 M; 1.57 x; 1.61 x
  CHECK(target_on(slow, "packet-hops per CPU s").met == false);
  CHECK(target_on(slow, "cost of a packet-hop").met == false);
  CHECK(target_on(slow, "two threads").met == false);
}

TEST_CASE("bench: a ratio is the median of pairs of the same round, so that one disturbed round does not show") {
  const Row one{permutation_work(512, 1), {}, {run_of(1, 1, 1), run_of(1, 9, 1), run_of(1, 3, 1)}};
  const Row two{permutation_work(512, 1), {.threads = 2}, {run_of(1, 0.5, 1), run_of(1, 1, 1), run_of(1, 1.5, 1)}};
  CHECK(paired_ratio(one, two, wall_of) == doctest::Approx(2.0));  // pairs 2, 9, 2
  CHECK(minimum(one, wall_of) == 1);
  CHECK(median(one, wall_of) == 3);
}

TEST_CASE("bench: the dearest trace and the largest memory are the ones judged") {
  const std::vector<Row> rows = {{permutation_work(512, 1), {}, {run_of(1, 1, 1)}},
                                 {permutation_work(512, 1), {.trace = true}, {run_of(1, 1.01, 1, 300u << 20)}},
                                 {ring_work(512, 1), {}, {run_of(1, 1, 1)}},
                                 {ring_work(512, 1), {.trace = true}, {run_of(1.2, 1.08, 1, 1100u << 20)}}};
  const std::vector<Target> targets = judge_targets(rows);
  CHECK(target_on(targets, "trace").met == false);
  CHECK(target_on(targets, "trace").reached == "8.0 % wall, 20.0 % CPU (ring-512)");
  CHECK(target_on(targets, "memory").met == false);
  CHECK(target_on(targets, "memory").reached == "1100 MiB (ring-512)");
}

TEST_CASE("bench: the JSON report holds version, rows with digest and counters, and every target") {
  const std::vector<Row> rows = {{permutation_work(512, 16), {}, {run_of(0.5, 0.5, 10'000'000)}}};
  const auto report = nlohmann::json::parse(report_json(rows, judge_targets(rows), {.smoke = false, .rounds = 1}));
  CHECK(report["eastwest_version"] == EASTWEST_VERSION);
  CHECK(report["rows"][0]["digest"] == "same");
  CHECK(report["rows"][0]["counters"]["packet_hops"] == 10'000'000);
  CHECK(report["rows"][0]["packet_hops_per_cpu_s"]["best"].get<double>() == doctest::Approx(20e6));
  CHECK(report["targets"].size() == judge_targets({}).size());
  CHECK(report["targets"][0]["met"] == true);
  CHECK(report["targets"][1]["met"].is_null());
}
