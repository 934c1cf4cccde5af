// SPDX-License-Identifier: Apache-2.0
// Max-min fairness on the networks of the textbooks: the solver's rates, and when messages over real fabrics end.
//
// Bertsekas and Gallager, "Data networks", 2nd edition, section 6.5.2. Rates are exact where they are whole numbers of the solver's unit,
// and a message over a path ends delays + bytes / rate after its start: to the picosecond where the rate divides, else one later.
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "sim/flow/max_min.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kWire = std::int64_t{240} * (4096 + 62 + 20);  // bytes of a message of 240 packets on the wire
constexpr Bytes kMessage{240 * 4096};

SimulationOptions flow_options() {
  SimulationOptions options = options_with(network());
  options.fidelity = Fidelity::flow;
  return options;
}

/// Switches in a row, joined by trunks of the given rates. Host 0 sends to host 1 over all trunks, host 2 + 2k to host 3 + 2k over trunk k.
Fabric row_of_switches(const std::vector<BitRate>& trunks) {
  SmallFabric b;
  const NodeId first = b.add_host();
  const NodeId last = b.add_host();
  std::vector<NodeId> from, to, switches;
  for (std::size_t k = 0; k < trunks.size(); ++k) {
    from.push_back(b.add_host());
    to.push_back(b.add_host());
  }
  for (std::size_t k = 0; k <= trunks.size(); ++k) switches.push_back(b.add_switch());
  b.connect(first, switches.front());
  b.connect(last, switches.back());
  for (std::size_t k = 0; k < trunks.size(); ++k) {
    b.connect(from[k], switches[k]);
    b.connect(to[k], switches[k + 1]);
    b.connect(switches[k], switches[k + 1], trunks[k], 1_us);
  }
  return b.finish();
}

Workload long_and_short(const Fabric& fabric, std::uint32_t trunks) {
  std::vector<Flow> list{{0, 1, kMessage}};
  for (std::uint32_t k = 0; k < trunks; ++k) list.push_back({2 + 2 * k, 3 + 2 * k, kMessage});
  return flows(fabric, list);
}

/// Links and pipelines of a path over so many trunks.
Duration path(std::int64_t trunks) { return 1_us * (trunks + 2) + 600_ns * (trunks + 1); }

}  // namespace

// The worked example: five sessions, all links of capacity 1. Link (2,3) carries sessions 2, 3 and 5 and is full at 1/3 each; then
// session 1 fills what session 3 leaves of link (3,5), 2/3; session 4 has link (4,5) for itself.
TEST_CASE("max-min: the worked example of Bertsekas and Gallager has rates 2/3, 1/3, 1/3, 1, 1/3") {
  flow::MaxMin solver(std::vector<flow::Rate>(4, flow::to_rate(300_Gbps)));
  enum Link : std::uint32_t { k12, k23, k35, k45 };
  const std::array<std::vector<std::uint32_t>, 5> sessions{{{k35}, {k23}, {k23, k35}, {k45}, {k12, k23}}};
  std::vector<std::uint32_t> groups;
  for (const auto& links : sessions) {
    std::vector<flow::Hop> hops;
    for (const std::uint32_t link : links) hops.push_back({link, flow::kFullWeight});
    groups.push_back(solver.add_group(hops));
    solver.join(groups.back());
  }
  solver.solve();
  const std::array<BitRate, 5> expected{200_Gbps, 100_Gbps, 100_Gbps, 300_Gbps, 100_Gbps};
  for (std::size_t i = 0; i < groups.size(); ++i) CHECK(solver.rate(groups[i]) == flow::to_rate(expected[i]));
  CHECK(solver.bottleneck(groups[0]) == k35);
  CHECK(solver.bottleneck(groups[1]) == k23);
  CHECK(solver.bottleneck(groups[2]) == k23);
  CHECK(solver.bottleneck(groups[3]) == k45);
  CHECK(solver.bottleneck(groups[4]) == k23);
}

// The parking lot as a fabric: every trunk is shared by the long message and a short one, so all go at half the rate and take twice the
// wire time, and what tells them apart is the length of their paths.
TEST_CASE("flow: in a parking lot of switches all messages take twice their wire time, to the ps") {
  for (const std::uint32_t n : {1u, 2u, 5u, 12u}) {
    const Fabric fabric = row_of_switches(std::vector<BitRate>(n, 400_Gbps));
    const Outcomes out = play(fabric, long_and_short(fabric, n), flow_options());
    const Duration wire = serialisation({2 * kWire}, 400_Gbps);
    CHECK(out.flows[0].finish - Time{0} == path(n) + wire);
    for (std::uint32_t k = 0; k < n; ++k) CHECK(out.flows[1 + k].finish - Time{0} == path(1) + wire);
    CHECK(out.result.sane());
  }
}

// Trunks of 100, 400 and 200 Gb/s: the long message has 50 by the first trunk, the short ones take 50, 350 and 150, and since the first trunk
// stays full to the end nobody's rate ever changes.
TEST_CASE("flow: over trunks of different rates every message ends when its max-min share says") {
  const Fabric fabric = row_of_switches({100_Gbps, 400_Gbps, 200_Gbps});
  const Outcomes out = play(fabric, long_and_short(fabric, 3), flow_options());
  const std::array<Duration, 4> expected{path(3) + serialisation({kWire}, 50_Gbps), path(1) + serialisation({kWire}, 50_Gbps),
                                         path(1) + serialisation({kWire}, 350_Gbps), path(1) + serialisation({kWire}, 150_Gbps)};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK((out.flows[i].finish - Time{0}).ps >= expected[i].ps);
    CHECK((out.flows[i].finish - Time{0}).ps <= expected[i].ps + 1);
  }
}
