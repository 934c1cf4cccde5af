// SPDX-License-Identifier: Apache-2.0
// Laws: blocks held never exceed the capacity, every request that fits alone ends, budgets hold, running requests come
// before waiting ones, the latest is preempted first, and bursts change nothing.
#include "workloads/serving/batch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/random.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

IterationCost small_cost() {
  IterationCostSettings settings;
  settings.model = find_transformer_model("llama-3.1-8b");
  settings.rates = {500e12, 2.5e12};
  settings.iteration_overhead = 100_us;
  return IterationCost(settings);
}

std::vector<BatchRequest> requests_of(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> lengths) {
  std::vector<BatchRequest> requests;
  for (const auto& [prompt, output] : lengths) {
    BatchRequest request;
    request.prompt_tokens = prompt;
    request.output_tokens = output;
    requests.push_back(request);
  }
  return requests;
}

std::int64_t held(const std::vector<BatchRequest>& requests) {
  std::int64_t blocks = 0;
  for (const BatchRequest& request : requests) blocks += request.held.blocks;
  return blocks;
}

}  // namespace

TEST_CASE("a prompt is split by the token budget and its last chunk makes the first token") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{1000, 3}});
  Batch batch({.tokens_maximum = 400, .blocks = 100}, cost, requests);
  batch.enqueue(0);
  std::vector<std::uint32_t> started;
  std::vector<std::uint32_t> scheduled;
  Time now{};
  while (batch.has_work()) {
    REQUIRE(batch.start(now, started));
    scheduled.push_back(requests[0].scheduled);
    now = batch.end();
    Batch::Outcome outcome;
    batch.finish(outcome);
    CHECK(outcome.first_token.size() == (scheduled.size() == 3 ? 1 : 0));
  }
  CHECK(scheduled == std::vector<std::uint32_t>{400, 400, 200, 1});  // the burst of two output tokens is one entry
  CHECK(started == std::vector<std::uint32_t>{0});
  CHECK(requests[0].generated == 3);
  CHECK(batch.blocks_free() == 100);
}

TEST_CASE("running requests come first, then waiting ones while tokens, sequences and blocks allow") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{100, 10}, {100, 10}, {100, 10}, {100, 10}});
  Batch batch({.tokens_maximum = 250, .sequences_maximum = 3, .blocks = 100}, cost, requests);
  for (std::uint32_t i = 0; i < 4; ++i) batch.enqueue(i);
  std::vector<std::uint32_t> started;
  REQUIRE(batch.start({}, started));
  CHECK(started == std::vector<std::uint32_t>{0, 1, 2});  // 100 + 100 + 50 tokens; the fourth waits
  CHECK(requests[2].scheduled == 50);
  Batch::Outcome outcome;
  batch.finish(outcome);
  CHECK(outcome.first_token == std::vector<std::uint32_t>{0, 1});
  REQUIRE(batch.start({}, started));
  CHECK(requests[0].scheduled == 1);
  CHECK(requests[1].scheduled == 1);
  CHECK(requests[2].scheduled == 50);
  CHECK(started.size() == 3);  // three sequences at most
}

TEST_CASE("without chunks a prompt goes in whole or waits") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{300, 5}, {300, 5}});
  Batch batch({.tokens_maximum = 400, .chunked_prefill = false, .blocks = 100}, cost, requests);
  batch.enqueue(0);
  batch.enqueue(1);
  std::vector<std::uint32_t> started;
  REQUIRE(batch.start({}, started));
  CHECK(started == std::vector<std::uint32_t>{0});
  Batch::Outcome outcome;
  batch.finish(outcome);
  REQUIRE(batch.start({}, started));
  CHECK(requests[0].scheduled == 1);
  CHECK(requests[1].scheduled == 300);
}

TEST_CASE("without blocks the request admitted last is preempted, loses its blocks and is computed again") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{32, 64}, {32, 64}});
  Batch batch({.blocks = 6, .bursts = false}, cost, requests);  // two prompts need 2 + 2, two full requests 6 + 6
  batch.enqueue(0);
  batch.enqueue(1);
  std::vector<std::uint32_t> started;
  Time now{};
  std::vector<std::uint32_t> order;
  while (batch.has_work()) {
    REQUIRE(batch.start(now, started));
    CHECK(held(requests) + batch.blocks_free() == 6);
    now = batch.end();
    Batch::Outcome outcome;
    batch.finish(outcome);
    order.insert(order.end(), outcome.finished.begin(), outcome.finished.end());
  }
  CHECK(order == std::vector<std::uint32_t>{0, 1});
  CHECK(requests[0].preemptions == 0);
  CHECK(requests[1].preemptions > 0);
  CHECK(started == std::vector<std::uint32_t>{0, 1});  // a request computed again does not start again
}

TEST_CASE("a preempted request is not taken back in the same iteration, and comes before those that still wait") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{48, 20}, {32, 40}, {16, 40}});
  // Admitted in the first iteration: 0 and 1, with 3 + 2 of the 5 blocks. For its next token request 0 needs a fourth.
  Batch batch({.blocks = 5, .bursts = false}, cost, requests);
  for (std::uint32_t i = 0; i < 3; ++i) batch.enqueue(i);
  std::vector<std::uint32_t> started;
  Batch::Outcome outcome;
  REQUIRE(batch.start({}, started));
  CHECK(batch.running() == std::vector<std::uint32_t>{0, 1});
  batch.finish(outcome);
  REQUIRE(batch.start({}, started));
  CHECK(batch.running() == std::vector<std::uint32_t>{0});
  CHECK(requests[1].preemptions == 1);
  CHECK(requests[1].held.blocks == 0);
  CHECK(batch.waiting() == 2);
  CHECK(batch.blocks_free() == 1);
  batch.finish(outcome);
  REQUIRE(batch.start({}, started));
  CHECK(batch.running() == std::vector<std::uint32_t>{0});  // request 2 would fit the free block, but it is not its turn
  CHECK(!batch.reserve(2, 16));                             // nor may a KV cache from elsewhere take it
  batch.finish(outcome);
  while (batch.has_work()) {
    REQUIRE(batch.start({}, started));
    batch.finish(outcome);
  }
  CHECK(outcome.finished == std::vector<std::uint32_t>{0, 1, 2});
}

TEST_CASE("a preempted request whose first chunk would fit at once still waits for the next iteration") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{48, 20}, {32, 40}});
  Batch batch({.tokens_maximum = 17, .blocks = 5, .bursts = false}, cost, requests);
  std::vector<std::uint32_t> started;
  Batch::Outcome outcome;
  batch.enqueue(0);
  batch.enqueue(1);
  while (requests[1].preemptions == 0) {
    REQUIRE(batch.start({}, started));
    if (requests[1].preemptions > 0) break;
    batch.finish(outcome);
  }
  CHECK(batch.blocks_free() == 1);  // room for sixteen tokens, and so many are left in the budget
  CHECK(batch.running() == std::vector<std::uint32_t>{0});
  batch.finish(outcome);
  REQUIRE(batch.start({}, started));
  CHECK(batch.running() == std::vector<std::uint32_t>{0, 1});
  CHECK(requests[1].scheduled == 16);
}

TEST_CASE("a chunk limit leaves room for others: decode tokens first, then a chunk of each prompt, as worked out by hand") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{100, 10}, {1000, 10}, {250, 10}});
  Batch batch({.tokens_maximum = 400, .chunk_maximum = 200, .blocks = 1000, .bursts = false}, cost, requests);
  for (std::uint32_t i = 0; i < 3; ++i) batch.enqueue(i);
  std::vector<std::uint32_t> started;
  Time now{};
  const auto step = [&] {
    REQUIRE(batch.start(now, started));
    const std::vector<std::uint32_t> tokens{requests[0].scheduled, requests[1].scheduled, requests[2].scheduled};
    const Time end = batch.end();
    const IterationLoad load = batch.load();
    CHECK(end - now == cost.time(load));
    now = end;
    Batch::Outcome outcome;
    batch.finish(outcome);
    return tokens;
  };
  using Tokens = std::vector<std::uint32_t>;
  CHECK(step() == Tokens{100, 200, 100});  // the budget ends with the third
  CHECK(step() == Tokens{1, 200, 150});    // 1 + 200, and what is left of the third prompt
  CHECK(step() == Tokens{1, 200, 1});
  CHECK(step() == Tokens{1, 200, 1});
  CHECK(step() == Tokens{1, 200, 1});
  CHECK(step() == Tokens{1, 1, 1});
  CHECK(started == Tokens{0, 1, 2});
}

TEST_CASE("the time of a chunked prompt is that of its chunks: rows, and context that grows") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{1000, 1}});
  Batch batch({.tokens_maximum = 512, .blocks = 1000}, cost, requests);
  batch.enqueue(0);
  std::vector<std::uint32_t> started;
  REQUIRE(batch.start({}, started));
  const Time first = batch.end();
  CHECK(first - Time{} == cost.time({512, 0, 512 * 513 / 2, 512}));
  Batch::Outcome outcome;
  batch.finish(outcome);
  REQUIRE(batch.start(first, started));
  CHECK(batch.end() - first == cost.time({488, 1, 488 * 512 + 488 * 489 / 2, 1000}));
}

TEST_CASE("a remembered prefix is not computed again, but its context is attended to") {
  const IterationCost cost = small_cost();
  auto requests = requests_of({{1200, 2}, {1300, 2}, {1024, 2}});
  const std::vector<std::uint32_t> ids{7, 8, 7, 8, 7, 8};
  for (std::uint32_t i = 0; i < 3; ++i) {
    requests[i].prefix_first = 2 * i;
    requests[i].prefix_count = 2;
  }
  Batch batch({.blocks = 1000, .prefix_cache = true, .bursts = false}, cost, requests, ids);
  std::vector<std::uint32_t> started;
  Time now{};
  for (std::uint32_t i = 0; i < 3; ++i) {
    CHECK(batch.cached_tokens(i) == (i == 0 ? 0 : 1024));
    batch.enqueue(i);
    CHECK(batch.backlog() == requests[i].prompt_tokens);
    REQUIRE(batch.start(now, started));
    const std::uint32_t rest = i == 0 ? 1200u : i == 1 ? 276u : 1u;  // of 1024 remembered tokens one is computed again
    CHECK(requests[i].scheduled == rest);
    CHECK(requests[i].cached == requests[i].prompt_tokens - rest);
    const std::int64_t n = rest;
    const std::int64_t before = requests[i].prompt_tokens - n;
    CHECK(batch.end() - now == cost.time({n, 1, n * before + n * (n + 1) / 2, before + n}));
    Batch::Outcome outcome;
    while (batch.has_work() || batch.busy()) {
      if (!batch.busy()) REQUIRE(batch.start(now, started));
      now = batch.end();
      batch.finish(outcome);
    }
    CHECK(batch.backlog() == 0);
    CHECK(batch.blocks_free() == 1000);
    CHECK(batch.pool().free() == 1000 - 64);
  }
}

TEST_CASE("property: capacity and budgets are never exceeded, everything ends, and bursts change nothing") {
  const IterationCost cost = small_cost();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::vector<std::vector<Time>> finishes;
    for (const bool bursts : {false, true}) {
      RandomStream random(seed, 0);
      std::vector<BatchRequest> requests(30 + random.below(50));
      std::vector<Time> arrivals(requests.size());
      std::vector<std::uint32_t> ids;
      std::int64_t largest = 0;
      for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].prompt_tokens = static_cast<std::uint32_t>(1 + random.below(600));
        requests[i].output_tokens = static_cast<std::uint32_t>(1 + random.below(300));
        if (seed % 2 == 0) {  // prompts that begin alike
          requests[i].prompt_tokens += 512 * static_cast<std::uint32_t>(random.below(5));
          requests[i].prefix_first = static_cast<std::uint32_t>(ids.size());
          requests[i].prefix_count = requests[i].prompt_tokens / 512;
          for (std::uint32_t k = 0; k < requests[i].prefix_count; ++k)
            ids.push_back(static_cast<std::uint32_t>((k == 0 ? 0 : ids.back()) * 2 + 1 + random.below(2)));
        }
        largest = std::max(largest, blocks_for(requests[i].prompt_tokens + requests[i].output_tokens));
        arrivals[i] = {(i == 0 ? 0 : arrivals[i - 1].ps) + static_cast<std::int64_t>(random.below(200'000'000'000))};
      }
      BatchSettings settings;
      settings.tokens_maximum = static_cast<std::int64_t>(64 + random.below(512));
      settings.sequences_maximum = static_cast<std::int64_t>(2 + random.below(20));
      settings.blocks = largest + static_cast<std::int64_t>(random.below(60));
      settings.bursts = bursts;
      settings.prefix_cache = seed % 2 == 0;
      settings.chunk_maximum = seed % 3 == 0 ? static_cast<std::int64_t>(1 + random.below(300)) : 0;
      Batch batch(settings, cost, requests, ids);
      std::vector<Time> finish(requests.size(), kTimeNever);
      std::vector<std::uint32_t> started;
      std::size_t next = 0;
      Time now{};
      while (batch.has_work() || batch.busy() || next < requests.size()) {
        const Time end = batch.busy() ? batch.end() : kTimeNever;
        const Time arrival = next < requests.size() ? arrivals[next] : kTimeNever;
        now = std::min(end, arrival);
        REQUIRE(now != kTimeNever);  // otherwise it is stuck
        if (arrival == now) {
          batch.interrupt(now);
          batch.enqueue(static_cast<std::uint32_t>(next++));
        }
        if (batch.busy() && batch.end() == now) {
          Batch::Outcome outcome;
          batch.finish(outcome);
          for (const std::uint32_t id : outcome.finished) {
            finish[id] = now;
            REQUIRE(requests[id].generated == requests[id].output_tokens);
          }
        }
        if (!batch.busy() && batch.has_work()) {
          batch.start(now, started);
          std::int64_t tokens = 0;
          for (const std::uint32_t id : batch.running()) tokens += requests[id].scheduled;
          REQUIRE(tokens <= settings.tokens_maximum);
          REQUIRE(static_cast<std::int64_t>(batch.running().size()) <= settings.sequences_maximum);
        }
        REQUIRE(batch.blocks_free() >= 0);
        REQUIRE(batch.pool().free() + held(requests) + batch.pool().remembered() * 32 == settings.blocks);
        std::int64_t backlog = 0;
        for (std::size_t i = 0; i < next; ++i) {
          const BatchRequest& request = requests[i];
          if (request.generated == request.output_tokens) continue;
          backlog += request.known() - request.computed;
          REQUIRE(blocks_for(request.computed) <= batch.pool().blocks_of(request.held));
        }
        REQUIRE(backlog == batch.backlog());
      }
      CHECK(std::count(finish.begin(), finish.end(), kTimeNever) == 0);
      CHECK(batch.blocks_free() == settings.blocks);
      CHECK(started.size() == requests.size());
      finishes.push_back(finish);
    }
    CHECK(finishes[0] == finishes[1]);
  }
}
