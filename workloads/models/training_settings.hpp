// SPDX-License-Identifier: Apache-2.0
// Training settings: model, parallelism and batch of a training job, as plain values.
//
// Ranks are numbered as Megatron-LM does, fastest first: tensor, context, data, pipeline. The c d ranks with the same tensor index and
// stage hold the same weights, its replicas; e consecutive replicas share the experts of a layer between them (expert
// parallelism lies inside context and data parallelism), and c consecutive ones a sequence.
// Units: bytes, sequences, tokens. Invariants (checked by the job): t c d p is the number of ranks, e divides c d and the experts,
// 2 c divides the sequence (1 for c = 1), and with several chunks p divides the micro-batches.
#pragma once

#include <cstdint>
#include <string>

#include "core/quantity.hpp"
#include "workloads/collectives/cost_model.hpp"
#include "workloads/models/model_table.hpp"
#include "workloads/models/roofline.hpp"

namespace eastwest {

enum class Recomputation : std::uint8_t { none, selective, full };
/// What the replicas share out (Rajbhandari et al. 2020): nothing on the wire, optimiser state, gradients too, weights too.
enum class Zero : std::uint8_t { none, one, two, three };
enum class ContextExchange : std::uint8_t { ring, all_gather };

/// How the collectives of one kind of group are done: "automatic" (see GroupCollective), or as the collective job names it.
struct CollectiveChoice {
  std::string algorithm = "automatic";
  std::string protocol = "ideal";
};

struct TrainingSettings {
  const TransformerModel* model = nullptr;
  std::int64_t tensor_parallel = 1;    // t
  std::int64_t context_parallel = 1;   // c
  std::int64_t data_parallel = 1;      // d
  std::int64_t expert_parallel = 1;    // e
  std::int64_t pipeline_parallel = 1;  // p
  std::int64_t virtual_stages = 1;     // v, chunks of the model on each stage
  std::int64_t global_batch = 1;       // sequences per step
  std::int64_t micro_batch = 1;        // sequences
  std::int64_t sequence_length = 1;    // tokens
  std::int64_t steps = 1;
  Bytes gradient_bucket;              // 0: Megatron's max(40e6, 1e6 d) elements
  std::int64_t gradient_element = 2;  // bytes
  std::int64_t activation_element = 2;
  std::int64_t dispatch_element = 2;  // tokens on their way to experts
  std::int64_t expert_nodes = 0;      // hosts that a token's experts lie on, one copy to each; 0: a copy per expert
  std::int64_t weight_element = 2;
  Recomputation recomputation = Recomputation::none;
  Zero zero = Zero::none;
  ContextExchange context_exchange = ContextExchange::ring;
  bool sequence_parallel = false;
  bool ends_as_layers = false;  // embedding and head count as a layer each where layers are shared out to stages
  bool overlap = true;
  bool optimizer_sharded = true;  // with Zero::none: memory and update time alone
  std::int64_t layers_per_operation = 4;
  CollectiveChoice tensor_collectives{"scale_up", "ideal"};  // see tensor_collective.hpp
  Machine tensor_machine;                                    // where a tensor-parallel group runs; not read for "scale_up"
  CollectiveChoice data_collectives;
  CollectiveChoice expert_collectives;
  CollectiveChoice context_collectives;
  GpuRates rates;
  double score_slowdown = 1;   // how much longer attention scores take than `rates` say: they stay in BF16 when matrices are FP8
  double expert_slowdown = 1;  // how much longer the matrices of experts take than `rates` say
  Duration launch;             // per layer and pass
  Duration scale_up_latency;

  [[nodiscard]] std::int64_t micro_batches() const { return global_batch / (micro_batch * data_parallel); }
  /// Tokens of a micro-batch on one rank.
  [[nodiscard]] std::int64_t tokens() const { return micro_batch * sequence_length / context_parallel; }
  [[nodiscard]] Bytes activation_bytes() const { return {tokens() * model->hidden * activation_element}; }
  [[nodiscard]] std::int64_t replicas() const { return context_parallel * data_parallel; }
  [[nodiscard]] std::int64_t expert_replicas() const { return replicas() / expert_parallel; }
  [[nodiscard]] bool shards_optimizer() const { return optimizer_sharded || zero != Zero::none; }
};

}  // namespace eastwest
