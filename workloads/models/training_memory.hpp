// SPDX-License-Identifier: Apache-2.0
// Training memory: weights, gradients, optimiser state and activations on one GPU of a stage; and what a step stands for.
//
// Weights 2 B (BF16), gradients as they are on the wire, Adam's state 12 B (FP32 weight and two moments; Rajbhandari et al. 2020),
// each over the replicas as ZeRO has it; stage 3 holds the largest two groups of layers whole beside its share. Activations of a
// token and layer, e bytes each (Korthikanti et al. 2022 with this layer's own widths, without dropout masks; attention keeps no
// scores, as FlashAttention):
//   4 h e / (t with sequence parallelism, else 1)                     inputs and outputs of two norms
// + (a d + 2 kv d + a d + 3 f, or 2 f where not gated) e / t           queries, keys, values, attention output; feed-forward
// with experts f counts once per expert of the token, shared ones included, and the tokens sent to experts 2 k h e / t more.
// Full recomputation keeps h e per layer, and one layer whole. As many passes are alive as the pipeline's order says. The last
// stage holds one micro-batch of logits in 2 and 4 B.
// LIMITATIONS: no fragmentation, no communication buffers, no workspace.
#pragma once

#include "core/quantity.hpp"
#include "workloads/models/training_cost.hpp"
#include "workloads/schedule.hpp"

namespace eastwest {

struct TrainingMemory {
  Bytes weights;
  Bytes gradients;
  Bytes optimizer;
  Bytes activations;
  [[nodiscard]] Bytes state() const { return weights + gradients + optimizer; }
  [[nodiscard]] Bytes total() const { return state() + activations; }
};

TrainingMemory training_memory(const TrainingSettings& settings, std::int64_t stage);
/// Activations of one layer and micro-batch on one GPU, nothing recomputed.
Bytes layer_activations(const TrainingSettings& settings, std::int64_t layer);

/// Tokens and model FLOPs of a step, 3 T (forward matrices + half of the context's attention), and the memory of the fullest stage.
TrainingFacts training_facts(const TrainingSettings& settings);

}  // namespace eastwest
