// SPDX-License-Identifier: Apache-2.0
// Laws: an unloaded request takes exactly its closed form; Little's law; instances never idle with work; results do not
// depend on how often the driver is called or how late completions are told; nothing is lost under any load.
#include "workloads/serving/serving_driver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "tests/support/serving_play.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

TEST_CASE("unloaded and colocated: TTFT is the prefill, TPOT the mean decode iteration, to the picosecond") {
  ServingSettings settings = settings_of(1, 0);
  settings.start = Time{} + 2_s;
  settings.arrivals = {{1_s, 2000, 100}};
  const IterationCost cost(settings.cost);
  const Played played = play(settings);
  REQUIRE(played.rows.size() == 1);
  const RequestRow& row = played.rows.front();
  CHECK(row.arrival == Time{} + 3_s);
  CHECK(row.prefill_start == row.arrival);
  CHECK(row.first_token - row.arrival == prefill_time(cost, 2000));
  CHECK(row.prefill_end == row.first_token);
  CHECK(row.kv_done == row.prefill_end);
  CHECK(row.finish - row.first_token == decode_time(cost, 2000, 100));
  CHECK(row.kv_bytes.count == 0);
  CHECK(played.transfers.empty());
  // Plausible for eight H100: some 50 ms for the prompt, some 12 ms for a token.
  CHECK((row.first_token - row.arrival).seconds() > 0.03);
  CHECK((row.first_token - row.arrival).seconds() < 0.3);
  CHECK((row.finish - row.first_token).seconds() / 99 > 0.006);
  CHECK((row.finish - row.first_token).seconds() / 99 < 0.03);
}

TEST_CASE("unloaded and disaggregated: the KV cache moves in t equal shares between equal ranks, then decoding starts") {
  ServingSettings settings = settings_of(1, 1);
  settings.first_rank = 100;
  settings.traffic_class = 3;
  settings.arrivals = {{0_ps, 2000, 100}};
  const IterationCost cost(settings.cost);
  const IdealTransport transport{.alpha = 5'000'000, .ps_per_byte = 20};
  const Played played = play(settings, transport);
  REQUIRE(played.rows.size() == 1);
  const RequestRow& row = played.rows.front();
  REQUIRE(played.transfers.size() == 8);
  const std::int64_t share = 2000LL * 327'680 / 8;
  for (std::uint32_t i = 0; i < 8; ++i) {
    CHECK(played.transfers[i].from.value == 100 + i);
    CHECK(played.transfers[i].to.value == 108 + i);
    CHECK(played.transfers[i].bytes.count == share);
    CHECK(played.transfers[i].not_before == row.prefill_end);
    CHECK(played.transfers[i].traffic_class == 3);
  }
  CHECK(row.kv_bytes.count == 2000LL * 327'680);
  CHECK(row.first_token == row.prefill_end);
  CHECK(row.prefill_end - row.arrival == prefill_time(cost, 2000));
  CHECK((row.kv_done - row.prefill_end).ps == 5'000'000 + share * 20);
  CHECK(row.finish - row.kv_done == 10_us + decode_time(cost, 2000, 100));
  CHECK(row.prefill_instance == 0);
  CHECK(row.decode_instance == 1);
}

TEST_CASE("layerwise transfer hides all but the last group of layers behind the prompt") {
  ServingSettings settings = settings_of(1, 1);
  settings.kv_transfer = KvTransfer::layerwise;
  settings.kv_layer_groups = 8;
  settings.arrivals = {{0_ps, 2000, 10}};
  const IterationCost cost(settings.cost);
  const Duration prefill = prefill_time(cost, 2000);
  const Played played = play(settings, {.alpha = 5'000'000, .ps_per_byte = 20});
  const RequestRow& row = played.rows.front();
  REQUIRE(played.transfers.size() == 64);
  const std::int64_t part = 2000LL * 327'680 / 8 / 8;
  for (std::size_t i = 0; i < 64; ++i) {
    CHECK(played.transfers[i].bytes.count == part);
    CHECK(played.transfers[i].not_before.ps == prefill.ps * 10 * static_cast<std::int64_t>(i / 8 + 1) / 80);
  }
  CHECK(row.kv_bytes.count == 2000LL * 327'680);
  CHECK((row.kv_done - row.prefill_end).ps == 5'000'000 + part * 20);
}

TEST_CASE("a prompt in chunks is sent chunk by chunk, and all of it") {
  ServingSettings settings = settings_of(1, 1);
  settings.kv_transfer = KvTransfer::layerwise;
  settings.batching.tokens_maximum = 700;
  settings.arrivals = {{0_ps, 2000, 10}};
  const Played played = play(settings);
  CHECK(played.transfers.size() == 3 * 4 * 8);
  CHECK(played.rows.front().kv_bytes.count == 2000LL * 327'680);
}

TEST_CASE("one output token ends at the prefill and moves nothing") {
  for (const KvTransfer kv : {KvTransfer::after_prefill, KvTransfer::layerwise}) {
    ServingSettings settings = settings_of(1, 1);
    settings.kv_transfer = kv;
    settings.arrivals = {{0_ps, 500, 1}, {1_ms, 500, 1}};
    const Played played = play(settings);
    CHECK(played.transfers.empty());
    REQUIRE(played.rows.size() == 2);
    for (const RequestRow& row : played.rows) CHECK(row.finish == row.first_token);
  }
}

TEST_CASE("Little's law: mean number in the system = throughput x mean time in it") {
  ServingSettings settings = settings_of(2, 0);
  settings.arrivals = load_of(8.0, 2000, 11);
  const Played played = play(settings);
  REQUIRE(played.rows.size() == 2000);
  // Integrate the number in the system from its jumps, independently of the sum of sojourn times.
  std::vector<std::pair<std::int64_t, int>> jumps;
  double sojourn = 0;
  for (const RequestRow& row : played.rows) {
    jumps.emplace_back(row.arrival.ps, +1);
    jumps.emplace_back(row.finish.ps, -1);
    sojourn += (row.finish - row.arrival).seconds();
  }
  std::sort(jumps.begin(), jumps.end());
  double area = 0;
  int inside = 0;
  for (std::size_t i = 0; i + 1 < jumps.size(); ++i) {
    inside += jumps[i].second;
    REQUIRE(inside >= 0);
    area += inside * static_cast<double>(jumps[i + 1].first - jumps[i].first) * 1e-12;
  }
  const double span = static_cast<double>(jumps.back().first - jumps.front().first) * 1e-12;
  CHECK(area / span == doctest::Approx(2000 / span * (sojourn / 2000)).epsilon(1e-9));
  CHECK(sojourn / 2000 > 1.0);
}

TEST_CASE("rows are whole and in order of life, whatever the mode, under light and heavy load") {
  for (const std::int64_t decode : {0, 2})
    for (const KvTransfer kv : {KvTransfer::after_prefill, KvTransfer::layerwise})
      for (const RouterPolicy router : {RouterPolicy::least_loaded, RouterPolicy::round_robin})
        for (const double rate : {1.0, 30.0}) {
          ServingSettings settings = settings_of(2, decode);
          settings.kv_transfer = kv;
          settings.router = router;
          settings.batching.blocks = 1100;  // some 17,000 tokens: tight, so that requests are preempted
          settings.arrivals = load_of(rate, 300, 5);
          const auto arrivals = settings.arrivals;
          const Played played = play(settings);
          REQUIRE(played.rows.size() == 300);
          for (std::size_t i = 0; i < 300; ++i) {
            const RequestRow& row = played.rows[i];
            REQUIRE(row.id == i);
            REQUIRE(row.arrival.ps == arrivals[i].offset.ps);
            REQUIRE(row.prompt_tokens == arrivals[i].prompt_tokens);
            REQUIRE(row.arrival <= row.prefill_start);
            REQUIRE(row.prefill_start < row.prefill_end);
            REQUIRE(row.prefill_end == row.first_token);
            REQUIRE(row.first_token <= row.finish);
            REQUIRE((row.finish == row.first_token) == (row.output_tokens == 1));
            REQUIRE(row.prefill_instance < 2);
            if (decode > 0 && row.output_tokens > 1) {
              REQUIRE(row.kv_done > row.prefill_end);
              REQUIRE(row.kv_done < row.finish);
              REQUIRE(row.kv_bytes.count == row.prompt_tokens * 327'680LL);
              REQUIRE(row.decode_instance >= 2);
              REQUIRE(row.decode_instance < 4);
            }
          }
        }
}

TEST_CASE("order independence: called often or seldom, told early or late, in bursts or not: identical rows") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    ServingSettings settings = settings_of(2, 2);
    settings.kv_transfer = seed % 2 == 0 ? KvTransfer::layerwise : KvTransfer::after_prefill;
    settings.batching.blocks = 1100;
    settings.arrivals = load_of(4.0 + static_cast<double>(seed) * 4.0, 200, seed);
    const Played base = play(settings);
    CHECK(equal_rows(base.rows, play(settings, {.window = 9'000'000}).rows));      // completions told up to 9 us late
    CHECK(equal_rows(base.rows, play(settings, {.stride = 3'000'000'000}).rows));  // and a call every 3 ms
    settings.batching.bursts = false;
    const Played single = play(settings);
    CHECK(equal_rows(base.rows, single.rows));
    CHECK(base.calls < single.calls);
    settings.decode_instances = 0;
    const Played stepwise = play(settings);
    settings.batching.bursts = true;
    CHECK(equal_rows(stepwise.rows, play(settings).rows));
  }
}

TEST_CASE("property: any settings, however tight: every request ends once, and bursts and lateness change nothing") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 77);
    ServingSettings settings = settings_of(static_cast<std::int64_t>(1 + random.below(3)), static_cast<std::int64_t>(random.below(4)));
    settings.kv_transfer = random.below(2) == 0 ? KvTransfer::layerwise : KvTransfer::after_prefill;
    settings.kv_layer_groups = static_cast<std::int64_t>(1 + random.below(100));
    settings.router = static_cast<RouterPolicy>(random.below(3));
    settings.arrivals = load_of(1.0 + 10.0 * random.unit(), 60, seed);
    settings.batching.prefix_cache = seed % 2 == 0;
    if (settings.batching.prefix_cache)
      for (Arrival& arrival : settings.arrivals) {  // half of every prompt comes from a tree of prefixes
        arrival.prefix_first = static_cast<std::uint32_t>(settings.prefix_blocks.size());
        arrival.prefix_count = arrival.prompt_tokens / 512;
        for (std::uint32_t k = 0; k < arrival.prefix_count; ++k)
          settings.prefix_blocks.push_back((k == 0 ? 0 : settings.prefix_blocks.back()) * 2 + 1 + random.below(2));
      }
    settings.batching.chunk_maximum = random.below(2) == 0 ? 0 : static_cast<std::int64_t>(1 + random.below(900));
    std::int64_t largest = 0;
    for (const Arrival& arrival : settings.arrivals) largest = std::max(largest, blocks_for(arrival.prompt_tokens + arrival.output_tokens));
    settings.batching.blocks = largest + static_cast<std::int64_t>(random.below(100));
    settings.batching.sequences_maximum = static_cast<std::int64_t>(1 + random.below(6));
    settings.batching.chunked_prefill = random.below(4) != 0;
    settings.batching.tokens_maximum = settings.batching.chunked_prefill ? static_cast<std::int64_t>(8 + random.below(2000)) : 8192;
    const std::size_t count = settings.arrivals.size();
    const IdealTransport slow{.ps_per_byte = 2000};
    const Played base = play(settings, slow);
    REQUIRE(base.rows.size() == count);
    std::uint64_t gaps = 0;
    for (std::size_t i = 0; i < count; ++i) {
      REQUIRE(base.rows[i].id == i);
      REQUIRE(base.rows[i].cached_tokens < base.rows[i].prompt_tokens);
      gaps += base.rows[i].output_tokens - 1;
    }
    for (const TokenGap& gap : base.gaps) gaps -= gap.count;
    CHECK(gaps == 0);  // every token but the first ones has its gap
    CHECK(equal_rows(base.rows, play(settings, {.ps_per_byte = 2000, .window = 7'000'000, .stride = 50'000'000'000}).rows));
    settings.batching.bursts = false;
    CHECK(equal_rows(base.rows, play(settings, slow).rows));
  }
}

TEST_CASE("a colocated run may be advanced in one leap") {
  ServingSettings settings = settings_of(2, 0);
  settings.arrivals = load_of(10.0, 200, 8);
  const Played base = play(settings);
  Driver driver = make_serving_driver(settings);
  Posting posting;
  CHECK(driver.advance(Time{} + 10000_s, {}, posting) == kTimeNever);
  std::sort(posting.requests.begin(), posting.requests.end(), [](const RequestRow& a, const RequestRow& b) { return a.id < b.id; });
  CHECK(equal_rows(base.rows, posting.requests));
}

TEST_CASE("work conservation: a saturated instance computes from the first arrival to the last finish without a gap") {
  ServingSettings settings = settings_of(1, 0);
  settings.batching.sequences_maximum = 1;  // one request at a time: busy time is the sum of the closed forms
  settings.arrivals = load_of(1000.0, 40, 2);
  const IterationCost cost(settings.cost);
  const Played played = play(settings);
  Duration busy;
  Time last;
  for (const RequestRow& row : played.rows) {
    // The prompts fit one chunk: their maximum is the token budget.
    REQUIRE(row.prompt_tokens <= 8192);
    busy += prefill_time(cost, row.prompt_tokens) + decode_time(cost, row.prompt_tokens, row.output_tokens);
    last = std::max(last, row.finish);
  }
  CHECK(last - played.rows.front().arrival == busy);
}

TEST_CASE("a run that is stopped tells what is unfinished and what it waits for") {
  ServingSettings settings = settings_of(1, 1);
  settings.arrivals = {{0_ps, 2000, 100}, {1_s, 10, 10}, {100_s, 10, 10}};
  Driver driver = make_serving_driver(settings);
  Posting posting;
  const Time wake = driver.advance({}, {}, posting);
  CHECK(wake > Time{});
  CHECK(driver.waiting_for() == "1 unfinished requests");
  for (Time now = wake; now < Time{} + 2_s;) now = driver.advance(now, {}, posting);
  CHECK(driver.waiting_for() ==
        "2 unfinished requests, 2 of them waiting for their KV cache; the first is request 0, from prefill instance 0 to decode instance "
        "1, 8 transfers open");
  CHECK(driver.unfinished().size() == 2);
  CHECK(driver.unfinished().front().finish == kTimeNever);
  CHECK(driver.unfinished().front().first_token != kTimeNever);
}

TEST_CASE("round robin takes turns, least loaded avoids the busy instance") {
  ServingSettings settings = settings_of(3, 0);
  settings.arrivals = {{0_ps, 4000, 50}, {1_us, 10, 5}, {2_us, 10, 5}, {3_us, 10, 5}};
  settings.router = RouterPolicy::round_robin;
  const Played turns = play(settings);
  for (std::size_t i = 0; i < 4; ++i) CHECK(turns.rows[i].prefill_instance == i % 3);
  settings.router = RouterPolicy::least_loaded;
  const Played loads = play(settings);
  CHECK(loads.rows[3].prefill_instance == 1);
}

TEST_CASE("ten thousand requests cost seconds at most and few calls") {
  ServingSettings settings = settings_of(4, 4);
  settings.arrivals = load_of(10.0, 10'000, 1);
  const Played played = play(settings);
  CHECK(played.rows.size() == 10'000);
  CHECK(played.calls < 400'000);
  MESSAGE("calls: " << played.calls);
}
