// SPDX-License-Identifier: Apache-2.0
#include "analysis/compare.hpp"

#include <doctest/doctest.h>

namespace eastwest::tests {
namespace {

/// One job whose time is `finish_us`, of the design that `scenario` spells.
TraceData trace(const std::string& name, const std::string& scenario, std::uint64_t seed, std::int64_t finish_us) {
  TraceData t;
  t.path = "runs/" + name;
  t.scenario_text = "site: " + scenario + "\nseed: " + std::to_string(seed) + "\n";
  t.seed = seed;
  t.complete = t.sealed = true;
  t.outcome = "complete";
  t.digest = name;
  t.jobs.push_back({"train", "training", Time{0}, 0, 8, 1});
  t.job_finish.push_back(Time{finish_us * 1'000'000});
  t.simulated = {finish_us * 1'000'000};
  t.links.resize(2);
  t.links[1].utilization_mean = 0.5;
  t.counters.drops_buffer = 2;
  t.counters.drops_loss = 1;
  return t;
}

const Comparison::Row& row(const Comparison& c, const std::string& metric) {
  for (const Comparison::Row& r : c.rows)
    if (r.metric == metric) return r;
  FAIL("no row " << metric);
  return c.rows.front();
}

bool has_note(const Comparison& c, const std::string& part) {
  for (const std::string& note : c.notes)
    if (note.find(part) != std::string::npos) return true;
  return false;
}

TEST_CASE("compare: two designs with one seed each: figures and ratio, and no claim that they differ") {
  const Comparison c = compare({trace("a.h5", "rail", 1, 100), trace("b.h5", "leaf", 1, 150)});
  REQUIRE(c.designs.size() == 2);
  CHECK(c.designs[0].label == "a.h5");
  const Comparison::Row& time = row(c, "job time");
  CHECK(time.values[0]->mean == doctest::Approx(100e-6));
  CHECK(*time.ratio[1] == doctest::Approx(1.5));
  CHECK(time.marks[1] == Comparison::Mark::none);
  CHECK(has_note(c, "one seed"));
  CHECK(row(c, "drops").values[0]->mean == 3);
  CHECK(row(c, "worst link utilisation, mean").values[1]->mean == 0.5);
  CHECK(c.rows.back().subject == "network");
}

TEST_CASE("compare: scenarios that differ in their seed alone are one design with a spread") {
  const Comparison c = compare(
      {trace("a1.h5", "rail", 1, 100), trace("b1.h5", "leaf", 1, 150), trace("a2.h5", "rail", 2, 110), trace("b2.h5", "leaf", 2, 140)});
  REQUIRE(c.designs.size() == 2);
  CHECK(c.designs[0].paths.size() == 2);
  const Comparison::Row& time = row(c, "job time");
  CHECK(time.values[0]->mean == doctest::Approx(105e-6));
  CHECK(time.values[0]->low == doctest::Approx(100e-6));
  CHECK(time.values[0]->high == doctest::Approx(110e-6));
  CHECK(time.marks[1] == Comparison::Mark::differs);          // 100-110 against 140-150
  CHECK(row(c, "drops").marks[1] == Comparison::Mark::none);  // equal
}

TEST_CASE("compare: spreads that overlap are not marked") {
  const Comparison c = compare(
      {trace("a1.h5", "rail", 1, 100), trace("a2.h5", "rail", 2, 145), trace("b1.h5", "leaf", 1, 150), trace("b2.h5", "leaf", 2, 140)});
  CHECK(row(c, "job time").marks[1] == Comparison::Mark::none);
}

TEST_CASE("compare: the same run twice is said to be one, and differing digests of it are a defect") {
  TraceData one = trace("a.h5", "rail", 1, 100), same = one, other = one;
  other.digest = "other";
  CHECK(has_note(compare({one, same}), "count them as one run"));
  CHECK(has_note(compare({one, other}), "digests differ"));
}

TEST_CASE("compare: an incomplete trace is named, and a figure that only one design has stands alone") {
  TraceData killed = trace("b.h5.partial", "leaf", 1, 150);
  killed.complete = killed.sealed = false;
  killed.outcome = "running";
  killed.job_finish[0] = kTimeNever;
  const Comparison c = compare({trace("a.h5", "rail", 1, 100), killed});
  CHECK(has_note(c, "b.h5.partial is incomplete"));
  CHECK_FALSE(row(c, "job time").values[1].has_value());
  CHECK_FALSE(row(c, "job time").ratio[1].has_value());
  const std::string text = comparison_text(c);
  CHECK(text.find("(incomplete)") != std::string::npos);
}

TEST_CASE("compare: the text has a column per design, its spread, and the mark; JSON has the same rows") {
  const Comparison c = compare(
      {trace("a1.h5", "rail", 1, 100), trace("a2.h5", "rail", 2, 110), trace("b1.h5", "leaf", 1, 150), trace("b2.h5", "leaf", 2, 140)},
      {"rail design", "", "leaf design"});
  const std::string text = comparison_text(c);
  CHECK(text.find("[1] rail design, seeds 1 2\n[2] leaf design, seeds 1 2\n") == 0);
  CHECK(text.find("job time") != std::string::npos);
  CHECK(text.find("1.381*") != std::string::npos);   // 145 / 105
  CHECK(text.find("+-4.8 %") != std::string::npos);  // 5 / 105
  const std::string json = comparison_json(c);
  CHECK(json.find("\"beyond_spread\": true") != std::string::npos);
  CHECK(json.find("\"metric\": \"job time\"") != std::string::npos);
}

}  // namespace
}  // namespace eastwest::tests
