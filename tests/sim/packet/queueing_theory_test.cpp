// SPDX-License-Identifier: Apache-2.0
// A port of a switch against queueing theory: Poisson arrivals of equal frames at one egress are an M/D/1 queue.
//
// The arrivals. Messages of one packet start at the points of a Poisson process and are dealt in turn to 64 senders around one
// switch, all bound for the same receiver. A sender's own link serialises: two messages of one sender that start closer
// together than a frame's time S would reach the switch later than they started. In turn, messages of one sender are 64
// exponential gaps apart, mean 64 S / rho; a sum of 64 exponentials is below S with a probability of the order of
// rho^64 / 64! < 1e-89. So no sender's link ever makes a message wait, and what reaches the switch is the Poisson process itself,
// shifted by one constant. Acknowledgements go the other way, over links and ports of their own, and the receiver's uplink carries nothing
// else. ECN and PFC are off, the buffer holds everything, the window of every sender is without limit.
//
// The service. Every frame takes S on the receiver's link (4,096 B payload + 62 headers + 20 gap), and a cut-through switch begins it
// with the first bit. So finish - start - ideal of a message is its waiting time alone.
//
// The laws, rho = arrivals per S:
//   every message:   W' = max(0, W + S - gap), Lindley 1952, to the picosecond
//   mean:            E[W] = rho S / (2 (1 - rho))                                   Pollaczek and Khinchine
//   second moment:   E[W^2] = 2 E[W]^2 + rho S^2 / (3 (1 - rho))                    the same, second derivative
//   no wait:         P[W = 0] = 1 - rho                                             arrivals see time averages
//   at most one:     P[W <= S] = (1 - rho) e^rho                                    Erlang 1909
// The interval of each mean is that of 40 batch means, Student's t at 99.9 % (39 degrees of freedom: 3.56). A batch has 5,000
// messages, against a relaxation time of some 1 / (1 - rho)^2 = 25 at rho = 0.8, so that batches are as good as independent.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/random.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::uint32_t kSenders = 64;
constexpr std::size_t kBatches = 40;
constexpr std::size_t kBatch = 5'000;
constexpr std::size_t kWarmUp = 1'000;  // the queue is empty at first
constexpr double kStudent = 3.56;

struct Waits {
  std::vector<std::int64_t> seen;      // by the packet engine, ps
  std::vector<std::int64_t> expected;  // by Lindley's recursion over the same arrivals
  double service = 0;                  // S, ps
};

Waits poisson_arrivals(double load, std::uint64_t seed) {
  SmallFabricOptions shape;
  shape.buffer = 1_GiB;
  const Fabric fabric = star(kSenders + 1, shape);
  const std::int64_t service = serialisation({4096 + 62 + 20}, 400_Gbps).ps;
  Waits waits;
  waits.service = static_cast<double>(service);
  RandomStream random(seed, 41);
  std::vector<Flow> list;
  std::int64_t start = 0;
  std::int64_t waiting = 0;
  double exact = 0;
  for (std::size_t i = 0; i < kWarmUp + kBatches * kBatch; ++i) {
    exact += random.exponential() * waits.service / load;
    const auto next = std::max(start + 1, static_cast<std::int64_t>(exact));
    if (i != 0) waiting = std::max<std::int64_t>(0, waiting + service - (next - start));
    start = next;
    waits.expected.push_back(waiting);
    list.push_back({static_cast<std::uint32_t>(i % kSenders), kSenders, 4096_B, Duration{start}});
  }
  const Outcomes out = play(fabric, flows(fabric, list),
                            options_with(network({"transport=window", "window=1 GB", "ecn=false", "pfc=false", "buffer_alpha=64"})));
  CHECK(out.result.sane());
  CHECK(out.result.counters.drops_buffer == 0);
  REQUIRE(out.flows.size() == list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    REQUIRE(out.flows[i].start == Time{0} + list[i].start);
    waits.seen.push_back((out.flows[i].finish - out.flows[i].start - out.flows[i].ideal).ps);
  }
  return waits;
}

struct Interval {
  double mean = 0;
  double half_width = 0;
};

Interval batch_means(const std::vector<std::int64_t>& waits, const std::function<double(double)>& figure) {
  double sum = 0;
  double squares = 0;
  for (std::size_t b = 0; b < kBatches; ++b) {
    double batch = 0;
    for (std::size_t i = 0; i < kBatch; ++i) batch += figure(static_cast<double>(waits[kWarmUp + b * kBatch + i]));
    batch /= static_cast<double>(kBatch);
    sum += batch;
    squares += batch * batch;
  }
  const auto n = static_cast<double>(kBatches);
  const double variance = (squares - sum * sum / n) / (n - 1);
  return {sum / n, kStudent * std::sqrt(variance / n)};
}

}  // namespace

TEST_CASE("queueing: Poisson arrivals of equal frames at a port wait as an M/D/1 queue has it") {
  for (const double rho : {0.3, 0.6, 0.8}) {
    const auto seed = static_cast<std::uint64_t>(rho * 100);
    CAPTURE(rho);
    CAPTURE(seed);
    const Waits waits = poisson_arrivals(rho, seed);
    CHECK(waits.seen == waits.expected);

    const double s = waits.service;
    const double mean = rho * s / (2 * (1 - rho));
    const double second = 2 * mean * mean + rho * s * s / (3 * (1 - rho));
    struct Law {
      const char* name;
      double expected;
      std::function<double(double)> figure;
    };
    const Law laws[] = {{"mean wait", mean, [](double w) { return w; }},
                        {"second moment", second, [](double w) { return w * w; }},
                        {"no wait", 1 - rho, [](double w) { return w == 0 ? 1.0 : 0.0; }},
                        {"at most one service", (1 - rho) * std::exp(rho), [s](double w) { return w <= s ? 1.0 : 0.0; }}};
    for (const Law& law : laws) {
      const Interval seen = batch_means(waits.seen, law.figure);
      CAPTURE(law.name);
      CAPTURE(law.expected);
      CAPTURE(seen.mean);
      CAPTURE(seen.half_width);
      CHECK(std::abs(seen.mean - law.expected) <= seen.half_width);
      CHECK(seen.half_width < 0.13 * law.expected);  // an interval that says something
    }
  }
}
