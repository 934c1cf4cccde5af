// SPDX-License-Identifier: Apache-2.0
// Rare and huge effects: they are counted, where a mean and its interval would call them none.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "analysis/replications.hpp"
#include "scenarios/studies/seed_spread.hpp"
#include "scenarios/studies/study_results.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

using Better = FigureColumn::Better;

TEST_CASE("seed spread: how many seeds were hurt, the median of all, and the worst beside its reference") {
  const std::vector<double> before = {1, 2, 3, 4, 5};
  const std::vector<double> after = {1, 2, 30, 4.1, 5};
  const auto spread = seed_spread(Better::lower, after, before);
  REQUIRE(spread.has_value());
  CHECK(spread->runs == 5);
  CHECK(spread->hurt == 1);  // 4.1 is within a tenth of 4
  CHECK(spread->median == 4.1);
  CHECK(spread->worst == 30);
  CHECK(spread->worst_before == 3);
  CHECK(spread->worst_at == 2);
  // Where more is better the loss is downwards.
  const auto rate = seed_spread(Better::higher, std::vector<double>{10, 10, 1, 10}, std::vector<double>{10, 10, 10, 10});
  REQUIRE(rate.has_value());
  CHECK(rate->hurt == 1);
  CHECK(rate->worst == 1);
  CHECK(rate->median == 10);
  // Against nothing, anything hurts.
  const auto count = seed_spread(Better::lower, std::vector<double>{0, 0, 7}, std::vector<double>{0, 0, 0});
  REQUIRE(count.has_value());
  CHECK(count->hurt == 1);
}

TEST_CASE("seed spread: a difference that a mean tells, that hurts nobody, or of a figure without a better side is not told again") {
  const std::vector<double> before = {1, 2, 3, 4};
  CHECK_FALSE(seed_spread(Better::lower, std::vector<double>{2, 4, 6, 8}, before).has_value());
  CHECK_FALSE(seed_spread(Better::lower, std::vector<double>{1, 2, 3, 0.1}, before).has_value());
  CHECK_FALSE(seed_spread(Better::neither, std::vector<double>{1, 2, 30, 4}, before).has_value());
  CHECK_FALSE(seed_spread(Better::lower, std::vector<double>{1, 20}, std::vector<double>{1, 2}).has_value());
  CHECK_FALSE(seed_spread(Better::lower, std::vector<double>{1, std::nan(""), 30}, std::vector<double>{1, 2, 3}).has_value());
}

// Ten seeds, of which one waits for a timeout of 4.29 s: the mean difference is 0.43 s +- 0.97 s about 0.15 s.
TEST_CASE("sweep study: one seed in ten that loses seconds is not shown, not none, and counted; an unhurt point is not called best") {
  const TemporaryDirectory folder;
  folder.write("base.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  Diagnostics diagnostics;
  const auto study =
      load_study_text("study: sweep\nbase: base.yaml\nreplications: 10\nresults: [a.time_s]\ngrid: {jobs.a.size: [1 KiB, 2 KiB, 3 KiB]}\n",
                      folder.file("s.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  const auto table_of = [&](double third) {
    const std::vector<FigureColumn> columns = figure_columns(study->jobs);
    std::vector<StudyRow> rows;
    for (std::size_t r = 0; r < 30; ++r) {
      const std::size_t seed = r % 10;
      double time = 0.15 + 0.001 * static_cast<double>(seed);
      if (r / 10 == 1 && seed == 4) time += 4.29;
      if (r / 10 == 2) time += third * (seed % 2 == 0 ? 1 : -1.2);
      StudyRow row;
      row.row = r;
      row.outcome = RowOutcome::complete;
      for (const FigureColumn& c : columns) row.figures.push_back(c.name == "a.time_s" ? time : std::nan(""));
      rows.push_back(std::move(row));
    }
    Result<StudyTable> table = complete_table(*study, columns, std::move(rows));
    REQUIRE(table.has_value());
    return std::move(*table);
  };
  // The third point is faster by a hair on average, which its seeds do not show.
  const StudyTable table = table_of(0.001);
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("best") == std::string::npos, answer);
  CHECK_MESSAGE(answer.find("a time: no point is shown to differ from the one that it is compared with (point 0, ") != std::string::npos,
                answer);
  CHECK_MESSAGE(answer.find("not shown") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("1 of 10") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("4.44 s") != std::string::npos, answer);  // 0.154 s and the timeout, of seed 5
  const std::vector<SummaryLine> lines = summarise_study(table);
  CHECK(is_undecided(lines[1].difference));
  CHECK_FALSE(is_undecided(lines[2].difference));
}
