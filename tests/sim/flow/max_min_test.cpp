// SPDX-License-Identifier: Apache-2.0
// Max-min fairness: textbook networks exactly, random ones against the plain method, changes against a fresh solve.
#include "sim/flow/max_min.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.hpp"
#include "tests/support/plain_max_min.hpp"

using namespace eastwest;
using namespace eastwest::flow;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

std::vector<Rate> capacities(std::initializer_list<std::uint64_t> gbps) {
  std::vector<Rate> list;
  for (const std::uint64_t g : gbps) list.push_back(to_rate(BitRate{g * 1'000'000'000}));
  return list;
}

std::uint32_t flow_over(MaxMin& solver, std::initializer_list<std::uint32_t> links) {
  std::vector<Hop> hops;
  for (const std::uint32_t link : links) hops.push_back({link, kFullWeight});
  const std::uint32_t group = solver.add_group(hops);
  solver.join(group);
  return group;
}

double gbps(const MaxMin& solver, std::uint32_t group) { return static_cast<double>(solver.rate(group)) / 65536.0 / 1e9; }

/// A random network: link capacities of a few kinds, so that ties are common, and groups over random links.
struct RandomNetwork {
  std::vector<double> capacities;
  std::vector<std::vector<Hop>> groups;

  RandomNetwork(std::uint64_t seed, bool split) {
    RandomStream random(seed, 11);
    const std::size_t links = 2 + random.below(30);
    for (std::size_t l = 0; l < links; ++l) capacities.push_back(static_cast<double>(1 + random.below(4)) * 100e9);
    const std::size_t count = 1 + random.below(60);
    for (std::size_t g = 0; g < count; ++g) {
      std::vector<Hop> hops;
      const std::size_t length = 1 + random.below(5);
      for (std::size_t h = 0; h < length; ++h) {
        const auto link = static_cast<std::uint32_t>(random.below(links));
        if (std::any_of(hops.begin(), hops.end(), [&](const Hop& hop) { return hop.link == link; })) continue;
        const std::uint64_t weight = split && random.below(2) == 0 ? kFullWeight / (1 + random.below(8)) : kFullWeight;
        hops.push_back({link, weight});
      }
      groups.push_back(hops);
    }
  }
  [[nodiscard]] MaxMin solver() const {
    std::vector<Rate> rates;
    for (const double c : capacities) rates.push_back(to_rate(BitRate{static_cast<std::uint64_t>(c)}));
    MaxMin made(rates);
    for (const std::vector<Hop>& hops : groups) made.add_group(hops);
    return made;
  }
};

/// The solver's state as single flows, for the plain method and the definition.
struct Spread {
  std::vector<PlainFlow> flows;
  std::vector<double> rates;
};
Spread spread(const MaxMin& solver, std::size_t groups) {
  Spread out;
  for (std::uint32_t g = 0; g < groups; ++g)
    for (std::uint32_t i = 0; i < solver.flows(g); ++i) {
      PlainFlow flow;
      for (const Hop& hop : solver.hops(g)) {
        flow.links.push_back(hop.link);
        flow.weights.push_back(static_cast<double>(hop.weight) / static_cast<double>(kFullWeight));
      }
      out.flows.push_back(flow);
      out.rates.push_back(static_cast<double>(solver.rate(g)) / 65536.0);
    }
  return out;
}

void check_against_plain(const RandomNetwork& network, const std::vector<double>& capacities, const MaxMin& solver) {
  const Spread all = spread(solver, network.groups.size());
  CHECK(is_max_min_fair(capacities, all.flows, all.rates, 1e-8));
  const std::vector<double> expected = plain_max_min(capacities, all.flows);
  double worst = 0;
  for (std::size_t f = 0; f < expected.size(); ++f)
    worst = std::max(worst, std::abs(all.rates[f] - expected[f]) / std::max(expected[f], 1.0));
  CHECK(worst <= 1e-8);
}

}  // namespace

// Bertsekas and Gallager, section 6.5.2: n links in a row, one flow over all of them and one over each.
TEST_CASE("max-min: in a parking lot the long flow and each short one get half a link") {
  for (const std::uint32_t n : {1u, 2u, 5u, 20u}) {
    MaxMin solver(std::vector<Rate>(n, to_rate(400_Gbps)));
    std::vector<Hop> all;
    for (std::uint32_t l = 0; l < n; ++l) all.push_back({l, kFullWeight});
    const std::uint32_t through = solver.add_group(all);
    solver.join(through);
    std::vector<std::uint32_t> single;
    for (std::uint32_t l = 0; l < n; ++l) single.push_back(flow_over(solver, {l}));
    solver.solve();
    CHECK(gbps(solver, through) == 200);
    for (const std::uint32_t g : single) CHECK(gbps(solver, g) == 200);
  }
}

// The same with links of different rates: the long flow is held by the slowest, the others take the rest of theirs.
TEST_CASE("max-min: what a flow leaves at a faster link goes to the others there") {
  MaxMin solver(capacities({100, 400, 200}));
  const std::uint32_t through = flow_over(solver, {0, 1, 2});
  const std::uint32_t a = flow_over(solver, {0});
  const std::uint32_t b = flow_over(solver, {1});
  const std::uint32_t c = flow_over(solver, {2});
  solver.solve();
  CHECK(gbps(solver, through) == 50);
  CHECK(gbps(solver, a) == 50);
  CHECK(gbps(solver, b) == 350);
  CHECK(gbps(solver, c) == 150);
  CHECK(solver.bottleneck(through) == 0);
  // The short flow of the slow link ends: the long one rises to 100, the others give way.
  solver.leave(a);
  solver.solve();
  CHECK(gbps(solver, through) == 100);
  CHECK(gbps(solver, b) == 300);
  CHECK(gbps(solver, c) == 100);
}

// A chain of levels: 30 / 3 = 10 each on the first, then (50 - 10) / 2 = 20, then (100 - 20) / 1 = 80.
TEST_CASE("max-min: levels build on one another") {
  MaxMin solver(capacities({30, 50, 100}));
  const std::uint32_t a = flow_over(solver, {0});
  const std::uint32_t b = flow_over(solver, {0});
  const std::uint32_t c = flow_over(solver, {0, 1});
  const std::uint32_t d = flow_over(solver, {1});
  const std::uint32_t e = flow_over(solver, {1, 2});
  const std::uint32_t f = flow_over(solver, {2});
  solver.solve();
  CHECK(gbps(solver, a) == 10);
  CHECK(gbps(solver, b) == 10);
  CHECK(gbps(solver, c) == 10);
  CHECK(gbps(solver, d) == 20);
  CHECK(gbps(solver, e) == 20);
  CHECK(gbps(solver, f) == 80);
}

TEST_CASE("max-min: flows of one group share one rate, and count one by one") {
  MaxMin solver(capacities({400}));
  const std::uint32_t group = flow_over(solver, {0});
  const std::uint32_t other = flow_over(solver, {0});
  for (int i = 0; i < 6; ++i) solver.join(group);
  solver.solve();
  CHECK(gbps(solver, group) == 50);
  CHECK(gbps(solver, other) == 50);
  for (int i = 0; i < 6; ++i) solver.leave(group);
  solver.solve();
  CHECK(gbps(solver, group) == 200);
  solver.leave(group);
  solver.solve();
  CHECK(gbps(solver, group) == 0);
  CHECK(gbps(solver, other) == 400);
}

// A flow split in halves over two links is held where half of it meets a whole one: r / 2 + r = 100.
TEST_CASE("max-min: a split flow counts with its weights") {
  MaxMin solver(capacities({400, 100, 100}));
  const Hop hops[] = {{0, kFullWeight}, {1, kFullWeight / 2}, {2, kFullWeight / 2}};
  const std::uint32_t split = solver.add_group(hops);
  solver.join(split);
  const std::uint32_t whole = flow_over(solver, {1});
  solver.solve();
  CHECK(gbps(solver, split) == doctest::Approx(200.0 / 3).epsilon(1e-9));
  CHECK(gbps(solver, whole) == doctest::Approx(200.0 / 3).epsilon(1e-9));
}

TEST_CASE("max-min: a dead link stops its flows and frees the others; they come back with it") {
  MaxMin solver(capacities({100, 100}));
  const std::uint32_t both = flow_over(solver, {0, 1});
  const std::uint32_t first = flow_over(solver, {0});
  solver.solve();
  CHECK(gbps(solver, first) == 50);
  solver.set_capacity(1, 0);
  solver.solve();
  CHECK(gbps(solver, both) == 0);
  CHECK(gbps(solver, first) == 100);
  solver.set_capacity(1, to_rate(20_Gbps));
  solver.solve();
  CHECK(gbps(solver, both) == 20);
  CHECK(gbps(solver, first) == 80);
}

TEST_CASE("max-min: random networks agree with progressive filling, and every flow has a bottleneck") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    const RandomNetwork network(seed, seed % 2 == 0);
    MaxMin solver = network.solver();
    RandomStream random(seed, 12);
    for (std::uint32_t g = 0; g < network.groups.size(); ++g)
      for (std::uint64_t n = 1 + random.below(3); n > 0; --n) solver.join(g);
    solver.solve();
    check_against_plain(network, network.capacities, solver);
  }
}

// Whatever came and went before, the rates are those of the flows that are there.
TEST_CASE("max-min: after random arrivals, departures and changes of capacity the rates are those of a fresh solve") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const RandomNetwork network(seed, seed % 2 == 0);
    std::vector<double> now = network.capacities;
    MaxMin solver = network.solver();
    RandomStream random(seed, 13);
    // What a caller has who takes a rate when it is right at once, and otherwise only those that `changed` names.
    std::vector<Rate> kept(network.groups.size(), 0);
    for (int step = 0; step < 60; ++step) {
      CAPTURE(step);
      for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
        const auto g = static_cast<std::uint32_t>(random.below(network.groups.size()));
        const std::uint64_t kind = random.below(10);
        if (kind == 0) {
          const std::size_t link = random.below(now.size());
          now[link] = static_cast<double>(1 + random.below(8)) * 50e9;
          solver.set_capacity(static_cast<std::uint32_t>(link), to_rate(BitRate{static_cast<std::uint64_t>(now[link])}));
        } else if (kind < 6 || solver.flows(g) == 0) {
          if (solver.join(g)) kept[g] = solver.rate(g);
        } else {
          solver.leave(g);
          if (solver.flows(g) == 0) kept[g] = 0;
        }
      }
      solver.solve();
      CHECK_FALSE(solver.pending());
      for (const std::uint32_t g : solver.changed()) kept[g] = solver.rate(g);
      for (std::uint32_t g = 0; g < kept.size(); ++g) CHECK(kept[g] == solver.rate(g));
      check_against_plain(network, now, solver);
    }
  }
}

// The point of the lazy solve: what a change cannot reach is not looked at.
TEST_CASE("max-min: a change in one component leaves the others alone") {
  constexpr std::uint32_t kParts = 1000;
  MaxMin solver(std::vector<Rate>(kParts, to_rate(400_Gbps)));
  std::vector<std::uint32_t> groups;
  for (std::uint32_t l = 0; l < kParts; ++l)
    for (int i = 0; i < 4; ++i) groups.push_back(flow_over(solver, {l}));
  solver.solve();
  const std::uint64_t before = solver.visits();
  solver.leave(groups[0]);
  solver.solve();
  CHECK(solver.changed().size() == 3);
  CHECK(solver.visits() - before <= 16);
  CHECK(gbps(solver, groups[1]) == doctest::Approx(400.0 / 3));
  CHECK(gbps(solver, groups[4]) == 100);
}

// In one component too: a fast flow that ends cannot raise those that a slower link holds.
TEST_CASE("max-min: groups below the level of a change are not opened") {
  MaxMin solver(capacities({100, 1000}));
  std::vector<std::uint32_t> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(flow_over(solver, {0, 1}));
  const std::uint32_t a = flow_over(solver, {1});
  const std::uint32_t b = flow_over(solver, {1});
  solver.solve();
  CHECK(gbps(solver, a) == 450);
  solver.leave(b);
  solver.solve();
  CHECK(gbps(solver, a) == 900);
  CHECK(solver.changed().size() == 1);
  for (const std::uint32_t g : slow) CHECK(gbps(solver, g) == 1);
}
