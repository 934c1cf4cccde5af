// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/iteration_cost.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

/// base^exponent by squaring: the same on every machine, which the library's pow does not promise.
double power(double base, std::int64_t exponent) {
  double result = 1.0;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= base;
    base *= base;
  }
  return result;
}

}  // namespace

IterationCost::IterationCost(const IterationCostSettings& settings) : rates_(settings.rates) {
  const TransformerModel& model = *settings.model;
  const TensorShard shard = tensor_shard(model, settings.tensor_parallel, settings.kv_element);
  const auto t = static_cast<double>(settings.tensor_parallel);
  layers_ = model.layers;
  kv_layer_ = shard.kv_bytes_per_token_layer;
  experts_ = model.experts;
  weight_bytes_ =
      (layers_ * shard.layer_parameters + 2 * shard.vocabulary_parameters + final_norm_parameters(model)) * settings.weight_element;
  shard_ = t;
  row_flops_ = 2.0 * static_cast<double>(layers_ * active_layer_parameters(model)) / t;
  sampled_flops_ = 2.0 * static_cast<double>(vocabulary_parameters(model)) / t;
  product_flops_ = static_cast<double>(attention_flops_per_context_token(model)) / t;
  kv_token_bytes_ = static_cast<double>(kv_layer_ * layers_);
  const std::int64_t expert_layer = model.experts > 1 ? expert_parameters(model) / settings.tensor_parallel : 0;
  expert_bytes_ = static_cast<double>(expert_layer * layers_ * settings.weight_element);
  dense_bytes_ = static_cast<double>(
      (layers_ * (shard.layer_parameters - (model.experts > 1 ? model.experts : 0) * expert_layer) + shard.vocabulary_parameters) *
      settings.weight_element);
  expert_missed_ = 1.0 - static_cast<double>(model.experts_per_token) / static_cast<double>(model.experts);
  row_message_ = static_cast<double>(model.hidden * settings.activation_element);
  logits_message_ = static_cast<double>(model.vocabulary * settings.activation_element);
  all_reduces_ = static_cast<double>(layers_ * tensor_all_reduces_per_layer(model));
  port_rate_ = settings.scale_up_rate.bytes_per_second();
  hop_seconds_ = (settings.scale_up_latency + settings.all_reduce_overhead).seconds();
  overhead_seconds_ = settings.iteration_overhead.seconds();
}

double IterationCost::all_reduce_seconds(double bytes) const {
  if (shard_ <= 1.0) return 0.0;
  const double one_shot = hop_seconds_ + bytes * (shard_ - 1.0) / port_rate_;
  const double two_shot = 2.0 * hop_seconds_ + 2.0 * bytes * (shard_ - 1.0) / (shard_ * port_rate_);
  return std::min(one_shot, two_shot);
}

Duration IterationCost::time(const IterationLoad& load) const {
  const auto rows = static_cast<double>(load.rows);
  const auto sampled = static_cast<double>(load.sampled);
  double weights = dense_bytes_;
  if (experts_ > 1) weights += expert_bytes_ * experts_hit(experts_, expert_missed_, load.rows);
  const double matrices = roofline_seconds(rows * row_flops_ + sampled * sampled_flops_, weights, rates_);
  const double attention = roofline_seconds(static_cast<double>(load.context_products) * product_flops_,
                                            static_cast<double>(load.context_read) * kv_token_bytes_, rates_);
  double exchange = 0.0;
  if (shard_ > 1.0) {
    exchange = all_reduces_ * all_reduce_seconds(rows * row_message_);
    if (load.sampled > 0) exchange += hop_seconds_ + sampled * logits_message_ * (shard_ - 1.0) / (shard_ * port_rate_);
  }
  return to_duration(matrices + attention + exchange + overhead_seconds_);
}

double experts_hit(std::int64_t experts, double missed, std::int64_t rows) {
  return static_cast<double>(experts) * (1.0 - power(missed, rows));
}

}  // namespace eastwest
