// SPDX-License-Identifier: Apache-2.0
// docs/documents.md is true: the commands of its example print what stands there, one after the other, and its table of prices is read.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/documents/price_list.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

/// The block between fences that begins with `first`.
std::string block(const std::string& first) {
  const std::string text = read_file(std::filesystem::path(source_directory()) / "docs/documents.md");
  const std::size_t begin = text.find("```\n" + first);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("\n```", begin + 4);
  return text.substr(begin + 4, end + 1 - begin - 4);
}

TEST_CASE("documents document: the example prints what stands there") {
  const std::string shown = block("$ eastwest docs");
  const TemporaryDirectory folder;  // the example writes beside the files that it names
  std::istringstream lines(shown);
  std::string printed;
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("$ eastwest ")) continue;
    std::istringstream words(line.substr(11));
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) {
      const auto source = std::filesystem::path(source_directory()) / word;
      if (word.find('/') != std::string::npos && std::filesystem::exists(source)) {
        folder.write(word, read_file(source));
      }
      arguments.push_back(word);
    }
    const ProgramResult run = run_program(arguments, {.directory = folder.path().string(), .environment = {}, .kill_when = {}});
    CAPTURE(line);
    CHECK(run.exit_code == 0);
    CHECK(run.errors.empty());
    printed += line + "\n" + run.output;
    ++commands;
  }
  CHECK(commands == 3);
  CHECK(printed == shown);
}

TEST_CASE("documents document: its table of prices is read") {
  Diagnostics diagnostics;
  const auto prices = read_price_list(block("part,unit_price,currency"), "prices.csv", diagnostics);
  REQUIRE_MESSAGE(prices.has_value(), diagnostics.print());
  CHECK(prices->parts.size() == 3);
}

}  // namespace
}  // namespace eastwest::tests
