// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/model_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace eastwest {

namespace {

constexpr std::array<TransformerModel, 14> kModels{{
    {.name = "deepseek-v3",
     .alias = "",
     .layers = 61,
     .hidden = 7168,
     .mlp = 2048,
     .heads = 128,
     .kv_heads = 128,
     .head_dimension = 128,
     .vocabulary = 129280,
     .experts = 256,
     .experts_per_token = 8,
     .shared_experts = 1,
     .router_bias = true,
     .dense_layers = 3,
     .dense_mlp = 18432,
     .query_rank = 1536,
     .latent_rank = 512,
     .rope_dimension = 64},
    {.name = "falcon-180b",
     .alias = "",
     .layers = 80,
     .hidden = 14848,
     .mlp = 59392,
     .heads = 232,
     .kv_heads = 8,
     .head_dimension = 64,
     .vocabulary = 65024,
     .gated = false,
     .parallel_block = true,
     .norms_per_layer = 2,
     .norm_bias = true},
    {.name = "falcon-40b",
     .alias = "",
     .layers = 60,
     .hidden = 8192,
     .mlp = 32768,
     .heads = 128,
     .kv_heads = 8,
     .head_dimension = 64,
     .vocabulary = 65024,
     .gated = false,
     .parallel_block = true,
     .norms_per_layer = 2,
     .norm_bias = true},
    {.name = "falcon-7b",
     .alias = "",
     .layers = 32,
     .hidden = 4544,
     .mlp = 18176,
     .heads = 71,
     .kv_heads = 1,
     .head_dimension = 64,
     .vocabulary = 65024,
     .gated = false,
     .parallel_block = true,
     .norms_per_layer = 1,
     .norm_bias = true},
    {.name = "llama-2-13b",
     .alias = "",
     .layers = 40,
     .hidden = 5120,
     .mlp = 13824,
     .heads = 40,
     .kv_heads = 40,
     .head_dimension = 128,
     .vocabulary = 32000},
    {.name = "llama-2-70b",
     .alias = "",
     .layers = 80,
     .hidden = 8192,
     .mlp = 28672,
     .heads = 64,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 32000},
    {.name = "llama-2-7b",
     .alias = "",
     .layers = 32,
     .hidden = 4096,
     .mlp = 11008,
     .heads = 32,
     .kv_heads = 32,
     .head_dimension = 128,
     .vocabulary = 32000},
    {.name = "llama-3.1-405b",
     .alias = "llama-3-405b",
     .layers = 126,
     .hidden = 16384,
     .mlp = 53248,
     .heads = 128,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 128256},
    {.name = "llama-3.1-70b",
     .alias = "llama-3-70b",
     .layers = 80,
     .hidden = 8192,
     .mlp = 28672,
     .heads = 64,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 128256},
    {.name = "llama-3.1-8b",
     .alias = "llama-3-8b",
     .layers = 32,
     .hidden = 4096,
     .mlp = 14336,
     .heads = 32,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 128256},
    {.name = "mistral-7b",
     .alias = "",
     .layers = 32,
     .hidden = 4096,
     .mlp = 14336,
     .heads = 32,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 32000},
    {.name = "mixtral-8x22b",
     .alias = "",
     .layers = 56,
     .hidden = 6144,
     .mlp = 16384,
     .heads = 48,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 32000,
     .experts = 8,
     .experts_per_token = 2},
    {.name = "mixtral-8x7b",
     .alias = "",
     .layers = 32,
     .hidden = 4096,
     .mlp = 14336,
     .heads = 32,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 32000,
     .experts = 8,
     .experts_per_token = 2},
    {.name = "qwen2.5-72b",
     .alias = "",
     .layers = 80,
     .hidden = 8192,
     .mlp = 29568,
     .heads = 64,
     .kv_heads = 8,
     .head_dimension = 128,
     .vocabulary = 152064,
     .qkv_bias = true},
}};

// Spelled out because ParameterSpec::choices views static text; a test holds both to the table.
constexpr std::string_view kChoices =
    "falcon-180b, falcon-40b, falcon-7b, llama-2-13b, llama-2-70b, llama-2-7b, llama-3-405b, llama-3-70b, llama-3-8b, llama-3.1-405b, "
    "llama-3.1-70b, "
    "llama-3.1-8b, mistral-7b, mixtral-8x22b, mixtral-8x7b, qwen2.5-72b";
constexpr std::string_view kTrainingChoices =
    "custom, deepseek-v3, falcon-180b, falcon-40b, falcon-7b, llama-2-13b, llama-2-70b, llama-2-7b, llama-3-405b, llama-3-70b, "
    "llama-3-8b, llama-3.1-405b, llama-3.1-70b, "
    "llama-3.1-8b, mistral-7b, mixtral-8x22b, mixtral-8x7b, qwen2.5-72b";

constexpr std::int64_t ceiling_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::span<const TransformerModel> transformer_models() { return kModels; }

const TransformerModel* find_transformer_model(std::string_view name) {
  const auto* found = std::find_if(kModels.begin(), kModels.end(), [name](const TransformerModel& model) {
    return model.name == name || (!model.alias.empty() && model.alias == name);
  });
  return found == kModels.end() ? nullptr : found;
}

std::string_view transformer_model_choices() { return kChoices; }
std::string_view training_model_choices() { return kTrainingChoices; }

bool has_plain_layers(const TransformerModel& m) { return m.dense_layers == 0 && m.latent_rank == 0 && m.shared_experts == 0; }

bool is_dense_layer(const TransformerModel& m, std::int64_t layer) { return layer < m.dense_layers; }

std::string shape_obstacle(const TransformerModel& m) {
  for (const auto& [name, value] :
       {std::pair{"layers", m.layers}, std::pair{"hidden", m.hidden}, std::pair{"mlp", m.mlp}, std::pair{"heads", m.heads},
        std::pair{"kv_heads", m.kv_heads}, std::pair{"head_dimension", m.head_dimension}, std::pair{"vocabulary", m.vocabulary}})
    if (value < 1) return "`" + std::string(name) + "` is missing";
  if (m.latent_rank == 0 && m.heads % m.kv_heads != 0)
    return "`heads` of " + std::to_string(m.heads) + " is not a multiple of `kv_heads`, " + std::to_string(m.kv_heads);
  if (m.experts_per_token > m.experts)
    return "`experts_per_token` of " + std::to_string(m.experts_per_token) + " is more than `experts`, " + std::to_string(m.experts);
  if (m.dense_layers > m.layers)
    return "the first " + std::to_string(m.dense_layers) + " layers of " + std::string(m.name) + " are dense, but `layers` is " +
           std::to_string(m.layers);
  return {};
}

namespace {

/// Parts of a layer's attention: cut by tensor parallelism, and whole on every GPU.
struct AttentionParts {
  std::int64_t cut = 0;
  std::int64_t whole = 0;
};

AttentionParts latent_attention(const TransformerModel& m) {
  const std::int64_t q = m.query_rank, r = m.latent_rank, w = m.rope_dimension, d = m.head_dimension;
  return {q * m.heads * (d + w) + 2 * r * m.heads * d + m.heads * d * m.hidden, m.hidden * q + m.hidden * (r + w) + q + r};
}

std::int64_t router_and_shared(const TransformerModel& m, std::int64_t t) {
  return router_parameters(m) + m.shared_experts * (expert_parameters(m) / t);
}

}  // namespace

std::int64_t attention_parameters(const TransformerModel& m) {
  if (m.latent_rank > 0) {
    const AttentionParts parts = latent_attention(m);
    return parts.cut + parts.whole;
  }
  const std::int64_t query = m.heads * m.head_dimension;
  const std::int64_t key_value = m.kv_heads * m.head_dimension;
  return m.hidden * query + 2 * m.hidden * key_value + query * m.hidden + (m.qkv_bias ? query + 2 * key_value : 0);
}

std::int64_t expert_parameters(const TransformerModel& m) { return (m.gated ? 3 : 2) * m.hidden * m.mlp; }

std::int64_t dense_parameters(const TransformerModel& m) { return (m.gated ? 3 : 2) * m.hidden * m.dense_mlp; }

std::int64_t router_parameters(const TransformerModel& m) { return m.experts > 1 ? (m.hidden + (m.router_bias ? 1 : 0)) * m.experts : 0; }

std::int64_t norm_parameters(const TransformerModel& m) { return m.norms_per_layer * m.hidden * (m.norm_bias ? 2 : 1); }

std::int64_t vocabulary_parameters(const TransformerModel& m) { return m.vocabulary * m.hidden; }

std::int64_t final_norm_parameters(const TransformerModel& m) { return m.hidden * (m.norm_bias ? 2 : 1); }

std::int64_t layer_parameters(const TransformerModel& m) {
  return attention_parameters(m) + m.experts * expert_parameters(m) + router_and_shared(m, 1) + norm_parameters(m);
}

std::int64_t active_layer_parameters(const TransformerModel& m) {
  return attention_parameters(m) + m.experts_per_token * expert_parameters(m) + router_and_shared(m, 1) + norm_parameters(m);
}

namespace {

std::int64_t dense_layer_parameters(const TransformerModel& m) {
  return attention_parameters(m) + dense_parameters(m) + norm_parameters(m);
}

/// Of all layers a token passes through.
std::int64_t active_in_layers(const TransformerModel& m) {
  return (m.layers - m.dense_layers) * active_layer_parameters(m) + m.dense_layers * dense_layer_parameters(m);
}

}  // namespace

std::int64_t tied_parameters(const TransformerModel& m) {
  return (m.layers - m.dense_layers) * layer_parameters(m) + m.dense_layers * dense_layer_parameters(m) + vocabulary_parameters(m) +
         final_norm_parameters(m);
}

std::int64_t total_parameters(const TransformerModel& m) { return tied_parameters(m) + vocabulary_parameters(m); }

std::int64_t active_parameters(const TransformerModel& m) {
  return active_in_layers(m) + 2 * vocabulary_parameters(m) + final_norm_parameters(m);
}

std::int64_t forward_flops_per_token(const TransformerModel& m) {
  return 2 * (active_in_layers(m) + final_norm_parameters(m) + vocabulary_parameters(m));
}

std::int64_t attention_width(const TransformerModel& m) { return m.heads * m.head_dimension + m.heads * m.rope_dimension / 2; }

std::int64_t attention_flops_per_context_token(const TransformerModel& m) { return 4 * m.layers * attention_width(m); }

std::int64_t kv_bytes_per_token(const TransformerModel& m, std::int64_t element_bytes) {
  if (m.latent_rank > 0) return m.layers * (m.latent_rank + m.rope_dimension) * element_bytes;
  return 2 * m.layers * m.kv_heads * m.head_dimension * element_bytes;
}

std::int64_t tensor_all_reduces_per_layer(const TransformerModel& m) { return m.parallel_block ? 1 : 2; }

LayerShard layer_shard(const TransformerModel& m, std::int64_t layer, std::int64_t t, std::int64_t e) {
  LayerShard shard;
  if (m.latent_rank > 0) {
    const AttentionParts parts = latent_attention(m);
    shard.attention = parts.cut / t + parts.whole;
  } else {
    const std::int64_t query = m.heads / t * m.head_dimension;
    const std::int64_t key_value = std::max<std::int64_t>(m.kv_heads / t, 1) * m.head_dimension;
    shard.attention = 2 * m.hidden * query + 2 * m.hidden * key_value + (m.qkv_bias ? query + 2 * key_value : 0);
  }
  shard.attention += norm_parameters(m);
  const std::int64_t one = expert_parameters(m) / t;
  if (is_dense_layer(m, layer)) shard.feed_forward = dense_parameters(m) / t;
  else if (m.experts == 1) shard.feed_forward = one;
  else shard = {shard.attention, router_and_shared(m, t), m.experts / e * one};
  return shard;
}

std::string tensor_shard_obstacle(const TransformerModel& m, std::int64_t t) {
  const std::string cut = " cannot be cut " + std::to_string(t) + " ways";
  if (m.heads % t != 0) return "the " + std::to_string(m.heads) + " attention heads of " + std::string(m.name) + cut;
  for (const std::int64_t width : {m.mlp, m.dense_mlp})
    if (width % t != 0) return "the feed-forward width " + std::to_string(width) + " of " + std::string(m.name) + cut;
  if (m.kv_heads % t != 0 && t % m.kv_heads != 0)
    return "the " + std::to_string(m.kv_heads) + " key-value heads of " + std::string(m.name) + cut;
  return {};
}

TensorShard tensor_shard(const TransformerModel& m, std::int64_t t, std::int64_t kv_element_bytes) {
  const LayerShard layer = layer_shard(m, m.dense_layers, t, 1);
  TensorShard shard;
  shard.t = t;
  shard.layer_parameters = layer.attention + layer.feed_forward + layer.experts;
  shard.vocabulary_parameters = ceiling_divide(m.vocabulary, t) * m.hidden;
  shard.kv_bytes_per_token_layer =
      (m.latent_rank > 0 ? m.latent_rank + m.rope_dimension : 2 * std::max<std::int64_t>(m.kv_heads / t, 1) * m.head_dimension) *
      kv_element_bytes;
  return shard;
}

}  // namespace eastwest
