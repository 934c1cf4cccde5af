// SPDX-License-Identifier: Apache-2.0
// Laws: a scenario that was exported as GOAL text or as Chakra traces and read back gives the digest of the original, at both
// fidelities; what a format has no word for is refused by name.
#include <doctest/doctest.h>

#include "scenarios/export.hpp"
#include "sim/simulation.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

// A ring all-reduce in chunks over two NICs a host, a second job that starts later and waits by calculations, and two iterations of
// layers: dependencies, computes of odd picoseconds, markers, records.
constexpr const char* kStatic = R"(seed: 3
site: {topology: leaf_spine, servers: 6, server: dgx-h100, gpus_per_server: 2, nics_per_server: 2, leaves: 2}
jobs:
  sum: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB, channels: 2, chunks: 3, repetitions: 2, ranks: 6, placement: {policy: strided}}
  "some flows": {kind: flows, ranks: 3, start: 7 us, list: "0 -> 1 size 64 KiB; 0 -> 2 size 100 B start 12345 ps; 1 -> 0 size 1 MiB start 3 us"}
  layers: {kind: simai_workload, file: layers.txt, ranks: 3, iterations: 2, fused: false}
)";

constexpr const char* kLayers =
    "HYBRID_TRANSFORMER model_parallel_NPU_group: 1\n2\na -1 1234.567 NONE 0 2000 NONE 0 3000.001 ALLREDUCE 100000 10\n"
    "b -1 1000 NONE 0 2000.5 NONE 0 3000 ALLTOALL 30000 10\n";

std::string digest_of(const std::string& path, const std::string& fidelity) {
  Diagnostics diagnostics;
  const std::string override = "fidelity=" + fidelity;
  auto scenario = load_scenario(path, std::vector<std::string>{override}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  CHECK_MESSAGE(diagnostics.all().empty(), diagnostics.print());
  Progress progress;
  const auto result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  REQUIRE(result.has_value());
  CHECK(result->sane());
  CHECK(result->outcome == Outcome::complete);
  return result->digest;
}

std::string export_to(const tests::TemporaryDirectory& folder, const std::string& path, ExportFormat format) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario(path, {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  const auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  const auto files = export_scenario(*scenario, *built, format);
  REQUIRE_MESSAGE(files.has_value(), files.error().message);
  for (const ExportedFile& file : *files) folder.write("out/" + file.name, file.bytes);
  return folder.file("out/scenario.yaml");
}

}  // namespace

TEST_CASE("export: GOAL and Chakra, read back, give the digest of the original at both fidelities") {
  const tests::TemporaryDirectory folder;
  const std::string path = folder.write("static.yaml", kStatic);
  folder.write("layers.txt", kLayers);
  for (const std::string fidelity : {"flow", "packet"}) {
    CAPTURE(fidelity);
    const std::string digest = digest_of(path, fidelity);
    for (const ExportFormat format : {ExportFormat::goal, ExportFormat::chakra}) {
      const tests::TemporaryDirectory out;
      CHECK(digest_of(export_to(out, path, format), fidelity) == digest);
    }
  }
}

TEST_CASE("export: jobs whose names differ in signs only get files of their own") {
  const tests::TemporaryDirectory folder;
  const std::string path = folder.write("names.yaml",
                                        "site: {topology: leaf_spine, servers: 6, server: plain, leaves: 2}\njobs:\n"
                                        "  \"a_b-2\": {kind: flows, ranks: 2, list: \"0 -> 1 size 1 KiB\"}\n"
                                        "  \"a b\": {kind: flows, ranks: 2, list: \"0 -> 1 size 2 KiB\"}\n"
                                        "  \"a_b\": {kind: flows, ranks: 2, list: \"0 -> 1 size 3 KiB\"}\n");
  const tests::TemporaryDirectory out;
  CHECK(digest_of(export_to(out, path, ExportFormat::goal), "flow") == digest_of(path, "flow"));
}

TEST_CASE("export: a smaller export over a larger one leaves no ranks of the larger") {
  const tests::TemporaryDirectory folder;
  folder.write("ring.yaml",
               "site: {topology: leaf_spine, servers: 8, server: plain, leaves: 2}\n"
               "jobs: {ring: {kind: collective, algorithm: ring_all_reduce, size: 64 KiB, ranks: 8}}\n");
  tests::ProgramOptions options;
  options.directory = folder.path().string();
  for (const std::string ranks : {"8", "4"}) {
    const auto out =
        tests::run_program({"export", "ring.yaml", "--format", "chakra", "-o", "out", "--set", "jobs.ring.ranks=" + ranks}, options);
    REQUIRE_MESSAGE(out.exit_code == 0, out.errors);
  }
  const auto run = tests::run_program({"run", "out/scenario.yaml", "--no-trace"}, options);
  CHECK_MESSAGE(run.exit_code == 0, run.errors);
}

TEST_CASE("export: what a format has no word for is refused by name, and the program says where it wrote") {
  const tests::TemporaryDirectory folder;
  tests::ProgramOptions options;
  options.directory = folder.path().string();
  folder.write("fused.yaml",
               "site: {topology: leaf_spine, servers: 2, server: dgx-h100}\njobs: {a: {kind: collective, algorithm: "
               "hierarchical_all_reduce, fused: true}}\n");
  folder.write("small.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs: {scenario: {kind: incast, size: 64 KiB}}\n");
  const auto fused = tests::run_program({"export", "fused.yaml", "--format", "goal", "-o", "x"}, options);
  CHECK(fused.exit_code == 2);
  CHECK(fused.errors.find("job `a` has fused collectives, which GOAL has no word for") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("x")));
  const auto format = tests::run_program({"export", "small.yaml", "--format", "pcap", "-o", "x"}, options);
  CHECK(format.exit_code == 2);
  CHECK(format.errors.find("`pcap` is not a format of `export`") != std::string::npos);
  const auto good = tests::run_program({"export", "small.yaml", "--format", "chakra", "-o", "deep/x"}, options);
  CHECK(good.exit_code == 0);
  CHECK(good.output == "5 files in deep/x; `eastwest run deep/x/scenario.yaml` reads them back\n");
  CHECK(std::filesystem::exists(folder.file("deep/x/scenario-0.0.et")));  // a job may not take the scenario's name
  CHECK(tests::run_program({"run", "deep/x/scenario.yaml", "--no-trace"}, options).exit_code == 0);
}
