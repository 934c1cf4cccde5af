// SPDX-License-Identifier: Apache-2.0
// Each rule of analysis/report/findings.hpp speaks when it should and is silent when it should.
#include "analysis/report/findings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/analysis/report/report_fixture.hpp"

namespace eastwest::tests {
namespace {

const PageFinding* find(const std::vector<PageFinding>& list, const std::string& part) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const PageFinding& f) { return f.text.find(part) != std::string::npos; });
  return found == list.end() ? nullptr : &*found;
}

TEST_CASE("findings: failures come first, in words") {
  auto [trace, detail] = star_trace();
  CHECK(findings(trace, detail).front().weight != Weight::failed);
  detail.sanity.push_back({"all delivered", false, "5 of 6"});
  trace.complete = false;
  trace.outcome = "stalled";
  trace.diagnosis = "job train: rank 3 waits for rank 4";
  const std::vector<PageFinding> list = findings(trace, detail);
  CHECK(list[0].text == "The check \"all delivered\" failed: 5 of 6");
  CHECK(list[0].weight == Weight::failed);
  CHECK(list[1].text.find("stalled") != std::string::npos);
  CHECK(list[1].text.find("rank 3 waits for rank 4") != std::string::npos);
  trace.sealed = false;
  CHECK(find(findings(trace, detail), "did not end, or is still going") != nullptr);
}

TEST_CASE("findings: uneven and full links are told apart, and pauses named") {
  auto [trace, detail] = star_trace(4);
  for (LinkTotal& link : trace.links) link = {0.1, 1.0, 0, 0, 0, {}};
  trace.links[5].utilization_mean = 0.6;  // leaf -> host; the others 0.1, so the mean is 0.225
  std::vector<PageFinding> list = findings(trace, detail);
  const PageFinding* uneven = find(list, "unevenly loaded");
  REQUIRE(uneven != nullptr);
  CHECK(uneven->link == 5);
  CHECK(uneven->text.find("60.0 %") != std::string::npos);
  CHECK(uneven->text.find("22.5 %") != std::string::npos);
  CHECK(find(list, "are full") == nullptr);
  for (LinkTotal& link : trace.links) link.utilization_mean = 0.75;
  list = findings(trace, detail);
  CHECK(find(list, "are full: 75.0 %") != nullptr);
  CHECK(find(list, "unevenly") == nullptr);
  CHECK(find(list, "PFC stopped") == nullptr);
  trace.links[2].paused = {trace.simulated.ps / 10};
  list = findings(trace, detail);
  const PageFinding* paused = find(list, "PFC stopped");
  REQUIRE(paused != nullptr);
  CHECK(paused->weight == Weight::warning);
  CHECK(paused->link == 2);
  CHECK(paused->text.find("10.0 % of the run") != std::string::npos);
}

TEST_CASE("findings: a link that was down is no case of uneven load, and is counted once however often it fails") {
  auto [trace, detail] = star_trace(4);
  detail.events.clear();
  for (LinkTotal& link : trace.links) link = {0.1, 1.0, 0, 0, 0, {}};
  for (const std::uint32_t link : {1u, 3u}) trace.links[link].utilization_mean = 0.4;
  // Two of four hosts get 40 %, two were down: of those that stayed up all carry the same.
  for (const std::uint32_t link : {5u, 7u}) {
    trace.links[link].utilization_mean = 0;
    detail.events.push_back({Time{10}, EventKind::link_down, link, 0});
    detail.events.push_back({Time{20}, EventKind::link_up, link, 0});
  }
  detail.events.push_back({Time{30}, EventKind::link_down, 5, 0});
  std::vector<PageFinding> list = findings(trace, detail);
  CHECK(find(list, "unevenly") == nullptr);
  const PageFinding* down = find(list, "went down");
  REQUIRE(down != nullptr);
  CHECK(down->text.find("2 cables went down during the run, 3 times together, first ") == 0);
  trace.links[1].utilization_mean = 0.1;
  list = findings(trace, detail);
  const PageFinding* uneven = find(list, "unevenly loaded");
  REQUIRE(uneven != nullptr);
  CHECK(uneven->text.find("the average of 2 links that stayed up is 25.0 %. 2 links there were down for a time") != std::string::npos);
}

TEST_CASE("findings: losses on the medium name their link, what was expected, and whether the run could tell") {
  auto [trace, detail] = star_trace(4);
  CHECK(find(findings(trace, detail), "Bad light") == nullptr);
  trace.counters.packets = 1000;
  trace.counters.frames_lost = 14;
  trace.counters.drops_loss = 12;
  trace.counters.frames_lost_expected = 13.2;
  trace.counters.timeouts = 3;
  trace.links[4].frames = 2000;
  trace.links[4].frames_lost = 14;
  trace.links[4].frames_lost_expected = 13.2;
  std::vector<PageFinding> list = findings(trace, detail);
  const PageFinding* lost = find(list, "Bad light or cable: 14 frames lost, 13.2 expected");
  REQUIRE(lost != nullptr);
  CHECK(lost->link == 4);
  CHECK(lost->weight == Weight::warning);
  CHECK(lost->text.find("loses 0.0066 of its frames (14 of 2000 frames, 13.2 expected). 3 timeouts in the run") != std::string::npos);
  CHECK(lost->text.find("too rare") == std::string::npos);
  CHECK(find(list, "14 lost on the medium") != nullptr);  // with answers, which `drops_loss` leaves out
  // One in twelve such runs loses a frame: this one did not, and that says nothing.
  trace.counters.frames_lost = trace.counters.drops_loss = trace.links[4].frames_lost = 0;
  trace.counters.timeouts = 0;
  trace.counters.frames_lost_expected = trace.links[4].frames_lost_expected = 0.0855;
  list = findings(trace, detail);
  const PageFinding* rare = find(list, "Bad light or cable: 0 frames lost, 0.0855 expected");
  REQUIRE(rare != nullptr);
  CHECK(rare->weight == Weight::note);
  CHECK(rare->text.find("Losses are too rare to sample in this run: expected ") != std::string::npos);
}

TEST_CASE("findings: a step and a request are split into what they waited for") {
  const auto [trace, detail] = star_trace();
  const std::vector<PageFinding> list = findings(trace, detail);
  // Steps of 1,000 ps in which each rank computes 600 (see trace_fixture.hpp): 40 % not computing, 25 % bubble, 5 % tensor.
  const PageFinding* step = find(list, "a training step takes 1 ns");
  if (step == nullptr) step = find(list, "a training step takes 1.00 ns");
  REQUIRE(step != nullptr);
  CHECK(step->weight == Weight::warning);
  CHECK(step->text.find("40.0 % is not computing: 25.0 % bubbles and waiting for the slowest rank, 5.0 % tensor-parallel") !=
        std::string::npos);
  // A request: 10 ns waiting, 190 ns of prefill, 100 ns of KV cache, 100 ns to the first token.
  const PageFinding* request = find(list, "time to first token");
  REQUIRE(request != nullptr);
  CHECK(request->text.find("47.5 % of it in the prefill, 25.0 %") != std::string::npos);
}

TEST_CASE("findings: margins below zero fail, positive ones are noted") {
  auto [trace, detail] = star_trace();
  CHECK(find(findings(trace, detail), "optical margin") == nullptr);
  detail.cables[0].margin = 2.5;
  detail.cables[1].margin = 0.75;
  std::vector<PageFinding> list = findings(trace, detail);
  REQUIRE(find(list, "The least optical margin as built is 0.75 dB, on C0001") != nullptr);
  CHECK(find(list, "least optical margin")->weight == Weight::note);
  detail.cables[1].margin = -0.4;
  list = findings(trace, detail);
  REQUIRE(find(list, "1 cable without optical margin") != nullptr);
  CHECK(find(list, "1 cable without")->weight == Weight::failed);
}

TEST_CASE("findings: two designs in a sentence, with chance ruled out only by seeds") {
  Comparison c;
  c.designs = {{"a.h5", {"a.h5"}, {1}, true}, {"b.h5", {"b.h5"}, {1}, true}};
  const auto row = [&](const char* metric, double one, double two, bool lower, Comparison::Mark mark) {
    c.rows.push_back({"train",
                      metric,
                      "s",
                      lower,
                      {Comparison::Value{one, one, one, 1}, Comparison::Value{two, two, two, 1}},
                      {1.0, two / one},
                      {Comparison::Mark::none, mark}});
  };
  row("step time mean", 0.5, 0.75, true, Comparison::Mark::none);
  row("TTFT p99", 0.1, 0.1002, true, Comparison::Mark::none);
  row("job time", 2, 3, true, Comparison::Mark::none);  // the step says it
  std::vector<PageFinding> list = compared(c);
  REQUIRE(list.size() == 1);
  CHECK(list[0].text ==
        "b.h5 against a.h5: train step time mean 750 ms against 500 ms (1.50 times, worse). Within 0.5 % in train TTFT p99. "
        "One of them has a single seed, so chance is not ruled out.");
  CHECK(list[0].weight == Weight::warning);
  for (auto& design : c.designs) design.seeds = {1, 2};
  list = compared(c);
  CHECK(list[0].text == "b.h5 against a.h5: No difference beyond the spread over seeds in train step time mean, train TTFT p99.");
  c.rows[0].marks[1] = Comparison::Mark::differs;
  CHECK(compared(c)[0].text.find("1.50 times, worse") != std::string::npos);
}

TEST_CASE("findings: what ran and what the scenario calls itself") {
  const auto [trace, detail] = star_trace();
  CHECK(what_ran(trace, detail) ==
        "2 ranks on 2 hosts, custom with 1 switch and 2 cables; train (training) on 1 rank, serve (serving) on 1 rank");
  CHECK(scenario_value(trace.scenario_text, "description") == "two hosts on a switch");
  CHECK(scenario_value("name: 'x'\n  description: inner\n", "description").empty());
  CHECK(scenario_value("name: 'x'", "name") == "x");
}

}  // namespace
}  // namespace eastwest::tests
