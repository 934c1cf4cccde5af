// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_memory.hpp"

#include <algorithm>

#include "workloads/models/pipeline_order.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kWeightBytes = 2;
constexpr std::int64_t kOptimizerStateBytes = 12;  // FP32 weight, first and second moment
constexpr std::int64_t kLogitBytes = 2 + 4;

constexpr std::int64_t ceiling_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Elements of the stage that one GPU keeps when the replicas share them out.
std::int64_t share_of(const TrainingSettings& settings, std::int64_t dense, std::int64_t experts) {
  return ceiling_divide(dense, settings.replicas()) + ceiling_divide(experts, settings.expert_replicas());
}

/// Of one pass through a chunk.
std::int64_t chunk_activations(const TrainingSettings& settings, std::int64_t virtual_stage) {
  std::int64_t first = 0;
  for (std::int64_t before = 0; before < virtual_stage; ++before) first += stage_layers(settings, before);
  std::int64_t bytes = 0;
  const std::int64_t kept = settings.activation_bytes().count / (settings.sequence_parallel ? settings.tensor_parallel : std::int64_t{1});
  for (std::int64_t i = 0; i < stage_layers(settings, virtual_stage); ++i)
    bytes += settings.recomputation == Recomputation::full ? kept : layer_activations(settings, first + i).count;
  return bytes;
}

Bytes stage_activations(const TrainingSettings& settings, std::int64_t stage) {
  std::vector<std::int64_t> chunks;
  for (std::int64_t chunk = 0; chunk < settings.virtual_stages; ++chunk)
    chunks.push_back(chunk_activations(settings, chunk * settings.pipeline_parallel + stage));
  std::int64_t alive = 0, most = 0;
  for (const PipelinePass& pass :
       pipeline_order(static_cast<std::uint32_t>(stage), static_cast<std::uint32_t>(settings.pipeline_parallel),
                      static_cast<std::uint32_t>(settings.micro_batches()), static_cast<std::uint32_t>(settings.virtual_stages))) {
    alive += pass.forward ? chunks[pass.chunk] : -chunks[pass.chunk];
    most = std::max(most, alive);
  }
  if (settings.recomputation == Recomputation::full) most += layer_activations(settings, settings.model->layers - 1).count;
  if (stage + 1 == settings.pipeline_parallel)
    most += settings.tokens() * ceiling_divide(settings.model->vocabulary, settings.tensor_parallel) * kLogitBytes;
  return {most};
}

}  // namespace

Bytes layer_activations(const TrainingSettings& settings, std::int64_t layer) {
  const TransformerModel& m = *settings.model;
  const std::int64_t t = settings.tensor_parallel;
  const std::int64_t f = is_dense_layer(m, layer) ? m.dense_mlp : m.mlp * (m.experts > 1 ? m.experts_per_token + m.shared_experts : 1);
  const std::int64_t routed = m.experts > 1 && !is_dense_layer(m, layer) ? 2 * m.experts_per_token * m.hidden : 0;
  const std::int64_t key_values = std::max(m.kv_heads * m.head_dimension, t * m.head_dimension);
  const std::int64_t whole = 4 * m.hidden;
  const std::int64_t cut = 2 * attention_width(m) + 2 * key_values + (m.gated ? 3 : 2) * f + routed;
  const std::int64_t elements = ceiling_divide(cut, t) + (settings.sequence_parallel ? ceiling_divide(whole, t) : whole);
  return {settings.tokens() * elements * settings.activation_element};
}

TrainingMemory training_memory(const TrainingSettings& settings, std::int64_t stage) {
  const StageCost cost = stage_cost(settings, stage);
  const std::int64_t shared = share_of(settings, cost.parameters - cost.expert_parameters, cost.expert_parameters);
  TrainingMemory memory;
  memory.weights = {cost.parameters * kWeightBytes};
  if (settings.zero == Zero::three) {
    std::int64_t largest = 0;
    for (const LayerGroup& group : cost.groups) largest = std::max(largest, group.gradient_elements + group.expert_elements);
    memory.weights = {std::min(cost.parameters, shared + 2 * largest) * kWeightBytes};
  }
  memory.gradients = {(settings.zero >= Zero::two ? shared : cost.parameters) * settings.gradient_element};
  memory.optimizer = {(settings.shards_optimizer() ? shared : cost.parameters) * kOptimizerStateBytes};
  memory.activations = stage_activations(settings, stage);
  return memory;
}

TrainingFacts training_facts(const TrainingSettings& settings) {
  const TransformerModel& model = *settings.model;
  TrainingFacts facts;
  facts.gpus = static_cast<std::uint32_t>(settings.tensor_parallel * settings.replicas() * settings.pipeline_parallel);
  facts.tokens = static_cast<double>(settings.global_batch) * static_cast<double>(settings.sequence_length);
  const double attention =
      0.5 * static_cast<double>(attention_flops_per_context_token(model)) * static_cast<double>(settings.sequence_length);
  facts.flops = 3.0 * facts.tokens * (static_cast<double>(forward_flops_per_token(model)) + attention);
  TrainingMemory fullest;
  for (std::int64_t stage = 0; stage < settings.pipeline_parallel; ++stage) {
    const TrainingMemory memory = training_memory(settings, stage);
    if (memory.total().count > fullest.total().count) fullest = memory;
  }
  facts.weights = fullest.weights;
  facts.gradients = fullest.gradients;
  facts.optimizer = fullest.optimizer;
  facts.activations = fullest.activations;
  return facts;
}

}  // namespace eastwest
