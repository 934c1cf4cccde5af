// SPDX-License-Identifier: Apache-2.0
// `eastwest run` as its users meet it: exit codes, what is written where, what a trace can be used for again, Ctrl-C.
#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/trace_reader.hpp"
#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;
using Json = nlohmann::json;

namespace {

constexpr const char* kSmall =
    "description: four hosts on one switch\n"
    "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\n"
    "jobs:\n  a: {kind: incast, size: 64 KiB}\n";

/// 64 GiB through every NIC: minutes of work, few operations.
constexpr const char* kLong =
    "site: {topology: leaf_spine, servers: 16, server: plain}\n"
    "jobs:\n  a: {kind: permutation, size: 64 GiB}\n"
    "probes: {interval: 100 us}\n";

std::vector<std::string> names_in(const TemporaryDirectory& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Json json_of(const ProgramResult& result) {
  REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
  return Json::parse(result.output);
}

}  // namespace

TEST_CASE("run: the summary, the trace beside it, and nothing else") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const ProgramResult result = run_program({"run", "small.yaml"}, in(folder));
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("incast") != std::string::npos);
  CHECK(result.output.find("small.h5") != std::string::npos);  // says where the trace is
  CHECK(names_in(folder) == std::vector<std::string>{"small.h5", "small.yaml"});
}

TEST_CASE("run: --no-trace writes nothing, --quiet says nothing") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const ProgramResult result = run_program({"run", "small.yaml", "--no-trace", "--quiet"}, in(folder));
  CHECK(result.exit_code == 0);
  CHECK(result.output.empty());
  CHECK(result.errors.empty());
  CHECK(names_in(folder) == std::vector<std::string>{"small.yaml"});
}

TEST_CASE("run: --json prints one object with the promised keys") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const Json summary = json_of(run_program({"run", "small.yaml", "--json", "--seed", "5"}, in(folder)));
  for (const char* key :
       {"eastwest_version", "scenario",    "digest", "seed",    "threads", "simulated_s", "wall_s",     "cpu_s", "peak_rss_bytes",
        "packets",          "packet_hops", "events", "windows", "drops",   "ecn_marks",   "pfc_pauses", "jobs",  "collectives",
        "requests",         "links",       "sanity"}) {
    CAPTURE(key);
    CHECK(summary.contains(key));
  }
  CHECK(summary["seed"] == 5);
  CHECK(summary["packets"] == 3 * 16);  // three senders, 64 KiB in 4 KiB packets
}

TEST_CASE("run: threads, domains and the trace change no result") {
  const TemporaryDirectory folder;
  folder.write("small.yaml",
               "site: {topology: leaf_spine, servers: 16, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 1 MiB}\n");
  const Json first = json_of(run_program({"run", "small.yaml", "--json", "--no-trace", "--threads", "1"}, in(folder)));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--threads", "2"}, {"--threads", "4", "--domains", "3"}, {"--domains", "7", "-o", "x.h5"}}) {
    std::vector<std::string> command{"run", "small.yaml", "--json"};
    command.insert(command.end(), more.begin(), more.end());
    CHECK(json_of(run_program(command, in(folder)))["digest"] == first["digest"]);
  }
  CHECK(json_of(run_program({"run", "small.yaml", "--json", "--no-trace", "--seed", "2"}, in(folder)))["digest"] != first["digest"]);
}

TEST_CASE("run: a trace runs again from itself and explains itself") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const Json first = json_of(run_program({"run", "small.yaml", "--json", "--set", "jobs.a.size=128 KiB"}, in(folder)));
  std::filesystem::remove(folder.file("small.yaml"));
  const Json again = json_of(run_program({"run", "small.h5", "--json"}, in(folder)));
  CHECK(again["digest"] == first["digest"]);
  CHECK(names_in(folder) == std::vector<std::string>{"small-again.h5", "small.h5"});
  const ProgramResult one = run_program({"explain", "small.h5"}, in(folder));
  const ProgramResult two = run_program({"explain", "small-again.h5"}, in(folder));
  CHECK(one.exit_code == 0);
  CHECK(one.output == two.output);
  CHECK(one.output.find("size: 128 KiB") != std::string::npos);
}

TEST_CASE("run: bad input is exit code 2, with place, and writes nothing") {
  const TemporaryDirectory folder;
  folder.write("bad.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, sise: 1 MiB}\n");
  const ProgramResult result = run_program({"run", "bad.yaml"}, in(folder));
  CHECK(result.exit_code == 2);
  CHECK(result.output.empty());
  CHECK(result.errors ==
        "bad.yaml:3:21: error: `sise` is not a parameter of job `a` (incast)\n"
        "    3 |   a: {kind: incast, sise: 1 MiB}\n"
        "      |                     ^\n"
        "remedy: did you mean `size`?\n");
  CHECK(run_program({"run", "bad.yaml", "--set", "jobs.b.size=1 MiB"}, in(folder))
            .errors.find("--set jobs.b.size=1 MiB: error: no job is named `b`") != std::string::npos);
  CHECK(run_program({"run", "none.yaml"}, in(folder)).errors ==
        "none.yaml: error: the file does not exist\nremedy: check the path; relative paths in a file start at that file's folder\n");
  CHECK(names_in(folder) == std::vector<std::string>{"bad.yaml"});
}

TEST_CASE("run: an impossible output is found before the run starts") {
  const TemporaryDirectory folder;
  folder.write("long.yaml", kLong);  // would take minutes if it started
  std::filesystem::create_directory(folder.file("sub"));
  ProgramOptions options = in(folder);
  options.timeout_s = 60;
  const auto error = [&](const std::string& output) {
    const ProgramResult result = run_program({"run", "long.yaml", "-o", output}, options);
    CHECK(result.exit_code == 2);
    CHECK_FALSE(result.timed_out);
    return result.errors;
  };
  CHECK(error("none/x.h5").find("the folder `none` does not exist") != std::string::npos);
  CHECK(error("sub").find("`sub` is a folder, not a file to write") != std::string::npos);
  CHECK(error("sub/").find("is a folder") != std::string::npos);
  CHECK(error("long.yaml").find("is the scenario itself") != std::string::npos);
  CHECK(error("long.yaml/x.h5").find("not a folder") != std::string::npos);
  CHECK(error("/dev/null").find("is not a plain file") != std::string::npos);
  CHECK(names_in(folder) == std::vector<std::string>{"long.yaml", "sub"});
}

TEST_CASE("run: an earlier trace of that name is replaced") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  folder.write("x.h5", "not a trace");
  CHECK(run_program({"run", "small.yaml", "-o", "x.h5"}, in(folder)).exit_code == 0);
  CHECK(run_program({"compare", "x.h5", "x.h5"}, in(folder)).exit_code == 0);
}

TEST_CASE("run: Ctrl-C ends with 130, a summary and a trace that opens") {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const TemporaryDirectory folder;
    folder.write("long.yaml", kLong);
    ProgramOptions options = in(folder);
    options.kill_when = [&] { return eastwest::read_trace(folder.file("long.h5.partial")).has_value(); };  // it runs
    options.kill_after_s = 0.5;
    options.kill_signal = signal_number;
    const ProgramResult result = run_program({"run", "long.yaml"}, options);
    CAPTURE(result.errors);
    CHECK(result.exit_code == 130);
    CHECK(result.errors.find("interrupted") != std::string::npos);
    CHECK(names_in(folder) == std::vector<std::string>{"long.h5", "long.yaml"});
    CHECK(run_program({"compare", "long.h5", "long.h5"}, in(folder)).exit_code == 0);
  }
}

TEST_CASE("run: a run that cannot finish is exit code 3 and names what is blocked") {
  const TemporaryDirectory folder;
  // The only cable of a host goes down for good while it receives.
  folder.write("cut.yaml",
               "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\n"
               "jobs:\n  sum: {kind: collective, size: 64 MiB}\n"
               "network: {retransmit_timeout: 1 ms, retry_count: 2}\n"
               "faults:\n  - {time: 100 us, link: \"server-02 - leaf-0\"}\n");
  ProgramOptions options = in(folder);
  options.timeout_s = 120;
  const ProgramResult result = run_program({"run", "cut.yaml"}, options);
  CAPTURE(result.errors);
  CHECK(result.exit_code == 3);
  CHECK(result.errors.find("stalled: ") != std::string::npos);
  CHECK(result.errors.find("`sum`") != std::string::npos);
  CHECK(names_in(folder) == std::vector<std::string>{"cut.h5", "cut.yaml"});
}

TEST_CASE("run: --fidelity flow writes the same kind of trace, and compare reads the two together") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const Json flow = json_of(run_program({"run", "small.yaml", "--fidelity", "flow", "--json", "-o", "flow.h5"}, in(folder)));
  const Json packet = json_of(run_program({"run", "small.yaml", "--json", "-o", "packet.h5"}, in(folder)));
  CHECK(flow["packets"] == 0);
  CHECK(packet["packets"] > 0);
  CHECK(flow["digest"] != packet["digest"]);
  CHECK(flow["collectives"].size() == packet["collectives"].size());
  CHECK(run_program({"compare", "flow.h5", "packet.h5"}, in(folder)).exit_code == 0);
  // A trace runs again from itself, at its own fidelity.
  CHECK(json_of(run_program({"run", "flow.h5", "--json", "--no-trace"}, in(folder)))["digest"] == flow["digest"]);
}

TEST_CASE("run: --fidelity both prints the two side by side and leaves both traces") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  const ProgramResult text = run_program({"run", "small.yaml", "--fidelity", "both"}, in(folder));
  CHECK(text.exit_code == 0);
  CHECK(text.output.find("difference") != std::string::npos);
  CHECK(names_in(folder) == std::vector<std::string>{"small.flow.h5", "small.packet.h5", "small.yaml"});
  const Json both = json_of(run_program({"run", "small.yaml", "--fidelity", "both", "--json", "-o", "x.h5"}, in(folder)));
  CHECK(both["packet"]["trace"] == "x.packet.h5");
  CHECK(both["flow"]["trace"] == "x.flow.h5");
  CHECK(both["differences"]["collectives"].size() == 1);
  // Each is what a run of its own gives.
  CHECK(json_of(run_program({"run", "small.yaml", "--json", "--no-trace"}, in(folder)))["digest"] == both["packet"]["digest"]);
  CHECK(json_of(run_program({"run", "x.flow.h5", "--json", "--no-trace"}, in(folder)))["digest"] == both["flow"]["digest"]);
  const ProgramResult bad = run_program({"run", "small.yaml", "--fidelity", "neither"}, in(folder));
  CHECK(bad.exit_code == 2);
}
