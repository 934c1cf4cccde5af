// SPDX-License-Identifier: Apache-2.0
// Broadcast, reduce and send/recv against their closed forms on an ideal network: pipelines of chunks and single messages.
#include <doctest/doctest.h>

#include <cstdint>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/collectives/plan_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::make;

namespace {

constexpr std::int64_t kAlpha = 1'234'567;
const tests::IdealNetwork kNetwork{.alpha = kAlpha, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};

}  // namespace

TEST_CASE("ring broadcast and reduce: n - 1 hops of the first chunk, then the others behind it") {
  // (n-1)(alpha + c beta) + (k-1) c beta: a sender does not wait for the latency of the chunk before, hence below (n-2+k)(alpha + c beta).
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 512u}) {
    for (const std::uint32_t chunks : {1u, 4u, 16u}) {
      CAPTURE(n);
      CAPTURE(chunks);
      const std::int64_t bytes = 1 << 20;
      const std::int64_t chunk_time = bytes / chunks * 20;
      const std::int64_t expected = (std::int64_t{n} - 1) * (kAlpha + chunk_time) + (std::int64_t{chunks} - 1) * chunk_time;
      for (const std::string_view kind : {"ring_broadcast", "ring_reduce"})
        CHECK(tests::makespan(make({.kind = kind, .n = n, .bytes = bytes, .chunks = chunks, .root = n / 2}).schedule, kNetwork) ==
              expected);
    }
  }
}

TEST_CASE("ring broadcast: in the ring of a channel every host is entered once, and the root comes first") {
  const tests::Made made = make({.kind = "ring_broadcast", .n = 24, .bytes = 1 << 20, .per_host = 8, .channels = 3, .root = 11});
  for (std::uint32_t channel = 0; channel < 3; ++channel) {
    int crossings = 0;
    std::uint32_t at = 11;
    for (const PlanStep& step : made.plan.steps) {
      if (step.lane != channel) continue;
      CHECK(step.from == at);
      at = step.to;
      crossings += step.from / 8 != step.to / 8 ? 1 : 0;
    }
    CHECK(crossings <= 3);  // the root may stand inside its host's part of the ring
    CHECK(crossings >= 2);
  }
}

TEST_CASE("send and receive: one message each, alpha + S beta") {
  for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 512u}) {
    const tests::Made made = make({.kind = "direct_send_recv", .n = n, .bytes = 65'536, .chunks = 4});
    CHECK(message_depth(made.schedule) == 1);
    CHECK(tests::makespan(made.schedule, kNetwork) == kAlpha + 65'536 * 20);
  }
}

TEST_CASE("broadcast: a root that is not one of the ranks is refused") {
  tests::Made made = make({.kind = "ring_broadcast", .n = 4, .bytes = 100});
  made.request.root = 4;
  const auto plan = made.kind->plan(made.request);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().message == "the root is rank 4 of 4");
  CHECK(plan.error().remedy == "ranks are numbered from 0");
}
