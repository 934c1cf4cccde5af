// SPDX-License-Identifier: Apache-2.0
// Laws: an iteration is the sum of the rooflines of matrices and attention, the tensor-parallel exchange and the fixed
// overhead, checked against the formula written out for Llama-3.1-70B and Mixtral-8x7B on 8 GPUs.
#include "workloads/serving/iteration_cost.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

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

TEST_CASE("a decode iteration of 64 sequences of Llama-3.1-70B on 8 GPUs reads weights and KV cache") {
  const IterationCost cost(settings_of("llama-3.1-70b", 8));
  const double layer = 2.0 * 8192 * 8192 + 2.0 * 8192 * 1024 + 3.0 * 8192 * 28672;  // matrices
  const double weights = (80.0 * (layer / 8 + 2 * 8192) + 128256.0 * 8192 / 8) * 2;
  const double context = 64.0 * 1500;
  const double attention = context * 327'680 / 8 / 2.5125e12;
  const double all_reduce = 4e-6 + 64.0 * 8192 * 2 * 7 / 450e9;  // one-shot: 1 MiB
  const double two_shot = 8e-6 + 2.0 * 64 * 8192 * 2 * 7 / (8 * 450e9);
  const double logits = 4e-6 + 64.0 * 128256 * 2 * 7 / (8 * 450e9);
  const double expected = weights / 2.5125e12 + attention + 160 * std::min(all_reduce, two_shot) + logits + 500e-6;
  CHECK(cost.time({64, 64, 96'000, 96'000}).seconds() == doctest::Approx(expected).epsilon(1e-9));
}

TEST_CASE("a prefill iteration of 8192 tokens is compute-bound, causal attention half of the square") {
  const IterationCost cost(settings_of("llama-3.1-70b", 8));
  const double n = 8192;
  const double layer = 2.0 * 8192 * 8192 + 2.0 * 8192 * 1024 + 3.0 * 8192 * 28672 + 2 * 8192;
  const double matrices = (n * 2 * 80 * layer + 2.0 * 128256 * 8192) / 8 / 593.4e12;
  const double attention = 2'621'440.0 * n * (n + 1) / 2 / 8 / 593.4e12;
  const double all_reduce = 8e-6 + 2.0 * n * 8192 * 2 * 7 / (8 * 450e9);
  const double logits = 4e-6 + 128256.0 * 2 * 7 / (8 * 450e9);
  const auto products = static_cast<std::int64_t>(n * (n + 1) / 2);
  CHECK(cost.time({8192, 1, products, 8192}).seconds() ==
        doctest::Approx(matrices + attention + 160 * all_reduce + logits + 500e-6).epsilon(1e-9));
}

TEST_CASE("one GPU exchanges nothing; a parallel block exchanges half as often") {
  const IterationCost alone(settings_of("llama-3.1-8b", 1));
  CHECK(alone.all_reduce_seconds(1e9) == 0.0);
  IterationCostSettings parallel = settings_of("falcon-40b", 8);
  const double once = IterationCost(parallel).all_reduce_seconds(8192 * 2);
  const Duration with = IterationCost(parallel).time({1, 0, 1, 1});
  parallel.all_reduce_overhead = 1003_us;  // 1 ms more per all-reduce step
  const Duration more = IterationCost(parallel).time({1, 0, 1, 1});
  CHECK((more - with).seconds() == doctest::Approx(60 * 1e-3));  // 60 layers, one one-shot all-reduce each
  CHECK(once == doctest::Approx(4e-6 + 16384.0 * 7 / 450e9));
}

TEST_CASE("a mixture of experts reads the experts that its tokens hit: E (1 - (1 - k/E)^rows)") {
  IterationCostSettings settings = settings_of("mixtral-8x7b", 1);
  settings.iteration_overhead = {};
  settings.rates.flops_per_second = 1e30;  // memory alone
  const IterationCost cost(settings);
  const double expert = 3.0 * 4096 * 14336 * 32 * 2;
  const double one = cost.time({1, 1, 0, 0}).seconds() * 2.5125e12;
  const double two = cost.time({2, 2, 0, 0}).seconds() * 2.5125e12;
  const double all = cost.time({500, 500, 0, 0}).seconds() * 2.5125e12;
  CHECK(two - one == doctest::Approx(1.5 * expert).epsilon(1e-6));  // 2 experts, then 8 (1 - 0.75^2) = 3.5
  CHECK(all - one == doctest::Approx(6.0 * expert).epsilon(1e-6));
  // All experts and one vocabulary matrix: everything but the input embedding and the final norm.
  CHECK(all == doctest::Approx((46'702'792'704.0 - 32'000.0 * 4096 - 4096) * 2).epsilon(1e-6));
}
