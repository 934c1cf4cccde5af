// SPDX-License-Identifier: Apache-2.0
// Laws: stages add up to the whole pass; weights and KV capacity of stages and groups by hand; bytes of dispatches and activations.
#include "workloads/serving/staged_cost.hpp"

#include <doctest/doctest.h>

using namespace eastwest;
using namespace eastwest::literals;

namespace {

IterationCostSettings settings_of(const char* model, std::int64_t t) {
  IterationCostSettings settings;
  settings.model = find_transformer_model(model);
  settings.tensor_parallel = t;
  settings.rates = {593.4e12, 2.5125e12};
  settings.scale_up_rate = 3600_Gbps;
  settings.scale_up_latency = 1_us;
  settings.all_reduce_overhead = 3_us;
  settings.iteration_overhead = 500_us;
  return settings;
}

}  // namespace

TEST_CASE("staged cost: KV capacity is what memory leaves over, on one stage or the worst of several") {
  const Bytes memory{80'000'000'000};
  const Bytes activations{std::int64_t{2} << 30};
  const StagedCost whole(settings_of("llama-3.1-70b", 8), {8, 1, 1});
  const IterationCost cost(settings_of("llama-3.1-70b", 8));
  CHECK(whole.weight_bytes(0) == cost.weight_bytes());
  CHECK(whole.kv_bytes_per_token(0) == 327'680 / 8);
  const std::int64_t expected = (72'000'000'000 - cost.weight_bytes() - activations.count) / 40'960;
  CHECK(kv_capacity_tokens(whole, memory, 0.9, activations) == expected);
  CHECK(expected > 1'000'000);
  CHECK(kv_capacity_tokens(StagedCost(settings_of("llama-3.1-70b", 1), {1, 1, 1}), memory, 0.9, {}) == -1);
  // Two stages of four GPUs: 40 layers each; the second has the final norm besides its vocabulary matrix.
  const StagedCost halves(settings_of("llama-3.1-70b", 4), {4, 2, 1});
  const std::int64_t layer = (2LL * 8192 * 8192 + 2LL * 8192 * 1024 + 3LL * 8192 * 28672) / 4 + 2LL * 8192;
  CHECK(halves.weight_bytes(1) == 2 * (40 * layer + 128'256LL / 4 * 8192 + 8192));
  CHECK(halves.weight_bytes(0) == halves.weight_bytes(1) - 2LL * 8192);
  CHECK(kv_capacity_tokens(halves, memory, 0.9, activations) ==
        (72'000'000'000 - halves.weight_bytes(1) - activations.count) / (40 * 327'680 / 80 / 4));
}

TEST_CASE("staged cost: layers are shared out evenly, the first stages take what is left over") {
  const StagedCost cost(settings_of("llama-3.1-405b", 8), {8, 4, 1});
  CHECK(cost.layers(0) == 32);
  CHECK(cost.layers(1) == 32);
  CHECK(cost.layers(2) == 31);
  CHECK(cost.layers(3) == 31);
}

TEST_CASE("staged cost: of a decode pass, which waits for memory alone, the stages add up to the whole") {
  const IterationCostSettings settings = settings_of("llama-3.1-70b", 8);
  const IterationLoad load{64, 64, 96'000, 96'000};
  const StagedCost cost(settings, {8, 4, 1});
  Duration sum = cost.overhead() + cost.head_time(load);
  for (std::int64_t stage = 0; stage < 4; ++stage) sum += cost.layers_time(load, cost.layers(stage));
  CHECK(sum.seconds() == doctest::Approx(IterationCost(settings).time(load).seconds()).epsilon(1e-9));
}

TEST_CASE("staged cost: groups hold a share of experts, rows and requests") {
  const IterationCostSettings settings = settings_of("mixtral-8x7b", 2);
  const StagedCost together(settings, {2, 1, 1});
  const StagedCost apart(settings, {2, 1, 4});
  const std::int64_t expert = 3LL * 4096 * 14336 / 2;
  CHECK(together.weight_bytes(0) - apart.weight_bytes(0) == 2LL * 32 * 6 * expert);  // two of eight experts each
  const IterationLoad load{64, 64, 64'000, 64'000, 64};
  CHECK(apart.expert_message(load, 1).count == 16 * 2 * 4096 * 2 / (4 * 2));  // 16 rows, two experts each, a quarter to each group
  CHECK(apart.expert_message(load, 3).count == 3 * 32'768);
  CHECK(apart.stage_message(load).count == 16 * 4096 * 2 / 2);
  CHECK(apart.expert_exchange_inside(load, 1, 1).ps == 0);
  CHECK(apart.expert_exchange_inside(load, 5, 3).seconds() == doctest::Approx(5 * (4e-6 + 2 * 32'768 / 450e9)));
  // The experts of a group: memory for its share of those hit, E (1 - 0.75^64) / 4, two all-reduces' worth around them.
  const double hit = 8.0 / 4;
  const double pairs = 32.0 * 4096 * 2;
  const double expected = hit * static_cast<double>(expert) * 2 / 2.5125e12 + (4e-6 + pairs / 450e9) + (4e-6 + 65'536 / 450e9);
  CHECK(apart.experts_time(load, 1).seconds() == doctest::Approx(expected).epsilon(1e-6));
  CHECK(together.experts_time(load, 1).ps == 0);
  // One sequence lives in one group, which has all rows; two busy groups have half of them each.
  const IterationLoad alone{64, 1, 64'000, 64'000, 1};
  CHECK(apart.busy_groups(alone) == 1);
  CHECK(apart.expert_message(alone, 1).count == 64 * 2 * 4096 * 2 / (4 * 2));
  CHECK(apart.stage_message({64, 2, 64'000, 64'000, 2}).count == 32 * 4096 * 2 / 2);
  const IterationLoad quarter{16, 1, 16'000, 16'000, 1};
  CHECK(apart.layers_time(load, 32) == apart.layers_time(quarter, 32));
  CHECK(apart.layers_time(alone, 32) > apart.layers_time(load, 32));
}
