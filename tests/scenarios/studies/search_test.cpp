// SPDX-License-Identifier: Apache-2.0
// Searches: the cheapest within limits against a space that is played whole, and the Pareto front against its definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/search_answer.hpp"
#include "scenarios/studies/study_results.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

// All traffic crosses the spines: the fewer uplinks, the cheaper and the slower.
constexpr const char* kBase =
    "fidelity: flow\nsite: {topology: leaf_spine, servers: 8, server: plain, leaves: 2}\n"
    "jobs:\n  a: {kind: permutation, size: 16 MiB, destinations: [4, 5, 6, 7, 0, 1, 2, 3]}\nnetwork: {routing: spray}\n";
const std::string kSpace = "space:\n  site.oversubscription: [1, 2, 4]\n  network.routing: [spray, ecmp]\n";

struct Loaded {
  TemporaryDirectory folder;
  Diagnostics diagnostics;
  std::optional<Study> study;
  explicit Loaded(const std::string& text) {
    folder.write("base.yaml", kBase);
    study = load_study_text(text, folder.file("s.yaml"), diagnostics);
  }
};

StudyTable play(const Study& study) {
  StudyProgress progress;
  std::vector<StudyRow> rows;
  std::vector<std::uint64_t> all;
  for (std::uint64_t row = 0; row < study.rows(); ++row) all.push_back(row);
  const PlayedRows played = play_rows(study, all, {2, 0}, progress, [&](const StudyRow& row) {
    rows.push_back(row);
    return Status(Done{});
  });
  REQUIRE(played.status.has_value());
  Result<StudyTable> table = complete_table(study, figure_columns(study.jobs), std::move(rows));
  REQUIRE(table.has_value());
  return std::move(*table);
}

std::size_t column(const StudyTable& table, const std::string& name) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name == name) return c;
  FAIL("no column " << name);
  return 0;
}

}  // namespace

TEST_CASE("search study: the cheapest design that keeps the limit, which closed forms foretell") {
  // S / R on an idle path: 16 MiB at 400 Gb/s is 0.336 ms; by spray and oversubscription k it takes k times as long.
  const double alone = (16 << 20) * 8 / 400e9;
  const Loaded loaded("study: search\nbase: base.yaml\n" + kSpace + "at_most: {a.time_s: " + std::to_string(2.2 * alone) +
                      "}\nprices: {fabric_cables: 100}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const StudyTable table = play(*loaded.study);
  const std::size_t time = column(table, "a.time_s");
  const std::size_t cost = column(table, "site.cost");
  for (std::size_t point = 0; point < loaded.study->points(); ++point) {
    CAPTURE(loaded.study->label(point));
    // Cheapest first; 4 hosts on each of 2 leaves: 8 / k cables between switches.
    if (point > 0) CHECK(table.row(point, 0).figures[cost] >= table.row(point - 1, 0).figures[cost]);
    const double oversubscription = std::stod(loaded.study->label(point));
    CHECK(table.row(point, 0).figures[cost] == 100 * 8 / oversubscription);
    if (loaded.study->label(point).find("spray") != std::string::npos)
      CHECK(table.row(point, 0).figures[time] / alone == doctest::Approx(oversubscription).epsilon(0.06));
  }
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("(2, spray), cost 400") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("6 of 6 designs were played") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("the user's alone") != std::string::npos, answer);
  // The front by its definition.
  std::vector<SearchLimit> limits = {{"a.time_s", 1, true}};
  const auto front = search_front(table, limits);
  for (std::size_t point = 0; point < loaded.study->points(); ++point) {
    bool dominated = false;
    for (std::size_t other = 0; other < loaded.study->points(); ++other) {
      const double c = table.row(other, 0).figures[cost] - table.row(point, 0).figures[cost];
      const double ratio = table.row(other, 0).figures[time] / table.row(point, 0).figures[time] - 1;
      const double t = std::fabs(ratio) <= 1e-3 ? 0 : ratio;
      dominated = dominated || (c <= 0 && t <= 0 && (c < 0 || t < 0));
    }
    CHECK((std::find(front.begin(), front.end(), point) == front.end()) == dominated);
  }
}

TEST_CASE("search study: evaluations bound it to the cheapest, and it says so when none keeps the limits") {
  const Loaded loaded("study: search\nbase: base.yaml\n" + kSpace +
                      "evaluations: 2\nat_most: {a.time_s: 0.0001}\nprices: {fabric_cables: 100}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  CHECK(loaded.study->points() == 2);
  const StudyTable table = play(*loaded.study);
  CHECK(table.row(1, 0).figures[column(table, "site.cost")] == 200);
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("no point that was played keeps every limit ?\n2 of 6 designs were played") != std::string::npos, answer);
}

TEST_CASE("search study: without prices or limits, or with wrong ones, nothing is run") {
  const auto errors = [](const std::string& text) {
    const Loaded loaded(text);
    CHECK_FALSE(loaded.study.has_value());
    std::string all;
    for (const Diagnostic& d : loaded.diagnostics.all()) all += std::to_string(d.place.line) + ": " + d.message + "\n";
    return all;
  };
  CHECK(errors("study: search\nbase: base.yaml\n" + kSpace + "at_most: {a.time_s: 1}\n").find("a search needs prices") !=
        std::string::npos);
  CHECK(errors("study: search\nbase: base.yaml\n" + kSpace + "prices: {cables: 1}\n").find("a search needs limits") != std::string::npos);
  const std::string wrong =
      errors("study: search\nbase: base.yaml\n" + kSpace + "at_most: {a.tim_s: 1, time_s: 2, b.time_s: soon}\nprices: {cables: 1}\n");
  CHECK(wrong.find("6: `a.tim_s` is no column") != std::string::npos);
  CHECK(wrong.find("6: `time_s` is no column") != std::string::npos);
  CHECK(wrong.find("6: the limit of `b.time_s` is `soon`") != std::string::npos);
}

namespace {

/// The table of a study as if its runs had given these, per point and seed, for `a.time_s`.
StudyTable told(const Study& study, const std::vector<std::vector<double>>& times, const std::vector<double>& cables) {
  const std::vector<FigureColumn> columns = figure_columns(study.jobs);
  std::vector<StudyRow> rows;
  for (std::size_t point = 0; point < times.size(); ++point)
    for (std::size_t r = 0; r < times[point].size(); ++r) {
      StudyRow row;
      row.row = point * times[point].size() + r;
      row.outcome = RowOutcome::complete;
      for (const FigureColumn& c : columns)
        row.figures.push_back(c.name == "a.time_s" ? times[point][r] : c.name == "site.fabric_cables" ? cables[point] : std::nan(""));
      rows.push_back(std::move(row));
    }
  Result<StudyTable> table = complete_table(study, columns, std::move(rows));
  REQUIRE(table.has_value());
  return std::move(*table);
}

}  // namespace

TEST_CASE("search study: a priced figure that the catalogue does not know is refused with its device, and nothing is played") {
  const Loaded loaded("study: search\nbase: base.yaml\n" + kSpace +
                      "at_most: {a.time_s: 1}\nprices:\n  fabric_cables: 100\n  server_power_W: 1\n");
  CHECK_FALSE(loaded.study.has_value());
  REQUIRE(loaded.diagnostics.all().size() == 1);
  const Diagnostic& d = loaded.diagnostics.all()[0];
  CHECK(d.place.line == 9);
  CHECK_MESSAGE(d.message.find("`server_power_W` has a price and is not known for the design `1, spray`") != std::string::npos, d.message);
  CHECK_MESSAGE(d.message.find("the most power of the server server-00 (model `custom`) and 7 more") != std::string::npos, d.message);
  // A price of nothing asks for nothing.
  const Loaded free("study: search\nbase: base.yaml\n" + kSpace +
                    "at_most: {a.time_s: 1}\nprices: {fabric_cables: 100, server_power_W: 0}\n");
  CHECK_MESSAGE(free.study.has_value(), free.diagnostics.print());
}

TEST_CASE("search study: what has no cost is never the cheapest") {
  const Loaded loaded(
      "study: search\nbase: base.yaml\nspace: {site.oversubscription: [1, 2]}\nat_most: {a.time_s: 2}\nprices: {fabric_cables: 1}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const std::string answer = study_answer(told(*loaded.study, {{1}, {1}}, {std::nan(""), 8}));
  CHECK_MESSAGE(answer.find("cheapest that keeps every limit: point 1 (") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("nan") == std::string::npos, answer);
  CHECK_MESSAGE(
      study_answer(told(*loaded.study, {{1}, {1}}, {std::nan(""), std::nan("")})).find("no point that was played") != std::string::npos,
      answer);
}

// Student's t with two degrees of freedom is 4.303: the seeds 1, 2, 3 have the interval 2 +- 2.48, those of 1.9, 2, 2.1 have 2 +- 0.248.
TEST_CASE("search study: a limit is kept, broken, or not shown where the interval straddles it") {
  const Loaded loaded(
      "study: search\nbase: base.yaml\nreplications: 3\nspace: {site.oversubscription: [4, 2, 1]}\nat_most: {a.time_s: 2.3}\nprices: "
      "{fabric_cables: 1}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const StudyTable table = told(*loaded.study, {{3.9, 4, 4.1}, {1, 2, 3}, {1.4, 1.5, 1.6}}, {2, 4, 8});
  const SearchLimit limit{"a.time_s", 2.3, true};
  CHECK(limit_state(table, 0, limit) == LimitState::broken);
  CHECK(limit_state(table, 1, limit) == LimitState::not_shown);
  CHECK(limit_state(table, 2, limit) == LimitState::kept);
  CHECK(limit_state(table, 1, {"a.time_s", 1.9, false}) == LimitState::not_shown);
  CHECK(limit_state(table, 0, {"a.time_s", 1.9, false}) == LimitState::kept);
  CHECK(limit_state(table, 0, {"site.switch_power_W", 1, true}) == LimitState::no_result);
  CHECK(limits_state(table, 1, {limit, {"a.time_s", 9, false}}) == LimitState::broken);
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("cheapest that keeps every limit: point 2 (1), cost 8\n") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("not shown to keep or to break them: point 1 (2), cost 4, which costs less: more seeds") != std::string::npos,
                answer);
}

// A misspelt job was accepted, and no point kept its limit.
TEST_CASE("search study: a limit on a job that there is not is told with the nearest one") {
  const Loaded loaded("study: search\nbase: base.yaml\n" + kSpace +
                      "at_most:\n  b.time_s: 1\n  netwrok.drops: 1\nprices: {fabric_cables: 1}\n");
  CHECK_FALSE(loaded.study.has_value());
  REQUIRE(loaded.diagnostics.all().size() == 2);
  CHECK(loaded.diagnostics.all()[0].place.line == 7);
  CHECK(loaded.diagnostics.all()[0].message == "`b.time_s` is no column that a run of this study has");
  CHECK(loaded.diagnostics.all()[1].place.line == 8);
  CHECK(loaded.diagnostics.all()[1].remedy == "did you mean `network.drops`?");
}
