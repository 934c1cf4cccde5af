// SPDX-License-Identifier: Apache-2.0
// The folder of a study is read as it was written; what is damaged is told with its line, and nothing that is read can crash the reader.
#include "analysis/report/study_record.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "core/random.hpp"
#include "tests/analysis/report/study_fixture.hpp"
#include "tests/support/run_in_folder.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSweep =
    "study: sweep\ndescription: \"does 'it': matter?\"\nbase: base.yaml\nreplications: 3\n"
    "grid:\n  jobs.ring.size: [64 KiB, 256 KiB]\n  network.routing: [ecmp, spray]\n";
constexpr const char* kBase =
    "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 2}\n"
    "jobs:\n  ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}\nfidelity: flow\n";

void play(const TemporaryDirectory& folder) {
  folder.write("base.yaml", kBase);
  folder.write("sizes.yaml", kSweep);
  const ProgramResult played = run_program({"study", "sizes.yaml", "--quiet"}, in(folder));
  REQUIRE_MESSAGE(played.exit_code == 0, played.errors);
}

std::string errors_of(const std::string& folder) {
  Diagnostics diagnostics;
  const std::optional<StudyRecord> record = read_study_record(folder, diagnostics);
  CHECK(record.has_value() == !diagnostics.has_errors());
  return diagnostics.print();
}

TEST_CASE("study record: a played study is read back, and its statistics are those of summary.csv") {
  const TemporaryDirectory folder;
  play(folder);
  Diagnostics diagnostics;
  const std::optional<StudyRecord> record = read_study_record(folder.file("sizes.study"), diagnostics);
  // read_study_summary refuses a mean or a reference that does not follow from the rows: reading is the check.
  REQUIRE_MESSAGE(record, diagnostics.print());
  CHECK(record->kind == "sweep");
  CHECK(record->description == "does 'it': matter?");
  CHECK(record->finished);
  CHECK(record->points_planned == 4);
  CHECK(record->points.size() == 4);
  CHECK(record->runs.size() == 12);
  CHECK(record->axes[1].settings == std::vector<std::string>{"ecmp", "spray"});
  CHECK(record->label(3) == "256 KiB, spray");
  CHECK_FALSE(record->wanted.empty());
  CHECK(record->points[2].reference == 0);
  CHECK(record->points[3].reference == 1);
  CHECK(record->answer_text.find("sizes: sweep") != std::string::npos);
}

TEST_CASE("study record: a folder is found by its files, and other paths are none") {
  const TemporaryDirectory folder;
  play(folder);
  const std::string path = folder.file("sizes.study");
  CHECK(study_folder_of(path) == path);
  CHECK(study_folder_of(path + "/study.h5") == path);
  CHECK(study_folder_of(path + "/points.csv") == path);
  CHECK_FALSE(study_folder_of(folder.file("base.yaml")));
  CHECK_FALSE(study_folder_of(folder.file("study.h5")));
  CHECK(errors_of(folder.file("")).find("holds no study") != std::string::npos);
}

TEST_CASE("study record: of a killed study the whole rows are there, the torn one is not, and it says how far it is") {
  const TemporaryDirectory folder;
  play(folder);
  const std::string rows = read_file(folder.file("sizes.study/points.csv"));
  std::filesystem::remove(folder.file("sizes.study/points.csv"));
  std::size_t end = 0;
  for (int line = 0; line < 6; ++line) end = rows.find('\n', end) + 1;  // header and five runs
  for (const std::size_t torn : {std::size_t{0}, std::size_t{9}}) {
    CAPTURE(torn);
    folder.write("sizes.study/points.csv.partial", rows.substr(0, end + torn));
    Diagnostics diagnostics;
    const std::optional<StudyRecord> record = read_study_record(folder.file("sizes.study"), diagnostics);
    REQUIRE_MESSAGE(record, diagnostics.print());
    CHECK_FALSE(record->finished);
    CHECK(record->runs.size() == 5);
    CHECK(record->points_planned * record->replications == 12);
    CHECK_FALSE(record->wanted.empty());
  }
  folder.write("sizes.study/points.csv.partial", "point,repl");
  CHECK(errors_of(folder.file("sizes.study")).empty());
}

TEST_CASE("study record: every mistake is told with its file and line, all in one pass") {
  const std::string head = "point,replication,seed,x,outcome,diagnosis,digest,simulated_s,a.time_s\n";
  const auto told = [](const std::string& points) {
    StudyRecord record;
    Diagnostics diagnostics;
    read_study_head(study_head("sweep", 1, 1), "study.yaml", record, diagnostics);
    read_study_points(points, "points.csv", true, record, diagnostics);
    return diagnostics.print();
  };
  CHECK(told(head + "0,0,1,one,complete,,d,1,2\n").empty());
  const auto has = [&](const std::string& points, const std::vector<std::string>& parts) {
    const std::string text = told(points);
    for (const std::string& part : parts) CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    CHECK(text.find("remedy: ") != std::string::npos);
  };
  has("", {"points.csv:1:1", "no header"});
  has("a,b\n", {"not the header"});
  has(head + "0,0,1,one,complete,,d,1,2\n0,1,", {"points.csv:3:1", "cut off"});
  has(head + "0,0,1,one,done,,d,1,2\nx,9,1,one,complete,,d,1,two\n1,0\n\"1,0,1\n",
      {":2:1", "`outcome`", ":3:1", "`point`", "`replication` is a number below 1", "`a.time_s`", ":4:1", "2 cells", ":5:1", "quote"});
  has(head + "0,0,1,one,complete,,d,1,2\n0,0,1,one,complete,,d,1,2\n", {"second line for the same run"});
  has(head + "0,0,1,one,complete,,d,1,2\n2,0,1,two,complete,,d,1,2\n", {"point 1 lacks a run"});
  has(head + "0,0,1,one,complete,,d,1,inf\n", {"`a.time_s` is a number, not `inf`"});
  has("point,replication,seed,x,outcome,diagnosis,digest,simulated_s,a.speed\n", {"no column `a.speed`", "version"});
  StudyRecord record;
  Diagnostics diagnostics;
  read_study_head("study: dream\nreplications: many\nat_most:\n  a.time_s: soon\n", "study.yaml", record, diagnostics);
  const std::string text = diagnostics.print();
  for (const char* part : {"`dream`", "study.yaml:2", "`many`", "study.yaml:4", "`soon`"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

TEST_CASE("study record: a summary that does not follow from the rows is refused") {
  const TemporaryDirectory folder;
  play(folder);
  const std::string path = folder.file("sizes.study/summary.csv");
  std::string text = read_file(path);
  const std::size_t at = text.find('\n', text.find('\n') + 1) - 1;  // before the end of the first line of figures
  folder.write("sizes.study/summary.csv", text.substr(0, text.find('\n') + 1) + "0,64 KiB,ecmp,ring.busbw_GBps,3,17,0,,,,,reference\n");
  CHECK(errors_of(folder.file("sizes.study")).find("does not follow from points.csv") != std::string::npos);
  folder.write("sizes.study/summary.csv", text.substr(0, at));
  CHECK(errors_of(folder.file("sizes.study")).find("cut off") != std::string::npos);
  std::filesystem::remove(path);
  CHECK(errors_of(folder.file("sizes.study")).find("summary.csv") != std::string::npos);
}

TEST_CASE("study record: any damage of any byte is an error or a record, never a crash") {
  const std::uint64_t seed = 20261128;
  CAPTURE(seed);
  RandomStream random(seed, 1);
  const std::string head = study_head("search", 2, 2, "at_most:\n  a.time_s: 3\n");
  const std::string rows =
      "point,replication,seed,x,outcome,diagnosis,digest,simulated_s,a.time_s,site.cost\n0,0,1,\"o,ne\",complete,,d,1,2,5\n"
      "0,1,2,\"o,ne\",complete,,d,1,2,5\n1,0,1,two,stalled,\"why \"\"so\"\"\",,1,,\n1,1,2,two,complete,,d,1,4,6\n";
  std::size_t accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string texts[] = {head, rows, "point,x,figure,runs,mean,ci95,reference,difference,difference_ci95,relative,verdict\n"};
    for (std::uint64_t cut = random.below(4); cut > 0; --cut) {
      std::string& text = texts[random.below(3)];
      if (text.empty()) continue;
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.erase(at, 1 + random.below(20)); break;
        case 2: text.insert(at, text.substr(random.below(text.size()), random.below(30))); break;
        default: text.resize(at);
      }
    }
    StudyRecord record;
    Diagnostics diagnostics;
    read_study_head(texts[0], "study.yaml", record, diagnostics);
    if (!diagnostics.has_errors()) read_study_points(texts[1], "points.csv", random.below(2) == 0, record, diagnostics);
    if (!diagnostics.has_errors()) read_study_summary(texts[2], "summary.csv", record, diagnostics);
    if (diagnostics.has_errors()) continue;
    ++accepted;
    for (std::size_t p = 0; p < record.points.size(); ++p)
      for (std::size_t c = 0; c < record.columns.size(); ++c) CHECK(record.figure(p, c).estimate.runs <= record.replications);
  }
  CHECK(accepted > 500);  // the untouched ones at least
  CHECK(accepted < 3000);
}

}  // namespace
}  // namespace eastwest::tests
