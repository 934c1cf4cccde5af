// SPDX-License-Identifier: Apache-2.0
// `run --against-alone`: jobs that share no link lose nothing, jobs that share one lose what the closed form says; what is printed
// and written; interrupted and killed.
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

constexpr const char* kApart =
    "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\n"
    "jobs:\n"
    "  a: {kind: flows, list: 0 -> 1 size 8 MiB, ranks: 2, placement: {servers: [0-1]}}\n"
    "  b: {kind: permutation, size: 3 MiB, ranks: 2, placement: {servers: [2-3]}, start: 10 us, class: 2}\n";

/// Two flows over the one cable between two switches.
constexpr const char* kTogether =
    "site:\n  topology: custom\n  hosts: [h0, h1, h2, h3]\n  switches: [s0, s1]\n  links: [h0 - s0, h1 - s0, s0 - s1, s1 - h2, s1 - h3]\n"
    "  link_rate: 100 Gb/s\n  link_delay: 1 us\n"
    "jobs:\n"
    "  a: {kind: flows, list: 0 -> 1 size 16 MiB, placement: {gpus: [0, 2]}}\n"
    "  b: {kind: flows, list: 0 -> 1 size 16 MiB, placement: {gpus: [1, 3]}}\n"
    "network: {transport: window}\n";

/// Two seconds of work for the shared run and as much for the second of the others.
constexpr const char* kMedium =
    "site: {topology: leaf_spine, servers: 16, server: plain}\n"
    "jobs:\n"
    "  small: {kind: incast, size: 64 KiB, ranks: 4, placement: {servers: [0-3]}}\n"
    "  large: {kind: permutation, size: 4 GiB, ranks: 12, placement: {servers: [4-15]}}\n"
    "probes: {interval: 100 us}\n";

Json json_of(const ProgramResult& result) {
  REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
  return Json::parse(result.output);
}

Json row_of(const Json& run, const std::string& job, const std::string& what) {
  for (const Json& row : run["interference"])
    if (row["job"] == job && row["what"] == what) return row;
  FAIL("no row " << job << ", " << what);
  return {};
}

std::vector<std::string> traces_in(const TemporaryDirectory& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().extension() != ".yaml") names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("against alone: jobs that share no link have slowdown exactly 1, in both engines") {
  const TemporaryDirectory folder;
  folder.write("apart.yaml", kApart);
  for (const char* fidelity : {"packet", "flow"}) {
    CAPTURE(fidelity);
    const Json run =
        json_of(run_program({"run", "apart.yaml", "--against-alone", "--json", "--no-trace", "--fidelity", fidelity}, in(folder)));
    for (const char* job : {"a", "b"}) {
      CHECK(row_of(run, job, "time")["slowdown"] == 1.0);
      CHECK(row_of(run, job, "time")["shared_s"] == row_of(run, job, "time")["alone_s"]);
    }
    // The other job has nothing to do, and no time.
    CHECK(run["alone"]["a"]["jobs"][1]["time_s"].is_null());
    CHECK(run["shared"]["jobs"][1]["time_s"].is_number());
  }
}

TEST_CASE("against alone: two jobs that fill one link take twice the wire time") {
  const TemporaryDirectory folder;
  folder.write("together.yaml", kTogether);
  const Json flow =
      json_of(run_program({"run", "together.yaml", "--against-alone", "--json", "--no-trace", "--fidelity", "flow"}, in(folder)));
  // Latency is not shared: half the link for 16 MiB is as long as the whole link for 32 MiB, to the picosecond.
  const Json twice = json_of(run_program(
      {"run", "together.yaml", "--json", "--no-trace", "--fidelity", "flow", "--set", "alone=a", "--set", "jobs.a.list=0 -> 1 size 32 MiB"},
      in(folder)));
  for (const char* job : {"a", "b"}) {
    CHECK(row_of(flow, job, "time")["shared_s"] == twice["jobs"][0]["time_s"]);
    CHECK(row_of(flow, job, "time")["slowdown"].get<double>() == doctest::Approx(2).epsilon(0.01));
  }
  const Json packet = json_of(run_program({"run", "together.yaml", "--against-alone", "--json", "--no-trace"}, in(folder)));
  for (const char* job : {"a", "b"}) CHECK(row_of(packet, job, "time")["slowdown"].get<double>() == doctest::Approx(2).epsilon(0.02));
}

TEST_CASE("against alone: in the flow engine a job of a higher class loses nothing to one below it on the same link") {
  const TemporaryDirectory folder;
  folder.write("together.yaml", kTogether);
  const Json run = json_of(run_program(
      {"run", "together.yaml", "--against-alone", "--json", "--no-trace", "--fidelity", "flow", "--set", "jobs.b.class=2"}, in(folder)));
  CHECK(row_of(run, "a", "time")["slowdown"] == 1.0);
  CHECK(row_of(run, "b", "time")["slowdown"].get<double>() > 1.9);
}

TEST_CASE("against alone: text, traces beside each other, and each trace runs again") {
  const TemporaryDirectory folder;
  folder.write("together.yaml", kTogether);
  const ProgramResult text = run_program({"run", "together.yaml", "--against-alone", "--fidelity", "flow", "-o", "x.h5"}, in(folder));
  REQUIRE_MESSAGE(text.exit_code == 0, text.errors);
  for (const char* part : {"each job against a run of it alone", "interference", "slowdown", "flows over 10 MB p99", "a alone: complete",
                           "trace x.alone-b.h5"})
    CHECK_MESSAGE(text.output.find(part) != std::string::npos, text.output);
  CHECK(traces_in(folder) == std::vector<std::string>{"x.alone-a.h5", "x.alone-b.h5", "x.h5"});
  const Json run =
      json_of(run_program({"run", "together.yaml", "--against-alone", "--json", "--fidelity", "flow", "-o", "y.h5"}, in(folder)));
  CHECK(run["shared"]["trace"] == "y.h5");
  CHECK(run["alone"]["b"]["trace"] == "y.alone-b.h5");
  CHECK(run["shared"]["digest"] == json_of(run_program({"run", "x.h5", "--json", "--no-trace"}, in(folder)))["digest"]);
  CHECK(run["alone"]["b"]["digest"] == json_of(run_program({"run", "x.alone-b.h5", "--json", "--no-trace"}, in(folder)))["digest"]);
  CHECK(run_program({"explain", "x.alone-b.h5"}, in(folder)).output.find("\nalone: b\n") != std::string::npos);
}

TEST_CASE("against alone: training has its steps, serving its TTFT and TPOT") {
  const TemporaryDirectory folder;
  folder.write(
      "mixed.yaml",
      "fidelity: flow\nduration: 1 s\n"
      "site: {topology: leaf_spine, servers: 4, server: dgx-h100, leaves: 2, oversubscription: 4}\n"
      "jobs:\n"
      "  train: {kind: training, model: llama-3-8b, ranks: 16, placement: {servers: [0, 2]}, tensor_parallel: 8, global_batch: 2}\n"
      "  serve: {kind: serving, model: llama-3-8b, ranks: 16, placement: {servers: [1, 3]}, tensor_parallel: 8,\n"
      "          prefill_instances: 1, decode_instances: 1, arrivals: {rate: 20}}\n");
  const Json run = json_of(run_program({"run", "mixed.yaml", "--against-alone", "--json", "--no-trace"}, in(folder)));
  CHECK(row_of(run, "train", "step mean")["slowdown"].get<double>() >= 1);
  for (const char* what : {"TTFT p50", "TTFT p99", "TPOT p50", "TPOT p99", "end to end p99"}) {
    CHECK(row_of(run, "serve", what)["shared_s"].get<double>() > 0);
    CHECK(row_of(run, "serve", what)["slowdown"].get<double>() > 0.5);
  }
  // The requests are the same: arrivals are drawn from seed and number of the job, which it keeps when alone.
  CHECK(run["alone"]["serve"]["requests"]["arrived"] == run["shared"]["requests"]["arrived"]);
}

TEST_CASE("against alone: each mistake in its own words") {
  const TemporaryDirectory folder;
  folder.write("apart.yaml", kApart);
  const auto errors = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "apart.yaml", "--no-trace"});
    const ProgramResult result = run_program(more, in(folder));
    CHECK(result.exit_code == 2);
    CHECK(result.output.empty());
    return result.errors;
  };
  CHECK(errors({"--against-alone", "--fidelity", "both"}) ==
        "error: `--against-alone` compares runs at one fidelity, `--fidelity both` has two\nremedy: give one of the two options\n");
  CHECK(errors({"--against-alone", "--set", "alone=a"}) ==
        "error: the scenario plays job `a` alone already\nremedy: remove `alone`, or run it without `--against-alone`\n");
  CHECK(errors({"--set", "alone=c"}).find("error: no job is named `c`") != std::string::npos);
}

TEST_CASE("against alone: Ctrl-C in the shared run ends with its summary, SIGKILL later leaves what was finished") {
  const TemporaryDirectory folder;
  folder.write("medium.yaml", kMedium);
  const auto writing = [&](const std::string& name) {
    const auto data = eastwest::read_trace(folder.file(name));
    return data.has_value();
  };
  ProgramOptions options = in(folder);
  options.kill_when = [&] { return writing("medium.h5.partial"); };
  options.kill_signal = SIGINT;
  const ProgramResult interrupted = run_program({"run", "medium.yaml", "--against-alone"}, options);
  CHECK(interrupted.exit_code == 130);
  CHECK(interrupted.errors.find("interrupted: the shared run") != std::string::npos);
  CHECK(interrupted.output.find("medium: cancelled") != std::string::npos);
  CHECK(traces_in(folder) == std::vector<std::string>{"medium.h5"});
  options.kill_when = [&] { return writing("x.alone-large.h5.partial"); };
  options.kill_signal = SIGKILL;
  CHECK(run_program({"run", "medium.yaml", "--against-alone", "-o", "x.h5"}, options).exit_code == 128 + SIGKILL);
  CHECK(eastwest::read_trace(folder.file("x.h5"))->complete);
  CHECK(eastwest::read_trace(folder.file("x.alone-small.h5"))->complete);
  CHECK_FALSE(std::filesystem::exists(folder.file("x.alone-large.h5")));
  CHECK(run_program({"compare", "x.h5", "x.alone-large.h5.partial"}, in(folder)).exit_code == 0);
}
