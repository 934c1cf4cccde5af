// SPDX-License-Identifier: Apache-2.0
// Transformer models: shapes, and what follows from them: parameters, FLOPs per token, KV-cache bytes.
//
// Units: parameters and FLOPs are counts (FLOPs per token: one multiply-add is two), sizes in bytes.
// Invariants (tests): the shapes reproduce the parameter totals of the published checkpoints exactly.
// Source: the models' published configurations; FLOPs of the forward matrix products per token are
// 2 (active parameters outside the embedding), attention adds 4 L a d per token and token of context
// (scores and values; Narayanan et al., "Efficient large-scale language model training on GPU clusters", SC 2021,
// appendix, in this form).
// LIMITATIONS: dense attention with grouped heads only (no multi-head latent attention, no sliding window).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest {

struct TransformerModel {
  std::string_view name;
  std::string_view alias;           // second name, "" for none
  std::int64_t layers = 0;          // L
  std::int64_t hidden = 0;          // h
  std::int64_t mlp = 0;             // f, inner width of the feed-forward block (of one expert)
  std::int64_t heads = 0;           // a
  std::int64_t kv_heads = 0;        // kv
  std::int64_t head_dimension = 0;  // d
  std::int64_t vocabulary = 0;      // V
  bool gated = true;                // SwiGLU: three matrices in the feed-forward block, otherwise two
  std::int64_t experts = 1;         // 1: dense
  std::int64_t experts_per_token = 1;
  bool parallel_block = false;  // attention and feed-forward read the same norm and are summed once (Falcon)
  std::int64_t norms_per_layer = 2;
  bool norm_bias = false;  // LayerNorm with bias instead of RMSNorm
  bool qkv_bias = false;
};

/// All models, sorted by name.
std::span<const TransformerModel> transformer_models();
/// By name or alias; nullptr when there is none.
const TransformerModel* find_transformer_model(std::string_view name);
/// Names and aliases, comma separated, as ParameterSpec::choices wants them.
std::string_view transformer_model_choices();

/// Query, key, value and output projections of one layer, with biases.
std::int64_t attention_parameters(const TransformerModel& model);
/// One expert, or the feed-forward block of a dense model.
std::int64_t expert_parameters(const TransformerModel& model);
/// Router of a mixture of experts; 0 for dense models.
std::int64_t router_parameters(const TransformerModel& model);
std::int64_t norm_parameters(const TransformerModel& model);
/// One of the two vocabulary matrices (input embedding or output head).
std::int64_t vocabulary_parameters(const TransformerModel& model);
/// Final norm, after the last layer.
std::int64_t final_norm_parameters(const TransformerModel& model);

std::int64_t layer_parameters(const TransformerModel& model);
/// Those of one layer that a token passes through: experts_per_token experts.
std::int64_t active_layer_parameters(const TransformerModel& model);
/// Everything, with an output head of its own (untied).
std::int64_t total_parameters(const TransformerModel& model);
/// The same with one matrix for input and output.
std::int64_t tied_parameters(const TransformerModel& model);
std::int64_t active_parameters(const TransformerModel& model);

/// Forward matrix products of one token through all layers and the output head, without attention scores.
std::int64_t forward_flops_per_token(const TransformerModel& model);
/// Attention scores and values: FLOPs per token and token of context, all layers (4 L a d).
std::int64_t attention_flops_per_context_token(const TransformerModel& model);
/// KV cache of one token over all layers: 2 L kv d e.
std::int64_t kv_bytes_per_token(const TransformerModel& model, std::int64_t element_bytes);
/// All-reduces per layer and pass of tensor parallelism: 2, or 1 for a parallel block.
std::int64_t tensor_all_reduces_per_layer(const TransformerModel& model);

/// What one of `t` tensor-parallel GPUs holds: matrices are cut t ways, norms and router are whole on each, and
/// key-value heads are repeated when there are fewer of them than GPUs.
struct TensorShard {
  std::int64_t t = 1;
  std::int64_t layer_parameters = 0;
  std::int64_t vocabulary_parameters = 0;  // of one vocabulary matrix, rows rounded up
  std::int64_t kv_bytes_per_token_layer = 0;
};
/// Why `model` cannot be cut `t` ways; "" when it can.
std::string tensor_shard_obstacle(const TransformerModel& model, std::int64_t t);
TensorShard tensor_shard(const TransformerModel& model, std::int64_t t, std::int64_t kv_element_bytes);

}  // namespace eastwest
