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
