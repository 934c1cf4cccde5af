// SPDX-License-Identifier: Apache-2.0
// Law: every sample file of other simulators in the shared folder is read and runs to the end with sane verdicts, is refused by name
// for a stated reason, or is known to be of a format that is not imported. No file is passed over.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

namespace fs = std::filesystem;

/// Files of `folder` in the shared data, as paths from there, in order; nothing when the folder is not there.
std::vector<std::string> samples(const std::string& folder) {
  std::vector<std::string> files;
  const fs::path root = tests::shared_directory() / "data" / folder;
  if (!fs::exists(root)) {
    MESSAGE("skipped: no samples; set EASTWEST_SHARED to the folder that holds data/" << folder);
    return files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files.push_back(folder + "/" + entry.path().lexically_relative(root).generic_string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string path_of(const std::string& sample) {
  return fs::absolute(tests::shared_directory() / "data" / sample).lexically_normal().string();
}

/// What was said when it was refused; empty after a sane run.
std::string play(const std::string& site, const std::string& job) {
  Diagnostics diagnostics;
  const std::string text = "site: " + site + "\njobs: {a: " + job + "}\nfidelity: flow\nprobes: {flows: false}\n";
  const auto scenario = load_scenario_text(text, "walk.yaml", ".", {}, diagnostics);
  if (!scenario) return diagnostics.print();
  auto built = build(*scenario, diagnostics);
  if (!built) return diagnostics.print();
  Progress progress;
  const auto result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  if (!result) return result.error().message;
  CHECK_MESSAGE(result->outcome == Outcome::complete, result->diagnosis);
  CHECK(result->sane());
  CHECK(result->simulated.ps > 0);
  return {};
}

std::string nodes_of(const std::string& sample) {
  const std::string text = tests::read_file(path_of(sample));
  const std::size_t at = text.find("Nodes ");
  REQUIRE(at != std::string::npos);
  return text.substr(at + 6, text.find_first_of("\r\n", at) - at - 6);
}

std::string plain(const std::string& hosts) { return "{topology: leaf_spine, servers: " + hosts + ", server: plain, switch: custom}"; }

bool under(const std::string& sample, std::string_view folder) { return sample.starts_with(folder); }

/// Files beside the imports: settings of other simulators that a scenario says in its own words, logs and tables of ratios.
bool beside(const std::string& sample) {
  static const std::set<std::string> kFiles{"workloads/simai/example/busbw.yaml",
                                            "workloads/chakra/custom_collectives/custom_collective.json",
                                            "workloads/aicb/Workload_spec_v1.1.csv", "workloads/aicb/aiob_Example.txt"};
  return kFiles.contains(sample) || under(sample, "workloads/simai/ratio/") ||
         (under(sample, "topologies/astra-sim/") && sample.ends_with(".json"));
}

}  // namespace

TEST_CASE("shared samples: every topology is read and carries a permutation") {
  const std::string job = "{kind: permutation, size: 64 KiB}";
  std::size_t ran = 0;
  for (const std::string& sample : samples("topologies")) {
    CAPTURE(sample);
    if (beside(sample)) continue;
    const auto site = [&](const char* kind) { return "{topology: " + std::string(kind) + ", file: \"" + path_of(sample) + "\"}"; };
    ++ran;
    if (sample.ends_with("/dgx_v100_8gpu.yml"))
      CHECK(play(site("astra_network"), job).find("11:14: error: `tbd` is not a bandwidth in GB/s") != std::string::npos);
    else if (under(sample, "topologies/simai/")) CHECK(play(site("simai_topology"), job) == "");
    else if (sample.ends_with(".topo")) CHECK(play(site("htsim_topology"), job) == "");
    else if (sample.ends_with(".yml")) CHECK(play(site("astra_network"), job) == "");
    else if (sample.ends_with(".cm")) {
      // Two files of long-lived flows, and one whose header announces what it does not have.
      const bool endless = sample.ends_with("/incast2.cm") || sample.ends_with("/permutation.cm");
      const bool miscounted = sample.ends_with("/a2a.cm");
      const std::string file = "kind: connection_matrix, file: \"" + path_of(sample) + "\"";
      if (endless) CHECK(play(plain(nodes_of(sample)), "{" + file + "}").find("htsim never ends it") != std::string::npos);
      if (miscounted)
        CHECK(play(plain(nodes_of(sample)), "{" + file + "}").find("the header announces 3600 flows and the file has 240") !=
              std::string::npos);
      CHECK(play(plain(nodes_of(sample)),
                 "{" + file + (endless ? ", endless_size: 1 MB" : "") + (miscounted ? ", check_counts: false" : "") + "}") == "");
    } else FAIL_CHECK("no import knows this file");
  }
  if (ran > 0) CHECK(ran >= 58);
}

TEST_CASE("shared samples: every workload is read and runs") {
  std::size_t ran = 0;
  for (const std::string& sample : samples("workloads")) {
    CAPTURE(sample);
    if (beside(sample)) continue;
    const std::string file = "file: \"" + path_of(sample) + "\"";
    ++ran;
    if (under(sample, "workloads/goal/")) CHECK(play(plain("32"), "{kind: goal, " + file + "}") == "");
    else if (sample.ends_with(".0.et")) {
      std::size_t npus = 0;
      const std::string stem = path_of(sample).substr(0, path_of(sample).size() - 5);
      while (fs::exists(stem + "." + std::to_string(npus) + ".et")) ++npus;
      CHECK(play(plain(std::to_string(npus)), "{kind: chakra, " + file + "}") == "");
    } else if (sample.ends_with(".et")) --ran;  // part of the trace of NPU 0
    else if (under(sample, "workloads/aicb/"))
      CHECK(play("{topology: rail_optimised, servers: 16, server: dgx-h100}", "{kind: simai_workload, " + file + "}") == "");
    else if (under(sample, "workloads/simai/")) {
      const std::string site = "{topology: rail_optimised, servers: 4, server: dgx-h100}";
      const bool miscounted = sample.find("/L65B-M1-C05") != std::string::npos;  // announces 839 rows, has 33
      const bool large = sample.ends_with("/workload_analytical.txt");           // of 12 stages on 9,216 GPUs
      if (miscounted)
        CHECK(play(site, "{kind: simai_workload, " + file + "}").find("the file announces 839 rows and has 33") != std::string::npos);
      CHECK(play(site, "{kind: simai_workload, " + file + (miscounted ? ", check_counts: false" : "") +
                           (large ? ", pipeline_parallel: 1" : "") + "}") == "");
    } else FAIL_CHECK("no import knows this file");
  }
  if (ran > 0) CHECK(ran >= 31);
}

TEST_CASE("shared samples: every request trace is served to the end") {
  std::size_t ran = 0;
  for (const std::string& sample : samples("traces")) {
    CAPTURE(sample);
    ++ran;
    CHECK(play("{topology: rail_optimised, servers: 8, server: dgx-h100}",
               "{kind: serving, model: llama-3-8b, decode_instances: 4, arrivals: {trace: \"" + path_of(sample) + "\"}}") == "");
  }
  if (ran > 0) CHECK(ran >= 6);
}
