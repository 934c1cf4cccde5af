// SPDX-License-Identifier: Apache-2.0
// Laws: activations of a layer by hand, as many passes alive as the pipeline's order has, ZeRO's shares, FLOPs of a step.
#include "workloads/models/training_memory.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

namespace {

TrainingSettings settings_of(const char* model) {
  TrainingSettings settings;
  settings.model = find_transformer_model(model);
  settings.sequence_length = 8192;
  settings.rates = {500e12, 2.5e12};
  settings.optimizer_sharded = false;
  return settings;
}

}  // namespace

TEST_CASE(
    "activations of a Llama-3-70B layer: 16 h, and (2 a d + 2 kv d + 3 f) 2/t bytes per token; all over t with sequence parallelism") {
  TrainingSettings settings = settings_of("llama-3.1-70b");
  const std::int64_t norms = std::int64_t{4} * 8192, rest = 2 * 8192 + 2 * 1024 + 3 * 28672;
  CHECK(layer_activations(settings, 0).count == std::int64_t{8192} * 2 * (norms + rest));
  settings.tensor_parallel = 8;
  CHECK(layer_activations(settings, 0).count == std::int64_t{8192} * 2 * (norms + rest / 8));
  settings.sequence_parallel = true;
  CHECK(layer_activations(settings, 0).count == std::int64_t{8192} * 2 * (norms + rest) / 8);
  settings.context_parallel = 2;
  CHECK(layer_activations(settings, 0).count == std::int64_t{4096} * 2 * (norms + rest) / 8);
}

// Korthikanti et al. 2022: 34 s b h bytes for the layer of GPT without attention scores, of which 2 s b h are dropout masks.
TEST_CASE("activations of a plain layer with f = 4 h are the 32 s b h of Korthikanti et al.") {
  const TransformerModel model{.name = "gpt",
                               .alias = "",
                               .layers = 1,
                               .hidden = 1024,
                               .mlp = 4096,
                               .heads = 8,
                               .kv_heads = 8,
                               .head_dimension = 128,
                               .vocabulary = 1000,
                               .gated = false};
  TrainingSettings settings = settings_of("llama-3.1-8b");
  settings.model = &model;
  CHECK(layer_activations(settings, 0).count == 32 * 8192 * 1024);
}

TEST_CASE("a stage holds min(m, p - i) micro-batches, an interleaved one 2 (p-1-i) + (v-1) p + 1 passes through chunks") {
  TrainingSettings settings = settings_of("llama-3.1-70b");
  settings.pipeline_parallel = 4;
  settings.global_batch = 8;
  const std::int64_t layer = layer_activations(settings, 0).count;
  for (std::int64_t stage = 0; stage < 3; ++stage) CHECK(training_memory(settings, stage).activations.count == (4 - stage) * 20 * layer);
  CHECK(training_memory(settings, 3).activations.count == 20 * layer + 8192 * std::int64_t{128256} * 6);  // and the logits
  settings.virtual_stages = 2;
  CHECK(training_memory(settings, 0).activations.count == (std::int64_t{2} * 3 + 4 + 1) * 10 * layer);
  settings.recomputation = Recomputation::full;
  CHECK(training_memory(settings, 0).activations.count == (std::int64_t{2} * 3 + 4 + 1) * 10 * (8192 * std::int64_t{8192} * 2) + layer);
}

TEST_CASE("ZeRO: optimiser, then gradients, then weights are cut over the replicas") {
  TrainingSettings settings = settings_of("llama-3.1-8b");
  settings.data_parallel = 8;
  settings.global_batch = 8;
  const std::int64_t parameters = 8'030'261'248;
  const auto state = [&](Zero zero) {
    settings.zero = zero;
    return training_memory(settings, 0);
  };
  CHECK(state(Zero::none).state().count == 16 * parameters);
  CHECK(state(Zero::one).state().count == 4 * parameters + 12 * parameters / 8);
  CHECK(state(Zero::two).state().count == 2 * parameters + 14 * parameters / 8);
  // Two groups of layers, or vocabulary matrices, are there whole: 4 layers of 218,112,000 parameters.
  CHECK(state(Zero::three).state().count == 16 * parameters / 8 + std::int64_t{2} * 2 * 4 * std::int64_t{218'112'000});
}

TEST_CASE("experts are cut over the expert group, what remains over their holders") {
  TrainingSettings settings = settings_of("mixtral-8x7b");
  settings.data_parallel = 16;
  settings.expert_parallel = 8;
  settings.global_batch = 16;
  settings.zero = Zero::one;
  const std::int64_t expert = 32 * std::int64_t{3} * 4096 * 14336, others = 46'702'792'704 - 8 * expert;
  const TrainingMemory memory = training_memory(settings, 0);
  CHECK(memory.weights.count == 2 * (others + expert));
  CHECK(memory.optimizer.count == 12 * (others / 16 + expert / 2));
}

TEST_CASE("facts of a step: tokens, 3 T (forward + half of the context), and the fullest stage") {
  TrainingSettings settings = settings_of("llama-3.1-70b");
  settings.tensor_parallel = 8;
  settings.data_parallel = 16;
  settings.pipeline_parallel = 4;
  settings.global_batch = 512;
  const TrainingFacts facts = training_facts(settings);
  CHECK(facts.gpus == 512);
  CHECK(facts.tokens == 512.0 * 8192);
  CHECK(facts.flops == doctest::Approx(3.0 * 512 * 8192 * (139.0e9 + 2.0 * 80 * 64 * 128 * 8192)).epsilon(1e-3));
  CHECK(facts.activations == training_memory(settings, 0).activations);
  settings.recomputation = Recomputation::full;
  CHECK(training_facts(settings).flops == facts.flops);  // model FLOPs: nothing counts twice
}
