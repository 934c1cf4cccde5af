// SPDX-License-Identifier: Apache-2.0
// Transformer models: shapes, and what follows from them: parameters, FLOPs per token, KV-cache bytes.
//
// Units: parameters and FLOPs are counts (FLOPs per token: one multiply-add is two), sizes in bytes.
// Invariants (tests): the shapes reproduce the parameter totals of the published checkpoints exactly.
// Source: the models' published configurations; FLOPs of the forward matrix products per token are
// 2 (active parameters outside the embedding), attention adds 4 L a d per token and token of context
// (scores and values; Narayanan et al., "Efficient large-scale language model training on GPU clusters", SC 2021,
// appendix, in this form).
// Multi-head latent attention (DeepSeek-V2, 2024): with query rank q, latent rank r and rope width w, a layer has
// h q + q a (d + w) + h (r + w) + 2 r a d + a d h parameters and two norms of q and r; scores take d + w, values d per head.
// LIMITATIONS: no sliding window; no heads for several tokens at once (DeepSeek-V3's 14e9 more parameters).
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
  std::int64_t shared_experts = 0;  // which every token passes through, beside experts_per_token
  bool router_bias = false;         // one number per expert (balance without auxiliary loss)
  std::int64_t dense_layers = 0;    // first layers of a mixture of experts that have one feed-forward block of dense_mlp instead
  std::int64_t dense_mlp = 0;
  std::int64_t query_rank = 0;  // q, latent_rank r and rope_dimension w of multi-head latent attention; 0: plain attention
  std::int64_t latent_rank = 0;
  std::int64_t rope_dimension = 0;
};

/// All models, sorted by name.
std::span<const TransformerModel> transformer_models();
/// By name or alias; nullptr when there is none.
const TransformerModel* find_transformer_model(std::string_view name);
/// Names and aliases of the models whose layers are alike and have plain attention, comma separated, as ParameterSpec::choices wants them.
std::string_view transformer_model_choices();
/// Those of all models, and `custom`.
std::string_view training_model_choices();
/// Its layers are alike and have plain attention.
bool has_plain_layers(const TransformerModel& model);
/// A mixture of experts begins with layers that have none.
bool is_dense_layer(const TransformerModel& model, std::int64_t layer);
/// Why the shape makes no transformer; "" when it does.
std::string shape_obstacle(const TransformerModel& model);

/// Query, key, value and output projections of one layer, with biases.
std::int64_t attention_parameters(const TransformerModel& model);
/// One expert, or the feed-forward block of a dense model.
std::int64_t expert_parameters(const TransformerModel& model);
/// Feed-forward block of the first dense_layers.
std::int64_t dense_parameters(const TransformerModel& model);
/// Router of a mixture of experts; 0 for dense models.
std::int64_t router_parameters(const TransformerModel& model);
std::int64_t norm_parameters(const TransformerModel& model);
/// One of the two vocabulary matrices (input embedding or output head).
std::int64_t vocabulary_parameters(const TransformerModel& model);
/// Final norm, after the last layer.
std::int64_t final_norm_parameters(const TransformerModel& model);

/// A layer after the first dense_layers.
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
/// Mean width of scores and values over all heads: a d; a (d + w/2) with latent attention.
std::int64_t attention_width(const TransformerModel& model);
/// KV cache of one token over all layers: 2 L kv d e; L (r + w) e with latent attention.
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
/// Parameters of one layer on one of t tensor-parallel GPUs whose routed experts are cut e ways.
struct LayerShard {
  std::int64_t attention = 0;     // with the norms
  std::int64_t feed_forward = 0;  // of every token: dense block, shared experts, router
  std::int64_t experts = 0;       // routed experts that live here
};
LayerShard layer_shard(const TransformerModel& model, std::int64_t layer, std::int64_t t, std::int64_t e);

/// Why `model` cannot be cut `t` ways; "" when it can.
std::string tensor_shard_obstacle(const TransformerModel& model, std::int64_t t);
TensorShard tensor_shard(const TransformerModel& model, std::int64_t t, std::int64_t kv_element_bytes);

}  // namespace eastwest
