// SPDX-License-Identifier: Apache-2.0
// The words of a study: who wins by how much, none within the scatter, what stops, what is cheapest; figures reckoned by hand.
#include "analysis/report/study_words.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "analysis/figure_text.hpp"
#include "analysis/report/study_ranking.hpp"
#include "tests/analysis/report/study_fixture.hpp"

namespace eastwest::tests {
namespace {

std::string whole_text(const StudyWords& words) {
  std::string text = words.headline + "\n";
  for (const StudySentence& s : words.sentences) text += std::string(to_string(s.tone)) + ": " + s.text + "\n";
  return text;
}

void says(const StudyWords& words, const std::string& part) {
  const std::string text = whole_text(words);
  CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

TEST_CASE("study words: the faster design wins by the paired difference, and scatter is no difference") {
  const StudyWords words = study_words(small_compare());
  // 1.2 and 1.3 against 1.0 and 1.1: +0.2 in both seeds, 0.2 of 1.05 is 19.0 %; TTFT differs by +0.1 and -0.1.
  CHECK_MESSAGE(words.headline ==
                    "a wins: b is worse in train step time mean (+19.0 %); no difference in serve TTFT p99; b takes 50.0 % fewer switches",
                words.headline);
  says(words, "bad: busy and calm: train step time mean 1.25 s +- 635 ms with b, 1.05 s +- 635 ms with a: +200 ms, +19.0 %: worse.");
  // 0.1 and 0.2 against 0.2 and 0.1 is 0 +- 1.27: two seeds show neither a difference nor that there is none; under calm they are equal.
  says(words, "even: busy: serve TTFT p99");
  says(words, "neither a difference nor that there is none is shown: the interval of 2 seeds holds zero");
  says(words, "even: calm: serve TTFT p99");
  says(words, "no difference beyond the scatter of 2 seeds");
  says(words, "note: b takes switches 5 against 10 (-50.0 %).");
}

TEST_CASE("study words: exchanging the designs exchanges winner and loser") {
  StudyRecord record = small_compare();
  for (RecordedRun& run : record.runs) run.figures[0] = 3 - run.figures[0];
  const StudyWords words = study_words(record);
  CHECK_MESSAGE(words.headline.starts_with("b wins: against a it is better in train step time mean (-10.3 %)"), words.headline);
}

TEST_CASE("study words: one seed claims nothing") {
  StudyRecord record = small_compare();
  record.replications = 1;
  std::erase_if(record.runs, [](const RecordedRun& run) { return run.replication == 1; });
  for (std::size_t p = 0; p < record.points.size(); ++p) {
    record.points[p].first = p;
    record.points[p].count = 1;
  }
  const StudyWords words = study_words(record);
  CHECK(words.headline == "b against a: one seed decides nothing; b takes 50.0 % fewer switches");
  CHECK(std::none_of(words.sentences.begin(), words.sentences.end(),
                     [](const StudySentence& s) { return s.tone == SentenceTone::bad || s.tone == SentenceTone::good; }));
  says(words, "One seed has no spread");
}

TEST_CASE("study words: failures are ranked, equal ones are one line, and the counts add up") {
  const StudyRecord record = small_failure();
  const std::vector<FailureRank> ranks = ranked_failures(record);
  REQUIRE(ranks.size() == 3);
  CHECK(ranks[0].name == "cable two");
  CHECK(ranks[0].alike == std::vector<std::string>{"cable three"});
  CHECK(ranks[1].name == "cable one");
  CHECK(ranks[1].rerouted.loss == doctest::Approx(0.5));
  CHECK(ranks[2].name == "switch leaf");
  std::size_t all = 0;
  for (const FailureRank& rank : ranks) all += 1 + rank.alike.size();
  CHECK(all == 4);
  const StudyWords words = study_words(record);
  CHECK_MESSAGE(words.headline ==
                    "Failures that stop the work, even with new routes: 2 of 3 cables; the worst of the others is cable one: train step "
                    "time mean +50.0 %",
                words.headline);
  says(words, "without them 4 of 4 failures stop the work, with them 2.");
  says(words, "cable two and 1 alike: the work does not finish in 1 of 1 run.");
}

TEST_CASE("study words: the cheapest that keeps every limit is chosen, dominated and broken ones are not of the front") {
  const StudyRecord record = small_search();
  const SearchOutcome outcome = search_outcome(record);
  REQUIRE(outcome.chosen == 1);
  CHECK(outcome.points[0].front);  // cheaper than all
  CHECK_FALSE(outcome.points[0].kept);
  CHECK(outcome.points[0].slack[0] == doctest::Approx(-0.2));
  CHECK(outcome.points[1].front);
  CHECK(outcome.points[2].kept);
  CHECK_FALSE(outcome.points[2].front);  // dearer and slower
  CHECK_FALSE(outcome.points[3].kept);
  CHECK_FALSE(outcome.points[3].front);
  const StudyWords words = study_words(record);
  CHECK(words.headline == "Cheapest that keeps every limit: right, cost 200");
  says(words, "train step time mean 900 ms of at most 1.00 s (10.0 % to spare)");
  says(words, "breaks a limit: lean (train step time mean 1.20 s of at most 1.00 s)");
  says(words, "2 of 4 designs");
  says(words, "1 of 4 runs have no result");
}

TEST_CASE("study words: growth tells each workload, what is bought, and the cost of one GPU") {
  const StudyWords words = study_words(small_growth());
  says(words, "same: train step time mean from 2.00 s to 500 ms (-75.0 %)");
  says(words, "grows: train step time mean from 1.00 s to 1.20 s (+20.0 %)");
  says(words, "cables from 64 to 256 (4.0 times)");
  says(words, "cost per GPU from 100 to 50");
}

TEST_CASE("study words: a sweep names the best point and what it is compared with") {
  const StudyWords words = study_words(small_sweep());
  // +30 in both seeds at every size: 30 of 10.5 at the smallest.
  CHECK_MESSAGE(words.headline == "a bus bandwidth against ecmp: spray better in 3 of 3 points (up to 285.7 %)", words.headline);
  says(words, "Best a bus bandwidth: 60.5 GB/s +- 6.35 GB/s with spray, 256 MiB");
  // 60 and 61 against 30 and 31: +30 in both.
  says(words, "against ecmp, 256 MiB: +30.0 GB/s, +98.4 %: better.");
}

TEST_CASE("study words: what is unfinished says how far it is, first of all") {
  StudyRecord record = small_sweep();
  record.finished = false;
  record.points_planned = 10;
  const StudyWords words = study_words(record);
  CHECK(words.sentences.front().text.starts_with("Unfinished: 12 of 20 runs are done"));
  for (const char* kind : {"compare", "failure", "growth", "search", "sweep"}) {
    StudyRecord empty;
    empty.kind = kind;
    CHECK(study_words(empty).headline == "No run has ended yet");
  }
}

TEST_CASE("figure text: headings in the field's own letters, values with unit, groups of three") {
  const auto column = [](const std::string& name) {
    const std::vector<std::string> jobs = {"serve"};
    for (const FigureColumn& c : figure_columns(jobs))
      if (c.name == name) return c;
    FAIL("no column " << name);
    return FigureColumn{};
  };
  CHECK(figure_heading(column("serve.ttft_p99_s")) == "serve TTFT p99");
  CHECK(figure_heading(column("serve.tokens_per_s_per_gpu")) == "serve tokens per s per GPU");
  CHECK(figure_heading(column("serve.goodput_per_s")) == "serve goodput per s");
  CHECK(figure_heading(column("network.ecn_marks")) == "network ECN marks");
  CHECK(figure_value(column("serve.ttft_p99_s"), 0.259) == "259 ms");
  CHECK(figure_value(column("serve.busbw_GBps"), 49) == "49.0 GB/s");
  CHECK(figure_value(column("serve.tokens_per_s_per_gpu"), 7518.4) == "7518 /s");
  CHECK(figure_change(column("serve.ttft_p99_s"), -0.1) == "-100 ms");
  CHECK(grouped(1419885) == "1,419,885");
  CHECK(grouped(-1000) == "-1,000");
  CHECK(grouped(999) == "999");
  CHECK(grouped(-0.2) == "0");
}

}  // namespace
}  // namespace eastwest::tests
