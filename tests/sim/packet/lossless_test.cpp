// SPDX-License-Identifier: Apache-2.0
// PFC: headroom worked out from the cable must make a lossless class lossless, whatever the cable and the pattern.
#include <doctest/doctest.h>

#include "core/random.hpp"
#include "sim/packet/run_plan.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

// The law: never a drop, everything delivered, at any cable length up to 2 km and beyond (49 us of glass).
TEST_CASE("PFC: an incast into a small buffer never drops at any cable length") {
  for (const Duration delay : {15_ns, 150_ns, 500_ns, 2_us, 10_us}) {
    for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
      SmallFabricOptions shape;
      shape.delay = delay;
      shape.mode = mode;
      shape.buffer = 24_MiB;
      const Fabric fabric = star(9, shape);
      std::vector<Flow> list;
      for (std::uint32_t i = 0; i < 8; ++i) list.push_back({i, 8, 8_MiB});
      const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"ecn=false", "buffer_alpha=0.01"})));
      CHECK(out.result.outcome == Outcome::complete);
      CHECK(out.result.counters.pfc_pauses > 0);
      CHECK(out.result.counters.drops_buffer == 0);
      CHECK(out.result.counters.retransmits == 0);
      CHECK(out.result.sane());
    }
  }
}

// The headroom formula in the header of run_plan.hpp, by hand: 1 us, 600 ns, 400 Gb/s, response 60 x 512 / 400 Gb/s.
TEST_CASE("PFC: headroom is the sum that the header states") {
  const Fabric fabric = star(2);
  const Result<packet::RunPlan> plan = packet::make_run_plan(fabric, options_with(network()), 2);
  REQUIRE(plan.has_value());
  const std::int64_t span_ps = 2 * 1'000'000 + 600'000 + 76'800;
  const std::int64_t flight = (span_ps * 50 + 999) / 1000;  // 50 B per ns, rounded up
  const std::uint32_t port = fabric.nodes[fabric.switches[0].node.index()].first_port;
  CHECK(plan->ports[port].headroom == flight + std::int64_t{3} * 4178 + 64 + 20);
}

// Half the headroom must lose packets: otherwise the two tests above would prove nothing.
TEST_CASE("PFC: too little headroom drops") {
  const Fabric fabric = star(9);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 8; ++i) list.push_back({i, 8, 4_MiB});
  const Outcomes out =
      play(fabric, flows(fabric, list),
           options_with(network({"ecn=false", "headroom=20 kB", "buffer_alpha=0.001", "retransmit_timeout=1 ms", "retry_count=100"})));
  CHECK(out.result.counters.drops_buffer > 0);
  CHECK_FALSE(out.result.sane());
}

// A buffer that cannot hold the headroom is refused with figures, not run.
TEST_CASE("PFC: a buffer smaller than its headroom is refused") {
  SmallFabricOptions shape;
  shape.buffer = 100_KiB;
  const Fabric fabric = star(4, shape);
  Workload workload = flows(fabric, {{0, 1, 1_MiB}});
  Progress progress;
  const Result<RunResult> result = simulate(fabric, workload, options_with(network()), {}, progress);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message.find("switch-0") != std::string::npos);
  CHECK(result.error().remedy.find("network.buffer") != std::string::npos);
}

// Pauses spread upstream but never lose anything, on random two-tier incasts; the seed is printed.
TEST_CASE("PFC: random patterns on two tiers never drop") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 9);
    SmallFabricOptions shape;
    shape.buffer = Bytes{static_cast<std::int64_t>(4 + random.below(12)) << 20};
    shape.delay = Duration{static_cast<std::int64_t>(20'000 + random.below(3'000'000))};
    shape.mode = random.below(2) == 0 ? ForwardingMode::cut_through : ForwardingMode::store_and_forward;
    const Fabric fabric = two_tier(3, 4, 2, shape);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < 60; ++i) {
      const auto from = static_cast<std::uint32_t>(random.below(12));
      const auto to = static_cast<std::uint32_t>(random.below(4));
      if (from != to) list.push_back({from, to, Bytes{static_cast<std::int64_t>(1 + random.below(1'500'000))}});
    }
    const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"buffer_alpha=0.02"})));
    CHECK(out.result.outcome == Outcome::complete);
    CHECK(out.result.counters.drops_buffer == 0);
    CHECK(out.result.sane());
  }
}
