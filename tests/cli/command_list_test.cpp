// SPDX-License-Identifier: Apache-2.0
// Manual page and completions: they are made from the options that the program declares, so they hold every one of them; the law is that help,
// manual and completions tell of the same verbs and options, and that a shell which reads the script completes with them.
#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>

#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

/// What the help of a verb declares: its lines up to the descriptions.
std::string declared(const std::string& verb) {
  std::istringstream help(run_program({verb, "--help"}).output);
  std::string text;
  for (std::string line; std::getline(help, line);)
    if (line.starts_with("  -")) text += line.substr(0, line.find("  ", 3)) + "\n";
  return text;
}

/// Words of a text that look like long options.
std::set<std::string> long_options(const std::string& text) {
  std::set<std::string> found;
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-')) ++end;
    if (end > at + 2) found.insert(text.substr(at, end - at));
    at = end - 2;
  }
  return found;
}

/// The verbs that `--help` lists: indented by two, after "Subcommands:".
std::set<std::string> verbs() {
  std::istringstream help(run_program({"--help"}).output);
  std::set<std::string> found;
  bool listing = false;
  for (std::string line; std::getline(help, line);) {
    if (line.starts_with("Subcommands:")) listing = true;
    else if (listing && line.size() > 2 && line.starts_with("  ") && line[2] != ' ') found.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return found;
}

/// What bash offers for these words; the last one is being written.
std::string offered(const TemporaryDirectory& folder, const std::string& words) {
  const std::string script = "source eastwest.bash; COMP_WORDS=(" + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _eastwest; printf '%s ' \"${COMPREPLY[@]}\"";
  const ProgramResult result = run_command({"bash", "-uc", script}, in(folder));
  REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
  return result.output;
}

/// The same, as a set of names: a folder is listed in any order, and bash sorts what it shows.
std::set<std::string> offered_files(const TemporaryDirectory& folder, const std::string& words) {
  const std::string script = "source eastwest.bash; COMP_WORDS=(" + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _eastwest; printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::istringstream lines(run_command({"bash", "-uc", script}, in(folder)).output);
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) names.insert(line);
  return names;
}

}  // namespace

TEST_CASE("manual: every verb with every option of its help, and nothing that roff takes for a command") {
  const ProgramResult manual = run_program({"manual"});
  REQUIRE(manual.exit_code == 0);
  std::string page = manual.output;
  REQUIRE(verbs().size() >= 15);
  std::set<std::string> options;
  for (const std::string& verb : verbs()) {
    CAPTURE(verb);
    CHECK(page.find("\n.SS " + verb + "\n") != std::string::npos);
    options.merge(long_options(declared(verb)));
  }
  CHECK(page.find("study\\-points") == std::string::npos);  // not for users
  for (std::size_t at = page.find("\\-"); at != std::string::npos; at = page.find("\\-", at)) page.erase(at, 1);
  REQUIRE(options.size() >= 20);
  const std::set<std::string> told = long_options(page);
  for (const std::string& option : options) {
    CAPTURE(option);
    CHECK(told.contains(option));
  }
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    const std::set<std::string> macros = {".TH", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi", ".\\\""};
    if (line.starts_with('.')) CHECK(macros.contains(line.substr(0, line.find(' '))));
    CHECK_FALSE(line.starts_with('\''));
  }
}

TEST_CASE("completions: bash offers verbs, options, words and files with the right endings") {
  const TemporaryDirectory folder;
  for (const char* name : {"a run.yaml", "b.h5", "c.csv", "d.h5.partial"}) folder.write(name, "");
  folder.write("place/e.yaml", "");
  folder.write("eastwest.bash", run_program({"completions", "bash"}).output);
  CHECK(offered(folder, "eastwest exp") == "explain export expand ");
  CHECK(offered(folder, "eastwest run --th") == "--threads ");
  CHECK(offered(folder, "eastwest run x.yaml --fidelity ''") == "packet flow both ");
  CHECK(offered(folder, "eastwest run x.yaml --fidelity = f") == "flow ");  // as bash splits --fidelity=f
  using Names = std::set<std::string>;
  CHECK(offered_files(folder, "eastwest run ''") == Names{"a run.yaml", "b.h5", "d.h5.partial", "place"});
  CHECK(offered_files(folder, "eastwest check ''") == Names{"a run.yaml", "place"});
  CHECK(offered_files(folder, "eastwest compare b.h5 ''") == Names{"b.h5", "d.h5.partial", "place"});
  CHECK(offered_files(folder, "eastwest docs x.yaml -o ''") == Names{"place"});
  CHECK(offered_files(folder, "eastwest docs x.yaml --prices ''") == Names{"c.csv", "place"});
  CHECK(offered(folder, "eastwest import ''") == "netbox ");
  CHECK(offered(folder, "eastwest import netbox ''") == "place ");
  CHECK(offered(folder, "eastwest schema ''") == "scenario study ");
  CHECK(offered(folder, "eastwest run x.yaml --seed ''").find_first_not_of(' ') == std::string::npos);
}

TEST_CASE("completions: every shell's script tells of every verb and option; an unknown shell is refused") {
  std::set<std::string> options;
  for (const std::string& verb : verbs()) options.merge(long_options(declared(verb)));
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const ProgramResult script = run_program({"completions", shell});
    REQUIRE(script.exit_code == 0);
    for (const std::string& verb : verbs()) CHECK_MESSAGE(script.output.find(verb) != std::string::npos, verb);
    for (const std::string& option : options) {
      const std::string word = shell == "fish" ? " -l " + option.substr(2) : option;
      CHECK_MESSAGE(script.output.find(word) != std::string::npos, option);
    }
    // A shell that is here reads it without a complaint.
    const TemporaryDirectory folder;
    folder.write("script", script.output);
    if (run_command({"sh", "-c", "command -v " + shell}).exit_code != 0) {
      MESSAGE(shell << " is not installed: its script was not read");
      continue;
    }
    const ProgramResult read = run_command({shell, "-n", "script"}, in(folder));
    CHECK_MESSAGE(read.exit_code == 0, read.errors);
  }
  CHECK(run_program({"completions", "tcsh"}).exit_code == 2);
}
