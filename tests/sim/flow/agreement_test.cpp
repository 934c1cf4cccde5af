// SPDX-License-Identifier: Apache-2.0
// What the flow engine is for: the packet engine's answer for less. Where the packet engine has no queue to wait in, the two agree
// but for acknowledgements, which take 86 B per 4 frames of 4,178 B, 0.51 %, of the opposite direction.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/metrics.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/places.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

struct Pair {
  Outcomes packets;
  Outcomes fluid;
};

Built build_text(const std::string& text) {
  Diagnostics diagnostics;
  const auto scenario =
      load_scenario_text(text, "agreement.yaml", eastwest::tests::source_directory() + "/scenarios/library", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  std::optional<Built> built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  return std::move(*built);
}

/// Workloads are built twice: drivers keep state.
Pair play_both(const std::string& text) {
  Pair pair;
  for (const Fidelity fidelity : {Fidelity::packet, Fidelity::flow}) {
    Built built = build_text(text);
    built.options.fidelity = fidelity;
    Outcomes& out = fidelity == Fidelity::packet ? pair.packets : pair.fluid;
    out = play(*built.fabric, std::move(built.workload), built.options);
    CHECK(out.result.outcome == Outcome::complete);
    for (const Sanity& verdict : out.result.sanity) CHECK_MESSAGE(verdict.passed, verdict.check << ": " << verdict.detail);
  }
  return pair;
}

double difference(Duration fluid, Duration packets) { return static_cast<double>(fluid.ps) / static_cast<double>(packets.ps) - 1; }

double worst_collective(const Pair& pair) {
  REQUIRE(pair.packets.result.collectives.size() == pair.fluid.result.collectives.size());
  REQUIRE_FALSE(pair.packets.result.collectives.empty());
  double worst = 0;
  for (std::size_t i = 0; i < pair.packets.result.collectives.size(); ++i) {
    const CollectiveRow& a = pair.packets.result.collectives[i];
    const CollectiveRow& b = pair.fluid.result.collectives[i];
    CHECK(a.collective == b.collective);
    const double d = difference(b.finish - b.start, a.finish - a.start);
    if (std::abs(d) > std::abs(worst)) worst = d;
  }
  return worst;
}

}  // namespace

// Uncongested: every message of a ring has its links alone. Only acknowledgements differ.
TEST_CASE("fidelity: a ring all-reduce agrees within the share of acknowledgements") {
  for (const char* topology : {"leaf_spine", "rail_optimised"}) {
    const Pair pair = play_both(std::string("site: {topology: ") + topology +
                                ", servers: 4, server: dgx-h100}\n"
                                "jobs: {a: {kind: collective, algorithm: ring_all_reduce, size: 16 MiB}}\n");
    CHECK(std::abs(worst_collective(pair)) <= 0.006);
  }
}

TEST_CASE("fidelity: a hierarchical all-reduce agrees within two percent") {
  const Pair pair = play_both(
      "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs: {a: {kind: collective, algorithm: hierarchical_all_reduce, size: 64 MiB}}\n");
  CHECK(std::abs(worst_collective(pair)) <= 0.02);
}

// A permutation whose hashes collide: with a window transport, which keeps links full, the slowest path decides in both.
TEST_CASE("fidelity: a permutation with colliding hashes takes as long, and each flow about as long") {
  const Pair pair = play_both(
      "site: {topology: leaf_spine, servers: 32, server: plain, leaves: 4}\n"
      "network: {transport: window}\n"
      "jobs: {a: {kind: permutation, size: 8 MiB}}\n");
  CHECK(std::abs(worst_collective(pair)) <= 0.02);
  REQUIRE(pair.packets.flows.size() == pair.fluid.flows.size());
  double sum = 0;
  for (std::size_t i = 0; i < pair.packets.flows.size(); ++i) {
    CHECK(pair.packets.flows[i].id == pair.fluid.flows[i].id);
    CHECK(pair.packets.flows[i].ideal == pair.fluid.flows[i].ideal);
    CHECK(pair.packets.flows[i].source == pair.fluid.flows[i].source);
    CHECK(pair.packets.flows[i].start == pair.fluid.flows[i].start);
    sum += std::abs(
        difference(pair.fluid.flows[i].finish - pair.fluid.flows[i].start, pair.packets.flows[i].finish - pair.packets.flows[i].start));
  }
  CHECK(sum / static_cast<double>(pair.packets.flows.size()) <= 0.05);
}

TEST_CASE("fidelity: an incast takes as long") {
  const Pair pair = play_both(
      "site: {topology: leaf_spine, servers: 16, server: plain, leaves: 1}\n"
      "network: {transport: window}\n"
      "jobs: {a: {kind: incast, size: 2 MiB}}\n");
  CHECK(std::abs(worst_collective(pair)) <= 0.01);
}

// Sprayed over all spines an all-to-all is limited by the NICs, in both.
TEST_CASE("fidelity: a sprayed all-to-all agrees within five percent") {
  const Pair pair = play_both(
      "site: {topology: leaf_spine, servers: 16, server: plain, leaves: 4}\n"
      "network: {routing: spray, transport: window}\n"
      "jobs: {a: {kind: all_to_all, size: 1 MiB}}\n");
  CHECK(std::abs(worst_collective(pair)) <= 0.05);
}

// Steps are mostly compute, which is the same; what is exposed of communication differs little.
TEST_CASE("fidelity: training steps agree within one percent, rank by rank") {
  const Pair pair = play_both(
      "site: {topology: rail_optimised, servers: 2, server: dgx-h100}\n"
      "jobs: {a: {kind: training, model: llama-3-8b, tensor_parallel: 8, global_batch: 4, steps: 2}}\n");
  const std::vector<StepRow>& a = pair.packets.result.steps;
  const std::vector<StepRow>& b = pair.fluid.result.steps;
  REQUIRE(a.size() == b.size());
  REQUIRE_FALSE(a.empty());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].rank == b[i].rank);
    CHECK(a[i].compute == b[i].compute);
    CHECK(std::abs(difference(b[i].finish - b[i].start, a[i].finish - a[i].start)) <= 0.01);
  }
}

// The structure of llama3-70b-train-512.yaml, small: 4 layers, 2 stages, 2 replicas, so little compute that most of the step is
// exposed (60 to 84 %); measured: -0.16 to -0.33 %. What the flow engine leaves out here is the 0.51 % of acknowledgements and queues where stages and gradients meet.
TEST_CASE("fidelity: a pipelined step that is mostly communication agrees within one percent, each part within one percent of the step") {
  for (const char* more : {"", ", zero: 1", ", zero: 3", ", virtual_stages: 2"}) {
    CAPTURE(std::string(more));
    const Pair pair = play_both(
        "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
        "jobs: {a: {kind: training, model: llama-3-8b, layers: 4, vocabulary: 8192, sequence_length: 1024, tensor_parallel: 8, "
        "sequence_parallel: true, pipeline_parallel: 2, global_batch: 8" +
        std::string(more) + "}}\n");
    const StepMetrics a = step_metrics(pair.packets.result.steps).front();
    const StepMetrics b = step_metrics(pair.fluid.result.steps).front();
    MESSAGE("step " << a.time.mean * 1e3 << " ms in packets, " << b.time.mean * 1e3 << " ms in flow ("
                    << 100 * (b.time.mean / a.time.mean - 1) << " %), exposed " << 100 * a.exposed_share << " %, data "
                    << 100 * a.data_share << " and " << 100 * b.data_share << " %");
    CHECK(std::abs(b.time.mean / a.time.mean - 1) <= 0.01);
    CHECK(std::abs(b.tensor_share - a.tensor_share) <= 0.01);
    CHECK(std::abs(b.pipeline_share - a.pipeline_share) <= 0.01);
    CHECK(std::abs(b.data_share - a.data_share) <= 0.01);
    CHECK(std::abs(b.bubble_share - a.bubble_share) <= 0.01);
  }
}

// All-to-alls of experts between hosts, and rings of keys and values: messages of many senders meet in the leaves.
TEST_CASE("fidelity: a step with experts and context over the fabric agrees within three percent") {
  const Pair pair = play_both(
      "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs: {a: {kind: training, model: mixtral-8x7b, layers: 2, vocabulary: 8192, sequence_length: 2048, tensor_parallel: 4, "
      "sequence_parallel: true, expert_parallel: 8, global_batch: 8}}\n");
  const StepMetrics a = step_metrics(pair.packets.result.steps).front();
  const StepMetrics b = step_metrics(pair.fluid.result.steps).front();
  MESSAGE("step " << a.time.mean * 1e3 << " ms in packets, " << b.time.mean * 1e3 << " ms in flow ("
                  << 100 * (b.time.mean / a.time.mean - 1) << " %), expert " << 100 * a.expert_share << " and " << 100 * b.expert_share
                  << " %");
  CHECK(std::abs(b.time.mean / a.time.mean - 1) <= 0.03);
}

// A serving driver is played by both: same requests, same routing decisions, times that differ by KV transfers only.
TEST_CASE("fidelity: a serving job answers the same requests in about the same time") {
  const Pair pair = play_both(
      "duration: 1 s\n"
      "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs: {a: {kind: serving, model: llama-3-70b, tensor_parallel: 8, prefill_instances: 2, decode_instances: 2, arrivals: {rate: "
      "10}}}\n");
  const std::vector<RequestRow>& a = pair.packets.result.requests;
  const std::vector<RequestRow>& b = pair.fluid.result.requests;
  REQUIRE(a.size() == b.size());
  REQUIRE_FALSE(a.empty());
  CHECK_FALSE(pair.fluid.flows.empty());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].id == b[i].id);
    CHECK(a[i].arrival == b[i].arrival);
    CHECK(a[i].kv_bytes == b[i].kv_bytes);
    CHECK(a[i].prefill_instance == b[i].prefill_instance);
    REQUIRE(b[i].finish != kTimeNever);
    CHECK(std::abs(difference(b[i].finish - b[i].arrival, a[i].finish - a[i].arrival)) <= 0.01);
  }
}

// Dispatches and combines of expert groups on two servers: small messages in every layer, rank to rank along the rails.
TEST_CASE("fidelity: expert groups on several servers take about as long per token") {
  const Pair pair = play_both(
      "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs: {a: {kind: serving, model: mixtral-8x7b, tensor_parallel: 4, expert_parallel: 4, decode_instances: 1, arrivals: {rate: "
      "10, requests: 6, output_tokens: 20}}}\n");
  const std::vector<RequestRow>& a = pair.packets.result.requests;
  const std::vector<RequestRow>& b = pair.fluid.result.requests;
  REQUIRE(a.size() == 6);
  REQUIRE(b.size() == 6);
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].kv_bytes == b[i].kv_bytes);
    CHECK(std::abs(difference(b[i].first_token - b[i].arrival, a[i].first_token - a[i].arrival)) <= 0.02);
    CHECK(std::abs(difference(b[i].itl_p50, a[i].itl_p50)) <= 0.02);
  }
}

// Several queue pairs are dealt out in the order of the schedule, so the same messages meet on the same links.
TEST_CASE("fidelity: several queue pairs per connection take the same paths in both") {
  const Pair pair = play_both(
      "site: {topology: leaf_spine, servers: 8, server: plain, leaves: 4}\n"
      "network: {qps_per_connection: 4, transport: window}\n"
      "jobs: {a: {kind: collective, algorithm: ring_all_reduce, size: 8 MiB}}\n");
  CHECK(std::abs(worst_collective(pair)) <= 0.01);
}
