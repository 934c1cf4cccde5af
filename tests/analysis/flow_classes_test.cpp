// SPDX-License-Identifier: Apache-2.0
// Flow classes: limits of the classes, which jobs are taken, figures by hand, both forms of the summary.
#include "analysis/flow_classes.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/summary.hpp"

using namespace eastwest;

namespace {

/// Job 0 sends flows, job 1 does collectives, job 2 nothing that is told of.
Workload three_jobs() {
  Workload workload;
  for (const char* name : {"web", "sum", "serve"}) {
    Job job;
    job.name = name;
    job.kind = "background";
    workload.jobs.push_back(job);
  }
  Collective collective;
  collective.operation = "point_to_point";
  workload.schedule.collectives.push_back(collective);
  collective.job = 1;
  collective.operation = "all_reduce";
  workload.schedule.collectives.push_back(collective);
  return workload;
}

FlowRow flow(std::uint16_t job, std::int64_t bytes, std::int64_t start, std::int64_t finish, std::int64_t ideal) {
  FlowRow row;
  row.job = job;
  row.bytes = Bytes{bytes};
  row.start = Time{start};
  row.finish = Time{finish};
  row.ideal = Duration{ideal};
  return row;
}

}  // namespace

TEST_CASE("flow classes: small is under 100 kB, large over 10 MB") {
  CHECK(flow_class(Bytes{1}) == FlowClass::small);
  CHECK(flow_class(Bytes{99'999}) == FlowClass::small);
  CHECK(flow_class(Bytes{100'000}) == FlowClass::middle);
  CHECK(flow_class(Bytes{10'000'000}) == FlowClass::middle);
  CHECK(flow_class(Bytes{10'000'001}) == FlowClass::large);
}

TEST_CASE("flow classes: figures of jobs made of flows, in text and JSON") {
  const Workload workload = three_jobs();
  FlowTally tally(workload);
  CHECK(tally.jobs().empty());
  tally.add({flow(0, 1'000, 0, 2'000'000, 1'000'000), flow(1, 1'000, 0, 9'000'000, 1'000'000)});
  tally.add({flow(0, 3'000, 1'000'000, 5'000'000, 1'000'000), flow(0, 20'000'000, 0, 10'000'000, 8'000'000),
             flow(2, 1'000, 0, 9'000'000, 1'000'000), flow(0, 20'000'000, 0, 10'000'000, 0)});
  const std::vector<JobFlows> jobs = tally.jobs();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].job == 0);
  CHECK(jobs[0].count == 4);
  CHECK(jobs[0].bytes.count == 40'004'000);
  CHECK(jobs[0].bytes_per_second == doctest::Approx(40'004'000 / 10e-6));
  CHECK(jobs[0].offered_per_second == doctest::Approx(40'004'000 / 1e-6));
  REQUIRE(jobs[0].classes.size() == 2);
  const FlowClassMetrics& small = jobs[0].classes[0];
  CHECK(small.size == FlowClass::small);
  CHECK(small.bytes.count == 4'000);
  CHECK(small.slowdown.mean == 3);
  CHECK(small.slowdown.p50 == 2);
  CHECK(small.slowdown.p99 == 4);
  CHECK(small.time.max == doctest::Approx(4e-6));
  const FlowClassMetrics& large = jobs[0].classes[1];
  CHECK(large.size == FlowClass::large);
  CHECK(large.time.count == 2);
  CHECK(large.slowdown.count == 1);  // the other has no ideal
  CHECK(large.slowdown.p99 == 1.25);

  RunFacts facts;
  facts.flows = jobs;
  const Fabric fabric;
  RunResult result;
  const std::string text = summary_text(result, fabric, workload, facts);
  INFO(text);
  CHECK(text.find("flows of web: 4, ") != std::string::npos);
  CHECK(text.find("under 100 kB") != std::string::npos);
  CHECK(text.find("100 kB to 10 MB") == std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(summary_json(result, fabric, workload, facts));
  REQUIRE(json["flows"].size() == 1);
  CHECK(json["flows"][0]["job"] == "web");
  CHECK(json["flows"][0]["bytes"] == 40'004'000);
  CHECK(json["flows"][0]["classes"][1]["size"] == "over 10 MB");
  CHECK(json["flows"][0]["classes"][1]["slowdown"]["p99"] == 1.25);
  CHECK(json["flows"][0]["classes"][0]["time"]["max_s"].get<double>() == doctest::Approx(4e-6));
}
