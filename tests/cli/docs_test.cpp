// SPDX-License-Identifier: Apache-2.0
// The verbs docs, expand and export graphviz: exit codes, whole folders, files of others left alone, growth on the terminal.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

constexpr const char* kSite =
    "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nswitch: nv-qm9700\nfabric_optic: 400g-dr4\nplant:\n  cabling: "
    "structured_fabric\n  "
    "phases: [32, 64]\n";

std::set<std::string> files_of(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.insert(std::filesystem::relative(entry.path(), folder).string());
  return names;
}

}  // namespace

TEST_CASE("docs: writes a whole folder, the same twice, and leaves files of others alone") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const ProgramResult first = run_program({"docs", site, "-o", folder.file("out")});
  REQUIRE_MESSAGE(first.exit_code == 0, first.errors);
  CHECK(first.output.find("phase 2 (64 GPUs): buy 4 servers") != std::string::npos);
  CHECK(first.output.find("touches nothing of the phases before") != std::string::npos);
  const std::set<std::string> names = files_of(folder.path() / "out");
  for (const char* name :
       {"index.html", "cable-schedule.csv", "labels.csv", "labels.html", "port-maps.csv", "strand-map.csv", "pull-list.csv",
        "pull-bundles.csv", "bill-of-materials.csv", "test-plan.csv", "growth.csv", "fabric.dot", "elevations/A01.svg"})
    CHECK_MESSAGE(names.contains(name), name);
  folder.write("out/notes.txt", "mine");
  folder.write("out/elevations/mine.svg", "mine too");
  const std::string stale = folder.write("out/stale.csv", "x\n");
  std::string contents = read_file(folder.file("out/contents.csv"));
  contents += "stale.csv,of an earlier version\n../site.yaml,not ours\n";
  folder.write("out/contents.csv", contents);
  const std::string book = read_file(folder.file("out/index.html"));
  const ProgramResult second = run_program({"docs", site, "-o", folder.file("out")});
  REQUIRE_MESSAGE(second.exit_code == 0, second.errors);
  CHECK(read_file(folder.file("out/index.html")) == book);
  CHECK(read_file(folder.file("out/notes.txt")) == "mine");
  CHECK(std::filesystem::exists(folder.file("out/elevations/mine.svg")));
  CHECK_FALSE(std::filesystem::exists(stale));
  CHECK(std::filesystem::exists(site));
  // No partial folder stays beside.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    CHECK(entry.path().filename().string().find(".partial") == std::string::npos);
}

TEST_CASE("docs: prices, times, an earlier version and a phase") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const std::string prices = folder.write("prices.csv", "part,unit_price,currency\ndgx-h100,300000,EUR\n");
  const std::string times = folder.write("times.csv", "work,minutes\npatch,0\n");
  REQUIRE(run_program({"docs", site, "-o", folder.file("old")}).exit_code == 0);
  const ProgramResult run = run_program({"docs", site, "-o", folder.file("new"), "--prices", prices, "--times", times, "--previous",
                                         folder.file("old/cable-schedule.csv"), "--phase", "1", "--set", "plant.trunk_spare=1"});
  REQUIRE_MESSAGE(run.exit_code == 0, run.errors);
  CHECK(run.output.find("1200000.00 EUR") != std::string::npos);
  CHECK(run.output.find("parts that have no price") != std::string::npos);
  CHECK(run.output.find("changes against the previous version") != std::string::npos);
  CHECK(std::filesystem::exists(folder.file("new/change-log.csv")));
  CHECK(read_file(folder.file("new/cable-schedule.csv")).size() < read_file(folder.file("old/cable-schedule.csv")).size());
}

TEST_CASE("docs: bad input is exit code 2 and writes nothing") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const std::string bad = folder.write("prices.csv", "part,unit_price,currency\na,b,EUR\n");
  const auto refused = [&](std::vector<std::string> arguments, const std::string& word) {
    const ProgramResult run = run_program(arguments);
    CHECK(run.exit_code == 2);
    CHECK_MESSAGE(run.errors.find(word) != std::string::npos, run.errors);
    CHECK_FALSE(std::filesystem::exists(folder.file("out")));
  };
  refused({"docs", folder.file("nowhere.yaml"), "-o", folder.file("out")}, "nowhere.yaml");
  refused({"docs", site, "-o", folder.file("out"), "--prices", bad}, "prices.csv:2");
  refused({"docs", site, "-o", folder.file("out"), "--prices", folder.file("none.csv")}, "none.csv");
  refused({"docs", site, "-o", folder.file("out"), "--phase", "3"}, "--phase");
  refused({"docs", site, "-o", folder.file("out"), "--set", "plant.cablng=structured"}, "cabling");
  refused({"docs", site}, "needs");
  const ProgramResult file = run_program({"docs", site, "-o", site});
  CHECK(file.exit_code == 2);
  CHECK(read_file(site) == kSite);
}

TEST_CASE("expand: the folder reads back with the same digest") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const ProgramResult first = run_program({"expand", site, "-o", folder.file("one")});
  REQUIRE_MESSAGE(first.exit_code == 0, first.errors);
  const ProgramResult second = run_program({"expand", folder.file("one/site.yaml"), "-o", folder.file("two")});
  REQUIRE_MESSAGE(second.exit_code == 0, second.errors);
  const auto digest = [](const std::string& text) { return text.substr(text.find("digest ")); };
  CHECK(digest(first.output) == digest(second.output));
  for (const char* name : {"site.yaml", "racks.csv", "devices.csv", "pathways.csv", "cable-schedule.csv"})
    CHECK_MESSAGE(read_file(folder.path() / "one" / name) == read_file(folder.path() / "two" / name), name);
}

TEST_CASE("docs: a price of no part of the site is a warning with line and nearest part, and the documents are written") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const std::string prices = folder.write("prices.csv", "part,unit_price,currency\ndgx-h100,310000,EUR\ndgx-h10,1,EUR\n");
  const ProgramResult run = run_program({"docs", site, "-o", folder.file("out"), "--prices", prices});
  CHECK(run.exit_code == 0);
  CHECK(run.errors.find("prices.csv:3:1: warning: part `dgx-h10` is not in the bill of materials") != std::string::npos);
  CHECK(run.errors.find("did you mean `dgx-h100`?") != std::string::npos);
  CHECK(run.errors.find("prices.csv:2") == std::string::npos);
  CHECK(std::filesystem::exists(folder.file("out/bill-of-materials.csv")));
}

TEST_CASE("export: graphviz of a site") {
  const TemporaryDirectory folder;
  const std::string site = folder.write("site.yaml", kSite);
  const ProgramResult run = run_program({"export", site, "--format", "graphviz", "-o", folder.file("graph")});
  REQUIRE_MESSAGE(run.exit_code == 0, run.errors);
  CHECK(read_file(folder.file("graph/fabric.dot")).starts_with("graph fabric {"));
}
