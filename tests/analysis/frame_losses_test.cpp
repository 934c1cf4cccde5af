// SPDX-License-Identifier: Apache-2.0
// Rare losses: what a run is too short to draw is told as an expectation, in text, JSON and comparison, never as none.
#include "analysis/frame_losses.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/compare.hpp"
#include "analysis/summary.hpp"
#include "tests/sim/trace/trace_fixture.hpp"

namespace eastwest::tests {
namespace {

/// 1e6 frames over link 2, each lost with `loss`, in 10 ms.
RunResult result_with(double loss, std::uint64_t lost) {
  RunResult result = result_of(4);
  result.simulated = Time{10'000'000'000};
  result.links[2].frames = 1'000'000;
  result.links[2].frames_lost = lost;
  result.links[2].frames_lost_expected = 1e6 * loss;
  result.links[3].frames = 10;
  result.links[3].frames_lost_expected = 10 * loss;
  result.counters.frames_lost = lost;
  result.counters.frames_lost_expected = 1e6 * loss + 10 * loss;
  return result;
}

RunFacts facts() {
  RunFacts facts{"scenario.yaml", "0.1.0", 7, 2, 1.25, 2.5, 300'000'000, "run.h5"};
  facts.retransmit_timeout = Duration{4'294'967'296'000};
  return facts;
}

}  // namespace

TEST_CASE("frame losses: expected N in M hours, with N from 1 to 10") {
  // 1e6 x 6.9518e-12 in 10 ms are 2.5026 an hour.
  const RunResult limit = result_with(6.9518e-12, 0);
  CHECK(rare_loss_text(loss_outlook(limit.counters, limit.links, limit.simulated, {})) ==
        "too rare to sample in this run: expected 2.5 in 1 hour of the same traffic");
  const RunResult better = result_with(6.9518e-16, 0);
  CHECK(rare_loss_text(loss_outlook(better.counters, better.links, better.simulated, {})) ==
        "too rare to sample in this run: expected 2.5 in 10000 hours of the same traffic");
  const RunResult never = result_with(1.7136e-36, 0);
  const LossOutlook outlook = loss_outlook(never.counters, never.links, never.simulated, Duration{4'294'967'296'000});
  CHECK(outlook.worst == 2);
  CHECK(outlook.frames >= 1);
  CHECK(outlook.frames < 10);
  CHECK(outlook.frame_loss == doctest::Approx(1.7136e-36));
  CHECK(outlook.delay_seconds == doctest::Approx(1.7136e-36 * 4.294967296));  // probability x retransmission timeout
}

TEST_CASE("frame losses: links come by falling expectation; few are too rare, many are not") {
  CHECK(lossiest_links(result_with(1e-9, 0).links, 5) == std::vector<std::uint32_t>{2, 3});
  CHECK(lossiest_links(result_of(4).links, 5).empty());
  CHECK(too_rare_to_sample(result_with(9e-6, 4).counters));
  CHECK_FALSE(too_rare_to_sample(result_with(1e-5, 12).counters));
  CHECK_FALSE(too_rare_to_sample(Counters{}));
}

TEST_CASE("frame losses: the summary tells the expectation and its delay, in both forms") {
  const RunResult rare = result_with(6.9518e-12, 0);
  const std::string text = summary_text(rare, star(), two_jobs(), facts());
  INFO(text);
  for (const char* part :
       {"frame loss: 0 frames lost, 6.95e-06 expected", "too rare to sample in this run: expected 2.5 in 1 hour of the same traffic",
        "6.95e-12 x 4.29 s = 2.99e-11 s a message"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  const nlohmann::json json = nlohmann::json::parse(summary_json(rare, star(), two_jobs(), facts()));
  CHECK(json["frames_lost"] == 0);
  CHECK(json["frames_lost_expected"].get<double>() == doctest::Approx(6.95187e-6));
  CHECK(json["frame_loss"]["too_rare_to_sample"] == true);
  CHECK(json["frame_loss"]["message_delay_expected_s"].get<double>() == doctest::Approx(2.98577e-11));
  CHECK(json["frame_loss"]["links"].size() == 2);
  CHECK(json["frame_loss"]["links"][0]["lost"] == 0);
  const std::string often = summary_text(result_with(1e-4, 97), star(), two_jobs(), facts());
  CHECK(often.find("97 frames lost, 100 expected") != std::string::npos);
  CHECK(often.find("too rare") == std::string::npos);
  CHECK(summary_text(result_of(4), star(), two_jobs(), facts()).find("frame loss") == std::string::npos);
  CHECK(nlohmann::json::parse(summary_json(result_of(4), star(), two_jobs(), facts()))["frame_loss"].is_null());
}

TEST_CASE("frame losses: a run of flows says that it draws none") {
  RunFacts flows = facts();
  flows.losses_drawn = false;
  const RunResult result = result_with(1e-4, 0);
  const std::string text = summary_text(result, star(), two_jobs(), flows);
  INFO(text);
  CHECK(text.find("frame loss: 100 expected; flows draw none") != std::string::npos);
  CHECK(text.find("0.0001 x 4.29 s") != std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(summary_json(result, star(), two_jobs(), flows));
  CHECK(json["frame_loss"]["drawn"] == false);
  CHECK(json["frame_loss"]["links"][0]["lost"].is_null());
}

TEST_CASE("frame losses: a comparison shows an expectation far below one, and says so") {
  TraceData trace;
  trace.path = "a.h5";
  trace.sealed = trace.complete = true;
  trace.simulated = Time{10'000'000'000};
  trace.scenario_text = "name: a\n";
  const RunResult rare = result_with(6.9518e-12, 0);
  trace.counters = rare.counters;
  trace.links = rare.links;
  const std::string text = comparison_text(compare({trace}));
  INFO(text);
  CHECK(text.find("frames lost, expected") != std::string::npos);
  CHECK(text.find("6.95e-06") != std::string::npos);
  CHECK(text.find("losses of a.h5 are too rare to sample in this run: expected 2.5 in 1 hour") != std::string::npos);
}

}  // namespace eastwest::tests
