// SPDX-License-Identifier: Apache-2.0
// Staged cost: what an instance of several pipeline stages or expert groups computes and exchanges in one iteration.
//
// Shape: p stages of e groups of t GPUs; rank = i + t (group + e stage). A stage has a near-equal share of the layers, the first
// ones one more. The e groups of a stage share a pass. A sequence lives in one group: of n sequences g = min(e, n) groups are busy, each
// with 1/g of the rows and sequences (rounded up) for everything but the experts. All have E/e of the experts, each cut over its t
// GPUs. Per layer of a mixture of experts:
//   attention = the rooflines of iteration_cost.hpp without experts, for the group's rows, + one all-reduce over its t GPUs
//   dispatch  = each busy group sends rows/g k/e tokens' activations of h e bytes to each other group, GPU i its 1/t to GPU i there
//   experts   = roofline(rows k / e x expert FLOPs / t, experts hit / t) + gather and reduce-scatter over t GPUs of rows k / e tokens
//   combine   = the same bytes back, + an all-gather over t GPUs of the group's rows
// Between stages GPU i of a group sends its 1/t of the activation to GPU i of the same group there, which gather (Megatron-LM).
// What stays inside a host takes scale-up time (hop + bytes / port); what crosses hosts are messages for the fabric.
// Units: picoseconds, bytes per message. Invariants: with one group the stages' times without exchange add up to
// IterationCost::time, but for rooflines that part differently. Source: Fedus et al., "Switch Transformers", 2021 (dispatch and
// combine); DeepSpeed-MoE, ICML 2022 (expert groups beside tensor parallelism).
// LIMITATIONS: uniform routing to experts; one copy per chosen expert, none merged for a group; compute and exchange of one
// iteration do not overlap. Busy groups are the first ones and alike: a long prompt beside short answers counts as their mean. An
// instance has one pool of KV blocks for all groups of a stage, so a group may hold more than its memory; a remembered prefix is
// present in all of them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "workloads/serving/iteration_cost.hpp"

namespace eastwest {

struct InstanceShape {
  std::int64_t tensor = 1;
  std::int64_t pipeline = 1;
  std::int64_t expert = 1;
  [[nodiscard]] std::int64_t ranks() const { return tensor * pipeline * expert; }
  [[nodiscard]] bool staged() const { return pipeline > 1 || expert > 1; }
};

class StagedCost {
 public:
  StagedCost(const IterationCostSettings& settings, InstanceShape shape);

  [[nodiscard]] std::int64_t layers(std::int64_t stage) const;
  [[nodiscard]] std::int64_t weight_bytes(std::int64_t stage) const;
  /// KV cache of one token on one GPU of its group, the stage's layers.
  [[nodiscard]] std::int64_t kv_bytes_per_token(std::int64_t stage) const { return layers(stage) * kv_layer_; }

  /// Everything of `layers` layers but experts; with one group or a dense model, everything.
  [[nodiscard]] Duration layers_time(const IterationLoad& load, std::int64_t layers) const;
  [[nodiscard]] Duration experts_time(const IterationLoad& load, std::int64_t layers) const;
  /// Output head, last stage.
  [[nodiscard]] Duration head_time(const IterationLoad& load) const;
  /// Scheduler and launch, first stage.
  [[nodiscard]] Duration overhead() const { return settings_.iteration_overhead; }

  /// Of one message of a dispatch or combine, for `layers` layers.
  [[nodiscard]] Bytes expert_message(const IterationLoad& load, std::int64_t layers) const;
  /// The part of it between `groups` groups that share a host.
  [[nodiscard]] Duration expert_exchange_inside(const IterationLoad& load, std::int64_t layers, std::int64_t groups) const;
  /// Of one message between stages, the time that it takes inside a host, and of gathering it.
  [[nodiscard]] Bytes stage_message(const IterationLoad& load) const;
  [[nodiscard]] Duration stage_exchange_inside(const IterationLoad& load) const;
  [[nodiscard]] Duration gather_time(const IterationLoad& load) const;

  [[nodiscard]] const InstanceShape& shape() const { return shape_; }
  /// Groups that have sequences in the pass, the first ones of each stage.
  [[nodiscard]] std::int64_t busy_groups(const IterationLoad& load) const {
    return std::clamp<std::int64_t>(load.sequences, 1, shape_.expert);
  }
  [[nodiscard]] bool by_experts() const { return shape_.expert > 1; }

 private:
  /// Of a busy group.
  [[nodiscard]] std::int64_t group_rows(const IterationLoad& load) const { return (load.rows + busy_groups(load) - 1) / busy_groups(load); }
  /// Of any group: rows that its experts compute.
  [[nodiscard]] std::int64_t group_pairs(const IterationLoad& load) const;
  [[nodiscard]] double scale_up_seconds(double bytes) const;

  IterationCostSettings settings_;
  InstanceShape shape_;
  IterationCost cost_;  // all-reduces
  std::int64_t kv_layer_ = 0;
  std::int64_t layer_parameters_ = 0;       // on one GPU, without experts
  std::int64_t expert_parameters_ = 0;      // on one GPU, one expert
  std::int64_t vocabulary_parameters_ = 0;  // on one GPU
  double missed_ = 1;                       // probability that a token does not use a given expert
};

/// Tokens whose KV cache fits into an instance: the least over its stages, times the groups. Negative when not even weights fit.
std::int64_t kv_capacity_tokens(const StagedCost& cost, Bytes gpu_memory, double utilization, Bytes activations);

}  // namespace eastwest
