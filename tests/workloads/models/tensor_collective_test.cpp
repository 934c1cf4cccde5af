// SPDX-License-Identifier: Apache-2.0
// Laws: bytes and latency of a tensor-parallel collective by hand; as long as the collective job takes for the same, inside one host.
#include "workloads/models/tensor_collective.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "core/diagnostic.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/simulation.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

Built built(const std::string& job) {
  Diagnostics diagnostics;
  const auto scenario =
      load_scenario_text("site: {topology: rail_optimised, servers: 2, server: dgx-h100}\nfidelity: flow\njobs: {a: {" + job + "}}\n",
                         "tensor.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto result = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(result.has_value(), diagnostics.print());
  return std::move(*result);
}

struct Host8 {
  Machine machine;
  BitRate rate;
  Duration hop;
};

Host8 host_of_eight() {
  const Built place = built("kind: collective, ranks: 8, size: 1 MiB");
  const Host& host = place.fabric->hosts[0];
  return {describe_machine(*place.fabric, place.workload.ranks), host.scale_up_rate, host.scale_up_latency};
}

TrainingSettings settings_of(const Host8& host, const char* algorithm, const char* protocol) {
  TrainingSettings settings;
  settings.model = find_transformer_model("llama-3.1-8b");
  settings.tensor_parallel = 8;
  settings.sequence_length = 8192;
  settings.scale_up_latency = host.hop;
  settings.tensor_machine = host.machine;
  settings.tensor_collectives = {algorithm, protocol};
  return settings;
}

}  // namespace

TEST_CASE("tensor collective: scale_up is 2 (t-1) M/t bytes and two hops, a ring as many bytes and 2 (t-1) hops, halves half") {
  const Host8 host = host_of_eight();
  for (const char* algorithm : {"scale_up", "ring"}) {
    const TrainingSettings settings = settings_of(host, algorithm, "ideal");
    const bool ring = std::string(algorithm) == "ring";
    const PortTime all = tensor_collective(settings, CollectiveOperation::all_reduce, 64_MiB);
    CHECK(all.bytes.count == 2 * 7 * (64 << 20) / 8);
    CHECK(all.latency == host.hop * (ring ? 14 : 2));
    for (const auto operation : {CollectiveOperation::all_gather, CollectiveOperation::reduce_scatter}) {
      const PortTime half = tensor_collective(settings, operation, 64_MiB);
      CHECK(half.bytes * 2 == all.bytes);
      CHECK(half.latency * 2 == all.latency);
    }
  }
}

TEST_CASE("tensor collective: as long as the collective job, by ring and NVLS, within four percent") {
  const Host8 host = host_of_eight();
  for (const char* algorithm : {"ring", "nvls"})
    for (const char* operation : {"all_reduce", "all_gather", "reduce_scatter"})
      for (const char* size : {"32 MiB", "256 MiB"}) {
        CAPTURE(algorithm);
        CAPTURE(operation);
        CAPTURE(size);
        Built job = built("kind: collective, ranks: 8, protocol: simple, algorithm: " + std::string(algorithm) +
                          ", operation: " + operation + ", size: " + size);
        Progress progress;
        const Result<RunResult> played = simulate(*job.fabric, job.workload, job.options, {}, progress);
        REQUIRE(played.has_value());
        REQUIRE(played->collectives.size() == 1);
        const auto measured = static_cast<double>((played->collectives[0].finish - played->collectives[0].start).ps);
        const Collective& record = job.workload.schedule.collectives.front();
        const CollectiveOperation what = record.operation == "all_reduce"   ? CollectiveOperation::all_reduce
                                         : record.operation == "all_gather" ? CollectiveOperation::all_gather
                                                                            : CollectiveOperation::reduce_scatter;
        const PortTime one = tensor_collective(settings_of(host, algorithm, "simple"), what, record.bytes);
        const auto time = static_cast<double>((one.latency + serialisation(one.bytes, host.rate)).ps);
        CHECK(time == doctest::Approx(measured).epsilon(0.04));
      }
}

TEST_CASE("tensor collective: auto is the faster by the cost model: LL rings for small messages, NVLS for large all-reduces") {
  const Host8 host = host_of_eight();
  const TrainingSettings settings = settings_of(host, "auto", "auto");
  for (const Bytes size : {Bytes{64 << 10}, Bytes{1 << 20}, Bytes{64 << 20}, Bytes{256 << 20}}) {
    CAPTURE(size.count);
    const PortTime one = tensor_collective(settings, CollectiveOperation::all_reduce, size);
    double least = 1e30;
    PortTime best;
    for (const char* algorithm : {"ring", "nvls"})
      for (const char* protocol : {"ll", "ll128", "simple"}) {
        const double time = predicted_time(host.machine, CollectiveOperation::all_reduce, algorithm, protocol, size);
        if (time < 0 || time >= least) continue;
        least = time;
        best = tensor_collective(settings_of(host, algorithm, protocol), CollectiveOperation::all_reduce, size);
      }
    CHECK(one.bytes == best.bytes);
    CHECK(one.latency == best.latency);
  }
  CHECK(tensor_obstacle(settings).empty());
  CHECK(tensor_obstacle(settings_of(host, "nvls", "ll")) ==
        "`tensor_algorithm: nvls` does not work with `protocol: ll` on 8 GPUs of these hosts");
}
