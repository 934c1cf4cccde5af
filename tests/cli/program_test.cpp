// SPDX-License-Identifier: Apache-2.0
// The command line around `run`: help, version, kinds, schema, explain, compare, and files that are no traces.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

std::string library(const std::string& name) { return eastwest::tests::source_directory() + "/scenarios/library/" + name; }

}  // namespace

TEST_CASE("program: help and version are no mistakes, everything unknown is exit code 2") {
  CHECK(run_program({"--help"}).exit_code == 0);
  CHECK(run_program({"run", "--help"}).exit_code == 0);
  CHECK(run_program({"run", "--help"}).output.find("--domains") == std::string::npos);  // for tests, not for users
  CHECK(run_program({"version"}).output.substr(0, 9) == "eastwest ");
  CHECK(run_program({"--version"}).output == run_program({"version"}).output);
  for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                  {"rnu"},
                                                  {"run"},
                                                  {"run", "a.yaml", "--threads", "0"},
                                                  {"run", "a.yaml", "--threads", "many"},
                                                  {"run", "a.yaml", "b.yaml"},
                                                  {"run", "--nope", "a.yaml"},
                                                  {"compare"},
                                                  {"kinds", "a", "b"},
                                                  {"explain"}}) {
    const ProgramResult result = run_program(command);
    CAPTURE(command.size());
    CHECK(result.exit_code == 2);
    CHECK_FALSE(result.errors.empty());
    CHECK(result.output.empty());
  }
}

TEST_CASE("program: a slip on the command line is answered with the nearest right word") {
  const auto errors = [](const std::vector<std::string>& command) { return run_program(command).errors; };
  CHECK(errors({}) == "error: no verb is given\nremedy: `eastwest run SCENARIO` simulates a scenario; `eastwest --help` lists the verbs\n");
  CHECK(errors({"explian", "a.yaml"}) == "error: `explian` is not a verb\nremedy: did you mean `eastwest explain`?\n");
  CHECK(errors({"a.yaml"}) == "error: `a.yaml` is not a verb\nremedy: `eastwest --help` lists the verbs\n");
  CHECK(errors({"run", "a.yaml", "--thread", "2"}) == "error: `--thread` is not an option of `run`\nremedy: did you mean `--threads`?\n");
  CHECK(errors({"run"}) == "error: `eastwest run` needs SCENARIO\nremedy: `eastwest run --help` tells more\n");
  CHECK(errors({"compare"}) == "error: `eastwest compare` needs FILE.h5\nremedy: `eastwest compare --help` tells more\n");
  CHECK(errors({"run", "a.yaml", "b.yaml"}) ==
        "error: `b.yaml` is one argument too many for `run`\nremedy: `eastwest run --help` tells more\n");
  CHECK(errors({"run", "a.yaml", "--threads", "0"}).find("error: --threads: Value 0 not in range 1 to 1024\n") == 0);
}

TEST_CASE("program: options and scenario may come in any order, --set takes one value each") {
  const ProgramResult result = run_program({"explain", "--set", "seed=4", library("incast-32.yaml"), "--set", "jobs.incast.size=2 MiB"});
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("seed: 4\n") != std::string::npos);
  CHECK(result.output.find("size: 2 MiB\n") != std::string::npos);
}

TEST_CASE("program: what explain prints is explained to the same text") {
  const TemporaryDirectory folder;
  const ProgramResult first = run_program({"explain", "--comments", library("llama3-70b-serve-64.yaml")});
  REQUIRE(first.exit_code == 0);
  const ProgramResult again = run_program({"explain", "--comments", folder.write("again.yaml", first.output)});
  CHECK(again.output == first.output);
}

TEST_CASE("program: kinds lists and describes") {
  CHECK(run_program({"kinds"}).output.find("rail_optimised") != std::string::npos);
  CHECK(run_program({"kinds", "training"}).output.find("tensor_parallel") != std::string::npos);
  CHECK(run_program({"kinds", "dcqcn"}).output.find("dcqcn.rate_min") != std::string::npos);
  CHECK(run_program({"kinds", "network"}).output.find("dcqcn.rate_min") != std::string::npos);
  const ProgramResult unknown = run_program({"kinds", "trainin"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.errors == "error: there is no kind `trainin`\nremedy: did you mean `training`?\n");
}

TEST_CASE("program: the schema is JSON") { CHECK(nlohmann::json::parse(run_program({"schema"}).output).contains("properties")); }

TEST_CASE("program: files that are no traces are named, all of them, with exit code 2") {
  const TemporaryDirectory folder;
  const std::string trace = folder.file("good.h5");
  REQUIRE(run_program({"run", library("incast-32.yaml"), "-o", trace, "--quiet"}).exit_code == 0);
  const std::string bytes = read_file(trace);
  REQUIRE(bytes.size() > 4096);
  const std::vector<std::string> broken{
      folder.file("none.h5"),
      folder.path().string(),
      folder.write("empty.h5", ""),
      folder.write("text.h5", "site: {topology: leaf_spine}\n"),
      folder.write("signature.h5", bytes.substr(0, 8)),
      folder.write("half.h5", bytes.substr(0, bytes.size() / 2)),
      folder.write("zeros.h5", std::string(100'000, '\0')),
  };
  std::vector<std::string> command{"compare", trace};
  for (const std::string& path : broken) {
    CAPTURE(path);
    const ProgramResult result = run_program({"compare", trace, path});
    CHECK(result.exit_code == 2);
    CHECK(result.output.empty());
    CHECK(result.errors.find(path) != std::string::npos);
    CHECK(result.errors.substr(0, 7) == "error: ");
    CHECK(result.errors.find("HDF5-DIAG") == std::string::npos);  // the library's own stack is nothing for users
    command.push_back(path);
  }
  const ProgramResult all = run_program(command);
  for (const std::string& path : broken) CHECK(all.errors.find(path) != std::string::npos);
  // A damaged trace as a scenario: a message, no crash.
  for (const char* name : {"signature.h5", "half.h5", "zeros.h5", "empty.h5"}) {
    CAPTURE(name);
    const ProgramResult result = run_program({"run", folder.file(name), "--no-trace"});
    CHECK(result.exit_code == 2);
    CHECK(result.errors.find("error: ") != std::string::npos);
  }
}

TEST_CASE("program: compare puts two traces side by side, as text and as JSON") {
  const TemporaryDirectory folder;
  const std::string one = folder.file("one.h5");
  const std::string two = folder.file("two.h5");
  REQUIRE(run_program({"run", library("incast-32.yaml"), "-o", one, "--quiet"}).exit_code == 0);
  REQUIRE(run_program({"run", library("incast-32.yaml"), "-o", two, "--quiet", "--set", "jobs.incast.size=2 MiB"}).exit_code == 0);
  const ProgramResult text = run_program({"compare", one, two});
  CHECK(text.exit_code == 0);
  CHECK(text.output.find("one") != std::string::npos);
  CHECK(text.output.find("two") != std::string::npos);
  CHECK(nlohmann::json::parse(run_program({"compare", "--json", one, two}).output).is_object());
}
