// SPDX-License-Identifier: Apache-2.0
// Growth studies: phases of the plant and named ones, workloads that grow with the site, prices.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_results.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr const char* kBase =
    "fidelity: flow\nsite: {topology: rail_optimised, servers: 8, server: dgx-h100}\njobs:\n  a: {kind: collective, size: 1 MiB}\n";

struct Loaded {
  TemporaryDirectory folder;
  Diagnostics diagnostics;
  std::optional<Study> study;
  explicit Loaded(const std::string& text) {
    folder.write("base.yaml", kBase);
    folder.write("prices.csv", "figure,price,note\nswitches,1000,a\ncables,10,b\n");
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

double figure(const StudyTable& table, std::size_t point, const std::string& name) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name == name) return table.row(point, 0).figures[c];
  FAIL("no column " << name);
  return 0;
}

}  // namespace

TEST_CASE("growth study: phases are those of the plant, each with more of everything, the last the whole site") {
  const Loaded loaded("study: growth\nbase: base.yaml\ngpus: [16, 32, 64]\nprices: {switches: 2000}\nprice_file: prices.csv\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const StudyTable table = play(*loaded.study);
  CHECK(loaded.study->points() == 3);
  const double gpus[] = {16, 32, 64};
  for (std::size_t p = 0; p < 3; ++p) {
    CAPTURE(p);
    CHECK(table.row(p, 0).outcome == RowOutcome::complete);
    CHECK(figure(table, p, "site.gpus") == gpus[p]);
    CHECK(figure(table, p, "site.servers") == gpus[p] / 8);
    // A cable from every NIC, and those between switches; the price in the file of a switch gives way to that in the study.
    CHECK(figure(table, p, "site.cables") == gpus[p] + figure(table, p, "site.fabric_cables"));
    CHECK(figure(table, p, "site.cost") == 2000 * figure(table, p, "site.switches") + 10 * figure(table, p, "site.cables"));
    if (p > 0) CHECK(figure(table, p, "site.cable_length_m") > figure(table, p - 1, "site.cable_length_m"));
  }
  CHECK(loaded.study->kind->reference(*loaded.study, 2) == std::optional<std::size_t>(0));
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("32 (+16)") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("64 (+32)") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("which are the user's") != std::string::npos, answer);
}

TEST_CASE("growth study: per_gpu grows with the site, in named phases too") {
  const Loaded loaded(
      "study: growth\nbase: base.yaml\nphases:\n  first: {site.servers: 2}\n  second: {site.servers: 4}\n"
      "workloads:\n  fixed: {jobs.a.size: 2 MiB}\n  grown: {per_gpu: {jobs.a.repetitions: 0.125}, jobs.a.size: 4 MiB}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const Study& study = *loaded.study;
  CHECK(study.points() == 4);
  CHECK(study.label(3) == "second, grown");
  const auto repetitions = [&](std::size_t point) {
    Diagnostics diagnostics;
    const auto scenario = load_point(study, point, 0, diagnostics);
    REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
    return scenario->jobs[0].parameters.values.integer("repetitions");
  };
  CHECK(repetitions(0) == 1);
  CHECK(repetitions(1) == 2);  // 16 GPUs / 8
  CHECK(repetitions(3) == 4);
  CHECK(study.kind->reference(study, 3) == std::optional<std::size_t>(1));
}

TEST_CASE("growth study: mistakes at their places") {
  const auto first = [](const std::string& text) {
    const Loaded loaded(text);
    CHECK_FALSE(loaded.study.has_value());
    REQUIRE_FALSE(loaded.diagnostics.all().empty());
    const Diagnostic& d = loaded.diagnostics.all()[0];
    return std::to_string(d.place.line) + ": " + d.message;
  };
  CHECK(first("study: growth\nbase: base.yaml\n") == "0: a growth study needs `gpus` or `phases`: how the site grows");
  CHECK(first("study: growth\nbase: base.yaml\ngpus: [32, 16]\n") == "3: `gpus` must rise: 16 follows 32");
  CHECK(first("study: growth\nbase: base.yaml\ngpus: [16, 64]\nphases: {a: {}}\n") == "4: `gpus` and `phases` both say how the site grows");
  CHECK(first("study: growth\nbase: base.yaml\ngpus: [64]\nprices: {swiches: 3}\n") ==
        "4: `swiches` is no figure of a site that could have a price");
  CHECK(
      first("study: growth\nbase: base.yaml\ngpus: [64]\nprices: {switches: many}\n").starts_with("4: the price of `switches` is `many`"));
  CHECK(first("study: growth\nbase: base.yaml\ngpus: [64]\nworkloads: {a: {per_gpu: {jobs.a.size: none}}}\n")
            .starts_with("4: `jobs.a.size` needs a number above 0"));
}
