// SPDX-License-Identifier: Apache-2.0
// Latency budgets against the worked figures at 400 Gb/s and the rules of cut-through and store-and-forward.
#include "topology/plant/latency_budget.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

/// 400 Gb/s, 4096 B, NICs of 600 ns, switches of 700 ns, FEC 100 ns a link, modules of 60 ns.
LatencyPath path(std::size_t links, Length length, ForwardingMode mode = ForwardingMode::cut_through) {
  LatencyPath out;
  out.nic_near = out.nic_far = 600_ns;
  out.frame = 4096_B;
  for (std::size_t i = 0; i < links; ++i)
    out.links.push_back(
        {to_string(length) + " of os2", test_catalogue().find_medium("smf")->delay(length), 100_ns, 60_ns, 60_ns, 400_Gbps});
  for (std::size_t i = 0; i + 1 < links; ++i) out.switches.push_back({"switch", 700_ns, mode});
  return out;
}

double nanoseconds(Duration value) { return std::round(static_cast<double>(value.ps) / 100) / 10; }

TEST_CASE("latency budget: worked budgets of one and of three switches") {
  CHECK(nanoseconds(latency_budget(path(2, 30_m)).total) == doctest::Approx(2715.6));
  CHECK(nanoseconds(latency_budget(path(4, 30_m)).total) == doctest::Approx(4849.4));
}

TEST_CASE("latency budget: glass is 12 % at 30 m and 31 % at 100 m of the cross-rail path") {
  const LatencyBudget near = latency_budget(path(4, 30_m));
  CHECK(std::round(100 * near.of(LatencyPart::medium).seconds() / near.total.seconds()) == 12);
  const LatencyBudget far = latency_budget(path(4, 100_m));
  CHECK(std::round(far.of(LatencyPart::medium).seconds() * 1e9) == 1958);
  CHECK(std::round(far.total.seconds() * 1e9) == 6220);
  CHECK(std::round(100 * far.of(LatencyPart::medium).seconds() / far.total.seconds()) == 31);
  // One more switch costs as much as some 140 m of glass.
  CHECK(700'000 / (test_catalogue().find_medium("smf")->delay(1'000_m).ps / 1000) == doctest::Approx(143).epsilon(0.01));
}

TEST_CASE("latency budget: items add up to the total") {
  const LatencyBudget budget = latency_budget(path(4, 30_m));
  Duration sum;
  for (const LatencyItem& item : budget.items) sum += item.value;
  CHECK(sum == budget.total);
  CHECK(budget.of(LatencyPart::nic) == 1200_ns);
  CHECK(budget.of(LatencyPart::network_switch) == 2100_ns);
  CHECK(budget.of(LatencyPart::fec) == 400_ns);
  CHECK(budget.of(LatencyPart::module) == 480_ns);
  CHECK(budget.of(LatencyPart::serialisation) == 81'920_ps);
  CHECK(name_of(LatencyPart::network_switch) == "switch");
}

TEST_CASE("latency budget: store-and-forward serialises on every link, cut-through once") {
  const LatencyBudget stored = latency_budget(path(4, 30_m, ForwardingMode::store_and_forward));
  CHECK(stored.of(LatencyPart::serialisation) == 4 * 81'920_ps);
  CHECK(stored.total - latency_budget(path(4, 30_m)).total == 3 * 81'920_ps);
}

TEST_CASE("latency budget: cut-through pays the slowest link, and waits before a faster one") {
  LatencyPath slower = path(2, 30_m);
  slower.links[0].rate = 800_Gbps;
  CHECK(latency_budget(slower).of(LatencyPart::serialisation) == 81'920_ps);
  LatencyPath faster = path(2, 30_m);
  faster.links[1].rate = 800_Gbps;
  CHECK(latency_budget(faster).of(LatencyPart::serialisation) == 81'920_ps + 40'960_ps);
}

TEST_CASE("latency budget: copper has no modules and one cable no switch") {
  LatencyPath copper = path(1, 2_m);
  copper.links[0] = {"2 m of twinax", test_catalogue().find_medium("copper")->delay(2_m), 100_ns, 0_ns, 0_ns, 400_Gbps};
  const LatencyBudget budget = latency_budget(copper);
  CHECK(budget.total == 1200_ns + 9_ns + 100_ns + 81'920_ps);
  CHECK(budget.items.size() == 5);
}

}  // namespace
}  // namespace eastwest::tests
