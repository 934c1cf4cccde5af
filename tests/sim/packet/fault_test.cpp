// SPDX-License-Identifier: Apache-2.0
// Link faults: traffic finds the other path after the re-route delay, and comes back.
#include <doctest/doctest.h>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

// Two leaves with one host each and two spines. Cables: 0 and 1 hosts, 2 and 3 leaf 0 to spines, 4 and 5 leaf 1.
Fabric diamond() { return two_tier(2, 1, 2); }

double bytes_over(const Outcomes& out, std::size_t link) {
  double busy = 0;
  for (const LinkRow& row : out.links) busy += static_cast<double>(row.utilization[link]) * static_cast<double>(row.interval.ps);
  return busy;
}

}  // namespace

TEST_CASE("faults: traffic moves to the other spine, and the events are recorded") {
  const Fabric fabric = diamond();
  for (const std::uint32_t cable : {2u, 3u}) {
    SimulationOptions options = options_with(network({"reroute_delay=50 us", "retransmit_timeout=500 us"}));
    options.faults = {{Time{100'000'000}, CableId{cable}, false}};
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
    CHECK(out.result.outcome == Outcome::complete);
    CHECK(out.result.sane());
    REQUIRE(out.events.size() >= 2);
    CHECK(out.events[0].kind == EventKind::link_down);
    CHECK(out.events[0].time == Time{100'000'000});
    bool rerouted = false;
    for (const EventRow& event : out.events) rerouted = rerouted || (event.kind == EventKind::reroute && event.time == Time{150'000'000});
    CHECK(rerouted);
  }
}

// With ECMP one of the two spines carries the flow; only the fault on that one can hurt it.
TEST_CASE("faults: only the cable in use costs packets") {
  const Fabric fabric = diamond();
  std::uint64_t hurt = 0;
  for (const std::uint32_t cable : {2u, 3u}) {
    SimulationOptions options = options_with(network({"reroute_delay=50 us", "retransmit_timeout=500 us"}));
    options.faults = {{Time{100'000'000}, CableId{cable}, false}};
    hurt += play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options).result.counters.drops_fault > 0 ? 1 : 0;
  }
  CHECK(hurt == 1);
}

TEST_CASE("faults: adaptive routing sees a dead port at once") {
  const Fabric fabric = diamond();
  SimulationOptions options = options_with(network({"routing=adaptive", "reroute_delay=10 ms", "retransmit_timeout=500 us"}));
  options.faults = {{Time{100'000'000}, CableId{2}, false}};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
  CHECK(out.result.outcome == Outcome::complete);
  CHECK(out.result.simulated < Time{5'000'000'000});
}

TEST_CASE("faults: a flapping host link delays the flow by the outage, not for ever") {
  const Fabric fabric = diamond();
  SimulationOptions options = options_with(network({"reroute_delay=10 us", "retransmit_timeout=200 us", "retry_count=50"}));
  options.faults = {{Time{100'000'000}, CableId{0}, false}, {Time{1'100'000'000}, CableId{0}, true}};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
  CHECK(out.result.outcome == Outcome::complete);
  const Duration took = out.flows.at(0).finish - out.flows.at(0).start;
  CHECK(took > 1_ms);
  CHECK(took < 1_ms + 2_ms);
  CHECK(bytes_over(out, 0) > 0);
}
