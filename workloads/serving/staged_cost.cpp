// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/staged_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace eastwest {

StagedCost::StagedCost(const IterationCostSettings& settings, InstanceShape shape) : settings_(settings), shape_(shape), cost_(settings) {
  const TransformerModel& model = *settings.model;
  const TensorShard shard = tensor_shard(model, shape.tensor, settings.kv_element);
  kv_layer_ = shard.kv_bytes_per_token_layer;
  expert_parameters_ = eastwest::expert_parameters(model) / shape.tensor;
  layer_parameters_ = shard.layer_parameters - model.experts * expert_parameters_;
  vocabulary_parameters_ = shard.vocabulary_parameters;
  missed_ = 1.0 - static_cast<double>(model.experts_per_token) / static_cast<double>(model.experts);
}

std::int64_t StagedCost::layers(std::int64_t stage) const {
  const std::int64_t all = settings_.model->layers;
  return all / shape_.pipeline + (stage < all % shape_.pipeline ? 1 : 0);
}

std::int64_t StagedCost::weight_bytes(std::int64_t stage) const {
  const std::int64_t experts = settings_.model->experts / shape_.expert;
  std::int64_t parameters = layers(stage) * (layer_parameters_ + experts * expert_parameters_);
  if (stage == 0) parameters += vocabulary_parameters_;
  if (stage == shape_.pipeline - 1) parameters += vocabulary_parameters_ + final_norm_parameters(*settings_.model);
  return parameters * settings_.weight_element;
}

std::int64_t StagedCost::group_pairs(const IterationLoad& load) const {
  return (load.rows * settings_.model->experts_per_token + shape_.expert - 1) / shape_.expert;
}

double StagedCost::scale_up_seconds(double bytes) const {
  return (settings_.scale_up_latency + settings_.all_reduce_overhead).seconds() + bytes / settings_.scale_up_rate.bytes_per_second();
}

Duration StagedCost::layers_time(const IterationLoad& load, std::int64_t layers) const {
  const TransformerModel& model = *settings_.model;
  const auto rows = static_cast<double>(group_rows(load));
  const auto count = static_cast<double>(layers);
  const auto groups = static_cast<double>(busy_groups(load));
  const double share = static_cast<double>(layers) / static_cast<double>(model.layers);
  double flops = rows * 2.0 * static_cast<double>(layer_parameters_);
  double weights = static_cast<double>(layer_parameters_);
  if (!by_experts()) {
    flops += rows * 2.0 * static_cast<double>(model.experts_per_token * expert_parameters_);
    weights += static_cast<double>(expert_parameters_) * experts_hit(model.experts, missed_, load.rows);
  }
  const double matrices = roofline_seconds(flops * count, weights * count * static_cast<double>(settings_.weight_element), settings_.rates);
  const double product_flops = static_cast<double>(attention_flops_per_context_token(model)) * share / static_cast<double>(shape_.tensor);
  const double attention =
      roofline_seconds(static_cast<double>(load.context_products) / groups * product_flops,
                       static_cast<double>(load.context_read) / groups * static_cast<double>(kv_layer_) * count, settings_.rates);
  // With experts apart, the all-reduce behind them is theirs.
  const std::int64_t exchanges = by_experts() ? 1 : tensor_all_reduces_per_layer(model);
  const double message = rows * static_cast<double>(model.hidden * settings_.activation_element);
  const double exchange = static_cast<double>(exchanges) * count * cost_.all_reduce_seconds(message);
  return to_duration(matrices + attention + exchange);
}

Duration StagedCost::experts_time(const IterationLoad& load, std::int64_t layers) const {
  if (!by_experts()) return {};
  const TransformerModel& model = *settings_.model;
  const auto count = static_cast<double>(layers);
  const auto pairs = static_cast<double>(group_pairs(load));
  const double hit = experts_hit(model.experts, missed_, load.rows) / static_cast<double>(shape_.expert);
  const double matrices =
      roofline_seconds(pairs * 2.0 * static_cast<double>(expert_parameters_) * count,
                       hit * static_cast<double>(expert_parameters_ * settings_.weight_element) * count, settings_.rates);
  const auto row = static_cast<double>(model.hidden * settings_.activation_element);
  return to_duration(matrices + count * cost_.all_reduce_seconds(pairs * row)) + gather_time(load) * layers;
}

Duration StagedCost::head_time(const IterationLoad& load) const {
  const TransformerModel& model = *settings_.model;
  const std::int64_t group_sampled = (load.sampled + busy_groups(load) - 1) / busy_groups(load);
  const auto sampled = static_cast<double>(group_sampled);
  double seconds = roofline_seconds(sampled * 2.0 * static_cast<double>(vocabulary_parameters_),
                                    static_cast<double>(vocabulary_parameters_ * settings_.weight_element), settings_.rates);
  const auto t = static_cast<double>(shape_.tensor);
  if (shape_.tensor > 1 && load.sampled > 0)
    seconds += scale_up_seconds(sampled * static_cast<double>(model.vocabulary * settings_.activation_element) * (t - 1.0) / t);
  return to_duration(seconds);
}

Bytes StagedCost::expert_message(const IterationLoad& load, std::int64_t layers) const {
  const TransformerModel& model = *settings_.model;
  const std::int64_t bytes = group_rows(load) * model.experts_per_token * model.hidden * settings_.activation_element;
  const std::int64_t parts = shape_.expert * shape_.tensor;
  return {(bytes + parts - 1) / parts * layers};
}

Duration StagedCost::expert_exchange_inside(const IterationLoad& load, std::int64_t layers, std::int64_t groups) const {
  if (groups < 2) return {};
  const auto bytes = static_cast<double>(expert_message(load, 1).count * (groups - 1));
  return to_duration(scale_up_seconds(bytes)) * layers;
}

Bytes StagedCost::stage_message(const IterationLoad& load) const {
  const std::int64_t bytes = group_rows(load) * settings_.model->hidden * settings_.activation_element;
  return {(bytes + shape_.tensor - 1) / shape_.tensor};
}

Duration StagedCost::stage_exchange_inside(const IterationLoad& load) const {
  return to_duration(scale_up_seconds(static_cast<double>(stage_message(load).count)));
}

Duration StagedCost::gather_time(const IterationLoad& load) const {
  if (shape_.tensor < 2) return {};
  return to_duration(scale_up_seconds(static_cast<double>(stage_message(load).count * (shape_.tensor - 1))));
}

std::int64_t kv_capacity_tokens(const StagedCost& cost, Bytes gpu_memory, double utilization, Bytes activations) {
  const auto usable = static_cast<std::int64_t>(std::floor(static_cast<double>(gpu_memory.count) * utilization));
  std::int64_t tokens = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t stage = 0; stage < cost.shape().pipeline; ++stage) {
    const std::int64_t left = usable - cost.weight_bytes(stage) - activations.count;
    if (left < 0) return -1;
    tokens = std::min(tokens, left / cost.kv_bytes_per_token(stage));
  }
  return tokens * cost.shape().expert;
}

}  // namespace eastwest
