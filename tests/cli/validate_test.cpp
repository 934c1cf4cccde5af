// SPDX-License-Identifier: Apache-2.0
// The verb `validate`: the documents have what it prints, users bring tables of their own, mistakes are located.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

std::string document(const std::string& name) {
  std::ifstream in(source_directory() + "/docs/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("validate: docs/validation.md and docs/validation-points.md have what the program prints (`./dev validate` writes them)") {
  const std::string documents = document("validation.md") + document("validation-points.md");
  for (const char* table : {"h200-gpus", "b200-gpus", "a100-server", "h200-server", "h100-ib-4"}) {
    const ProgramResult result = run_program({"validate", "--table", table});
    CHECK(result.errors.empty());
    std::istringstream lines(result.output);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("| all |")) continue;  // of the tables chosen here
      CAPTURE(line);
      CHECK(documents.find(line + "\n") != std::string::npos);
    }
  }
}

TEST_CASE("validate: a table of one's own is played as it says, and a point far off is a verdict") {
  const TemporaryDirectory directory;
  const std::string file = directory.path().string() + "/mine.csv";
  write(file, "server,servers,gpus,operation,algorithm,size,time_us\ndgx-h200,1,8,all_reduce,ring,8 GiB,41114\n");
  const ProgramResult good = run_program({"validate", file, "--json"});
  CHECK(good.exit_code == 0);
  const auto json = nlohmann::json::parse(good.output);
  CHECK(json["passed"] == true);
  CHECK(json["tables"][0]["name"] == "mine");
  CHECK(json["tables"][0]["points"][0]["played"] == "ring simple");
  CHECK(json["plateau"]["error"] < 0.05);
  write(file, "server,servers,gpus,operation,algorithm,size,time_us\ndgx-h200,1,8,all_reduce,ring,8 GiB,30000\n");
  const ProgramResult off = run_program({"validate", file});
  CHECK(off.exit_code == 1);
  CHECK(off.output.find("**over**") != std::string::npos);
}

TEST_CASE("validate: what cannot be read or played is told") {
  const TemporaryDirectory directory;
  const std::string file = directory.path().string() + "/mine.csv";
  CHECK(run_program({"validate", directory.path().string() + "/none.csv"}).exit_code == 2);
  write(file, "server,servers,operation,size,time_us\ndgx-h200,1,all_reduce,8 GiB,fast\n");
  const ProgramResult wrong = run_program({"validate", file});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.errors.find("mine.csv:2") != std::string::npos);
  write(file, "server,servers,operation,size,time_us\ndgx-z1,1,all_reduce,8 GiB,30000\n");
  const ProgramResult unknown = run_program({"validate", file});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.output.find("dgx-z1") != std::string::npos);
  const ProgramResult none = run_program({"validate", "--table", "abacus"});
  CHECK(none.exit_code == 2);
  CHECK(none.errors == "error: no table of measurements has `abacus` in its name\nremedy: leave `--table` out to see them all\n");
}
