// SPDX-License-Identifier: Apache-2.0
// Link rows: their times, what they sum to, and options that leave the interval out.
#include <doctest/doctest.h>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

// A library user may leave the interval at its zero: the run ends, with one row that covers all of it.
TEST_CASE("probes: without an interval there is one row, at the end") {
  const Fabric fabric = star(2);
  SimulationOptions options = options_with(network());
  options.probes.interval = Duration{0};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options);
  CHECK(out.result.outcome == Outcome::complete);
  REQUIRE(out.links.size() == 1);
  CHECK(out.links[0].interval == Duration{out.links[0].time.ps});
}

// Nothing on nothing: the run is over at once.
TEST_CASE("probes: an empty run without an interval ends") {
  const Fabric fabric;
  Workload workload;
  Progress progress;
  const Result<RunResult> result = simulate(fabric, workload, {}, {}, progress);
  REQUIRE(result.has_value());
  CHECK(result->outcome == Outcome::complete);
}

// Rows end at the same times for hosts and switches, which reach them in different phases, and their busy time is the
// wire time of what a link carried, however often the run is cut: 256 frames of 4096 + 62 + 20 B.
TEST_CASE("probes: rows of any interval sum to the wire time of what a link carried") {
  const Fabric fabric = star(2);
  for (const Duration interval : {50_ns, 333_ns, 1_us, 40_us}) {
    CAPTURE(interval.ps);
    SimulationOptions options = options_with(network());
    options.probes.interval = interval;
    options.probes.rows_max = 1'000'000;
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options);
    REQUIRE(out.result.sane());
    const std::size_t uplink = fabric.ports[fabric.nodes[fabric.hosts[0].node.index()].first_port].out.index();
    double busy = 0;
    std::int64_t end = 0;
    for (const LinkRow& row : out.links) {
      CHECK(row.time.ps - row.interval.ps == end);
      end = row.time.ps;
      busy += static_cast<double>(row.utilization[uplink]) * static_cast<double>(row.interval.ps);
    }
    const double wire = 256.0 * 4178 * 20;  // ps: 20 ps a byte at 400 Gb/s
    CHECK(busy == doctest::Approx(wire).epsilon(1e-5));
  }
}
