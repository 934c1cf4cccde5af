// SPDX-License-Identifier: Apache-2.0
// The verb `study`: what it writes, that it can be killed at any moment and continued to the same bytes, and what it refuses.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr const char* kBase =
    "site: {topology: leaf_spine, servers: 8, server: plain, leaves: 4}\n"
    "jobs:\n  a: {kind: permutation, size: 256 KiB}\n";
constexpr const char* kStudy =
    "study: sweep\nbase: base.yaml\nreplications: 3\nset: {jobs.a.kind: permutation}\n"
    "grid:\n  network.routing: [ecmp, spray]\n  jobs.a.size: [64 KiB, 128 KiB, 256 KiB, 512 KiB]\n";

void write_study(const TemporaryDirectory& folder, const std::string& text = kStudy) {
  folder.write("base.yaml", kBase);
  folder.write("s.yaml", text);
}

/// Every file of a folder with its bytes.
std::map<std::string, std::string> content(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[std::filesystem::relative(entry.path(), folder).string()] = read_file(entry.path());
  return files;
}

std::size_t lines_in(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return 0;
  const std::string text = read_file(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The names and bytes that differ, for a message.
std::string difference(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
  std::string text;
  for (const auto& [name, bytes] : a)
    if (!b.contains(name)) text += name + " is missing; ";
    else if (b.at(name) != bytes) text += name + " differs; ";
  for (const auto& [name, bytes] : b)
    if (!a.contains(name)) text += name + " is new; ";
  return text;
}

}  // namespace

TEST_CASE("study: rows, summary, table and HDF5 stand in the folder, the same for any number of threads") {
  const TemporaryDirectory folder;
  write_study(folder);
  const ProgramResult one = run_program({"study", "s.yaml", "--threads", "1"}, in(folder));
  REQUIRE_MESSAGE(one.exit_code == 0, one.errors);
  CHECK(one.output.find("sweep, 8 points x 3 seeds") != std::string::npos);
  CHECK(one.output.find("against point") != std::string::npos);
  const auto files = content(folder.file("s.study"));
  for (const char* name : {"points.csv", "summary.csv", "table.txt", "study.h5", "study.yaml", "study.lock"}) CHECK(files.contains(name));
  CHECK(files.size() == 6);
  CHECK(std::count(files.at("points.csv").begin(), files.at("points.csv").end(), '\n') == 25);
  CHECK(one.output.starts_with(files.at("table.txt")));
  const ProgramResult three = run_program({"study", "s.yaml", "--threads", "3", "--memory", "1 MiB", "-o", "other/again"}, in(folder));
  REQUIRE_MESSAGE(three.exit_code == 0, three.errors);
  CHECK(difference(files, content(folder.file("other/again"))) == "");
  // A row is the run that the scenario makes by itself.
  const ProgramResult alone = run_program(
      {"run", "base.yaml", "--set", "network.routing=spray", "--set", "jobs.a.size=64 KiB", "--seed", "2", "--no-trace", "--json"},
      in(folder));
  const std::size_t row = files.at("points.csv").find("\n4,1,2,spray,64 KiB,complete,,");
  REQUIRE(row != std::string::npos);
  CHECK(alone.output.find(files.at("points.csv").substr(row + 30, 32)) != std::string::npos);
}

TEST_CASE("study: killed at ten random moments, --resume ends in the same bytes") {
  const TemporaryDirectory folder;
  write_study(folder);
  REQUIRE(run_program({"study", "s.yaml", "-o", "whole", "--quiet"}, in(folder)).exit_code == 0);
  const auto expected = content(folder.file("whole"));
  const std::uint64_t seed = 20261128;
  CAPTURE(seed);
  RandomStream random(seed, 0);
  // A fast machine may end before its kill: only kills that land are counted, and ten of them are wanted.
  unsigned killed = 0;
  for (int round = 0; round < 100 && killed < 10; ++round) {
    CAPTURE(round);
    const std::string output = "killed-" + std::to_string(round);
    const std::string journal = folder.file(output + "/points.csv.partial");
    ProgramOptions options = in(folder);
    options.kill_signal = SIGKILL;
    // After so many rows, and a little more: before, between, inside a write, and while the results are written.
    const std::size_t rows = random.below(26);
    options.kill_when = [&] { return rows == 0 || lines_in(journal) >= rows; };
    options.kill_after_s = random.unit() * 0.005;
    const ProgramResult first = run_program({"study", "s.yaml", "-o", output, "--quiet", "--threads", "2"}, options);
    if (first.exit_code == 128 + SIGKILL) ++killed;
    // What has its final name is whole, whenever the kill came.
    const std::string points = folder.file(output + "/points.csv");
    if (std::filesystem::exists(points)) CHECK(read_file(points) == expected.at("points.csv"));
    const ProgramResult last = run_program({"study", "s.yaml", "-o", output, "--quiet", "--resume"}, in(folder));
    CHECK_MESSAGE(last.exit_code == 0, last.errors);
    CHECK(difference(expected, content(folder.file(output))) == "");
  }
  CHECK(killed == 10);
}

TEST_CASE("study: Ctrl-C ends with 130 and says how to continue; another study is not continued") {
  const TemporaryDirectory folder;
  write_study(folder, "study: sweep\nbase: base.yaml\nreplications: 200\ngrid:\n  jobs.a.size: [64 MiB]\n");
  ProgramOptions options = in(folder);
  options.kill_signal = SIGINT;
  options.kill_when = [&] { return lines_in(folder.file("s.study/points.csv.partial")) >= 3; };
  const ProgramResult result = run_program({"study", "s.yaml", "--threads", "2"}, options);
  CHECK(result.exit_code == 130);
  CHECK(result.errors.find("of 200 runs are done; continue with `eastwest study s.yaml -o s.study --resume`") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("s.study/points.csv")));
  const ProgramResult again = run_program({"study", "s.yaml"}, in(folder));
  CHECK(again.exit_code == 2);
  CHECK(again.errors.find("holds a study already") != std::string::npos);
  write_study(folder, "study: sweep\nbase: base.yaml\nreplications: 201\ngrid:\n  jobs.a.size: [64 MiB]\n");
  const ProgramResult other = run_program({"study", "s.yaml", "--resume"}, in(folder));
  CHECK(other.exit_code == 2);
  CHECK(other.errors.find("was `replications: 200` and would be `replications: 201`") != std::string::npos);
}

TEST_CASE("study: points without a result are named and the exit code says so, also when it is asked again") {
  const TemporaryDirectory folder;
  write_study(folder, "study: sweep\nbase: base.yaml\nlist:\n  - {}\n  - {jobs.a.ranks: 40}\n");
  for (const char* resume : {"", "--resume"}) {
    std::vector<std::string> arguments = {"study", "s.yaml"};
    if (*resume != '\0') arguments.emplace_back(resume);
    const ProgramResult result = run_program(arguments, in(folder));
    CHECK(result.exit_code == 1);
    CHECK(result.output.find("without a result: 1 of 2 runs") != std::string::npos);
    CHECK(result.errors.find("1 of 2 runs have no result") != std::string::npos);
  }
}

TEST_CASE("study: a full disk ends it with words, and the rows before are kept") {
  const TemporaryDirectory folder;
  write_study(folder);
  ProgramOptions options = in(folder);
  options.file_size_limit = 4096;
  const ProgramResult full = run_program({"study", "s.yaml", "--quiet"}, options);
  CHECK(full.exit_code != 0);
  const ProgramResult result = run_program({"study", "s.yaml", "--resume", "--quiet"}, in(folder));
  CHECK_MESSAGE(result.exit_code == 0, result.errors);
  REQUIRE(run_program({"study", "s.yaml", "-o", "whole", "--quiet"}, in(folder)).exit_code == 0);
  CHECK(difference(content(folder.file("whole")), content(folder.file("s.study"))) == "");
}

TEST_CASE("study: mistakes end with 2 before anything is written") {
  const TemporaryDirectory folder;
  write_study(folder, "study: sweep\nbase: base.yaml\ngrid:\n  network.routin: [ecmp]\n");
  const ProgramResult result = run_program({"study", "s.yaml"}, in(folder));
  CHECK(result.exit_code == 2);
  CHECK(result.errors.find("s.yaml:4:3: error: `routin` is not a parameter of `network`") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("s.study")));
  CHECK(run_program({"study", "nowhere.yaml"}, in(folder)).exit_code == 2);
  write_study(folder);
  CHECK(run_program({"study", "s.yaml", "--memory", "8"}, in(folder)).exit_code == 2);
  CHECK(run_program({"study", "base.yaml"}, in(folder)).errors.find("this looks like a scenario") != std::string::npos);
  CHECK(run_program({"run", "s.yaml"}, in(folder)).errors.find("`eastwest study s.yaml` runs it") != std::string::npos);
}
