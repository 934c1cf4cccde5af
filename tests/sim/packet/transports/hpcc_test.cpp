// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

/// 100 Gb/s and T = 8 us: W_init = 100 kB, one byte is 80 ps. With eta = 0.95 and N = 5, W_AI = 1000 B.
struct Hpcc {
  const TransportKind& kind = transport("hpcc");
  NetworkOptions options = transport_options(kind, {"mtu=1000 B", "hpcc.flows=5", "hpcc.stages=2"});
  TransportState state;
  alignas(8) std::byte cold[256] = {};
  std::uint32_t sequence = 0;
  Hpcc() {
    REQUIRE(kind.cold_bytes <= sizeof cold);
    kind.start(state, {options, cold}, {{100'000'000'000}, {8'000'000}, 2});
  }
  void acknowledge(std::vector<HopTelemetry> hops, std::uint32_t sent) {
    AckSignal signal;
    signal.bytes = 1000;
    signal.sequence = ++sequence;
    signal.sent = sent;
    signal.telemetry = hops;
    kind.acknowledged(state, {options, cold}, signal, 0);
  }
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

}  // namespace

TEST_CASE("hpcc: in-flight estimate, window and stages follow algorithm 1, step by step") {
  Hpcc h;
  CHECK(near(h.state.real[3], 100'000));
  CHECK(h.state.window == 100'000);
  CHECK(h.state.rate == 100e9);
  // The first telemetry has nothing before it.
  h.acknowledge({{1'000'000, 50'000, 30'000, 100'000}, {1'100'000, 10'000, 0, 400'000}}, 10);
  CHECK(h.state.window == 100'000);
  // 2 us later. Hop 0: 20 kB sent of 25 kB possible, 0.8, and min(30, 10) kB queued of 100 kB, 0.1: u = 0.9. Hop 1: 40 of
  // 100 kB: 0.4. U = 3/4 x 1 + 1/4 x 0.9 = 0.975 >= eta: W = 100000 x 0.95 / 0.975 + 1000. It is the first of a round: W_c = W.
  h.acknowledge({{3'000'000, 70'000, 10'000, 100'000}, {3'100'000, 50'000, 0, 400'000}}, 20);
  CHECK(near(h.state.real[1], 0.975));
  const double first = 100'000 * 0.95 / 0.975 + 1000;
  CHECK(near(h.state.real[0], first));
  CHECK(h.state.window == static_cast<std::int64_t>(first));
  CHECK(near(h.state.rate, first * 8 / 8e-6));
  CHECK(h.state.stage == 0);
  // 4 us later, within the round (sequence 3 <= 20): hop 0 at 0.5, no queue; U = 0.975 / 2 + 0.5 / 2 = 0.7375 < eta:
  // W = W_c + W_AI, but the reference and the stage stay.
  h.acknowledge({{7'000'000, 95'000, 0, 100'000}, {7'100'000, 50'000, 0, 400'000}}, 25);
  CHECK(near(h.state.real[1], 0.7375));
  CHECK(h.state.window == static_cast<std::int64_t>(std::min(first + 1000, 100'000.0)));
  CHECK(near(h.state.real[0], first));
  CHECK(h.state.stage == 0);
  // The round ends with sequence 21: an interval of more than T weighs fully. Hop 1 is the busiest now, at 0.5.
  h.sequence = 20;
  h.acknowledge({{23'000'000, 115'000, 0, 100'000}, {23'100'000, 450'000, 0, 400'000}}, 40);
  CHECK(near(h.state.real[1], 0.5));
  CHECK(near(h.state.real[0], first + 1000));
  CHECK(h.state.stage == 1);
  // Stage maxStage = 2 is multiplicative although U < eta, up to the largest window.
  h.sequence = 40;
  h.acknowledge({{39'000'000, 215'000, 0, 100'000}, {39'100'000, 450'000, 0, 400'000}}, 60);
  CHECK(h.state.stage == 2);
  h.sequence = 60;
  h.acknowledge({{55'000'000, 315'000, 0, 100'000}, {55'100'000, 450'000, 0, 400'000}}, 80);
  CHECK(h.state.stage == 0);
  CHECK(h.state.window == 100'000);
}

TEST_CASE("hpcc: telemetry of another path only refreshes the record") {
  Hpcc h;
  h.acknowledge({{1'000'000, 50'000, 30'000, 100'000}}, 10);
  h.acknowledge({{2'000'000, 70'000, 30'000, 100'000}, {2'100'000, 0, 0, 100'000}}, 10);
  CHECK(h.state.real[1] == 1);
  h.acknowledge({{1'500'000, 80'000, 30'000, 100'000}, {2'050'000, 0, 0, 100'000}}, 10);
  CHECK(h.state.real[1] == 1);
  CHECK(h.state.window == 100'000);
}

// Li et al., SIGCOMM 2019, section 3: links are held at eta with next to no queue. Fixed point of algorithm 1: the reference
// repeats itself, W = W eta / U + W_AI, so U = eta / (1 - W_AI / W), with W = U BDP / N: U = eta + N W_AI / BDP =
// eta + (1 - eta) N / flows. That is the link's utilisation while it is below one, and then the queue is only
// what packets of different senders arriving together make. Additive steps make shares equal.
TEST_CASE("hpcc: the link runs at its target utilisation with a queue of a few packets, shared fairly") {
  const TransportKind& kind = transport("hpcc");
  for (const std::uint32_t senders : {1u, 2u, 8u}) {
    CAPTURE(senders);
    BottleneckSettings settings;
    settings.kind = &kind;
    settings.options = transport_options(kind, {"mtu=1000 B", "hpcc.flows=20"});
    settings.rate = {100'000'000'000};
    settings.base_slots = 150;  // of 86.6 ns: 13 us
    settings.senders = senders;
    settings.stagger_slots = 3000;
    Bottleneck network(settings);
    network.run(300'000);
    network.clear();
    network.run(200'000);
    const BottleneckFigures& f = network.figures();
    CAPTURE(f.utilisation());
    CHECK(std::abs(f.utilisation() - (0.95 + 0.05 * senders / 20)) < 0.008);
    // The packet about to be sent counts as queued.
    CHECK(f.queue_mean() < 1 + senders / 4.0);
    CHECK(f.queue_max <= senders + 1);
    CHECK(f.fairness() > 0.999);
    CHECK(f.unsound == 0);
  }
}

// The paper's incast: the queue of the first round trip is what all senders' first windows hold; one round trip later
// windows answer to it, and it drains. Afterwards it stays near empty.
TEST_CASE("hpcc: the queue of an incast drains within a few round trips and stays away") {
  const TransportKind& kind = transport("hpcc");
  BottleneckSettings settings;
  settings.kind = &kind;
  settings.options = transport_options(kind, {"mtu=1000 B"});
  settings.rate = {100'000'000'000};
  settings.base_slots = 150;
  settings.senders = 16;
  Bottleneck network(settings);
  network.run(16 * 150 + 300);
  CHECK(network.figures().queue_max > 10 * 150);
  network.run(20 * 150);
  network.clear();
  network.run(20'000);
  CHECK(network.figures().queue_mean() < 4);
  CHECK(network.figures().queue_max <= 16);
  CHECK(network.figures().utilisation() > 0.94);
}
