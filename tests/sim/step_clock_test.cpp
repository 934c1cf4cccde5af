// SPDX-License-Identifier: Apache-2.0
// Law: compute, the waits for each kind of communication and the bubble add up to the step, in both engines; and on one rank each is
// charged what it was, by hand.
#include "sim/step_clock.hpp"

#include <doctest/doctest.h>

#include <string>

#include "analysis/metrics.hpp"
#include "tests/support/played_scenario.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

Operation operation_of(OperationKind kind, Activity activity, std::int64_t amount = 0) {
  Operation operation;
  operation.kind = kind;
  operation.activity = activity;
  operation.amount = amount;
  return operation;
}

}  // namespace

TEST_CASE("step clock: a wait is charged to what it was for; of a pipeline's wait only the time since the sender's start") {
  StepClock clock;
  clock.start(operation_of(OperationKind::compute, Activity::compute, 100), 10);  // 10 to 110
  clock.message(150);
  clock.start(operation_of(OperationKind::compute, Activity::pipeline), 180);  // 40 bubble, 30 on its way
  clock.finish(operation_of(OperationKind::fused, Activity::tensor), 200);
  clock.start(operation_of(OperationKind::compute, Activity::compute, 50), 200);
  clock.start(operation_of(OperationKind::compute, Activity::expert), 260);
  clock.start(operation_of(OperationKind::compute, Activity::data), 261);
  Operation delay = operation_of(OperationKind::compute, Activity::none, 1000);
  delay.label = 3;  // of a collective's protocol, beside the line
  clock.start(delay, 261);
  Operation marker = operation_of(OperationKind::marker, Activity::none, 7);
  const StepRow row = clock.end(marker, 265);
  CHECK(row.step == 7);
  CHECK(row.start == Time{10});
  CHECK(row.compute.ps == 150);
  CHECK(row.pipeline.ps == 30);
  CHECK(row.tensor.ps == 20);
  CHECK(row.expert.ps == 10);
  CHECK(row.data.ps == 1);
  CHECK(row.context.ps == 0);
  CHECK(row.bubble().ps == 40 + 4);
  // The next step begins where this one ended.
  CHECK(clock.end(marker, 300).bubble().ps == 35);
}

TEST_CASE("step clock: the parts of every rank's step are not negative and add up, with all kinds of parallelism, in both engines") {
  for (const char* fidelity : {"packet", "flow"})
    for (const char* more : {"zero: 0", "zero: 1", "zero: 3", "zero: 0, protocol: auto, data_parallel_algorithm: auto"}) {
      CAPTURE(fidelity);
      CAPTURE(more);
      const PlayedScenario played = play_scenario(
          "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\nfidelity: " + std::string(fidelity) +
          "\njobs: {a: {kind: training, model: custom, layers: 4, hidden: 512, mlp: 512, heads: 8, vocabulary: 512, experts: 8, "
          "experts_per_token: 2, sequence_length: 256, tensor_parallel: 2, context_parallel: 2, pipeline_parallel: 2, "
          "expert_parallel: 4, global_batch: 8, steps: 2, " +
          std::string(more) + "}}\n");
      REQUIRE(played.result.steps.size() == 2 * 32);
      Duration tensor, pipeline, data, expert, context;
      for (const StepRow& row : played.result.steps) {
        for (const Duration part : {row.compute, row.tensor, row.pipeline, row.data, row.expert, row.context, row.bubble()})
          REQUIRE(part.ps >= 0);
        tensor += row.tensor;
        pipeline += row.pipeline;
        data += row.data;
        expert += row.expert;
        context += row.context;
      }
      for (const Duration sum : {tensor, pipeline, data, expert, context}) CHECK(sum.ps > 0);
      const auto metrics = step_metrics(played.result.steps);
      REQUIRE(metrics.size() == 1);
      const StepMetrics& m = metrics.front();
      CHECK(m.tensor_share + m.pipeline_share + m.data_share + m.expert_share + m.context_share + m.bubble_share ==
            doctest::Approx(m.exposed_share).epsilon(1e-9));
    }
}

// (p-1)/(m+p-1) of a step, less what the messages take, when stages are equal: no vocabulary to speak of.
TEST_CASE("step clock: the bubble of 1F1B is (p-1)/(m+p-1), of the interleaved order (p-1)/(v m+p-1)") {
  for (const int v : {1, 2, 4}) {
    CAPTURE(v);
    const PlayedScenario played = play_scenario(
        "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\nfidelity: flow\n"
        "jobs: {a: {kind: training, model: custom, layers: 16, hidden: 4096, mlp: 16384, heads: 32, vocabulary: 1, ranks: 4, launch: 0 s, "
        "placement: {policy: strided}, pipeline_parallel: 4, global_batch: 8, virtual_stages: " +
        std::to_string(v) + "}}\n");
    const StepMetrics m = step_metrics(played.result.steps).front();
    // The optimiser, beside the pipeline, is a few per cent of this step.
    CHECK(m.bubble_share == doctest::Approx(3.0 / (8.0 * v + 3.0)).epsilon(0.06));
    CHECK(m.compute_share > 1.0 - m.bubble_share - 0.02);
  }
}

TEST_CASE("step metrics: tokens per second and GPU, and MFU, from the facts of a step") {
  const PlayedScenario played = play_scenario(
      "site: {topology: rail_optimised, servers: 8, server: dgx-h100}\nfidelity: flow\n"
      "jobs: {a: {kind: training, model: llama-3-70b, tensor_parallel: 8, sequence_parallel: true, global_batch: 64}}\n");
  REQUIRE(played.schedule.training.size() == 1);
  const double time = step_metrics(played.result.steps).front().time.mean;
  const TrainingRates rates = training_rates(played.schedule.training.front(), time);
  CHECK(rates.tokens_per_second_per_gpu == doctest::Approx(64.0 * 8192 / 64 / time));
  CHECK(rates.model_flops_utilization ==
        doctest::Approx(3.0 * 64 * 8192 * (139.01e9 + 2.0 * 80 * 64 * 128 * 8192) / (time * 64 * 989e12)).epsilon(1e-3));
  CHECK(facts_of_job(played.schedule.training, 0) == &played.schedule.training.front());
  CHECK(facts_of_job(played.schedule.training, 1) == nullptr);
}

TEST_CASE("step clock: the parts are the same for any number of threads") {
  const std::string text =
      "site: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs: {a: {kind: training, model: custom, layers: 4, hidden: 512, mlp: 512, heads: 8, vocabulary: 512, experts: 8, "
      "experts_per_token: 2, sequence_length: 256, tensor_parallel: 2, context_parallel: 2, pipeline_parallel: 2, virtual_stages: 2, "
      "expert_parallel: 4, global_batch: 8, zero: 3}}\n";
  const PlayedScenario one = play_scenario(text, 1);
  for (const unsigned threads : {2u, 3u}) {
    const PlayedScenario more = play_scenario(text, threads);
    CHECK(more.result.digest == one.result.digest);
    REQUIRE(more.result.steps.size() == one.result.steps.size());
    for (std::size_t i = 0; i < one.result.steps.size(); ++i)
      for (const auto part : {&StepRow::compute, &StepRow::tensor, &StepRow::pipeline, &StepRow::data, &StepRow::expert, &StepRow::context})
        REQUIRE(more.result.steps[i].*part == one.result.steps[i].*part);
  }
}
