// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_cost.hpp"

#include <algorithm>
#include <utility>

#include "workloads/models/tensor_collective.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kOptimizerStateBytes = 12;  // FP32 weight, first and second moment

constexpr std::int64_t ceiling_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// `count` collectives of `message` bytes each over the tensor-parallel group.
void add_tensor(PassPart& part, CollectiveOperation operation, std::int64_t count, std::int64_t message, const TrainingSettings& settings) {
  if (settings.tensor_parallel == 1) return;
  const PortTime one = tensor_collective(settings, operation, Bytes{message});
  part.exchanged_per_port += one.bytes * count;
  part.exchange_latency += one.latency * count;
}

/// `count` all-gathers and as many reduce-scatters.
void add_halves(PassPart& part, std::int64_t count, std::int64_t message, const TrainingSettings& settings) {
  add_tensor(part, CollectiveOperation::all_gather, count, message, settings);
  add_tensor(part, CollectiveOperation::reduce_scatter, count, message, settings);
}

/// `count` all-reduces, which sequence parallelism makes as halves.
void add_sums(PassPart& part, std::int64_t count, std::int64_t message, const TrainingSettings& settings) {
  if (settings.sequence_parallel) add_halves(part, count, message, settings);
  else add_tensor(part, CollectiveOperation::all_reduce, count, message, settings);
}

/// A piece of a layer: matrix products, attention scores, and the weights that it moves.
struct Piece {
  double matrices = 0;  // forward FLOPs on one GPU
  double scores = 0;
  std::int64_t weights = 0;  // parameters on one GPU
};

Duration piece_time(const TrainingSettings& settings, const Piece& piece, bool backward, Recomputation recomputation, Duration launch) {
  const double forward = piece.matrices + piece.scores;
  const double weights = static_cast<double>(piece.weights * settings.weight_element);
  const double moved = weights + 2.0 * static_cast<double>(settings.activation_bytes().count);
  if (!backward) return roofline_time(forward, moved, settings.rates, launch);
  const double recomputed = recomputation == Recomputation::full ? forward : recomputation == Recomputation::selective ? piece.scores : 0.0;
  const double gradients = static_cast<double>(piece.weights * settings.gradient_element);
  return roofline_time(2.0 * forward + recomputed, 2.0 * moved + gradients, settings.rates, launch);
}

/// Attention scores alone: no weights, and nothing moved that the matrices around them do not move.
Duration scores_time(const TrainingSettings& settings, double scores, bool backward) {
  const double again = settings.recomputation == Recomputation::selective ? 1.0 : 0.0;
  return to_duration(scores * (backward ? 2.0 + again : 1.0) / settings.rates.flops_per_second);
}

/// What is the same for all layers of a kind.
class LayerCost {
 public:
  LayerCost(const TrainingSettings& settings, std::int64_t layer)
      : settings_(settings),
        model_(*settings.model),
        dense_(is_dense_layer(*settings.model, layer)),
        shard_(layer_shard(*settings.model, layer, settings.tensor_parallel, settings.expert_parallel)) {
    const auto t = static_cast<double>(settings.tensor_parallel);
    const auto tokens = static_cast<double>(settings.tokens());
    const std::int64_t attention = attention_parameters(model_) + norm_parameters(model_);
    const std::int64_t active = dense_ ? attention + dense_parameters(model_) : active_layer_parameters(model_);
    scores_ = tokens * 2.0 * static_cast<double>(attention_width(model_)) * static_cast<double>(settings.sequence_length) / t;
    all_ = tokens * 2.0 * static_cast<double>(active) / t;
    attention_ = tokens * 2.0 * static_cast<double>(attention) / t;
    if (settings.score_slowdown != 1.0) scores_ *= settings.score_slowdown;
    if (shard_.experts > 0 && settings.expert_slowdown != 1.0) all_ = attention_ + (all_ - attention_) * settings.expert_slowdown;
    key_values_ = settings.tokens() * tensor_shard(model_, settings.tensor_parallel, settings.activation_element).kv_bytes_per_token_layer;
  }

  [[nodiscard]] LayerGroup group() const {
    LayerGroup group;
    group.layers = 1;
    group.forward = forward();
    group.backward = backward();
    group.gradient_elements = shard_.attention + shard_.feed_forward;
    (settings_.expert_parallel > 1 ? group.expert_elements : group.gradient_elements) += shard_.experts;
    return group;
  }

 private:
  [[nodiscard]] bool routed() const { return settings_.expert_parallel > 1 && shard_.experts > 0; }
  [[nodiscard]] std::int64_t message() const { return settings_.activation_bytes().count; }

  [[nodiscard]] Bytes routed_bytes(std::int64_t element) const {
    return {ceiling_divide(settings_.tokens(), settings_.tensor_parallel) * model_.experts_per_token * model_.hidden * element};
  }

  void add_expert_tensor(PassPart& part) const {
    add_halves(part, 1, model_.experts_per_token * message(), settings_);  // gathered for the experts, summed behind them
    if (!settings_.sequence_parallel) add_tensor(part, CollectiveOperation::all_gather, 1, message(), settings_);  // whole again
    if (model_.shared_experts > 0) add_sums(part, 1, message(), settings_);
  }

  /// Compute of attention and what is not behind a dispatch, with its tensor-parallel collectives.
  [[nodiscard]] PassPart main_part(bool is_backward, Recomputation recomputation) const {
    const bool apart = settings_.context_parallel > 1;  // scores are hidden or follow an exchange of their own
    Piece piece;
    piece.matrices = routed() ? attention_ : all_;
    piece.scores = apart ? 0.0 : scores_;
    piece.weights = shard_.attention + (routed() ? 0 : shard_.feed_forward + shard_.experts);
    PassPart part;
    part.compute = piece_time(settings_, piece, is_backward, recomputation, settings_.launch);
    add_sums(part, routed() ? 1 : tensor_all_reduces_per_layer(model_), message(), settings_);
    return part;
  }

  [[nodiscard]] PassPart expert_part(bool is_backward, Bytes bytes) const {
    PassPart part;
    part.exchange = PassExchange::expert_dispatch;
    part.exchange_bytes = bytes;
    part.compute =
        piece_time(settings_, {all_ - attention_, 0.0, shard_.feed_forward + shard_.experts}, is_backward, Recomputation::none, {});
    add_expert_tensor(part);
    return part;
  }

  void add_context(PassPart& part, bool is_backward) const {
    if (settings_.context_parallel == 1) return;
    const Duration scores = scores_time(settings_, scores_, is_backward);
    if (settings_.context_exchange == ContextExchange::ring) {
      part.exchange = PassExchange::context_ring;
      part.exchange_bytes = Bytes{key_values_ * (is_backward ? 2 : 1)};
      part.hiding = scores;
      return;
    }
    part.exchange = PassExchange::context_all_gather;
    part.exchange_bytes = Bytes{key_values_ * settings_.context_parallel};
    part.compute += scores;
  }

  [[nodiscard]] GroupPass forward() const {
    GroupPass pass;
    pass.parts.push_back(main_part(false, Recomputation::none));
    add_context(pass.parts.back(), false);
    if (!routed()) return pass;
    pass.parts.push_back(expert_part(false, routed_bytes(settings_.dispatch_element)));
    pass.parts.push_back({.exchange = PassExchange::expert_combine, .exchange_bytes = routed_bytes(settings_.activation_element)});
    return pass;
  }

  [[nodiscard]] GroupPass backward() const {
    const bool exchanges = routed() || settings_.context_parallel > 1;
    const bool again = settings_.recomputation == Recomputation::full;
    GroupPass pass;
    if (again && exchanges) pass = forward();
    if (routed()) {
      pass.parts.push_back(expert_part(true, routed_bytes(settings_.activation_element)));
      pass.parts.push_back({.exchange = PassExchange::expert_combine, .exchange_bytes = routed_bytes(settings_.activation_element)});
    }
    PassPart main = main_part(true, again && exchanges ? Recomputation::none : settings_.recomputation);
    add_context(main, true);
    if (again && !exchanges) add_sums(main, tensor_all_reduces_per_layer(model_), message(), settings_);
    pass.parts.push_back(main);
    if (main.exchange == PassExchange::context_all_gather)
      pass.parts.push_back({.exchange = PassExchange::context_reduce_scatter, .exchange_bytes = main.exchange_bytes});
    return pass;
  }

  const TrainingSettings& settings_;
  const TransformerModel& model_;
  bool dense_;
  LayerShard shard_;
  double scores_ = 0;            // forward FLOPs of attention scores and values
  double all_ = 0;               // of all matrices
  double attention_ = 0;         // of those of attention
  std::int64_t key_values_ = 0;  // bytes of this rank's tokens
};

GroupPass times(GroupPass pass, std::int64_t layers) {
  for (PassPart& part : pass.parts) {
    part.exchange_bytes = part.exchange_bytes * layers;
    part.hiding = part.hiding * layers;
    part.compute = part.compute * layers;
    part.exchanged_per_port = part.exchanged_per_port * layers;
    part.exchange_latency = part.exchange_latency * layers;
  }
  return pass;
}

LayerGroup merged(LayerGroup group, std::int64_t layers) {
  group.layers = layers;
  group.forward = times(std::move(group.forward), layers);
  group.backward = times(std::move(group.backward), layers);
  group.gradient_elements *= layers;
  group.expert_elements *= layers;
  return group;
}

LayerGroup embedding_group(const TrainingSettings& settings, const TensorShard& shard) {
  PassPart forward;
  const auto message = settings.activation_bytes().count;
  const double moved = 2.0 * static_cast<double>(message);  // rows read, rows written
  forward.compute = roofline_time(0.0, moved, settings.rates, settings.launch);
  PassPart backward = forward;
  if (settings.sequence_parallel) {
    add_tensor(forward, CollectiveOperation::reduce_scatter, 1, message, settings);
    add_tensor(backward, CollectiveOperation::all_gather, 1, message, settings);
  } else {
    add_tensor(forward, CollectiveOperation::all_reduce, 1, message, settings);
  }
  LayerGroup group;
  group.forward.parts = {forward};
  group.backward.parts = {backward};
  group.gradient_elements = shard.vocabulary_parameters;
  return group;
}

LayerGroup head_group(const TrainingSettings& settings, const TensorShard& shard) {
  PassPart forward, backward;
  const auto tokens = settings.tokens();
  const double flops = static_cast<double>(tokens) * 2.0 * static_cast<double>(shard.vocabulary_parameters);
  const double moved = static_cast<double>(shard.vocabulary_parameters * settings.weight_element);
  forward.compute = roofline_time(flops, moved, settings.rates, settings.launch);
  backward.compute = roofline_time(2.0 * flops, 2.0 * moved, settings.rates, settings.launch);
  // Maximum, denominator and target logit, in floats.
  add_tensor(forward, CollectiveOperation::all_reduce, 3, tokens * 4, settings);
  const std::int64_t message = settings.activation_bytes().count;
  if (settings.sequence_parallel) {
    add_tensor(forward, CollectiveOperation::all_gather, 1, message, settings);
    add_tensor(backward, CollectiveOperation::reduce_scatter, 1, message, settings);
  } else {
    add_tensor(backward, CollectiveOperation::all_reduce, 1, message, settings);
  }
  LayerGroup group;
  group.forward.parts = {forward};
  group.backward.parts = {backward};
  group.gradient_elements = shard.vocabulary_parameters + final_norm_parameters(*settings.model);
  return group;
}

void add_layers(const TrainingSettings& settings, std::int64_t first, std::int64_t count, StageCost& cost) {
  const std::int64_t end = first + count;
  for (std::int64_t layer = first; layer < end;) {
    std::int64_t alike = std::min(settings.layers_per_operation, end - layer);
    if (is_dense_layer(*settings.model, layer)) alike = std::min(alike, settings.model->dense_layers - layer);
    cost.groups.push_back(merged(LayerCost(settings, layer).group(), alike));
    layer += alike;
  }
}

}  // namespace

PassPart GroupPass::sum() const {
  PassPart sum;
  for (const PassPart& part : parts) {
    if (part.exchange == PassExchange::expert_dispatch || part.exchange == PassExchange::expert_combine)
      sum.exchange_bytes += part.exchange_bytes;
    sum.hiding += part.hiding;
    sum.compute += part.compute;
    sum.exchanged_per_port += part.exchanged_per_port;
    sum.exchange_latency += part.exchange_latency;
  }
  return sum;
}

Duration StageCost::compute_per_micro_batch() const {
  Duration sum;
  for (const LayerGroup& group : groups) sum += group.forward.compute() + group.backward.compute();
  return sum;
}

std::int64_t stage_layers(const TrainingSettings& settings, std::int64_t virtual_stage) {
  const std::int64_t stages = settings.pipeline_parallel * settings.virtual_stages;
  const std::int64_t end = settings.ends_as_layers ? 1 : 0;
  const std::int64_t all = settings.model->layers + 2 * end;
  const std::int64_t share = all / stages + (virtual_stage < all % stages ? 1 : 0);
  return share - (virtual_stage == 0 ? end : 0) - (virtual_stage + 1 == stages ? end : 0);
}

StageCost stage_cost(const TrainingSettings& settings, std::int64_t stage) {
  const TensorShard shard = tensor_shard(*settings.model, settings.tensor_parallel, settings.activation_element);
  const std::int64_t stages = settings.pipeline_parallel * settings.virtual_stages;
  StageCost cost;
  for (std::int64_t chunk = 0; chunk < settings.virtual_stages; ++chunk) {
    const std::int64_t virtual_stage = chunk * settings.pipeline_parallel + stage;
    cost.chunk_first.push_back(cost.groups.size());
    if (virtual_stage == 0) cost.groups.push_back(embedding_group(settings, shard));
    std::int64_t first = 0;
    for (std::int64_t before = 0; before < virtual_stage; ++before) first += stage_layers(settings, before);
    add_layers(settings, first, stage_layers(settings, virtual_stage), cost);
    if (virtual_stage + 1 == stages) cost.groups.push_back(head_group(settings, shard));
  }
  cost.chunk_first.push_back(cost.groups.size());
  for (const LayerGroup& group : cost.groups) {
    cost.parameters += group.gradient_elements + group.expert_elements;
    cost.expert_parameters += group.expert_elements;
  }
  const std::int64_t updated = settings.shards_optimizer() ? ceiling_divide(cost.parameters - cost.expert_parameters, settings.replicas()) +
                                                                 ceiling_divide(cost.expert_parameters, settings.expert_replicas())
                                                           : cost.parameters;
  // Reads gradient and state, writes state and weight.
  const double moved =
      static_cast<double>(updated) * static_cast<double>(settings.gradient_element + 2 * kOptimizerStateBytes + settings.weight_element);
  cost.optimizer = roofline_time(0.0, moved, settings.rates, settings.launch);
  return cost;
}

std::vector<GradientBucket> gradient_buckets(const TrainingSettings& settings, const StageCost& stage, bool experts) {
  const std::int64_t rule = std::max<std::int64_t>(40'000'000, 1'000'000 * settings.data_parallel);
  const std::int64_t size =
      settings.gradient_bucket.count == 0 ? rule : std::max<std::int64_t>(1, settings.gradient_bucket.count / settings.gradient_element);
  std::vector<GradientBucket> buckets;
  std::int64_t open = 0;  // elements in the bucket that is being filled
  std::size_t last = 0;   // group that put something into it
  for (std::size_t i = stage.groups.size(); i-- > 0;) {
    for (std::int64_t left = experts ? stage.groups[i].expert_elements : stage.groups[i].gradient_elements; left > 0;) {
      const std::int64_t taken = std::min(left, size - open);
      open += taken;
      left -= taken;
      last = i;
      if (open == size) {
        buckets.push_back({open, i});
        open = 0;
      }
    }
  }
  if (open > 0) buckets.push_back({open, last});
  return buckets;
}

}  // namespace eastwest
