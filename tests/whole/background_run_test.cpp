// SPDX-License-Identifier: Apache-2.0
// Background traffic from a scenario through both engines, on GPU servers and on plain hosts: bytes are conserved, flows are
// never faster than an idle fabric allows, equal seeds give equal runs.
#include <doctest/doctest.h>

#include "analysis/flow_classes.hpp"
#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"

using namespace eastwest;

namespace {

struct Run {
  RunResult result;
  std::vector<FlowRow> flows;
  Bytes scheduled;
  std::uint64_t sends = 0;
  std::vector<JobFlows> told;
};

Run run_text(const std::string& text) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "test.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  Run run;
  for (const Operation& operation : built->workload.schedule.operations) {
    if (operation.kind != OperationKind::send) continue;
    run.scheduled += Bytes{operation.amount};
    ++run.sends;
  }
  FlowTally tally(built->workload);
  Progress progress;
  auto result = simulate(
      *built->fabric, built->workload, built->options,
      [&](RecordBatch&& batch) {
        tally.add(batch.flows);
        run.flows.insert(run.flows.end(), batch.flows.begin(), batch.flows.end());
      },
      progress);
  REQUIRE_MESSAGE(result.has_value(), result.error().message);
  run.result = std::move(result).value();
  run.told = tally.jobs();
  return run;
}

}  // namespace

TEST_CASE("background run: both engines deliver every byte of every flow, on GPU servers and on plain hosts") {
  for (const char* site : {"{topology: rail_optimised, servers: 4, server: dgx-h100}",
                           "{topology: leaf_spine, servers: 32, server: plain, nic_rate: 100 Gb/s, leaves: 4, oversubscription: 2}"}) {
    for (const char* fidelity : {"packet", "flow"}) {
      CAPTURE(site);
      CAPTURE(fidelity);
      const std::string text = std::string("seed: 3\nfidelity: ") + fidelity + "\nsite: " + site +
                               "\njobs:\n  web: {kind: background, load: 0.3, duration: 1 ms, start: 1 ms, sizes: hadoop}\n";
      const Run run = run_text(text);
      CHECK(run.result.outcome == Outcome::complete);
      CHECK(run.result.sane());
      CHECK(run.sends > 100);
      CHECK(run.result.counters.bytes_posted == run.scheduled);
      CHECK(run.result.counters.bytes_delivered == run.scheduled);
      REQUIRE(run.flows.size() == run.sends);
      Bytes bytes;
      for (const FlowRow& flow : run.flows) {
        bytes += flow.bytes;
        CHECK(flow.start >= Time{1'000'000'000});
        CHECK(flow.start < Time{2'000'000'000});
        CHECK(flow.ideal.ps > 0);
        CHECK(flow.finish - flow.start >= flow.ideal);
      }
      CHECK(bytes == run.scheduled);
      REQUIRE(run.told.size() == 1);
      CHECK(run.told[0].count == run.sends);
      CHECK(run.told[0].bytes == run.scheduled);
      CHECK(run_text(text).result.digest == run.result.digest);
    }
  }
}

TEST_CASE("background run: the scenario's duration ends arrivals, and a job that starts after it sends nothing") {
  const std::string head = "duration: 200 us\nfidelity: flow\nsite: {topology: leaf_spine, servers: 8, server: plain, leaves: 2}\njobs:\n";
  const Run run = run_text(head + "  web: {kind: background, load: 0.5, duration: 10 ms, sizes: hadoop, start: 100 us}\n");
  CHECK(run.sends > 10);
  for (const FlowRow& flow : run.flows) CHECK(flow.start <= Time{200'000'000});
  Diagnostics diagnostics;
  const auto late = load_scenario_text(head + "  web: {kind: background, start: 300 us}\n", "test.yaml", ".", {}, diagnostics);
  REQUIRE(late.has_value());
  CHECK(build(*late, diagnostics).has_value());
  CHECK(diagnostics.print().find("job `web`: it starts after the scenario's duration and sends nothing") != std::string::npos);
}

TEST_CASE("background run: on one shared link flows are slowed down by 1 / (1 - load), whatever their sizes") {
  // Sixteen hosts under each of two leaves, one cable between them of the rate of a NIC: with fair shares the cable is a processor-sharing
  // queue with Poisson arrivals, whose mean slowdown depends on the load alone (Kleinrock 1976, volume 2, section 4.4). Latencies are
  // all but zero; the load of the wire is that of the payload with 82 bytes on each packet of 4096. Seeds are fixed.
  constexpr double kWire = (4096.0 + 82) / 4096;
  const struct {
    const char* sizes;
    double bound;
  } cases[] = {{"fixed", 0.03}, {"web_search", 0.06}, {"hadoop", 0.05}};
  for (const auto& c : cases) {
    for (const double load : {0.4, 0.7}) {
      CAPTURE(c.sizes);
      CAPTURE(load);
      const Run run = run_text(
          "seed: 1\nfidelity: flow\n"
          "site: {topology: leaf_spine, servers: 32, server: plain, nic_rate: 100 Gb/s, leaves: 2, uplinks_per_leaf: 1, spines: 1,\n"
          "       link_delay: 1 ns, nic_latency: 0 s, switch: custom, switch_latency: 0 s}\n"
          "network: {qps_per_connection: 16}\nprobes: {interval: 100 ms}\n"
          "jobs:\n  web: {kind: background, destinations: leaf, leaf_share: 0, duration: 4 s, sizes: " +
          std::string(c.sizes) + ", load: " + std::to_string(load / 16) + "}\n");
      REQUIRE(run.flows.size() > 20'000);
      double sum = 0;
      for (const FlowRow& flow : run.flows) sum += static_cast<double>((flow.finish - flow.start).ps) / static_cast<double>(flow.ideal.ps);
      const double mean = sum / static_cast<double>(run.flows.size());
      CHECK(mean == doctest::Approx(1 / (1 - load * kWire)).epsilon(c.bound));
    }
  }
}
