// SPDX-License-Identifier: Apache-2.0
// Law: the shapes in the model table reproduce the parameter totals of the published checkpoints, exactly; FLOPs per
// token and KV-cache sizes follow from them to every digit that is usually printed.
#include "workloads/models/model_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

using namespace eastwest;

namespace {

struct Published {
  const char* name;
  std::int64_t total;
  std::int64_t active;
  double gflop_per_token;  // forward, as printed
  double gflop_digit;      // half of the last printed digit
  std::int64_t kv_bytes;   // per token, BF16
};

// Totals: the checkpoints' tensor sizes. Falcon with a head of its own.
const Published kPublished[] = {
    {"llama-2-7b", 6'738'415'616, 6'738'415'616, 13.21, 0.0051, 524'288},
    {"llama-2-13b", 13'015'864'320, 13'015'864'320, 25.70, 0.0051, 819'200},
    {"llama-2-70b", 68'976'648'192, 68'976'648'192, 137.4, 0.051, 327'680},
    {"llama-3.1-8b", 8'030'261'248, 8'030'261'248, 15.01, 0.0051, 131'072},
    {"llama-3.1-70b", 70'553'706'496, 70'553'706'496, 139.0, 0.051, 327'680},
    {"llama-3.1-405b", 405'853'388'800, 405'853'388'800, 807.5, 0.051, 516'096},
    {"mistral-7b", 7'241'732'096, 7'241'732'096, 14.22, 0.0051, 131'072},
    {"mixtral-8x7b", 46'702'792'704, 12'879'925'248, 25.5, 0.051, 131'072},
    {"mixtral-8x22b", 140'620'634'112, 39'152'031'744, 77.9, 0.051, 229'376},
    {"qwen2.5-72b", 72'706'203'648, 72'706'203'648, 142.9, 0.051, 327'680},
    {"falcon-7b", 7'217'189'760, 7'217'189'760, 13.84, 0.0051, 8'192},
    {"falcon-40b", 41'835'970'560, 41'835'970'560, 82.6, 0.051, 122'880},
    {"falcon-180b", 179'522'565'120, 179'522'565'120, 357.1, 0.051, 163'840},
    {"deepseek-v3", 671'026'419'200, 37'552'297'472, 73.3, 0.051, 70'272},  // 61 x (512 + 64) x 2 B
};

}  // namespace

TEST_CASE("parameter totals are those of the published checkpoints") {
  for (const Published& published : kPublished) {
    CAPTURE(published.name);
    const TransformerModel* model = find_transformer_model(published.name);
    REQUIRE(model != nullptr);
    CHECK(total_parameters(*model) == published.total);
    CHECK(active_parameters(*model) == published.active);
  }
  CHECK(transformer_models().size() == std::size(kPublished));
}

TEST_CASE("Falcon with tied embeddings has the published smaller totals") {
  CHECK(tied_parameters(*find_transformer_model("falcon-7b")) == 6'921'720'704);
  CHECK(tied_parameters(*find_transformer_model("falcon-40b")) == 41'303'293'952);
  CHECK(tied_parameters(*find_transformer_model("falcon-180b")) == 178'557'088'768);
}

TEST_CASE("forward FLOPs per token and KV bytes per token have their printed values") {
  for (const Published& published : kPublished) {
    CAPTURE(published.name);
    const TransformerModel& model = *find_transformer_model(published.name);
    CHECK(std::abs(static_cast<double>(forward_flops_per_token(model)) * 1e-9 - published.gflop_per_token) < published.gflop_digit);
    CHECK(kv_bytes_per_token(model, 2) == published.kv_bytes);
    CHECK(2 * kv_bytes_per_token(model, 1) == published.kv_bytes);
  }
}

TEST_CASE("attention FLOPs per token of context are 4 L a d") {
  CHECK(attention_flops_per_context_token(*find_transformer_model("llama-2-7b")) == 524'288);
  CHECK(attention_flops_per_context_token(*find_transformer_model("llama-3-8b")) == 524'288);
  CHECK(attention_flops_per_context_token(*find_transformer_model("llama-3-70b")) == 2'621'440);
  CHECK(attention_flops_per_context_token(*find_transformer_model("llama-3.1-405b")) == 8'257'536);
  CHECK(attention_flops_per_context_token(*find_transformer_model("mixtral-8x22b")) == 1'376'256);
}

TEST_CASE("aliases name the same model and the list of choices is the table's, sorted") {
  CHECK(find_transformer_model("llama-3-70b") == find_transformer_model("llama-3.1-70b"));
  CHECK(find_transformer_model("") == nullptr);
  CHECK(find_transformer_model("gpt-9") == nullptr);
  std::vector<std::string> names;
  std::string_view previous;
  for (const TransformerModel& model : transformer_models()) {
    CHECK(previous < model.name);
    previous = model.name;
    names.emplace_back(model.name);
    if (!model.alias.empty()) names.emplace_back(model.alias);
  }
  std::sort(names.begin(), names.end());
  std::string joined = "custom";
  for (const std::string& name : names) joined += ", " + name;
  CHECK(joined == training_model_choices());
  std::string plain;
  for (const std::string& name : names)
    if (has_plain_layers(*find_transformer_model(name))) plain += (plain.empty() ? "" : ", ") + name;
  CHECK(plain == transformer_model_choices());
}

TEST_CASE("tensor-parallel shards add up to the whole matrices; norms and routers are repeated") {
  for (const TransformerModel& model : transformer_models()) {
    for (const std::int64_t t : {1, 2, 4, 8}) {
      if (!tensor_shard_obstacle(model, t).empty() || model.kv_heads % t != 0) continue;
      CAPTURE(model.name);
      CAPTURE(t);
      const TensorShard shard = tensor_shard(model, t, 2);
      const std::int64_t latent =  // down projections and their norms
          model.latent_rank == 0
              ? 0
              : model.hidden * (model.query_rank + model.latent_rank + model.rope_dimension) + model.query_rank + model.latent_rank;
      const std::int64_t repeated = router_parameters(model) + norm_parameters(model) + latent;
      CHECK((shard.layer_parameters - repeated) * t + repeated == layer_parameters(model));
      if (model.latent_rank == 0) CHECK(shard.kv_bytes_per_token_layer * t * model.layers == kv_bytes_per_token(model, 2));
      CHECK(shard.vocabulary_parameters * t >= vocabulary_parameters(model));
    }
  }
}

TEST_CASE("with more GPUs than key-value heads each GPU keeps one whole head") {
  const TransformerModel& model = *find_transformer_model("llama-3.1-70b");
  CHECK(tensor_shard(model, 16, 2).kv_bytes_per_token_layer == 2 * 128 * 2);
  CHECK(tensor_shard_obstacle(model, 16).empty());
  CHECK(tensor_shard_obstacle(model, 3) == "the 64 attention heads of llama-3.1-70b cannot be cut 3 ways");
  CHECK(tensor_shard_obstacle(*find_transformer_model("falcon-7b"), 8) == "the 71 attention heads of falcon-7b cannot be cut 8 ways");
}

TEST_CASE("latent attention of DeepSeek-V3: 187,107,328 parameters a layer, 44,040,192 an expert, scores of 192 and values of 128") {
  const TransformerModel& model = *find_transformer_model("deepseek-v3");
  CHECK(attention_parameters(model) == 187'107'328);
  CHECK(expert_parameters(model) == 44'040'192);
  CHECK(attention_flops_per_context_token(model) == 61 * 2 * 128 * (192 + 128));
  CHECK(is_dense_layer(model, 2));
  CHECK(!is_dense_layer(model, 3));
}

TEST_CASE("expert parallelism leaves a GPU its share of the routed experts; all shares make the layer") {
  for (const char* name : {"mixtral-8x7b", "mixtral-8x22b", "deepseek-v3"}) {
    const TransformerModel& model = *find_transformer_model(name);
    const LayerShard shard = layer_shard(model, model.layers - 1, 1, 8);
    CHECK(shard.experts == model.experts / 8 * expert_parameters(model));
    CHECK(shard.attention + shard.feed_forward + 8 * shard.experts == layer_parameters(model));
  }
}

TEST_CASE("a shape says what it lacks") {
  TransformerModel model{.name = "own", .alias = "", .layers = 2, .hidden = 64, .mlp = 128, .heads = 4, .kv_heads = 3};
  CHECK(shape_obstacle(model) == "`head_dimension` is missing");
  model.head_dimension = 16;
  model.vocabulary = 100;
  CHECK(shape_obstacle(model) == "`heads` of 4 is not a multiple of `kv_heads`, 3");
  model.kv_heads = 2;
  CHECK(shape_obstacle(model).empty());
  model.experts_per_token = 2;
  CHECK(shape_obstacle(model) == "`experts_per_token` of 2 is more than `experts`, 1");
}
