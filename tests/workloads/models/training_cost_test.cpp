// SPDX-License-Identifier: Apache-2.0
// Laws: a stage's parameters are the model's; merging layers changes no sum; buckets hold every gradient once, become
// ready from the last layer to the first; recomputation adds what Korthikanti et al. (2022) say; Adam's memory.
#include "workloads/models/training_cost.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "workloads/models/training_memory.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

TrainingSettings settings_of(const char* model) {
  TrainingSettings settings;
  settings.model = find_transformer_model(model);
  settings.sequence_length = 4096;
  settings.rates = {500e12, 2.5e12};
  settings.launch = 4_us;
  settings.scale_up_latency = 1_us;
  return settings;
}

}  // namespace

TEST_CASE("stages together hold every parameter of the model once") {
  for (const TransformerModel& model : transformer_models())
    for (const std::int64_t p : {1, 2, 3, 5}) {
      CAPTURE(model.name);
      CAPTURE(p);
      TrainingSettings settings = settings_of(std::string(model.name).c_str());
      settings.pipeline_parallel = p;
      std::int64_t parameters = 0;
      std::int64_t layers = 0;
      for (std::int64_t stage = 0; stage < p; ++stage) {
        parameters += stage_cost(settings, stage).parameters;
        layers += stage_layers(settings, stage);
      }
      CHECK(parameters == total_parameters(model));
      CHECK(layers == model.layers);
    }
}

TEST_CASE("ends as layers: the 126 layers of Llama 3 405B on 16 stages are 8 each but for 7 at both ends; all are there once") {
  TrainingSettings settings = settings_of("llama-3.1-405b");
  settings.pipeline_parallel = 16;
  settings.ends_as_layers = true;
  for (const std::int64_t v : {1, 2, 8}) {
    settings.virtual_stages = v;
    std::int64_t layers = 0;
    for (std::int64_t stage = 0; stage < 16 * v; ++stage) {
      const bool end = stage == 0 || stage + 1 == 16 * v;
      CHECK(stage_layers(settings, stage) == 8 / v - (end ? 1 : 0));
      layers += stage_layers(settings, stage);
    }
    CHECK(layers == 126);
    std::int64_t parameters = 0;
    for (std::int64_t stage = 0; stage < 16; ++stage) parameters += stage_cost(settings, stage).parameters;
    CHECK(parameters == total_parameters(*settings.model));
  }
}

TEST_CASE("merging layers into groups changes neither compute nor bytes nor latency") {
  TrainingSettings settings = settings_of("llama-3.1-70b");
  settings.tensor_parallel = 8;
  settings.data_parallel = 8;
  settings.pipeline_parallel = 3;
  for (std::int64_t stage = 0; stage < 3; ++stage) {
    std::vector<PassPart> sums;
    for (const std::int64_t merged : {1, 4, 7, 1000}) {
      settings.layers_per_operation = merged;
      PassPart sum;
      for (const LayerGroup& group : stage_cost(settings, stage).groups) {
        sum.compute += group.forward.compute() + group.backward.compute();
        sum.exchanged_per_port += group.forward.exchanged_per_port() + group.backward.exchanged_per_port();
        sum.exchange_latency += group.forward.exchange_latency() + group.backward.exchange_latency();
      }
      sums.push_back(sum);
      CHECK(sum.compute == sums.front().compute);
      CHECK(sum.exchanged_per_port == sums.front().exchanged_per_port);
      CHECK(sum.exchange_latency == sums.front().exchange_latency);
    }
  }
}

TEST_CASE("tensor parallelism exchanges 2 M per layer and pass, a parallel block M; 2 (t-1)/t of it through each port") {
  for (const auto& [name, per_layer] : {std::pair{"llama-3.1-8b", 2}, std::pair{"falcon-40b", 1}}) {
    TrainingSettings settings = settings_of(name);
    settings.tensor_parallel = 4;
    settings.layers_per_operation = 1;
    const std::int64_t message = 4096 * settings.model->hidden * 2;
    CHECK(settings.activation_bytes().count == message);
    const StageCost cost = stage_cost(settings, 0);
    const LayerGroup& layer = cost.groups[1];
    REQUIRE(layer.layers == 1);
    CHECK(layer.forward.exchanged_per_port().count == per_layer * message * 2 * 3 / 4);
    CHECK(layer.backward.exchanged_per_port() == layer.forward.exchanged_per_port());
    CHECK(layer.forward.exchange_latency() == 2_us * per_layer);
    CHECK(cost.groups.front().forward.exchanged_per_port().count == message * 2 * 3 / 4);  // after the embedding
    CHECK(cost.groups.front().backward.exchanged_per_port().count == 0);
    // The loss: maximum, denominator and target logit of every token in floats; the head passes one gradient back.
    CHECK(cost.groups.back().forward.exchanged_per_port().count == 3 * 4096 * 4 * 2 * 3 / 4);
    CHECK(cost.groups.back().backward.exchanged_per_port().count == message * 2 * 3 / 4);
  }
}

TEST_CASE("buckets hold every gradient once, in the order in which the backward pass makes them") {
  TrainingSettings settings = settings_of("llama-3.1-8b");
  settings.data_parallel = 8;
  for (const Bytes size : {Bytes{0}, Bytes{512 << 20}, Bytes{1 << 30}, Bytes{1'000'000'000'000}}) {
    settings.gradient_bucket = size;
    const StageCost cost = stage_cost(settings, 0);
    const auto buckets = gradient_buckets(settings, cost);
    std::int64_t bytes = 0;
    std::size_t previous = cost.groups.size();
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      bytes += buckets[i].elements * 2;
      CHECK(buckets[i].ready_after <= previous);
      previous = buckets[i].ready_after;
      // A bucket is ready no sooner than the groups behind it hold so many gradients.
      std::int64_t made = 0;
      for (std::size_t g = buckets[i].ready_after; g < cost.groups.size(); ++g) made += cost.groups[g].gradient_elements * 2;
      CHECK(made >= bytes);
      if (size.count > 0 && i + 1 < buckets.size()) CHECK(buckets[i].elements * 2 == size.count);
    }
    CHECK(bytes == total_parameters(*settings.model) * 2);
    CHECK(buckets.back().ready_after == 0);
  }
  settings.gradient_bucket = {0};
  CHECK(gradient_buckets(settings, stage_cost(settings, 0)).front().elements == 40'000'000);  // 40e6 elements
  settings.data_parallel = 64;
  CHECK(gradient_buckets(settings, stage_cost(settings, 0)).front().elements == 64'000'000);  // 1e6 x d elements
}

TEST_CASE("full recomputation adds one forward pass to the backward, selective the attention alone") {
  TrainingSettings settings = settings_of("llama-2-7b");
  settings.launch = {};
  settings.rates.memory_bytes_per_second = 1e30;  // compute-bound throughout
  settings.layers_per_operation = 1;
  const auto layer = [&](Recomputation choice) {
    settings.recomputation = choice;
    return stage_cost(settings, 0).groups[1];
  };
  const LayerGroup none = layer(Recomputation::none);
  CHECK(none.backward.compute().ps == doctest::Approx(2.0 * static_cast<double>(none.forward.compute().ps)).epsilon(1e-9));
  CHECK(layer(Recomputation::full).backward.compute().ps ==
        doctest::Approx(3.0 * static_cast<double>(none.forward.compute().ps)).epsilon(1e-9));
  const double attention = 4096.0 * 2.0 * 4096.0 * 4096.0 / 500e12 * 1e12;  // T x 2 a d s, a d = 4096
  CHECK(static_cast<double>((layer(Recomputation::selective).backward.compute() - none.backward.compute()).ps) ==
        doctest::Approx(attention).epsilon(1e-9));
}

TEST_CASE("expert efficiency: matrices of experts take so much longer, cut over ranks or not; those of others do not") {
  TrainingSettings settings = settings_of("mixtral-8x7b");
  settings.launch = {};
  settings.rates.memory_bytes_per_second = 1e30;
  settings.layers_per_operation = 1;
  const double tokens = 4096, experts = tokens * 2.0 * (2.0 * 3 * 4096 * 14336 + 4096 * 8) / 500e12 * 1e12;
  for (const std::int64_t e : {1, 2}) {
    settings.data_parallel = settings.expert_parallel = e;
    settings.expert_slowdown = 1;
    const auto before = static_cast<double>(stage_cost(settings, 0).groups[1].forward.compute().ps);
    settings.expert_slowdown = 2;
    CHECK(static_cast<double>(stage_cost(settings, 0).groups[1].forward.compute().ps) - before == doctest::Approx(experts).epsilon(1e-6));
  }
}

TEST_CASE("memory is 2 + 2 + 12 bytes per parameter, the 12 cut over the replicas when the optimiser is sharded") {
  TrainingSettings settings = settings_of("llama-3.1-8b");
  settings.data_parallel = 8;
  settings.optimizer_sharded = false;
  const std::int64_t parameters = 8'030'261'248;
  CHECK(training_memory(settings, 0).state().count == 16 * parameters);
  settings.optimizer_sharded = true;
  CHECK(training_memory(settings, 0).state().count == 4 * parameters + 12 * parameters / 8);
  settings.gradient_element = 4;
  CHECK(training_memory(settings, 0).state().count == 6 * parameters + 12 * parameters / 8);
}
