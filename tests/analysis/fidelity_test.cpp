// SPDX-License-Identifier: Apache-2.0
#include "analysis/fidelity.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/sim/trace/trace_fixture.hpp"

namespace eastwest::tests {
namespace {

RunFacts facts(double cpu, const char* trace) { return {"scenario.yaml", "0.1.0", 7, 2, 1.25, cpu, 300'000'000, trace}; }

/// Two all-reduces and two steps; `scale` stretches the first all-reduce and all steps.
RunResult run_of(std::int64_t scale) {
  RunResult result = result_of(4);
  result.job_finish = {Time{10'000'000 * scale}, kTimeNever};
  result.collectives = {{0, Time{0}, Time{8'000'000 * scale}}, {1, Time{0}, Time{8'000'000}}};
  for (std::uint32_t s = 0; s < 2; ++s)
    for (std::uint32_t r = 0; r < 2; ++r)
      result.steps.push_back({0, s, r, Time{100'000'000 * s}, Time{100'000'000 * s + 50'000'000 * scale}, Duration{1'000'000}});
  return result;
}

}  // namespace

TEST_CASE("fidelity: rows pair what both finished, with mean and worst difference") {
  const Workload workload = two_jobs();
  const FidelityComparison all = compare_fidelities(run_of(1), run_of(2), workload);
  REQUIRE(all.jobs.size() == 1);  // the other did not finish
  CHECK(all.jobs[0].difference() == doctest::Approx(1.0));
  REQUIRE(all.collectives.size() == 1);
  CHECK(all.collectives[0].count == 2);
  CHECK(all.collectives[0].packet == doctest::Approx(8e-6));
  CHECK(all.collectives[0].flow == doctest::Approx(12e-6));
  CHECK(all.collectives[0].difference() == doctest::Approx(0.5));
  CHECK(all.collectives[0].worst == doctest::Approx(1.0));
  REQUIRE(all.steps.size() == 2);
  CHECK(all.steps[1].what == "step 1");
  CHECK(all.steps[1].difference() == doctest::Approx(1.0));
  CHECK(all.unmatched == 0);
}

TEST_CASE("fidelity: what only one engine finished is counted, not compared") {
  RunResult flow = run_of(1);
  flow.collectives.pop_back();
  flow.steps.resize(2);
  const FidelityComparison all = compare_fidelities(run_of(1), flow, two_jobs());
  CHECK(all.collectives.at(0).count == 1);
  CHECK(all.steps.size() == 1);
  CHECK(all.unmatched == 2);
}

TEST_CASE("fidelity: the text puts both side by side, and the object holds both summaries") {
  const std::string text = fidelity_text(run_of(1), facts(3.0, "a.packet.h5"), run_of(2), facts(0.5, "a.flow.h5"), two_jobs());
  INFO(text);
  for (const char* part :
       {"packet: complete", "flow  : complete", "1/6 of the CPU time", "a.packet.h5", "a.flow.h5", "+50.00 %", "+100.00 %", "step 1"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  const nlohmann::json json =
      nlohmann::json::parse(fidelity_json(run_of(1), facts(3.0, "a.packet.h5"), run_of(2), facts(0.5, "a.flow.h5"), star(), two_jobs()));
  CHECK(json["packet"]["trace"] == "a.packet.h5");
  CHECK(json["flow"]["trace"] == "a.flow.h5");
  CHECK(json["cpu_ratio"].get<double>() == doctest::Approx(6));
  CHECK(json["differences"]["collectives"][0]["difference"].get<double>() == doctest::Approx(0.5));
  CHECK(json["differences"]["steps"].size() == 2);
}

}  // namespace eastwest::tests
