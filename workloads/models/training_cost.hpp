// SPDX-License-Identifier: Apache-2.0
// Training cost: what one pipeline stage computes, exchanges and stores in one step of training a transformer.
//
// A stage is a list of layer groups in forward order; a pass through a group is a list of parts: an exchange with experts or the
// other parts of the sequence, then a compute, then the tensor-parallel collectives merged into one. Merging sums times, bytes and
// latencies exactly: nothing else uses the GPU or its scale-up port meanwhile, so the pass takes as long as layer by layer. Only
// gradients become ready later by up to a group, and merged exchanges of experts and context pay their latency once. Per layer and
// micro-batch of T = b s / c tokens on one of t GPUs:
//   forward FLOPs = T (2 active parameters + 2 a d s) / t, the second term causal attention, half of the context on
//   average; backward twice that, plus what is recomputed; memory traffic = weights and layer input and output.
// Tensor (Megatron-LM; Shoeybi et al. 2019): 2 all-reduces of M = T h e per layer and pass, 1 for a parallel block; 1 after the
// embedding; 3 of T floats in the loss and 1 of M in the head's backward pass. Each runs as reduce-scatter and all-gather through
// the scale-up switch: 2 (t-1) M/t bytes per port, 2 hops. Sequence parallelism (Korthikanti et al. 2022) makes the halves apart,
// as many bytes; of its backward pass the all-gathers of saved inputs hide behind the compute of input gradients. Full
// recomputation repeats the exchanges of the forward pass.
// Experts (e > 1): dispatch and combine all-to-alls of T k h e / t bytes per rank, forward and backward; between them the tokens
// are gathered and summed over the tensor-parallel group, k M; routing is uniform (GShard, Lepikhin et al. 2020; Megatron Core).
// Context (c > 1): ring: c-1 messages of a rank's keys and values, behind attention in c equal pieces; backward twice the bytes
// (their gradients; Liu et al. 2023). All-gather of them before attention, backward again and a reduce-scatter (Llama 3, 2024).
// LIMITATIONS: no tokens dropped; efficiency does not follow from the shape of a matrix (expert_slowdown says it for experts).
#pragma once

#include <cstdint>
#include <vector>

#include "core/quantity.hpp"
#include "workloads/models/training_settings.hpp"

namespace eastwest {

enum class PassExchange : std::uint8_t { none, expert_dispatch, expert_combine, context_ring, context_all_gather, context_reduce_scatter };

/// The exchange, then the compute, then the tensor-parallel collectives (zero bytes: none).
struct PassPart {
  PassExchange exchange = PassExchange::none;
  Bytes exchange_bytes = {};  // as nccl-tests has it; of the ring: one message
  Duration hiding = {};       // ring: attention, computed while messages are under way
  Duration compute = {};
  Bytes exchanged_per_port = {};
  Duration exchange_latency = {};
};

/// A pass through some layers.
struct GroupPass {
  std::vector<PassPart> parts;
  [[nodiscard]] PassPart sum() const;  // all parts; exchange_bytes of all-to-alls alone
  [[nodiscard]] Duration compute() const { return sum().compute + sum().hiding; }
  [[nodiscard]] Bytes exchanged_per_port() const { return sum().exchanged_per_port; }
  [[nodiscard]] Duration exchange_latency() const { return sum().exchange_latency; }
};

struct LayerGroup {
  std::int64_t layers = 0;  // 0: embedding or head
  GroupPass forward;
  GroupPass backward;
  std::int64_t gradient_elements = 0;  // of weights that all replicas hold
  std::int64_t expert_elements = 0;    // of experts that only every e-th replica holds
};

struct StageCost {
  std::vector<LayerGroup> groups;        // forward order, chunk after chunk
  std::vector<std::size_t> chunk_first;  // v + 1 entries, into groups
  std::int64_t parameters = 0;           // on each GPU of the stage, experts included
  std::int64_t expert_parameters = 0;
  Duration optimizer;
  [[nodiscard]] Duration compute_per_micro_batch() const;
};

StageCost stage_cost(const TrainingSettings& settings, std::int64_t stage);
/// Layers of a virtual stage, 0 to p v - 1: near-equal shares, the first ones take what is left over.
std::int64_t stage_layers(const TrainingSettings& settings, std::int64_t virtual_stage);

/// A gradient bucket: reduced as soon as the backward pass of group `ready_after` is over.
struct GradientBucket {
  std::int64_t elements = 0;
  std::size_t ready_after = 0;  // index into StageCost::groups
};
/// Buckets in the order in which they become ready: from the last group to the first. They add up to all gradients of
/// weights that all replicas hold, or of experts.
std::vector<GradientBucket> gradient_buckets(const TrainingSettings& settings, const StageCost& stage, bool experts = false);

}  // namespace eastwest
