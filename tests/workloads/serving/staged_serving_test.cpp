// SPDX-License-Identifier: Apache-2.0
// Laws: lanes take turns; an unloaded request through stages and expert groups on several hosts takes its closed form to the picosecond; stages overlap
// batches; messages join the right ranks and only hosts; every shape ends every request once, told early or late.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "core/random.hpp"
#include "tests/support/driver_player.hpp"
#include "workloads/serving/serving_driver.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

namespace {

ServingSettings settings_of(const char* model, InstanceShape shape, std::int64_t prefill, std::int64_t decode, std::int64_t host_size) {
  ServingSettings settings;
  settings.tensor_parallel = shape.tensor;
  settings.pipeline_parallel = shape.pipeline;
  settings.expert_parallel = shape.expert;
  settings.prefill_instances = prefill;
  settings.decode_instances = decode;
  for (std::int64_t rank = 0; rank < shape.ranks() * (prefill + decode); ++rank)
    settings.host_of_rank.push_back(static_cast<std::uint32_t>(rank / host_size));
  settings.control_latency = 10_us;
  settings.exchange_overhead = 5_us;
  settings.batching.blocks = 10'000;
  settings.cost.model = find_transformer_model(model);
  settings.cost.tensor_parallel = shape.tensor;
  settings.cost.rates = {593.4e12, 2.5125e12};
  settings.cost.scale_up_rate = 3600_Gbps;
  settings.cost.scale_up_latency = 1_us;
  settings.cost.all_reduce_overhead = 3_us;
  settings.cost.iteration_overhead = 500_us;
  return settings;
}

Played play(const ServingSettings& settings, const IdealTransport& transport = {}) {
  Driver driver = make_serving_driver(settings);
  Played played = play_driver(driver, transport);
  CHECK(played.legal);
  CHECK(driver.unfinished().empty());
  return played;
}

constexpr IdealTransport kTransport{.alpha = 3'000'000, .ps_per_byte = 20};
Duration message_time(Bytes bytes) { return {3'000'000 + bytes.count * 20}; }

}  // namespace

TEST_CASE("two stages on two hosts: compute, send, gather, compute; to the picosecond") {
  ServingSettings settings = settings_of("llama-3.1-70b", {8, 2, 1}, 1, 0, 8);
  settings.arrivals = {{0_ps, 2000, 3}};
  const StagedCost cost(settings.cost, settings.shape());
  const auto pass = [&](const IterationLoad& load) {
    return cost.overhead() + cost.layers_time(load, 40) + message_time(cost.stage_message(load)) + 5_us + cost.gather_time(load) +
           cost.layers_time(load, 40) + cost.head_time(load);
  };
  const Played played = play(settings, kTransport);
  const RequestRow& row = played.rows.front();
  CHECK(row.first_token - row.arrival == pass({2000, 1, 2000 * 2001 / 2, 2000}));
  CHECK(row.finish - row.first_token == pass({1, 1, 2001, 2001}) + pass({1, 1, 2002, 2002}));
  REQUIRE(played.transfers.size() == 3 * 8);
  for (std::uint32_t i = 0; i < 8; ++i) {
    CHECK(played.transfers[i].from.value == i);
    CHECK(played.transfers[i].to.value == 8 + i);
    CHECK(played.transfers[i].bytes.count == 2000 * 8192 * 2 / 8);
  }
  CHECK(row.kv_bytes.count == 0);
}

TEST_CASE("stages on one host send nothing over the fabric") {
  ServingSettings settings = settings_of("llama-3.1-70b", {4, 2, 1}, 1, 0, 8);
  settings.arrivals = {{0_ps, 2000, 3}};
  const StagedCost cost(settings.cost, settings.shape());
  const IterationLoad load{2000, 1, 2000 * 2001 / 2, 2000};
  const Played played = play(settings, kTransport);
  CHECK(played.transfers.empty());
  CHECK(played.rows.front().first_token - played.rows.front().arrival == cost.overhead() + cost.layers_time(load, 40) * 2 +
                                                                             cost.stage_exchange_inside(load) + cost.gather_time(load) +
                                                                             cost.head_time(load));
}

TEST_CASE("two batches share two stages: the second computes in the first stage while the first is in the second") {
  ServingSettings settings = settings_of("llama-3.1-70b", {8, 2, 1}, 1, 0, 8);
  settings.arrivals = {{0_ps, 4000, 1}, {0_ps, 4000, 1}};
  const StagedCost cost(settings.cost, settings.shape());
  const IterationLoad load{4000, 1, 4000 * 4001LL / 2, 4000};
  const Played played = play(settings, kTransport);
  const Duration first_stage = cost.overhead() + cost.layers_time(load, 40);
  CHECK(played.rows[0].prefill_start == Time{});
  CHECK(played.rows[1].prefill_start == Time{} + first_stage);
  // Both stages take about as long: together the two requests need three stage times, not four.
  CHECK((played.rows[1].finish - Time{}).seconds() < 3.1 * first_stage.seconds());
  CHECK(played.rows[0].prefill_instance == 0);
  CHECK(played.rows[1].prefill_instance == 0);
}

TEST_CASE("lanes take turns at the first stage: identical requests end within a round, however short the other stages are") {
  for (const std::int64_t stages : {2, 4}) {
    CAPTURE(stages);
    ServingSettings settings = settings_of("llama-3-8b", {8, stages, 1}, 1, 0, 8);
    settings.router = RouterPolicy::round_robin;
    for (std::int64_t i = 0; i < 2 * stages; ++i) settings.arrivals.push_back({0_ps, 200, 500});
    const StagedCost cost(settings.cost, settings.shape());
    const IterationLoad longest{2, 2, 1400, 1400, 2};
    Duration stage = cost.overhead() + cost.layers_time(longest, cost.layers(0));
    REQUIRE(stage > message_time(cost.stage_message(longest)) + cost.layers_time(longest, cost.layers(1)) + cost.head_time(longest));
    const Played played = play(settings, kTransport);
    Time first = kTimeNever;
    Time last;
    for (const RequestRow& row : played.rows) {
      first = std::min(first, row.finish);
      last = std::max(last, row.finish);
      CHECK(row.itl_max <= stage * (2 * stages));
    }
    CHECK(last - first <= stage * stages);
  }
}

TEST_CASE("no time leaves 64 bits: what lasts too long ends at the last time that drivers know, in order") {
  for (const std::int64_t stages : {1, 2}) {
    CAPTURE(stages);
    ServingSettings settings = settings_of("llama-3.1-70b", {8, stages, 1}, 1, 0, 8);
    settings.cost.rates = {1e3, 1e3};
    settings.arrivals = {{0_ps, 2000, 5}, {100_s, 300, 5}};
    for (const RequestRow& row : play(settings, kTransport).rows) {
      CHECK(row.arrival <= row.first_token);
      CHECK(row.first_token <= row.finish);
      CHECK(row.finish >= kDriverTimeLast);  // a message on its way may end behind it
      CHECK(row.itl_max.ps >= 0);
    }
  }
}

TEST_CASE("expert groups on two hosts: a dispatch and a combine per layer, merged or not; to the picosecond") {
  ServingSettings settings = settings_of("mixtral-8x7b", {8, 1, 2}, 1, 0, 8);
  settings.arrivals = {{0_ps, 1000, 2}};
  const StagedCost cost(settings.cost, settings.shape());
  for (const std::int64_t merged : {1, 5, 32}) {
    CAPTURE(merged);
    settings.layers_per_exchange = merged;
    const auto pass = [&](const IterationLoad& load) {
      Duration time = cost.overhead() + cost.head_time(load);
      for (std::int64_t done = 0; done < 32; done += merged) {
        const std::int64_t layers = std::min<std::int64_t>(merged, 32 - done);
        time +=
            cost.layers_time(load, layers) + cost.experts_time(load, layers) + (message_time(cost.expert_message(load, layers)) + 5_us) * 2;
      }
      return time;
    };
    const Played played = play(settings, kTransport);
    const RequestRow& row = played.rows.front();
    CHECK(row.first_token - row.arrival == pass({1000, 1, 1000 * 1001 / 2, 1000}));
    CHECK(row.finish - row.first_token == pass({1, 1, 1001, 1001}));
    // Two passes x a dispatch from the group of the request and its combine back x eight GPUs.
    CHECK(played.transfers.size() == std::size_t{2} * 2 * 8 * static_cast<std::size_t>((32 + merged - 1) / merged));
    std::int64_t bytes = 0;
    for (const PostedTransfer& transfer : played.transfers) {
      CHECK(transfer.from.value / 8 != transfer.to.value / 8);
      CHECK(transfer.from.value % 8 == transfer.to.value % 8);
      bytes += transfer.bytes.count;
    }
    CHECK(bytes == 2LL * 8 * 32 * (1000LL * 2 * 4096 * 2 / 16 + 2LL * 4096 * 2 / 16));
  }
}

TEST_CASE("the KV cache of every stage goes to the same stage, group and GPU of the decode instance") {
  ServingSettings settings = settings_of("mixtral-8x7b", {2, 2, 2}, 1, 1, 8);
  settings.arrivals = {{0_ps, 100, 5}, {5_s, 100, 5}};
  const Played played = play(settings, kTransport);
  REQUIRE(played.transfers.size() == 2 * 4);  // all of an instance is on one host
  for (std::uint32_t request = 0; request < 2; ++request)
    for (std::uint32_t stage = 0; stage < 2; ++stage)
      for (std::uint32_t i = 0; i < 2; ++i) {
        const PostedTransfer& transfer = played.transfers[request * 4 + stage * 2 + i];
        CHECK(transfer.from.value == 4 * stage + 2 * request + i);
        CHECK(transfer.to.value == transfer.from.value + 8);
        CHECK(transfer.bytes.count == 100 * 131'072 / 4);
      }
  CHECK(played.rows[0].kv_bytes.count == 100 * 131'072);
  CHECK(played.rows[0].decode_instance == 1);
}

TEST_CASE("property: any shape, however tight: every request ends once, and lateness changes nothing") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 3);
    const InstanceShape shape{std::int64_t{1} << random.below(2), static_cast<std::int64_t>(1 + random.below(4)),
                              std::int64_t{1} << random.below(3)};
    ServingSettings settings = settings_of("mixtral-8x7b", shape, static_cast<std::int64_t>(1 + random.below(2)),
                                           static_cast<std::int64_t>(random.below(3)), std::int64_t{1} << (1 + random.below(3)));
    settings.router = static_cast<RouterPolicy>(random.below(3));
    settings.layers_per_exchange = 8;
    DrawnArrivals wish;
    wish.requests_per_second = 20;
    wish.requests = 20;
    wish.prompt_tokens = 400;
    wish.output_tokens = 20;
    wish.seed = seed;
    settings.arrivals = draw_arrivals(wish);
    settings.batching.prefix_cache = seed % 2 == 0;
    if (settings.batching.prefix_cache)
      for (Arrival& arrival : settings.arrivals) {
        arrival.prompt_tokens += 512;
        arrival.prefix_first = static_cast<std::uint32_t>(settings.prefix_blocks.size());
        arrival.prefix_count = 1;
        settings.prefix_blocks.push_back(random.below(3));
      }
    std::int64_t largest = 0;
    for (const Arrival& arrival : settings.arrivals) largest = std::max(largest, blocks_for(arrival.prompt_tokens + arrival.output_tokens));
    settings.batching.blocks = largest + static_cast<std::int64_t>(random.below(40));
    settings.batching.tokens_maximum = static_cast<std::int64_t>(8 + random.below(1000));
    settings.batching.sequences_maximum = static_cast<std::int64_t>(1 + random.below(8));
    const Played base = play(settings);
    REQUIRE(base.rows.size() == settings.arrivals.size());
    for (std::size_t i = 0; i < base.rows.size(); ++i) REQUIRE(base.rows[i].id == i);
    CHECK(equal_rows(base.rows, play(settings, {.window = 900'000, .stride = 20'000'000'000}).rows));
  }
}
