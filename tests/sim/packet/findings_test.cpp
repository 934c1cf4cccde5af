// SPDX-License-Identifier: Apache-2.0
// Findings: deadlock on routes that allow it and none where channels forbid it, and pause storms named by where they began.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/small_fabrics.hpp"
#include "tests/topology/built_fabric.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;
using eastwest::tests::good_fabric;

namespace {

/// Five switches in a ring, two hosts on each; every host sends two switches on, all the same way round.
Fabric ring() { return good_fabric("torus", {{"extents", "[5]"}, {"hosts_per_switch", "2"}, {"nic_rate", "400 Gb/s"}}); }

std::vector<Flow> round_and_round(Bytes size) {
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 10; ++i) list.push_back({i, (i + 4) % 10, size});
  return list;
}

SimulationOptions tight(std::vector<std::string> changes) {
  changes.insert(changes.end(), {"ecn=false", "buffer=600 kB", "buffer_alpha=0.02", "retransmit_timeout=1 ms", "retry_count=2"});
  return options_with(network(std::move(changes)));
}

}  // namespace

// Dally and Seitz 1987: on a ring, buffers that wait for each other all the way round never empty. Shortest paths without channels
// do that with PFC, and the diagnosis names the five links; the dateline channels of `minimal` break the circle, and the same load
// runs to its end.
TEST_CASE("findings: a ring deadlocks on shortest paths, which is foreseen and named, and not with virtual channels") {
  const Fabric fabric = ring();
  const Outcomes stuck = play(fabric, flows(fabric, round_and_round(4_MiB)), tight({"paths=shortest"}));
  CHECK(stuck.result.outcome == Outcome::stalled);
  REQUIRE(stuck.result.findings.size() >= 1);
  CHECK(stuck.result.findings[0].find("cyclic buffer dependency: on these routes 5 queues wait for each other in a circle: `") == 0);
  CHECK(stuck.result.diagnosis.find("a deadlock: 5 queues wait for each other in a circle: `") != std::string::npos);
  CHECK(stuck.result.counters.drops_buffer == 0);
  const bool circle = std::any_of(stuck.result.findings.begin(), stuck.result.findings.end(), [](const std::string& finding) {
    return finding.find("pause storm: ") == 0 && finding.find("stopped each other in a circle") != std::string::npos;
  });
  CHECK(circle);

  const Outcomes free = play(fabric, flows(fabric, round_and_round(4_MiB)), tight({"paths=minimal"}));
  CHECK(free.result.outcome == Outcome::complete);
  CHECK(free.result.sane());
  CHECK(free.result.findings.empty());
  CHECK(free.result.counters.pfc_pauses > 0);  // it was as tight
}

// The same with credits: a circle of full buffers.
TEST_CASE("findings: link credits deadlock on the same ring, and not with virtual channels") {
  const Fabric fabric = ring();
  const Outcomes stuck =
      play(fabric, flows(fabric, round_and_round(4_MiB)), tight({"paths=shortest", "credits=true", "credit_buffer=20 kB"}));
  CHECK(stuck.result.outcome == Outcome::stalled);
  CHECK(stuck.result.diagnosis.find("a deadlock: 5 queues wait for each other in a circle: `") != std::string::npos);
  const Outcomes free =
      play(fabric, flows(fabric, round_and_round(4_MiB)), tight({"paths=minimal", "credits=true", "credit_buffer=20 kB"}));
  CHECK(free.result.outcome == Outcome::complete);
}

// Guo et al. 2016: one NIC that hangs and pauses its switch stops all that is bound for it, then, through shared buffers, others.
// Here host-0 of leaf 0 hangs for 4 ms; three hosts of another leaf send to it through the spine. The root is the link to host-0.
TEST_CASE("findings: a NIC that hangs is named as the root of the storm behind it") {
  SmallFabricOptions shape;
  shape.buffer = 1_MiB;
  const Fabric fabric = two_tier(2, 3, 1, shape);
  SimulationOptions options = options_with(network({"retransmit_timeout=20 ms"}));
  const CableId cable{0};  // host-0
  options.faults = {{Time{100'000'000}, cable, false, FaultKind::receiver}, {Time{4'100'000'000}, cable, true, FaultKind::receiver}};
  const Outcomes out = play(fabric, flows(fabric, {{3, 0, 16_MiB}, {4, 0, 16_MiB}, {5, 0, 16_MiB}}), options);
  CHECK(out.result.outcome == Outcome::complete);
  CHECK(out.result.counters.drops_buffer == 0);
  REQUIRE(out.result.findings.size() == 1);
  MESSAGE(out.result.findings[0]);
  CHECK(out.result.findings[0].find("pause storm: `host-0` stopped the link switch-0:0 -> host-0:0 for 4.00 ms, from 101 us on; 5 stops") ==
        0);
  CHECK(out.result.findings[0].find("look at its NIC") != std::string::npos);
  CHECK(std::count_if(out.events.begin(), out.events.end(), [](const EventRow& e) { return e.kind == EventKind::pfc_storm; }) >= 2);
  const std::string digest = out.result.digest;
  options.domains = 5;
  options.threads = 2;
  CHECK(play(fabric, flows(fabric, {{3, 0, 16_MiB}, {4, 0, 16_MiB}, {5, 0, 16_MiB}}), options).result.digest == digest);
}

// An incast pauses thousands of times for microseconds: that is flow control at work, not a storm.
TEST_CASE("findings: an incast under PFC is no storm") {
  const Fabric fabric = star(9);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 8; ++i) list.push_back({i, 8, 4_MiB});
  const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"buffer=2 MB", "ecn=false"})));
  CHECK(out.result.counters.pfc_pauses > 10);
  CHECK(out.result.findings.empty());
}
