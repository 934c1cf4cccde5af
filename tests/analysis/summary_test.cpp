// SPDX-License-Identifier: Apache-2.0
#include "analysis/summary.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/sim/trace/trace_fixture.hpp"

namespace eastwest::tests {
namespace {

RunFacts facts() { return {"scenario.yaml", "0.1.0", 7, 2, 1.25, 2.5, 300'000'000, "run.h5"}; }

RunResult rich_result() {
  RunResult result = result_of(4);
  for (std::uint64_t i = 0; i < 2; ++i) result.collectives.push_back(collective(i));
  for (std::uint64_t i = 0; i < 4; ++i) result.steps.push_back(step(i));
  for (std::uint64_t i = 0; i < 10; ++i) result.requests.push_back(request(i));
  result.token_gaps = {{}, {{Duration{40'000'000}, 99}, {Duration{90'000'000}, 1}}};
  return result;
}

TEST_CASE("summary: --json has every key that the program promises, in one object") {
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  const nlohmann::json json = nlohmann::json::parse(summary_json(rich_result(), fabric, workload, facts()));
  for (const char* key :
       {"eastwest_version", "scenario",    "digest", "seed",    "threads",  "simulated_s", "wall_s",     "cpu_s", "peak_rss_bytes",
        "packets",          "packet_hops", "events", "windows", "drops",    "ecn_marks",   "pfc_pauses", "jobs",  "collectives",
        "requests",         "links",       "sanity", "outcome", "diagnosis"})
    CHECK_MESSAGE(json.contains(key), key);
  CHECK(json["seed"] == 7);
  CHECK(json["drops"] == 3);
  CHECK(json["jobs"].size() == 2);
  CHECK(json["jobs"][0]["steps"]["count"] == 2);
  // Steps of 1,000 ps in which each rank computes 600 and waits 50, 40, 30, 20 and 10 ps: 25 % are bubble.
  const nlohmann::json& steps = json["jobs"][0]["steps"];
  CHECK(steps["exposed"]["tensor_share"].get<double>() == doctest::Approx(0.05));
  CHECK(steps["exposed"]["pipeline_share"].get<double>() == doctest::Approx(0.04));
  CHECK(steps["exposed"]["data_share"].get<double>() == doctest::Approx(0.03));
  CHECK(steps["exposed"]["expert_share"].get<double>() == doctest::Approx(0.02));
  CHECK(steps["exposed"]["context_share"].get<double>() == doctest::Approx(0.01));
  CHECK(steps["exposed"]["bubble_share"].get<double>() == doctest::Approx(0.25));
  CHECK(steps["tokens_per_s"].get<double>() == doctest::Approx(4096 / 1e-9));
  CHECK(steps["tokens_per_s_per_gpu"].get<double>() == doctest::Approx(2048 / 1e-9));
  CHECK(steps["mfu"].get<double>() == doctest::Approx(1e6 / (1e-9 * 2 * 1e15)));
  CHECK(steps["memory"]["optimizer_bytes"] == 3);
  CHECK(json["jobs"][1]["finish_s"].is_null());
  // Two all-reduces of 1 MiB in 8 us each are one entry: 131.072 GB/s.
  REQUIRE(json["collectives"].size() == 1);
  const nlohmann::json& c = json["collectives"][0];
  CHECK(c["algorithm"] == "ring");
  CHECK(c["ranks"] == 2);
  CHECK(c["bytes"] == 1 << 20);
  CHECK(c["count"] == 2);
  CHECK(c["time_s"].get<double>() == doctest::Approx(8e-6));
  CHECK(c["algbw_GBps"].get<double>() == doctest::Approx(131.072));
  CHECK(c["busbw_GBps"].get<double>() == doctest::Approx(131.072));
  CHECK(c["lower_bound_s"].get<double>() == doctest::Approx(5e-6));
  for (const char* key : {"ttft", "tpot", "e2e"})
    for (const char* figure : {"p50_s", "p90_s", "p99_s", "mean_s"}) CHECK(json["requests"][key][figure].is_number());
  CHECK(json["requests"]["jobs"]["serve"]["finished"] == 10);
  CHECK(json["requests"]["itl"]["count"] == 100);
  CHECK(json["requests"]["jobs"]["serve"]["itl"]["p99_s"].get<double>() == doctest::Approx(40e-6));
  CHECK(json["requests"]["within_slo"] == 3);  // requests 1, 4 and 7 of the fixture
  CHECK(json["requests"]["goodput_per_s"].is_number());
  CHECK(json["requests"]["kv_bytes"] == 10 << 20);
  CHECK(json["requests"]["prefix_hit_share"].get<double>() == doctest::Approx(0.045));  // 0 + 1 + ... + 9 of 1000 tokens
  CHECK(json["requests"]["preemptions"] == 9);
  CHECK(json["links"]["utilization_mean_max"].get<double>() == doctest::Approx(0.3));
  CHECK(json["sanity"][0]["passed"] == true);
}

TEST_CASE("summary: an empty result gives an object with empty lists, and names that are no UTF-8 do not stop it") {
  Workload workload = two_jobs();
  workload.jobs[0].name = "\xff\xfe";
  const nlohmann::json json = nlohmann::json::parse(summary_json(RunResult{}, star(), workload, facts()));
  CHECK(json["collectives"].is_array());
  CHECK(json["collectives"].empty());
  CHECK(json["requests"].is_object());
  CHECK(json["links"]["count"] == 0);
}

TEST_CASE("summary: the text names jobs, figures, verdict, digest and trace") {
  const std::string text = summary_text(rich_result(), star(), two_jobs(), facts());
  INFO(text);
  for (const char* part :
       {"scenario.yaml: complete", "train", "unfinished", "all_reduce", "131.07", "time to first token", "sanity: 1 of 1 checks passed",
        "digest: 0123456789abcdef0123456789abcdef (seed 7)", "trace: run.h5", "3 drops", "leaf-0:1 -> server-1:0"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

TEST_CASE("summary: a failed check and a stall stand out") {
  RunResult result = rich_result();
  result.outcome = Outcome::stalled;
  result.diagnosis = "job train: rank 3 waits for rank 4";
  result.sanity.push_back({"all delivered", false, "5 of 6"});
  const std::string text = summary_text(result, star(), two_jobs(), facts());
  CHECK(text.find("stalled") != std::string::npos);
  CHECK(text.find("rank 3 waits for rank 4") != std::string::npos);
  CHECK(text.find("FAILED all delivered: 5 of 6") != std::string::npos);
}

TEST_CASE("summary: busiest links come by falling mean, ties by number") {
  std::vector<LinkTotal> links(4);
  links[1].utilization_mean = 0.5;
  links[3].utilization_mean = 0.5;
  links[2].utilization_mean = 0.9;
  CHECK(busiest_links(links, 3) == std::vector<std::uint32_t>{2, 1, 3});
  CHECK(busiest_links(links, 9).size() == 4);
}

}  // namespace
}  // namespace eastwest::tests
