// SPDX-License-Identifier: Apache-2.0
// Test support: a serving driver of Llama-3.1-70B on instances of eight GPUs, played over an ideal network, and its closed forms.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/driver_player.hpp"
#include "workloads/serving/serving_driver.hpp"

namespace eastwest::tests {

inline ServingSettings settings_of(std::int64_t prefill, std::int64_t decode) {
  ServingSettings settings;
  settings.tensor_parallel = 8;
  settings.prefill_instances = prefill;
  settings.decode_instances = decode;
  settings.control_latency = Duration{10'000'000};
  settings.batching.blocks = 10'000;
  settings.cost.model = find_transformer_model("llama-3.1-70b");
  settings.cost.tensor_parallel = 8;
  settings.cost.rates = {593.4e12, 2.5125e12};
  settings.cost.scale_up_rate = BitRate{3'600'000'000'000};
  settings.cost.scale_up_latency = Duration{1'000'000};
  settings.cost.all_reduce_overhead = Duration{3'000'000};
  settings.cost.iteration_overhead = Duration{500'000'000};
  return settings;
}

inline std::vector<Arrival> load_of(double rate, std::int64_t requests, std::uint64_t seed) {
  DrawnArrivals wish;
  wish.requests_per_second = rate;
  wish.requests = requests;
  wish.prompt_tokens = 1155;
  wish.output_tokens = 211;
  wish.sigma = 0.9;
  wish.seed = seed;
  return draw_arrivals(wish);
}

inline Played play(ServingSettings settings, const IdealTransport& transport = {}) {
  Driver driver = make_serving_driver(std::move(settings));
  Played played = play_driver(driver, transport);
  played.gaps = driver.token_gaps();
  CHECK(played.legal);
  CHECK(driver.unfinished().empty());
  CHECK(driver.waiting_for() == "nothing");
  return played;
}

/// Duration of a prompt in one chunk, and of the output tokens 2 .. n that follow it alone.
inline Duration prefill_time(const IterationCost& cost, std::int64_t prompt) {
  return cost.time({prompt, 1, prompt * (prompt + 1) / 2, prompt});
}
inline Duration decode_time(const IterationCost& cost, std::int64_t prompt, std::int64_t output) {
  Duration sum;
  for (std::int64_t i = 1; i < output; ++i) sum += cost.time({1, 1, prompt + i, prompt + i});
  return sum;
}

}  // namespace eastwest::tests
