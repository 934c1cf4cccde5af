// SPDX-License-Identifier: Apache-2.0
// Published: MFU of Llama 3 405B (The Llama 3 Herd of Models, 2024, table 4) and tokens per second and GPU of Megatron-Bridge on DGX H100
// (performance summary 25.11), against steps of the same structure at flow fidelity. docs/validation.md has the figures.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>

#include "analysis/metrics.hpp"
#include "tests/support/played_scenario.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

TrainingRates rates_of(int servers, const std::string& job) {
  const PlayedScenario played =
      play_scenario("site: {topology: rail_optimised, servers: " + std::to_string(servers) +
                    ", server: dgx-h100}\nfidelity: flow\njobs: {t: {kind: training, tensor_algorithm: auto, zero: 1, " + job + "}}\n");
  return training_rates(played.schedule.training.front(), step_metrics(played.result.steps).front().time.mean);
}

}  // namespace

// 8,192 and 16,384 GPUs, of whose 64 and 128 replicas two are played: replicas meet in gradients alone.
TEST_CASE("published: MFU of Llama 3 405B, TP 8 x PP 16, within two points of 43 and 41 percent") {
  for (const auto& [micro_batches, published] : {std::pair{32, 0.43}, std::pair{16, 0.41}}) {
    const TrainingRates rates =
        rates_of(32,
                 "model: llama-3-405b, tensor_parallel: 8, sequence_parallel: true, pipeline_parallel: 16, virtual_stages: 8, "
                 "ends_as_layers: true, gradient_bucket: 2 GB, global_batch: " +
                     std::to_string(2 * micro_batches));
    MESSAGE(micro_batches << " micro-batches: " << 100 * rates.model_flops_utilization << " %");
    CHECK(std::abs(rates.model_flops_utilization - published) < 0.02);
  }
}

TEST_CASE("published: tokens per second and GPU of Llama 3 70B in FP8 within 10 percent, of GPT-OSS 120B within 5 with small matrices") {
  const TrainingRates dense = rates_of(8,
                                       "model: llama-3-70b, precision: fp8, tensor_parallel: 4, sequence_parallel: true, "
                                       "pipeline_parallel: 8, virtual_stages: 5, global_batch: 128");
  MESSAGE("Llama 3 70B: " << dense.tokens_per_second_per_gpu);
  CHECK(dense.tokens_per_second_per_gpu == doctest::Approx(1602).epsilon(0.10));
  const TrainingRates experts = rates_of(8,
                                         "model: custom, layers: 36, hidden: 2880, mlp: 2880, heads: 64, kv_heads: 8, head_dimension: 64, "
                                         "vocabulary: 201088, experts: 128, experts_per_token: 4, expert_efficiency: 0.2, "
                                         "sequence_length: 4096, pipeline_parallel: 4, expert_parallel: 8, global_batch: 512");
  MESSAGE("GPT-OSS 120B: " << experts.tokens_per_second_per_gpu);
  CHECK(experts.tokens_per_second_per_gpu == doctest::Approx(5630).epsilon(0.05));
}
