// SPDX-License-Identifier: Apache-2.0
// Training cost: what one pipeline stage computes, exchanges and stores in one step of training a transformer.
//
// A stage is a list of layer groups in forward order; a group is one compute operation per pass, followed by its
// tensor-parallel all-reduces merged into one. Merging sums times, bytes and latencies exactly: nothing else uses the
// GPU or its scale-up port meanwhile, so the pass takes as long as layer by layer. Only gradients become ready later by
// up to a group. Per layer and micro-batch of T = b s tokens on one of t GPUs:
//   forward FLOPs = T (2 active parameters + 2 a d s) / t, the second term causal attention, half of the context on
//   average; backward twice that, plus what is recomputed; memory traffic = weights and layer input and output.
// All-reduces (Megatron-LM without sequence parallelism; Shoeybi et al. 2019): 2 of M = b s h e per layer and pass, 1
// for a parallel block; 1 after the embedding; 3 of b s floats in the loss and 1 of M in the head's backward pass.
// Each runs as reduce-scatter and all-gather through the scale-up switch: 2 (t-1) M/t bytes per port, 2 hops.
// LIMITATIONS: expert layers are cut by tensor parallelism, not by experts; no sequence or context parallelism;
// activations are not counted as memory; the optimiser's all-gather of a sharded state is taken with the gradients.
#pragma once

#include <cstdint>
#include <vector>

#include "core/quantity.hpp"
#include "workloads/models/model_table.hpp"
#include "workloads/models/roofline.hpp"

namespace eastwest {

enum class Recomputation : std::uint8_t { none, selective, full };

struct TrainingSettings {
  const TransformerModel* model = nullptr;
  std::int64_t tensor_parallel = 1;
  std::int64_t data_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  std::int64_t global_batch = 1;     // sequences per step
  std::int64_t micro_batch = 1;      // sequences
  std::int64_t sequence_length = 1;  // tokens
  std::int64_t steps = 1;
  Bytes gradient_bucket;              // 0: Megatron's max(40e6, 1e6 d) elements
  std::int64_t gradient_element = 2;  // bytes
  std::int64_t activation_element = 2;
  std::int64_t weight_element = 2;
  Recomputation recomputation = Recomputation::none;
  bool overlap = true;
  bool optimizer_sharded = true;
  std::int64_t layers_per_operation = 4;
  GpuRates rates;
  Duration launch;  // per layer and pass
  Duration scale_up_latency;
  [[nodiscard]] std::int64_t micro_batches() const { return global_batch / (micro_batch * data_parallel); }
  [[nodiscard]] Bytes activation_bytes() const { return {micro_batch * sequence_length * model->hidden * activation_element}; }
};

/// One pass through some layers: compute, then the all-reduces merged (zero bytes: none).
struct GroupPass {
  Duration compute;
  Bytes exchanged_per_port;
  Duration exchange_latency;
};

struct LayerGroup {
  std::int64_t layers = 0;  // 0: embedding or head
  GroupPass forward;
  GroupPass backward;
  std::int64_t gradient_elements = 0;
};

struct StageCost {
  std::vector<LayerGroup> groups;  // forward order
  std::int64_t parameters = 0;     // on each GPU of the stage
  Duration optimizer;
  [[nodiscard]] Duration compute_per_micro_batch() const;
};

StageCost stage_cost(const TrainingSettings& settings, std::int64_t stage);
/// Layers of a stage: near-equal shares, the first ones take what is left over.
std::int64_t stage_layers(const TrainingSettings& settings, std::int64_t stage);

/// A gradient bucket: reduced as soon as the backward pass of group `ready_after` is over.
struct GradientBucket {
  Bytes bytes;
  std::size_t ready_after = 0;  // index into StageCost::groups
};
/// Buckets in the order in which they become ready: from the last group to the first. They add up to all gradients.
std::vector<GradientBucket> gradient_buckets(const TrainingSettings& settings, const StageCost& stage);

/// Weights (BF16), gradients and Adam's state (FP32 weights and two moments, 12 B) on one GPU of the stage.
Bytes training_memory(const TrainingSettings& settings, const StageCost& stage);

}  // namespace eastwest
