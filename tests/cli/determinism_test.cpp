// SPDX-License-Identifier: Apache-2.0
// The determinism contract through the program: training, serving and a collective share a fabric with spraying, loss and
// a fault; one digest for any threads, cut into domains, trace or none, and in every build: the value was made by an optimised
// build and is held by every preset's.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/trace_reader.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

constexpr const char* kEverything = R"(seed: 11
site: {topology: leaf_spine, servers: 6, server: dgx-h100, leaves: 3, oversubscription: 2, frame_loss: 1e-5}
jobs:
  train: {kind: training, model: llama-3-8b, ranks: 16, placement: {servers: [0, 3]}, tensor_parallel: 8,
          pipeline_parallel: 2, global_batch: 4, sequence_length: 512}
  serve: {kind: serving, model: llama-3-8b, ranks: 16, placement: {servers: [1, 4]}, class: 2, tensor_parallel: 8,
          prefill_instances: 1, decode_instances: 1, arrivals: {trace: arrivals.csv}}
  sum: {kind: collective, algorithm: hierarchical_all_reduce, size: 8 MiB, ranks: 16, placement: {servers: [2, 5]}, start: 1 ms}
network: {retransmit_timeout: 1 ms, reroute_delay: 100 us, retry_count: 100}
faults:
  - {time: 1020 us, link: "leaf-2:18", action: down}
  - {time: 4 ms, link: "leaf-2:18", action: up}
probes: {interval: 500 us, packet_sample: 50}
)";

constexpr const char* kArrivals =
    "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2024-01-01 00:00:00.000,300,5\n"
    "2024-01-01 00:00:00.001,40,9\n"
    "2024-01-01 00:00:00.002,120,2\n"
    "2024-01-01 00:00:00.002,700,3\n";

constexpr const char* kGolden = "880a92607298192a43b860f69d013623";

}  // namespace

TEST_CASE("run: one digest for threads, domains, trace on or off and every build, for all kinds of work at once") {
  const TemporaryDirectory folder;
  folder.write("everything.yaml", kEverything);
  folder.write("arrivals.csv", kArrivals);
  ProgramOptions options;
  options.directory = folder.path().string();
  const std::vector<std::vector<std::string>> ways{
      {"--threads", "1", "--no-trace"},
      {"--threads", "1", "-o", "one.h5"},
      {"--threads", "2", "--domains", "5", "--no-trace"},
      {"--threads", "2", "-o", "two.h5"},
      {"--threads", "4", "--domains", "2", "--no-trace"},
      {"--threads", "4", "--domains", "12", "-o", "four.h5"},
  };
  for (const std::string routing : {"ecmp", "adaptive"}) {
    std::string digest = routing == "ecmp" ? kGolden : "";
    for (const std::vector<std::string>& way : ways) {
      CAPTURE(routing);
      CAPTURE(way[1]);
      std::vector<std::string> command{"run", "everything.yaml", "--json", "--set", "network.routing=" + routing};
      command.insert(command.end(), way.begin(), way.end());
      const ProgramResult result = run_program(command, options);
      REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
      const auto summary = nlohmann::json::parse(result.output);
      if (digest.empty()) digest = summary["digest"];
      CHECK(summary["digest"] == digest);
      CHECK(summary["drops"] > 0);
      if (way.back().ends_with(".h5")) {
        const auto data = eastwest::read_trace(folder.file(way.back()));
        REQUIRE(data.has_value());
        CHECK(data->digest == digest);
      }
    }
  }
}

TEST_CASE("run: one digest for serving with expert groups over hosts, prefix caches, preemptions and chunks") {
  const TemporaryDirectory folder;
  folder.write("serve.yaml", R"(site: {topology: rail_optimised, servers: 4, server: dgx-h100}
jobs:
  serve: {kind: serving, model: mixtral-8x7b, tensor_parallel: 4, expert_parallel: 4, layers_per_exchange: 8, decode_instances: 1,
          router: prefix_aware, prefix_cache: true, kv_capacity: 3200, batching: {max_tokens: 512, chunk_tokens: 300},
          arrivals: {trace: requests.jsonl}, slo: {ttft: 100 ms}}
)");
  std::string requests;
  for (int i = 0; i < 16; ++i)
    requests += R"({"timestamp": )" + std::to_string(i * 3) + R"(, "input_length": )" + std::to_string(600 + 10 * i) +
                R"(, "output_length": 40, "hash_ids": [)" + std::to_string(i % 2) + ", " + std::to_string(10 + i) + "]}\n";
  folder.write("requests.jsonl", requests);
  ProgramOptions options;
  options.directory = folder.path().string();
  for (const std::vector<std::string>& way :
       {std::vector<std::string>{"--threads", "1"}, {"--threads", "2", "--domains", "5"}, {"--threads", "4"}}) {
    std::vector<std::string> command{"run", "serve.yaml", "--json", "--no-trace"};
    command.insert(command.end(), way.begin(), way.end());
    const ProgramResult result = run_program(command, options);
    REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
    const auto summary = nlohmann::json::parse(result.output);
    CHECK(summary["digest"] == "4337f922dd0772cd618b8cfac272c156");
    CHECK(summary["requests"]["finished"] == 16);
    CHECK(summary["requests"]["preemptions"] > 0);
    CHECK(summary["requests"]["prefix_hit_share"] > 0.0);
    CHECK(summary["requests"]["itl"]["count"] == 16 * 39);
  }
}
