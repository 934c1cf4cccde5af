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
  const auto front = pareto_front(table, limits);
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
  CHECK_MESSAGE(answer.find("no point that was played keeps every limit\n2 of 6 designs were played") != std::string::npos, answer);
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
