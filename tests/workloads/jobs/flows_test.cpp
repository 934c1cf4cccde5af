// SPDX-License-Identifier: Apache-2.0
// Flows job: the grammar of the list, start times, files, and the exact words and places of every mistake.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/support/ideal_network.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/jobs/flow_list.hpp"

using namespace eastwest;
using tests::run_job;

namespace {

std::string said(const std::string& list) {
  const auto run = run_job("flows", tests::star_fabric({.hosts = 4}), {{"list", list}});
  if (!run.said.empty()) CHECK(run.schedule.operations.empty());
  return run.said;
}

/// What a list of one flow on four ranks is answered, without the place.
std::string complaint(const std::string& list) {
  const std::string prefix = "scenario.yaml:7:3: error: job `test`: flow 1: ";
  const std::string all = said(list);
  REQUIRE(all.starts_with(prefix));
  return all.substr(prefix.size());
}

}  // namespace

TEST_CASE("flows: the grammar, with and without starts, spaces, comments and line ends") {
  Diagnostics diagnostics;
  const auto flows =
      parse_flow_list("0 -> 1 size 1 MiB start 10 us; 2->3 size 64KiB\n# nothing here\r\n\n 3 ->0   start 0 ps size 1 B # the last\r\n;;",
                      4, {{}, true, "j"}, diagnostics);
  CHECK(diagnostics.print() == "");
  REQUIRE(flows.size() == 3);
  CHECK(flows[0].from == 0);
  CHECK(flows[0].to == 1);
  CHECK(flows[0].bytes.count == 1 << 20);
  CHECK(flows[0].start.ps == 10'000'000);
  CHECK(flows[1].from == 2);
  CHECK(flows[1].to == 3);
  CHECK(flows[1].bytes.count == 64 << 10);
  CHECK(flows[1].start.ps == 0);
  CHECK(flows[2].bytes.count == 1);
  CHECK(flows[2].to == 0);
}

TEST_CASE("flows: each starts at its time, whatever order they are written in") {
  const auto run =
      run_job("flows", tests::star_fabric({.hosts = 4}),
              {{"list", "0 -> 1 size 100 B start 9 us; 0 -> 2 size 100 B start 4 us; 0 -> 3 size 100 B start 9 us; 1 -> 0 size 50 B"}});
  CHECK(run.said == "");
  // One wait per distinct start of a rank: 4 us, then 5 us more.
  REQUIRE(run.schedule.operations.size() == 2 + 8);
  const tests::IdealNetwork network{.alpha = 1'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  const auto finish = tests::play(run.schedule, network);
  const auto finish_of = [&](std::uint32_t from, std::uint32_t to) {
    for (std::size_t i = 0; i < finish.size(); ++i) {
      const Operation& operation = run.schedule.operations[i];
      if (operation.kind == OperationKind::receive && operation.peer == from && operation.rank.value == to) return finish[i];
    }
    return std::int64_t{-1};
  };
  CHECK(finish_of(0, 2) == 4'000'000 + 2'000 + 1'000);
  CHECK(finish_of(0, 1) == 9'000'000 + 2'000 + 1'000);
  CHECK(finish_of(0, 3) == 9'000'000 + 4'000 + 1'000);  // behind the other one on the wire
  CHECK(finish_of(1, 0) == 1'000 + 1'000);
  CHECK(run.schedule.collectives[0].bytes.count == 300);  // the busiest rank, 0, sends that
}

TEST_CASE("flows: every mistake has its words") {
  const std::string form = "remedy: write a flow as `0 -> 1 size 1 MiB start 0 us`\n";
  CHECK(complaint("x -> 1 size 1 MiB") == "expected a rank number and found `x -> 1 size 1 MiB`\n" + form);
  CHECK(complaint("0 1 size 1 MiB") == "expected `->` and found `1 size 1 MiB`\n" + form);
  CHECK(complaint("0 ->") == "expected a rank number and found the end of the flow\n" + form);
  CHECK(complaint("0") == "expected `->` and found the end of the flow\n" + form);
  CHECK(complaint("0 -> 4 size 1 MiB") == "rank `4` does not exist\nremedy: ranks of this job are 0 to 3\n");
  CHECK(complaint("99999999999 -> 1 size 1 MiB") == "rank `99999999999` does not exist\nremedy: ranks of this job are 0 to 3\n");
  CHECK(complaint("2 -> 2 size 1 MiB") == "rank 2 sends to itself\nremedy: name two different ranks\n");
  CHECK(complaint("0 -> 1") == "the flow has no size\nremedy: add one, such as `size 1 MiB`\n");
  CHECK(complaint("0 -> 1 sise 1 MiB") == "expected `size` or `start` and found `sise`\nremedy: did you mean `size`?\n");
  CHECK(complaint("0 -> 1 size 1 MiB size 2 MiB") == "`size` stands twice\nremedy: leave one of them out\n");
  CHECK(complaint("0 -> 1 size start 1 us") ==
        "`size` has no value\nremedy: write it with its unit, such as `size " + std::string(example(Dimension::bytes)) + "`\n");
  CHECK(complaint("0 -> 1 size 0 B") == "`size` is `0 B`\nremedy: a flow has at least `1 B`\n");
  CHECK(complaint("0 -> 1 size 1 MiB start -1 us") == "`start` is `-1 us`\nremedy: a flow starts at `0 ps` or later\n");
  CHECK(complaint("0 -> 1 size 400").starts_with("`size`: "));
  CHECK(complaint("0 -> 1 size 1 us").starts_with("`size`: "));
  CHECK(said("# nothing") ==
        "scenario.yaml:7:3: error: job `test` has no flows\nremedy: write at least one, such as `0 -> 1 size 1 MiB`\n");
  CHECK(said("none") == "scenario.yaml:7:3: error: job `test`: neither `list` nor `file` is given\nremedy: give one of them\n");
  CHECK(run_job("flows", tests::star_fabric({}), {{"list", "0 -> 1 size 1 B"}, {"file", "f"}}).said ==
        "scenario.yaml:7:3: error: job `test`: `list` and `file` are both given\nremedy: give one of them\n");
}

TEST_CASE("flows: all mistakes come in one pass, up to twenty") {
  std::string list = "0 -> 1 size 1 B";
  for (int i = 0; i < 30; ++i) list += "; 0 -> 0 size 1 B";
  const std::string all = said(list);
  std::size_t errors = 0;
  for (std::size_t at = all.find("error:"); at != std::string::npos; at = all.find("error:", at + 1)) ++errors;
  CHECK(errors == 20);
  CHECK(all.find("flow 2: rank 0 sends to itself") != std::string::npos);
  CHECK(all.ends_with("flow 21: rank 0 sends to itself\nremedy: name two different ranks; further flows were not read\n"));
}

TEST_CASE("flows: a file says its mistakes at its own line and column, with the line and a caret") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("flows.txt", "# two flows\n0 -> 1 size 1 MiB\n1 -> 0 size 12\n");
  const Fabric fabric = tests::star_fabric({.hosts = 2});
  const std::string answer = run_job("flows", fabric, {{"file", "flows.txt"}}, {.directory = directory.path()}).said;
  CHECK(answer.starts_with(path + ":3:13: error: `size`: "));
  CHECK(answer.find("    3 | 1 -> 0 size 12\n      |             ^\n") != std::string::npos);
  directory.write("flows.txt", "0 -> 1 size 1 MiB\n1 -> 0 size 12 B");
  CHECK(run_job("flows", fabric, {{"file", "flows.txt"}}, {.directory = directory.path()}).schedule.operations.size() == 4);
  CHECK(run_job("flows", fabric, {{"file", path}}, {.directory = "elsewhere"}).said == "");
}

TEST_CASE("flows: files that are missing, folders, empty or binary are refused, not crashed on") {
  const tests::TemporaryDirectory directory;
  const Fabric fabric = tests::star_fabric({.hosts = 2});
  const auto answer = [&](const char* file) { return run_job("flows", fabric, {{"file", file}}, {.directory = directory.path()}).said; };
  const std::string folder = directory.path();
  CHECK(answer("missing.txt") == "scenario.yaml:7:3: error: job `test`: there is no file `" + folder +
                                     "/missing.txt`\nremedy: check `file`; a relative path starts at the folder of the scenario\n");
  CHECK(answer(".") ==
        "scenario.yaml:7:3: error: job `test`: `" + folder + "/.` is not a file that can be read\nremedy: name a text file\n");
  directory.write("empty.txt", "");
  CHECK(answer("empty.txt") ==
        "scenario.yaml:7:3: error: job `test` has no flows\nremedy: write at least one, such as `0 -> 1 size 1 MiB`\n");
  directory.write("binary.txt", std::string_view("\x00\xff\x1b[31m -> \x7f\n\x89PNG", 16));
  const std::string binary = answer("binary.txt");
  CHECK(binary.find("expected a rank number") != std::string::npos);
  CHECK(binary.find('\x1b') == std::string::npos);
}
