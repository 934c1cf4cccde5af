// SPDX-License-Identifier: Apache-2.0
// docs/studies.md is true: every command in it runs, and the figures that it states are those that the runs give.
#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/text_table.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

/// Arguments of every line "    N: build/release/eastwest ARGUMENTS", by number, from 1.
std::vector<std::vector<std::string>> commands_in(const std::string& text) {
  std::vector<std::vector<std::string>> commands;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number;
    std::string program;
    if (!line.starts_with("    ") || !(words >> number >> program) || program != "build/release/eastwest") continue;
    CHECK(number == std::to_string(commands.size() + 1) + ":");
    commands.emplace_back();
    for (std::string word; words >> word;) commands.back().push_back(word);
  }
  return commands;
}

/// Bytes per second between servers in 1e9: offered by flows, or on average over the run.
double volume(const nlohmann::json& run) {
  if (!run["flows"].empty()) return run["flows"][0]["offered_GBps"];
  return run["bytes_fabric"].get<double>() / run["simulated_s"].get<double>() * 1e-9;
}

/// What the document tells of a row: the step of training, the slowest flows of each size.
void check_slowdown(const nlohmann::json& row, const std::string& text) {
  const std::string what = row["what"];
  if (what != "step mean" && !(what.starts_with("flows") && what.ends_with("p99"))) return;
  const std::string stated = "| " + fixed(row["slowdown"], 3) + " |";
  CHECK_MESSAGE(text.find(stated) != std::string::npos, what << " " << stated);
}

TEST_CASE("studies: the commands run and give the figures of the document") {
  const std::string text = read_file(source_directory() + "/docs/studies.md");
  const auto commands = commands_in(text);
  REQUIRE(commands.size() == 16);
  ProgramOptions options;
  options.directory = source_directory();
  double site = 0;
  std::vector<double> volumes;
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--json", "--no-trace"});
    const ProgramResult result = run_program(command, options);
    REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
    const nlohmann::json run = nlohmann::json::parse(result.output);
    if (run.contains("interference")) {
      for (const auto& row : run["interference"]) check_slowdown(row, text);
      continue;
    }
    const std::string stated = fixed(volume(run), 1) + " GB/s";
    CAPTURE(command[1]);
    CHECK_MESSAGE(text.find(stated) != std::string::npos, stated);
    const double inside = run["bytes_scale_up"].get<double>() / run["simulated_s"].get<double>() * 1e-9;
    if (volumes.size() < 4) CHECK_MESSAGE(text.find(fixed(inside, 1) + " GB/s") != std::string::npos, inside);
    volumes.push_back(volume(run));
    if (volumes.size() == 5) site = volumes.back();
    for (const auto& check : run["sanity"]) CHECK(check["passed"] == true);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string ratio = "| " + fixed(volumes[i] / site, 2) + " |";
    CHECK_MESSAGE(text.find(ratio) != std::string::npos, ratio);
  }
  // Random arrivals scatter around racks x servers x NIC rate x utilisation.
  CHECK(volumes[4] == doctest::Approx(250).epsilon(0.05));
  CHECK(volumes[5] == doctest::Approx(625).epsilon(0.05));
  CHECK(volumes[6] == doctest::Approx(1250).epsilon(0.05));
}

}  // namespace
}  // namespace eastwest::tests
