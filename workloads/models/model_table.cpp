// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/model_table.hpp"

#include <algorithm>
#include <array>

namespace eastwest {

namespace {

constexpr std::array<TransformerModel, 13> kModels{{
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

// Spelled out because ParameterSpec::choices views static text; a test holds it to the table.
constexpr std::string_view kChoices =
    "falcon-180b, falcon-40b, falcon-7b, llama-2-13b, llama-2-70b, llama-2-7b, llama-3-405b, llama-3-70b, llama-3-8b, llama-3.1-405b, "
    "llama-3.1-70b, "
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

std::int64_t attention_parameters(const TransformerModel& m) {
  const std::int64_t query = m.heads * m.head_dimension;
  const std::int64_t key_value = m.kv_heads * m.head_dimension;
  return m.hidden * query + 2 * m.hidden * key_value + query * m.hidden + (m.qkv_bias ? query + 2 * key_value : 0);
}

std::int64_t expert_parameters(const TransformerModel& m) { return (m.gated ? 3 : 2) * m.hidden * m.mlp; }

std::int64_t router_parameters(const TransformerModel& m) { return m.experts > 1 ? m.hidden * m.experts : 0; }

std::int64_t norm_parameters(const TransformerModel& m) { return m.norms_per_layer * m.hidden * (m.norm_bias ? 2 : 1); }

std::int64_t vocabulary_parameters(const TransformerModel& m) { return m.vocabulary * m.hidden; }

std::int64_t final_norm_parameters(const TransformerModel& m) { return m.hidden * (m.norm_bias ? 2 : 1); }

std::int64_t layer_parameters(const TransformerModel& m) {
  return attention_parameters(m) + m.experts * expert_parameters(m) + router_parameters(m) + norm_parameters(m);
}

std::int64_t active_layer_parameters(const TransformerModel& m) {
  return attention_parameters(m) + m.experts_per_token * expert_parameters(m) + router_parameters(m) + norm_parameters(m);
}

std::int64_t tied_parameters(const TransformerModel& m) {
  return m.layers * layer_parameters(m) + vocabulary_parameters(m) + final_norm_parameters(m);
}

std::int64_t total_parameters(const TransformerModel& m) { return tied_parameters(m) + vocabulary_parameters(m); }

std::int64_t active_parameters(const TransformerModel& m) {
  return m.layers * active_layer_parameters(m) + 2 * vocabulary_parameters(m) + final_norm_parameters(m);
}

std::int64_t forward_flops_per_token(const TransformerModel& m) {
  return 2 * (m.layers * active_layer_parameters(m) + final_norm_parameters(m) + vocabulary_parameters(m));
}

std::int64_t attention_flops_per_context_token(const TransformerModel& m) { return 4 * m.layers * m.heads * m.head_dimension; }

std::int64_t kv_bytes_per_token(const TransformerModel& m, std::int64_t element_bytes) {
  return 2 * m.layers * m.kv_heads * m.head_dimension * element_bytes;
}

std::int64_t tensor_all_reduces_per_layer(const TransformerModel& m) { return m.parallel_block ? 1 : 2; }

std::string tensor_shard_obstacle(const TransformerModel& m, std::int64_t t) {
  const std::string cut = " cannot be cut " + std::to_string(t) + " ways";
  if (m.heads % t != 0) return "the " + std::to_string(m.heads) + " attention heads of " + std::string(m.name) + cut;
  if (m.mlp % t != 0) return "the feed-forward width " + std::to_string(m.mlp) + " of " + std::string(m.name) + cut;
  if (m.kv_heads % t != 0 && t % m.kv_heads != 0)
    return "the " + std::to_string(m.kv_heads) + " key-value heads of " + std::string(m.name) + cut;
  return {};
}

TensorShard tensor_shard(const TransformerModel& m, std::int64_t t, std::int64_t kv_element_bytes) {
  const std::int64_t query = m.heads / t * m.head_dimension;
  const std::int64_t key_value = std::max<std::int64_t>(m.kv_heads / t, 1) * m.head_dimension;
  TensorShard shard;
  shard.t = t;
  shard.layer_parameters = 2 * m.hidden * query + 2 * m.hidden * key_value + (m.qkv_bias ? query + 2 * key_value : 0) +
                           m.experts * (expert_parameters(m) / t) + router_parameters(m) + norm_parameters(m);
  shard.vocabulary_parameters = ceiling_divide(m.vocabulary, t) * m.hidden;
  shard.kv_bytes_per_token_layer = 2 * key_value * kv_element_bytes;
  return shard;
}

}  // namespace eastwest
