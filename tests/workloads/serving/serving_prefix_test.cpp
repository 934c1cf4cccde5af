// SPDX-License-Identifier: Apache-2.0
// Laws: routers and KV transfers know what instances remember; targets and gaps between tokens are those of the closed forms.
#include <doctest/doctest.h>

#include "tests/support/serving_play.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

TEST_CASE("prefix-aware routing follows the prefix until load outweighs it; round robin does not see it") {
  ServingSettings settings = settings_of(2, 0);
  settings.batching.prefix_cache = true;
  settings.prefix_blocks = {900, 901, 900, 901, 900, 901};
  settings.arrivals = {{0_ps, 1024, 2, 0, 2}, {10_s, 1100, 2, 2, 2}, {20_s, 1100, 2, 4, 2}};
  settings.router = RouterPolicy::prefix_aware;
  const Played aware = play(settings);
  for (std::size_t i = 0; i < 3; ++i) CHECK(aware.rows[i].prefill_instance == 0);
  CHECK(aware.rows[0].cached_tokens == 0);
  CHECK(aware.rows[1].cached_tokens == 1024);
  settings.router = RouterPolicy::round_robin;
  const Played turns = play(settings);
  CHECK(turns.rows[1].cached_tokens == 0);
  CHECK(turns.rows[2].cached_tokens == 1024);
  CHECK(aware.rows[1].first_token - aware.rows[1].arrival < turns.rows[1].first_token - turns.rows[1].arrival);
}

TEST_CASE("disaggregated with prefix caches: what the decode instance remembers is not sent") {
  for (const KvTransfer kv : {KvTransfer::after_prefill, KvTransfer::layerwise}) {
    ServingSettings settings = settings_of(1, 1);
    settings.kv_transfer = kv;
    settings.batching.prefix_cache = true;
    settings.prefix_blocks = {5, 6, 5, 6, 5, 6};
    settings.arrivals = {{0_ps, 1200, 3, 0, 2}, {10_s, 1300, 3, 2, 2}, {20_s, 1024, 3, 4, 2}};
    const Played played = play(settings);
    REQUIRE(played.rows.size() == 3);
    CHECK(played.rows[0].kv_bytes.count == 1200 * 327'680);
    CHECK(played.rows[1].kv_bytes.count == 276 * 327'680);
    CHECK(played.rows[2].kv_bytes.count == 0);
    CHECK(played.rows[2].kv_done >= played.rows[2].prefill_end);
    CHECK(played.rows[2].finish - played.rows[2].kv_done > 10_us);
    CHECK(played.rows[1].cached_tokens == 1024);
  }
}

TEST_CASE("targets: a request within both is good; the gaps between tokens are those of its iterations") {
  ServingSettings settings = settings_of(1, 0);
  settings.arrivals = {{0_ps, 2000, 100}};
  const IterationCost cost(settings.cost);
  const auto verdict = [&](Duration ttft, Duration tpot) {
    settings.slo = {ttft, tpot};
    return play(settings).rows.front().within_slo;
  };
  const Duration ttft = prefill_time(cost, 2000);
  const Duration tpot{decode_time(cost, 2000, 100).ps / 99};
  CHECK(verdict({}, {}) == SloVerdict::no_target);
  CHECK(verdict(ttft, tpot) == SloVerdict::met);
  CHECK(verdict(ttft - 1_ps, tpot) == SloVerdict::missed);
  CHECK(verdict(ttft, tpot - 1_ps) == SloVerdict::missed);
  CHECK(verdict({}, tpot) == SloVerdict::met);
  Driver driver = make_serving_driver(settings);
  const Played played = play_driver(driver, {});
  std::uint64_t count = 0;
  Duration sum;
  for (const TokenGap& gap : driver.token_gaps()) {
    count += gap.count;
    sum += gap.gap * static_cast<std::int64_t>(gap.count);
  }
  CHECK(count == 99);
  CHECK(sum == decode_time(cost, 2000, 100));
  CHECK(played.rows.front().itl_max == cost.time({1, 1, 2099, 2099}));
  CHECK(played.rows.front().itl_p50 == cost.time({1, 1, 2050, 2050}));  // the fiftieth of 99
}
