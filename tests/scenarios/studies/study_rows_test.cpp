// SPDX-License-Identifier: Apache-2.0
// Rows of a study: as text and back to the last bit, torn and damaged files, and who may continue what.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "core/random.hpp"
#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/study_folder.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_results.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr const char* kBase =
    "fidelity: flow\nsite: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n";
constexpr const char* kStudy = "study: sweep\nbase: base.yaml\nreplications: 2\ngrid:\n  jobs.a.size: [\"1 KiB\", 64 KiB, 1 MiB]\n";

Study study_in(const TemporaryDirectory& folder, const std::string& text = kStudy) {
  folder.write("base.yaml", kBase);
  Diagnostics diagnostics;
  std::optional<Study> study = load_study_text(text, folder.file("study.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  return std::move(*study);
}

StudyRow random_row(RandomStream& random, std::uint64_t number, std::size_t figures) {
  static constexpr const char* kTexts[] = {"", "plain", "with, comma", "say \"no\"", "\"", "a\nb", ",,", "ends with quote\""};
  StudyRow row;
  row.row = number;
  row.outcome = static_cast<RowOutcome>(random.below(4));
  row.diagnosis = kTexts[random.below(std::size(kTexts))];
  row.digest = random.below(2) != 0 ? "0123456789abcdef" : "";
  row.simulated = random.unit() * 1e-3;
  for (std::size_t i = 0; i < figures; ++i) {
    double value = std::bit_cast<double>(random.bits());
    if (!std::isfinite(value) || random.below(5) == 0) value = std::numeric_limits<double>::quiet_NaN();
    row.figures.push_back(value);
  }
  return row;
}

}  // namespace

TEST_CASE("study rows: a line reads back to the last bit") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder);
  const std::uint64_t seed = 4711;
  CAPTURE(seed);
  RandomStream random(seed, 0);
  for (int i = 0; i < 500; ++i) {
    const StudyRow row = random_row(random, random.below(study.rows()), 7);
    const std::string line = csv_line(study, row);
    REQUIRE(line.back() == '\n');
    CHECK(line.find('\n') == line.size() - 1);
    const Result<StudyRow> read = read_csv_line(study, 7, std::string_view(line).substr(0, line.size() - 1));
    REQUIRE_MESSAGE(read.has_value(), line);
    CHECK(csv_line(study, *read) == line);
    CHECK(read->row == row.row);
    for (std::size_t f = 0; f < 7; ++f) {
      if (std::isnan(row.figures[f])) CHECK(std::isnan(read->figures[f]));
      else CHECK(std::bit_cast<std::uint64_t>(read->figures[f]) == std::bit_cast<std::uint64_t>(row.figures[f]));
    }
  }
}

TEST_CASE("study rows: patterns") {
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("*.ttft_p99_s", "serve.ttft_p99_s"));
  CHECK(matches_pattern("a*b*c", "a-b-b-c"));
  CHECK_FALSE(matches_pattern("*.ttft", "serve.ttft_p99_s"));
  CHECK_FALSE(matches_pattern("", "a"));
  CHECK_FALSE(matches_pattern("a*b*c", "a-c-b"));
}

TEST_CASE("study folder: cut at any byte, the whole lines stay and the rest is played again") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder);
  const auto columns = figure_columns(study.jobs);
  const std::string output = folder.file("out");
  REQUIRE(open_study_folder(study, columns, output, "1", false).has_value());
  const std::string journal = output + "/points.csv.partial";
  const std::string header = csv_header(study, columns);
  CHECK(read_file(journal) == header);
  RandomStream random(5, 0);
  std::string text = header;
  std::vector<std::size_t> ends = {text.size()};
  for (const std::uint64_t row : {3u, 0u, 5u}) {
    text += csv_line(study, random_row(random, row, columns.size()));
    ends.push_back(text.size());
  }
  for (std::size_t cut = header.size() - 3; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    folder.write("out/points.csv.partial", text.substr(0, cut));
    const auto opened = open_study_folder(study, columns, output, "1", true);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    std::size_t whole = 0;
    while (whole + 1 < ends.size() && ends[whole + 1] <= cut) ++whole;
    CHECK(opened->done.size() == (cut < ends[0] ? 0 : whole));
    CHECK(read_file(journal) == text.substr(0, cut < ends[0] ? ends[0] : ends[whole]));
  }
}

TEST_CASE("study folder: another study, changed files, another version and damage are refused with the reason") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder);
  const auto columns = figure_columns(study.jobs);
  const std::string output = folder.file("out");
  const auto reopened = [&](const Study& other, const char* version, bool resume) -> std::string {
    const auto opened = open_study_folder(other, figure_columns(other.jobs), output, version, resume);
    return opened ? "opened" : opened.error().message;
  };
  CHECK(reopened(study, "1", true) == "opened");  // nothing there yet: it begins
  CHECK(reopened(study, "1", false).find("holds a study already") != std::string::npos);
  CHECK(reopened(study, "1", true) == "opened");
  CHECK(reopened(study, "2", true).find("another version") != std::string::npos);
  const Study more = study_in(folder, "study: sweep\nbase: base.yaml\nreplications: 3\ngrid:\n  jobs.a.size: [\"1 KiB\", 64 KiB, 1 MiB]\n");
  CHECK(reopened(more, "1", true).find("was `replications: 2` and would be `replications: 3`") != std::string::npos);
  folder.write("base.yaml", std::string(kBase) + "network: {routing: spray}\n");
  Diagnostics diagnostics;
  const auto changed = load_study_text(kStudy, folder.file("study.yaml"), diagnostics);
  REQUIRE(changed.has_value());
  CHECK(reopened(*changed, "1", true).find("has changed since it was begun") != std::string::npos);
  folder.write("out/points.csv.partial", csv_header(study, columns) + "0,0,1,what\n");
  CHECK(reopened(study, "1", true).find("is damaged in line 2") != std::string::npos);
  folder.write("out/points.csv.partial", "point,other\n");
  CHECK(reopened(study, "1", true).find("not the header") != std::string::npos);
  folder.write("full/something", "x");
  const auto full = open_study_folder(study, columns, folder.file("full"), "1", false);
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().message.find("is not empty and holds no study") != std::string::npos);
}

TEST_CASE("study folder: two programs do not work in one folder") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder);
  const auto columns = figure_columns(study.jobs);
  const auto first = open_study_folder(study, columns, folder.file("out"), "1", false);
  REQUIRE(first.has_value());
  const auto second = open_study_folder(study, columns, folder.file("out"), "1", true);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find("another eastwest is at work") != std::string::npos);
}

TEST_CASE("study play: rows do not depend on threads, order or memory; a full disk ends the study") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder);
  const auto play = [&](unsigned threads, std::uint64_t memory, std::vector<std::uint64_t> rows) {
    StudyProgress progress;
    std::vector<std::string> lines(study.rows());
    const PlayedRows played = play_rows(study, rows, {threads, memory}, progress, [&](const StudyRow& row) {
      lines[row.row] = csv_line(study, row);
      return Status(Done{});
    });
    CHECK(played.status.has_value());
    CHECK_FALSE(played.cancelled);
    return lines;
  };
  const auto one = play(1, 0, {0, 1, 2, 3, 4, 5});
  for (const std::string& line : one) CHECK(line.find(",complete,") != std::string::npos);
  CHECK(play(4, 0, {5, 4, 3, 2, 1, 0}) == one);
  CHECK(play(3, 1, {2, 0, 4, 1, 5, 3}) == one);  // a budget of one byte: one after the other
  StudyProgress progress;
  unsigned taken = 0;
  const std::vector<std::uint64_t> rows = {0, 1, 2, 3, 4, 5};
  const PlayedRows full =
      play_rows(study, rows, {1, 0}, progress, [&](const StudyRow&) { return ++taken < 3 ? Status(Done{}) : Status(Error{"full", ""}); });
  CHECK_FALSE(full.status.has_value());
  CHECK(taken == 3);
}

TEST_CASE("study play: a point that stalls or cannot be built is a row with its reason, beside the others") {
  const TemporaryDirectory folder;
  const Study study = study_in(folder,
                               "study: sweep\nbase: base.yaml\nset: {fidelity: packet}\nlist:\n  - {}\n  - {jobs.a.ranks: 40}\n"
                               "  - {faults: [{time: 0 s, link: \"server-00:0\"}]}\n");
  StudyProgress progress;
  std::vector<StudyRow> rows(study.rows());
  const std::vector<std::uint64_t> all = {0, 1, 2};
  const PlayedRows played = play_rows(study, all, {2, 0}, progress, [&](const StudyRow& row) {
    rows[row.row] = row;
    return Status(Done{});
  });
  REQUIRE(played.status.has_value());
  CHECK(rows[0].outcome == RowOutcome::complete);
  CHECK(rows[1].outcome == RowOutcome::refused);
  CHECK(rows[1].diagnosis.find("40") != std::string::npos);
  CHECK(rows[2].outcome == RowOutcome::stalled);
  CHECK(rows[2].diagnosis.size() > 20);
  CHECK(progress.done == 3);
  CHECK(progress.troubled == 2);
  // A stalled run has no figures that could be taken for results, but its site is known.
  const auto columns = figure_columns(study.jobs);
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].subject != "site") CHECK(std::isnan(rows[2].figures[c]));
  CHECK(study_answer({&study, columns, rows}).find("without a result: 2 of 3 runs") != std::string::npos);
}
