// SPDX-License-Identifier: Apache-2.0
// Training passes: the operations of the forward and backward passes of one pipeline stage, in the order of its pipeline.
//
// Replicas that exchange something within a pass (experts, context, weights of ZeRO-3) are built together, block after block. A
// rank's line of work is a chain of operations; where it waits for others, a compute of no time with that activity stands in the
// chain, so that the wait is charged to its kind (Activity). Between stages each of the t ranks of a stage sends its 1/t of the
// activation (or gradient) to the same index of the next stage, which gathers the parts over the scale-up domain (Megatron-LM's
// scatter/gather), a fused operation of M - M/t bytes per port; sequence parallelism needs no gather.
// Node-limited routing (DeepSeek-V3, 2024): with l hosts per token of the N that an expert group of g ranks each is on, T l h e
// bytes per rank go along its rail, all-to-all over N, and T k h e (g-1)/g of them over the scale-up ports; back the other way
// round.
// ZeRO-3: the weights of a group of layers are gathered before each pass, one group ahead (without overlap when needed), its
// gradients reduce-scattered behind the backward pass; these follow each other, as one communication stream does (FSDP).
// LIMITATIONS: nothing is gathered ahead over the end of a pass, so its first group waits for its weights; the last group of a forward
// pass is gathered again for the backward pass. Without overlap ZeRO-2 still reduces all but the last micro-batch under later passes.
// Invariants: sends and receives of every pair come in the same order on both sides.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "workloads/models/group_collective.hpp"
#include "workloads/models/pipeline_order.hpp"
#include "workloads/models/training_cost.hpp"
#include "workloads/models/training_layout.hpp"

namespace eastwest {

/// Groups by number, each made when first asked for; they stay where they are.
class GroupTable {
 public:
  GroupTable(const JobContext& context, const CollectiveChoice& choice) : context_(context), choice_(choice) {}
  template <class Members>
  GroupCollective& at(std::size_t number, Members&& members) {
    const auto found = groups_.find(number);
    return found != groups_.end() ? found->second : groups_.try_emplace(number, context_, choice_, members()).first->second;
  }

 private:
  const JobContext& context_;
  const CollectiveChoice& choice_;
  std::map<std::size_t, GroupCollective> groups_;
};

class TrainingPasses {
 public:
  using Operations = std::vector<OperationId>;

  TrainingPasses(const TrainingSettings& settings, const TrainingLayout& layout, const std::vector<StageCost>& costs,
                 const JobContext& context, ScheduleBuilder& schedule);

  /// All messages between stages of one step, whose ranks begin after `markers` (by rank).
  void begin_step(std::uint32_t step, const Operations& markers);
  /// All passes of a stage.
  Status run_stage(std::size_t stage, const Operations& markers);

  // What run_stage left, by slot(replica, shard):
  [[nodiscard]] std::size_t slot(std::size_t replica, std::size_t shard) const { return replica * layout_.t + shard; }
  Operations& chain() { return chain_; }
  [[nodiscard]] OperationId stream(std::size_t slot) const { return stream_[slot]; }
  /// Backward computes of a micro-batch, groups from last to first.
  [[nodiscard]] const Operations& ready(std::size_t micro_batch, std::size_t slot) const {
    return ready_[micro_batch * layout_.replicas * layout_.t + slot];
  }
  /// The ranks of a stage and tensor index that hold the same weights, and those that hold the same experts (by first replica).
  GroupCollective& weight_group(std::size_t stage, std::size_t shard);
  GroupCollective& expert_weight_group(std::size_t stage, std::size_t shard, std::size_t first);

  /// The line of `slot` waits for `end`.
  void wait(Activity activity, std::size_t stage, std::size_t slot, OperationId end);
  [[nodiscard]] RankId rank(std::size_t stage, std::size_t slot) const {
    return context_.rank(slot + layout_.t * layout_.replicas * stage);
  }
  /// "NAME, shard 1, stage 2, step 0" with what there is only one of left out.
  [[nodiscard]] std::string record_name(const std::string& name, std::size_t shard, std::size_t stage) const;

 private:
  struct Block {
    std::size_t stage, first, end;  // replicas
  };
  [[nodiscard]] std::size_t transfer_index(std::size_t boundary, std::size_t slot, std::size_t micro) const;
  void receive(const Block& block, const PipelinePass& pass, std::size_t boundary);
  Status run_pass(const Block& block, const PipelinePass& pass);
  Status run_part(const Block& block, const PassPart& part, Operations& computed);
  Status exchange_in_groups(const Block& block, const PassPart& part);
  Status exchange_by_nodes(const Block& block, const PassPart& part);
  void exchange_in_rings(const Block& block, const PassPart& part);
  void tensor_exchange(const Block& block, Bytes bytes, Duration latency);
  /// A collective of all holders of a group's weights, after chain and stream; the stream goes on from it.
  Status weights(const Block& block, const LayerGroup& group, CollectiveOperation operation, std::int64_t element, const char* name);

  const TrainingSettings& settings_;
  const TrainingLayout& layout_;
  const std::vector<StageCost>& costs_;
  const JobContext& context_;
  ScheduleBuilder& schedule_;
  GroupTable experts_, rails_, contexts_, weights_, expert_weights_;
  std::vector<ScheduleBuilder::Transfer> activations_, gradients_;
  Operations chain_;               // by slot: where the line ended
  Operations stream_;              // by slot: last collective over weights (ZeRO-3)
  std::vector<Operations> ready_;  // by micro-batch and slot
  std::uint32_t step_ = 0;
  std::uint32_t exchanges_ = 0;  // numbers the records
};

}  // namespace eastwest
