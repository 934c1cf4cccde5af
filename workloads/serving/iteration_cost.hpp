// SPDX-License-Identifier: Apache-2.0
// Iteration cost: how long one batched forward pass of a serving instance takes on its t GPUs.
//
// For `rows` tokens in the pass, `sampled` of which produce a token, `context_products` = sum over tokens of the context
// that they attend to, and `context_read` = sum over sequences of the KV entries read:
//   matrices   = roofline((rows x layer FLOPs + sampled x 2 V h) / t, weights touched / t)
//   attention  = roofline(4 L a d x context_products / t, KV bytes x context_read / t)
//   exchange   = L x r x all_reduce(rows x h x e) + all_gather of the logits; r = 2, or 1 for a parallel block
//   time       = matrices + attention + exchange + overhead, rounded once to a picosecond.
// all_reduce(S) = min(a + S (t-1)/B, 2 a + 2 S (t-1)/(t B)): one-shot or two-shot over the scale-up switch, as the custom
// all-reduce of vLLM; a = hop latency + fixed overhead, B the rate of a port. A mixture of E experts reads
// E (1 - (1-k/E)^rows) of them, uniform routing. Units: seconds inside, picoseconds out; bytes per GPU.
// LIMITATIONS: the all-reduce is not contended by other users of the scale-up ports; KV writes cost nothing.
#pragma once

#include <cstdint>

#include "core/quantity.hpp"
#include "workloads/models/model_table.hpp"
#include "workloads/models/roofline.hpp"

namespace eastwest {

struct IterationCostSettings {
  const TransformerModel* model = nullptr;
  std::int64_t tensor_parallel = 1;
  std::int64_t weight_element = 2;  // bytes
  std::int64_t kv_element = 2;
  std::int64_t activation_element = 2;
  GpuRates rates;
  BitRate scale_up_rate;
  Duration scale_up_latency;
  Duration all_reduce_overhead;
  Duration iteration_overhead;
};

struct IterationLoad {
  std::int64_t rows = 0;
  std::int64_t sampled = 0;
  std::int64_t context_products = 0;
  std::int64_t context_read = 0;
  std::int64_t sequences = 0;  // with tokens in the pass; each lives in one expert group (staged_cost.hpp), elsewhere of no account
};

class IterationCost {
 public:
  explicit IterationCost(const IterationCostSettings& settings);
  [[nodiscard]] Duration time(const IterationLoad& load) const;
  /// One all-reduce of `bytes` over the instance, in seconds; 0 for one GPU.
  [[nodiscard]] double all_reduce_seconds(double bytes) const;
  /// KV cache of one token on one GPU, one layer and all layers.
  [[nodiscard]] std::int64_t kv_bytes_per_token_layer() const { return kv_layer_; }
  [[nodiscard]] std::int64_t kv_bytes_per_token() const { return kv_layer_ * layers_; }
  /// Weights on one GPU.
  [[nodiscard]] std::int64_t weight_bytes() const { return weight_bytes_; }
  [[nodiscard]] std::int64_t layers() const { return layers_; }

 private:
  GpuRates rates_;
  std::int64_t layers_ = 0;
  std::int64_t kv_layer_ = 0;
  std::int64_t weight_bytes_ = 0;
  std::int64_t experts_ = 1;
  double shard_ = 1;           // t
  double row_flops_ = 0;       // per GPU, matrices of all layers
  double sampled_flops_ = 0;   // per GPU, output head
  double product_flops_ = 0;   // per GPU, attention per token and token of context
  double kv_token_bytes_ = 0;  // per GPU
  double dense_bytes_ = 0;     // per GPU, weights that every pass reads
  double expert_bytes_ = 0;    // per GPU, one expert of every layer
  double expert_missed_ = 0;   // probability that a token does not use a given expert
  double row_message_ = 0;     // bytes of one token in an all-reduce
  double logits_message_ = 0;  // bytes of one token's logits, all parts
  double all_reduces_ = 0;     // per pass
  double port_rate_ = 0;       // bytes per second
  double hop_seconds_ = 0;
  double overhead_seconds_ = 0;
};

/// Expected number of `experts` that `rows` tokens hit when each misses one with probability `missed`.
double experts_hit(std::int64_t experts, double missed, std::int64_t rows);

}  // namespace eastwest
