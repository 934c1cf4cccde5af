// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_cost.hpp"

#include <algorithm>

namespace eastwest {

namespace {

constexpr std::int64_t kOptimizerStateBytes = 12;  // FP32 weight, first and second moment

constexpr std::int64_t ceiling_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// `count` all-reduces of `message` bytes each over the tensor-parallel group.
void add_all_reduces(GroupPass& pass, std::int64_t count, std::int64_t message, const TrainingSettings& settings) {
  const std::int64_t t = settings.tensor_parallel;
  if (t == 1) return;
  pass.exchanged_per_port += Bytes{count * 2 * (t - 1) * ceiling_divide(message, t)};
  pass.exchange_latency += settings.scale_up_latency * (2 * count);
}

struct PassTimes {
  Duration forward;
  Duration backward;
};

PassTimes layer_times(const TrainingSettings& settings, const TensorShard& shard) {
  const TransformerModel& model = *settings.model;
  const auto t = static_cast<double>(settings.tensor_parallel);
  const auto tokens = static_cast<double>(settings.micro_batch * settings.sequence_length);
  const double attention =
      tokens * 2.0 * static_cast<double>(model.heads * model.head_dimension) * static_cast<double>(settings.sequence_length) / t;
  const double forward = tokens * 2.0 * static_cast<double>(active_layer_parameters(model)) / t + attention;
  const double recomputed = settings.recomputation == Recomputation::full        ? forward
                            : settings.recomputation == Recomputation::selective ? attention
                                                                                 : 0.0;
  const double weights = static_cast<double>(shard.layer_parameters * settings.weight_element);
  const double moved = weights + 2.0 * static_cast<double>(settings.activation_bytes().count);
  const double gradients = static_cast<double>(shard.layer_parameters * settings.gradient_element);
  return {roofline_time(forward, moved, settings.rates, settings.launch),
          roofline_time(2.0 * forward + recomputed, 2.0 * moved + gradients, settings.rates, settings.launch)};
}

LayerGroup embedding_group(const TrainingSettings& settings, const TensorShard& shard) {
  LayerGroup group;
  const auto message = settings.activation_bytes().count;
  const double moved = 2.0 * static_cast<double>(message);  // rows read, rows written
  group.forward.compute = roofline_time(0.0, moved, settings.rates, settings.launch);
  group.backward.compute = group.forward.compute;
  add_all_reduces(group.forward, 1, message, settings);
  group.gradient_elements = shard.vocabulary_parameters;
  return group;
}

LayerGroup head_group(const TrainingSettings& settings, const TensorShard& shard) {
  LayerGroup group;
  const auto tokens = settings.micro_batch * settings.sequence_length;
  const double forward = static_cast<double>(tokens) * 2.0 * static_cast<double>(shard.vocabulary_parameters);
  const double moved = static_cast<double>(shard.vocabulary_parameters * settings.weight_element);
  group.forward.compute = roofline_time(forward, moved, settings.rates, settings.launch);
  group.backward.compute = roofline_time(2.0 * forward, 2.0 * moved, settings.rates, settings.launch);
  add_all_reduces(group.forward, 3, tokens * 4, settings);  // maximum, denominator and target logit, in floats
  add_all_reduces(group.backward, 1, settings.activation_bytes().count, settings);
  group.gradient_elements = shard.vocabulary_parameters + final_norm_parameters(*settings.model);
  return group;
}

}  // namespace

Duration StageCost::compute_per_micro_batch() const {
  Duration sum;
  for (const LayerGroup& group : groups) sum += group.forward.compute + group.backward.compute;
  return sum;
}

std::int64_t stage_layers(const TrainingSettings& settings, std::int64_t stage) {
  const std::int64_t p = settings.pipeline_parallel;
  return settings.model->layers / p + (stage < settings.model->layers % p ? 1 : 0);
}

StageCost stage_cost(const TrainingSettings& settings, std::int64_t stage) {
  const TensorShard shard = tensor_shard(*settings.model, settings.tensor_parallel, settings.activation_element);
  const PassTimes layer = layer_times(settings, shard);
  const std::int64_t all_reduces = tensor_all_reduces_per_layer(*settings.model);
  StageCost cost;
  if (stage == 0) cost.groups.push_back(embedding_group(settings, shard));
  for (std::int64_t left = stage_layers(settings, stage); left > 0;) {
    LayerGroup group;
    group.layers = std::min(left, settings.layers_per_operation);
    group.forward.compute = layer.forward * group.layers;
    group.backward.compute = layer.backward * group.layers;
    add_all_reduces(group.forward, all_reduces * group.layers, settings.activation_bytes().count, settings);
    add_all_reduces(group.backward, all_reduces * group.layers, settings.activation_bytes().count, settings);
    group.gradient_elements = shard.layer_parameters * group.layers;
    left -= group.layers;
    cost.groups.push_back(group);
  }
  if (stage + 1 == settings.pipeline_parallel) cost.groups.push_back(head_group(settings, shard));
  for (const LayerGroup& group : cost.groups) cost.parameters += group.gradient_elements;
  const std::int64_t updated = settings.optimizer_sharded ? ceiling_divide(cost.parameters, settings.data_parallel) : cost.parameters;
  // Reads gradient and state, writes state and weight.
  const double moved =
      static_cast<double>(updated) * static_cast<double>(settings.gradient_element + 2 * kOptimizerStateBytes + settings.weight_element);
  cost.optimizer = roofline_time(0.0, moved, settings.rates, settings.launch);
  return cost;
}

std::vector<GradientBucket> gradient_buckets(const TrainingSettings& settings, const StageCost& stage) {
  const std::int64_t element = settings.gradient_element;
  const std::int64_t rule = std::max<std::int64_t>(40'000'000, 1'000'000 * settings.data_parallel);
  const std::int64_t size =
      settings.gradient_bucket.count == 0 ? rule : std::max<std::int64_t>(1, settings.gradient_bucket.count / element);
  std::vector<GradientBucket> buckets;
  std::int64_t open = 0;  // elements in the bucket that is being filled
  for (std::size_t i = stage.groups.size(); i-- > 0;) {
    for (std::int64_t left = stage.groups[i].gradient_elements; left > 0;) {
      const std::int64_t taken = std::min(left, size - open);
      open += taken;
      left -= taken;
      if (open == size) {
        buckets.push_back({Bytes{open * element}, i});
        open = 0;
      }
    }
  }
  if (open > 0) buckets.push_back({Bytes{open * element}, 0});
  return buckets;
}

Bytes training_memory(const TrainingSettings& settings, const StageCost& stage) {
  const std::int64_t state =
      kOptimizerStateBytes * (settings.optimizer_sharded ? ceiling_divide(stage.parameters, settings.data_parallel) : stage.parameters);
  return {stage.parameters * (2 + settings.gradient_element) + state};
}

}  // namespace eastwest
