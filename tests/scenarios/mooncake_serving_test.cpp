// SPDX-License-Identifier: Apache-2.0
// Laws, on the first requests of the published Mooncake traces: every request ends once and sane, tokens are conserved, no cache finds more
// than one that never forgets, a router that sees caches finds more than one that does not, and a tight KV cache preempts but loses nothing.
#include <doctest/doctest.h>

#include <string>

#include "analysis/metrics.hpp"
#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/serving/arrival_formats.hpp"

using namespace eastwest;

namespace {

constexpr std::int64_t kRequests = 1500;

RequestMetrics serve(const std::string& trace, const std::string& job) {
  Diagnostics diagnostics;
  const std::string text =
      "site: {topology: rail_optimised, servers: 8, server: dgx-h100}\nfidelity: flow\nprobes: {flows: false}\n"
      "jobs: {serve: {kind: serving, model: llama-3-70b, arrivals: {requests: " +
      std::to_string(kRequests) + ", trace: \"" + trace + "\"}, " + job + "}}\n";
  const auto scenario = load_scenario_text(text, "mooncake.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario, diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built, diagnostics.print());
  Progress progress;
  const auto result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  REQUIRE(result);
  CHECK_MESSAGE(result->outcome == Outcome::complete, result->diagnosis);
  CHECK(result->sane());
  REQUIRE(result->requests.size() == kRequests);
  std::uint64_t gaps = 0;
  for (std::size_t i = 0; i < result->requests.size(); ++i) {
    const RequestRow& row = result->requests[i];
    REQUIRE(row.id == i);
    REQUIRE(row.finish != kTimeNever);
    REQUIRE(row.cached_tokens < row.prompt_tokens);
    gaps += row.output_tokens - 1;
  }
  REQUIRE(result->token_gaps.size() == 1);
  CHECK(gap_percentiles(result->token_gaps[0]).count == gaps);
  return request_metrics(result->requests).front();
}

/// The share of prompt tokens that a cache without end would find.
double ideal_share(const std::string& trace) {
  Diagnostics diagnostics;
  const std::string text = tests::read_file(trace);
  const auto whole = read_mooncake_trace(text, {false, nullptr}, trace, diagnostics);
  const auto reduced = read_mooncake_trace(text, {true, nullptr}, trace, diagnostics);
  REQUIRE(whole.size() >= kRequests);
  double all = 0;
  double left = 0;
  for (std::size_t i = 0; i < kRequests; ++i) {
    all += whole[i].prompt_tokens;
    left += reduced[i].prompt_tokens;
  }
  return 1 - left / all;
}

}  // namespace

TEST_CASE("Mooncake traces: served to the end by every router, with caches, apart and together, roomy and tight") {
  const auto folder = tests::shared_directory() / "data/traces/mooncake";
  for (const std::string name : {"conversation_trace.jsonl", "synthetic_trace.jsonl"}) {
    const std::string trace = std::filesystem::absolute(folder / name).lexically_normal().string();
    if (!std::filesystem::exists(trace)) {
      MESSAGE("skipped: no trace; set EASTWEST_SHARED to the folder that holds data/traces");
      return;
    }
    CAPTURE(name);
    const double ideal = ideal_share(trace);
    const RequestMetrics turns = serve(trace, "decode_instances: 4, prefix_cache: true, router: round_robin");
    const RequestMetrics aware = serve(trace, "decode_instances: 4, prefix_cache: true, router: prefix_aware");
    const RequestMetrics none = serve(trace, "decode_instances: 4, router: least_loaded");
    CHECK(none.hit_share == 0);
    CHECK(turns.hit_share > 0);
    CHECK(aware.hit_share > turns.hit_share);
    CHECK(aware.hit_share < ideal);
    CHECK(aware.kv_bytes < none.kv_bytes);  // decode instances remember as well
    CHECK(aware.ttft.p50 < none.ttft.p50);
    const RequestMetrics tight =
        serve(trace, "ranks: 16, prefix_cache: true, router: prefix_aware, kv_capacity: 140000, batching: {chunk_tokens: 2048}");
    CHECK(tight.preemptions > 0);
    CHECK(tight.kv_bytes.count == 0);
    CHECK(tight.hit_share > 0);
    MESSAGE(name << ": ideal " << ideal << ", turns " << turns.hit_share << ", aware " << aware.hit_share << ", tight " << tight.hit_share
                 << " with " << tight.preemptions << " preemptions; TTFT p50 " << none.ttft.p50 << " s, " << aware.ttft.p50 << " s aware");
  }
}
