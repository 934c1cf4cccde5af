// SPDX-License-Identifier: Apache-2.0
// The verb `report`: a page from traces of real runs, in place only when complete, and kind errors.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/run_in_folder.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kScenario =
    "description: eight hosts\nsite: {topology: leaf_spine, servers: 8, server: plain, leaves: 2}\n"
    "jobs:\n  ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}\n";

TEST_CASE("report: a run becomes a page beside it, and another run replaces it whole") {
  const TemporaryDirectory folder;
  folder.write("ring.yaml", kScenario);
  REQUIRE(run_program({"run", "ring.yaml", "--quiet"}, in(folder)).exit_code == 0);
  const ProgramResult made = run_program({"report", "ring.h5"}, in(folder));
  CHECK(made.exit_code == 0);
  CHECK(made.output.find("ring.html") != std::string::npos);
  const std::string page = read_file(folder.file("ring.html"));
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(page.find("eight hosts") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("ring.html.partial")));
  REQUIRE(run_program({"report", "ring.h5", "-o", "other.html"}, in(folder)).exit_code == 0);
  CHECK(read_file(folder.file("other.html")) == page);
}

TEST_CASE("report: two runs in one page, compared") {
  const TemporaryDirectory folder;
  folder.write("ring.yaml", kScenario);
  REQUIRE(run_program({"run", "ring.yaml", "--quiet", "-o", "a.h5"}, in(folder)).exit_code == 0);
  REQUIRE(run_program({"run", "ring.yaml", "--quiet", "-o", "b.h5", "--set", "site.leaves=4"}, in(folder)).exit_code == 0);
  const ProgramResult made = run_program({"report", "a.h5", "b.h5", "-o", "both.html"}, in(folder));
  CHECK_MESSAGE(made.exit_code == 0, made.errors);
  CHECK(read_file(folder.file("both.html")).find("b.h5 against a.h5: ring ") != std::string::npos);
}

TEST_CASE("report: every mistake is told, nothing is written, exit code 2") {
  const TemporaryDirectory folder;
  folder.write("ring.yaml", kScenario);
  REQUIRE(run_program({"run", "ring.yaml", "--quiet"}, in(folder)).exit_code == 0);
  const std::string before = read_file(folder.file("ring.h5"));
  const auto refused = [&](std::vector<std::string> arguments, const std::vector<std::string>& parts) {
    const ProgramResult result = run_program(arguments, in(folder));
    CHECK(result.exit_code == 2);
    for (const std::string& part : parts) CHECK_MESSAGE(result.errors.find(part) != std::string::npos, result.errors);
    CHECK(result.errors.find("remedy: ") != std::string::npos);
  };
  refused({"report"}, {"needs FILE.h5"});
  refused({"report", "none.h5", "ring.yaml", "-o", "x.html"}, {"cannot read none.h5", "ring.yaml is not a trace"});
  refused({"report", "ring.h5", "-o", "no/such/folder/x.html"}, {"does not exist"});
  refused({"report", "ring.h5", "-o", "ring.h5"}, {"is one of the traces"});
  refused({"report", "ring.h5", "--outptu", "x.html"}, {"did you mean `--output`"});
  CHECK_FALSE(std::filesystem::exists(folder.file("x.html")));
  CHECK(read_file(folder.file("ring.h5")) == before);
}

TEST_CASE("report: a study becomes a page, whichever of its files is named, the same every time") {
  const TemporaryDirectory folder;
  folder.write("ring.yaml", kScenario);
  folder.write("sizes.yaml",
               "study: sweep\nbase: ring.yaml\nreplications: 2\nset: {fidelity: flow}\ngrid:\n  jobs.ring.size: [64 KiB, 1 MiB]\n");
  REQUIRE(run_program({"study", "sizes.yaml", "--quiet"}, in(folder)).exit_code == 0);
  const ProgramResult made = run_program({"report", "sizes.study"}, in(folder));
  CHECK_MESSAGE(made.exit_code == 0, made.errors);
  CHECK(made.output.starts_with("sizes.html: "));
  const std::string page = read_file(folder.file("sizes.html"));
  CHECK(page.find("ring bus bandwidth against 64 KiB: ") != std::string::npos);
  for (const char* named : {"sizes.study/", "sizes.study/study.h5", "sizes.study/points.csv", "./sizes.study/summary.csv"}) {
    REQUIRE(run_program({"report", named, "-o", "other.html"}, in(folder)).exit_code == 0);
    CHECK(read_file(folder.file("other.html")) == page);
  }
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    const ProgramResult result = run_program(arguments, in(folder));
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(result.errors.find(part) != std::string::npos, result.errors);
    CHECK(result.errors.find("remedy: ") != std::string::npos);
  };
  refused({"report", "sizes.study", "ring.h5", "-o", "x.html"}, "one study or several traces");
  refused({"report", "sizes.study", "-o", "sizes.study/study.h5"}, "is a file of the study");
  folder.write("empty/note.txt", "nothing");
  refused({"report", "empty", "-o", "x.html"}, "holds no study");
  folder.write("sizes.study/points.csv", "damaged\n");
  refused({"report", "sizes.study", "-o", "x.html"}, "points.csv:1:1: error: ");
  CHECK_FALSE(std::filesystem::exists(folder.file("x.html")));
}

TEST_CASE("report: a disk without room leaves the earlier page, exit code 3") {
  const TemporaryDirectory folder;
  folder.write("ring.yaml", kScenario);
  REQUIRE(run_program({"run", "ring.yaml", "--quiet"}, in(folder)).exit_code == 0);
  folder.write("ring.html", "earlier");
  ProgramOptions options = in(folder);
  options.file_size_limit = 4096;
  const ProgramResult result = run_program({"report", "ring.h5"}, options);
  CHECK(result.exit_code == 3);
  CHECK(result.errors.find("cannot write ring.html.partial") != std::string::npos);
  CHECK(read_file(folder.file("ring.html")) == "earlier");
  CHECK_FALSE(std::filesystem::exists(folder.file("ring.html.partial")));
}

}  // namespace
}  // namespace eastwest::tests
