// SPDX-License-Identifier: Apache-2.0
// Interference: which figures a job has, how those of two runs are joined, and both printed forms.
#include "analysis/interference.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace eastwest;

namespace {

Workload two_jobs() {
  Workload workload;
  for (const char* name : {"train", "serve"}) {
    Job job;
    job.name = name;
    job.start = Time{1'000'000};
    workload.jobs.push_back(job);
  }
  return workload;
}

RunResult result_with(std::int64_t train_finish, std::int64_t step, std::int64_t first_token) {
  RunResult result;
  result.job_finish = {Time{train_finish}, Time{1'000'000 + 3 * first_token}};
  StepRow row;
  row.start = Time{1'000'000};
  row.finish = Time{1'000'000 + step};
  result.steps.push_back(row);
  RequestRow request;
  request.job = 1;
  request.arrival = Time{1'000'000};
  request.first_token = Time{1'000'000 + first_token};
  request.finish = Time{1'000'000 + 3 * first_token};
  request.output_tokens = 3;
  result.requests.push_back(request);
  return result;
}

}  // namespace

TEST_CASE("interference: a job has its time, steps, requests and flows; one that did nothing has no figures") {
  const Workload workload = two_jobs();
  RunFacts facts;
  FlowClassMetrics small;
  small.time.count = 1;
  small.time.p50 = 2;
  small.time.p99 = 3;
  facts.flows.resize(1);
  facts.flows[0].classes = {small};
  const RunResult result = result_with(5'000'000, 3'000'000, 500'000);
  const std::vector<Measure> train = measures_of_job(result, facts, workload, 0);
  REQUIRE(train.size() == 4);
  CHECK(train[0].what == "time");
  CHECK(train[0].seconds == doctest::Approx(4e-6));
  CHECK(train[1].what == "step mean");
  CHECK(train[1].seconds == doctest::Approx(3e-6));
  CHECK(train[2].what == "flows under 100 kB p50");
  CHECK(train[3].seconds == 3);
  const std::vector<Measure> serve = measures_of_job(result, facts, workload, 1);
  REQUIRE(serve.size() == 7);
  CHECK(serve[1].what == "TTFT p50");
  CHECK(serve[1].seconds == doctest::Approx(0.5e-6));
  CHECK(serve[4].what == "TPOT p99");
  CHECK(serve[4].seconds == doctest::Approx(0.5e-6));
  RunResult silent = result;
  silent.job_finish[0] = Time{0};
  CHECK(measures_of_job(silent, facts, workload, 0).empty());
  silent.job_finish[0] = kTimeNever;
  CHECK(measures_of_job(silent, facts, workload, 0).empty());
}

TEST_CASE("interference: figures of two runs are joined by name, slowdown is shared over alone") {
  const Workload workload = two_jobs();
  const RunFacts facts;
  const RunResult shared = result_with(7'000'000, 6'000'000, 900'000);
  const RunResult alone = result_with(5'000'000, 3'000'000, 900'000);
  std::vector<InterferenceRow> rows =
      interference_of_job("train", measures_of_job(shared, facts, workload, 0), measures_of_job(alone, facts, workload, 0));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].slowdown() == 1.5);
  CHECK(rows[1].slowdown() == 2.0);
  for (const InterferenceRow& row :
       interference_of_job("serve", measures_of_job(shared, facts, workload, 1), measures_of_job(alone, facts, workload, 1))) {
    CHECK(row.slowdown() == 1.0);
    rows.push_back(row);
  }
  CHECK(interference_of_job("train", measures_of_job(shared, facts, workload, 0), {}).empty());

  const std::vector<AloneRun> runs{{"train", "complete", "0123", "x.h5", "{\"seed\": 1}"}};
  const std::string text = interference_text(rows, runs);
  INFO(text);
  for (const char* part : {"train", "step mean", "2.000", "TTFT p50", "1.000", "train alone: complete, digest 0123, trace x.h5"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  const nlohmann::json json = nlohmann::json::parse(interference_json("{\"seed\": 1}", rows, runs));
  CHECK(json["shared"]["seed"] == 1);
  CHECK(json["alone"]["train"]["seed"] == 1);
  CHECK(json["interference"].size() == rows.size());
  CHECK(json["interference"][0]["slowdown"] == 1.5);
  CHECK(json["interference"][0]["shared_s"].get<double>() == doctest::Approx(6e-6));
  CHECK(interference_text({}, {}).find("no job finished in both") != std::string::npos);
}
