// SPDX-License-Identifier: Apache-2.0
// Every shipped scenario loads and builds without a word, is explained to newcomers, and has the size its name promises.
#include <doctest/doctest.h>

#include "analysis/metrics.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/route_versions.hpp"
#include "sim/simulation.hpp"
#include "tests/scenarios/library_files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"
#include "topology/deadlock.hpp"

using namespace eastwest;

namespace {

Built built(const std::string& name) {
  Diagnostics diagnostics;
  const auto scenario =
      load_scenario((std::filesystem::path(eastwest::tests::source_directory()) / "scenarios/library" / name).string(), {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto result = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(result.has_value(), diagnostics.print());
  return std::move(*result);
}

std::size_t sends(const Built& scenario) {
  std::size_t count = 0;
  for (const Operation& operation : scenario.workload.schedule.operations) count += operation.kind == OperationKind::send ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("library: every file loads and builds without errors or warnings") {
  const auto files = tests::library_files();
  CHECK(files.size() >= 10);
  for (const auto& file : files) {
    CAPTURE(file.string());
    Diagnostics diagnostics;
    const auto scenario = load_scenario(file.string(), {}, diagnostics);
    REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
    CHECK_MESSAGE(build(*scenario, diagnostics).has_value(), diagnostics.print());
    CHECK_MESSAGE(diagnostics.all().empty(), diagnostics.print());
  }
}

TEST_CASE("library: every file starts with a comment for newcomers and has a description") {
  for (const auto& file : tests::library_files()) {
    CAPTURE(file.string());
    const std::string text = tests::read_file(file);
    CHECK(text.substr(0, 2) == "# ");
    CHECK(text.find("\ndescription: ") != std::string::npos);
    CHECK(text.find("eastwest run ") != std::string::npos);
  }
}

TEST_CASE("library: sizes are those of the names") {
  CHECK(built("allreduce-64-rail.yaml").workload.ranks.size() == 64);
  CHECK(built("allreduce-512-rail.yaml").fabric->gpu_count == 512);
  CHECK(built("llama3-70b-train-64.yaml").fabric->gpu_count == 64);
  CHECK(built("llama3-70b-train-512.yaml").fabric->gpu_count == 512);
  CHECK(built("llama3-8-layers-train-32.yaml").workload.ranks.size() == 32);
  CHECK(built("mixtral-8x7b-train-64.yaml").workload.ranks.size() == 64);
  // A k-ary fat tree has k^3/4 hosts and 5k^2/4 switches (Al-Fares et al., SIGCOMM 2008): 128 and 80 for k = 8.
  const Built tree = built("permutation-128-fattree.yaml");
  CHECK(tree.fabric->hosts.size() == 128);
  CHECK(tree.fabric->switches.size() == 80);
  CHECK(sends(tree) == 128);
  CHECK(sends(built("alltoall-64-leafspine.yaml")) == 64 * 63);
  CHECK(sends(built("incast-32.yaml")) == 32);
  // A ring all-reduce of n ranks sends 2 (n - 1) messages per rank.
  CHECK(sends(built("allreduce-64-rail.yaml")) == 64 * 2 * 63);
  CHECK(built("permutation-72-dragonfly.yaml").fabric->hosts.size() == 72);
  CHECK(built("allreduce-64-torus.yaml").fabric->switches.size() == 64);
  CHECK(built("alltoall-64-multiplane.yaml").fabric->endpoints.size() == 128);
  CHECK(built("allreduce-64-railonly.yaml").fabric->switches.size() == 8);
  CHECK(built("algorithms-192-rail.yaml").workload.ranks.size() == 3 * 64);
  CHECK(built("allreduce-64-sharp.yaml").workload.ranks.size() == 64);
  // Of 64 x 63 blocks 7 stay inside for each GPU, 7 go straight along the own rail, and the other 49 take two steps.
  CHECK(sends(built("alltoall-64-railonly.yaml")) == 64 * (7 + 7 + 2 * 49));
}

TEST_CASE("library: where links are lossless, the paths that packets take cannot deadlock") {
  for (const auto& file : tests::library_files()) {
    CAPTURE(file.string());
    Diagnostics diagnostics;
    const auto scenario = load_scenario(file.string(), {}, diagnostics);
    REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
    const auto result = build(*scenario, diagnostics);
    REQUIRE_MESSAGE(result.has_value(), diagnostics.print());
    if (!result->options.network.pfc && !result->options.network.credits) continue;
    RoutingOptions options;
    options.rule = routing_rule(*result->fabric, result->options.network.paths);
    const Result<RoutingTable> table = build_routing(*result->fabric, options);
    REQUIRE(table.has_value());
    const std::vector<BufferWait> cycle = find_buffer_cycle(*result->fabric, *table);
    CHECK_MESSAGE(cycle.empty(), describe_cycle(*result->fabric, cycle, table->channels));
  }
}

TEST_CASE("library: the two designs run the same jobs on the same servers") {
  const Built rail = built("two-designs/rail.yaml");
  const Built leaf_spine = built("two-designs/leaf-spine.yaml");
  CHECK(rail.workload.ranks == leaf_spine.workload.ranks);
  CHECK(rail.workload.schedule.operations.size() == leaf_spine.workload.schedule.operations.size());
  CHECK(rail.fabric->gpu_count == leaf_spine.fabric->gpu_count);
}

// Compute: 32 micro-batches of 20 layers, by hand 0.55 of the peak; the bubble is 3 of 35 slots and, as the last stage also has the head, what the
// others wait for it. docs/model.md has the figures.
TEST_CASE("library: the step of 512 GPUs is played at flow fidelity, and its parts are those of the document") {
  Built scenario = built("llama3-70b-train-512.yaml");
  CHECK(scenario.options.fidelity == Fidelity::flow);
  Progress progress;
  const Result<RunResult> result = simulate(*scenario.fabric, scenario.workload, scenario.options, {}, progress);
  REQUIRE(result.has_value());
  REQUIRE(result->outcome == Outcome::complete);
  const StepMetrics m = step_metrics(result->steps).front();
  const TrainingRates rates = training_rates(scenario.workload.schedule.training.front(), m.time.mean);
  CHECK(m.time.mean == doctest::Approx(9.22).epsilon(0.01));
  CHECK(rates.model_flops_utilization == doctest::Approx(0.403).epsilon(0.01));
  CHECK(m.compute_share == doctest::Approx(0.734).epsilon(0.01));
  CHECK(m.tensor_share == doctest::Approx(0.146).epsilon(0.01));
  CHECK(m.bubble_share == doctest::Approx(0.113).epsilon(0.02));
  CHECK(m.bubble_share > 3.0 / 35.0);
}
