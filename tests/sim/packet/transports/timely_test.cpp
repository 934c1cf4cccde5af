// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr std::int64_t kUs = 1'000'000;

/// 10 Gb/s, where R_AI is 10 Mb/s.
struct Timely {
  const TransportKind& kind = transport("timely");
  NetworkOptions options = transport_options(kind, {"timely.gain=0.5"});
  TransportState state;
  std::uint32_t sequence = 0;
  Timely() { kind.start(state, {options}, {{10'000'000'000}, {20 * kUs}, 2}); }
  /// A round later.
  double acknowledge(std::int64_t round_trip) {
    AckSignal signal;
    signal.round_trip = round_trip;
    signal.sequence = ++sequence;
    signal.sent = sequence;
    kind.acknowledged(state, {options}, signal, 0);
    return state.rate;
  }
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

}  // namespace

TEST_CASE("timely: the rate follows algorithm 1, step by step") {
  Timely t;
  CHECK(t.acknowledge(100 * kUs) == 10e9);  // nothing before it
  // d = (104 - 100) / 2 = 2, gradient 0.1: R (1 - 0.08).
  CHECK(near(t.acknowledge(104 * kUs), 9.2e9));
  // d = 1 + 1 = 2 again.
  CHECK(near(t.acknowledge(106 * kUs), 9.2e9 * 0.92));
  // d = 1 - 1 = 0: additive.
  double rate = 9.2e9 * 0.92 + 10e6;
  CHECK(near(t.acknowledge(104 * kUs), rate));
  // Within a round nothing happens.
  AckSignal early;
  early.round_trip = 400 * kUs;
  early.sequence = t.sequence;
  early.sent = t.sequence + 9;
  t.kind.acknowledged(t.state, {t.options}, early, 0);
  CHECK(near(t.state.rate, rate));
  // The second to fourth falling round by 10 Mb/s, the fifth by 50.
  for (int i = 0; i < 3; ++i) CHECK(near(t.acknowledge((103 - i) * kUs), rate += 10e6));
  CHECK(near(t.acknowledge(100 * kUs), rate += 50e6));
  // Above T_high the gradient does not matter: R (1 - 0.8 (1 - 500 / 1000)); neither below T_low.
  CHECK(near(t.acknowledge(1000 * kUs), rate *= 0.6));
  CHECK(near(t.acknowledge(800 * kUs), rate *= 1 - 0.8 * 0.375));
  CHECK(near(t.acknowledge(49 * kUs), rate += 10e6));
  // The row was broken: single steps again.
  CHECK(near(t.acknowledge(50 * kUs), rate += 10e6));
}

// Mittal et al., SIGCOMM 2015, section 4: below T_low rates only grow. From an idle queue N senders add N R_AI per round of about
// 30 us, so the queue takes k = sqrt(2 x 300 kbit / (N x 10 Mb/s x 30 us)) rounds to T_low = 50 us (30 us of queue at 10 Gb/s), and
// is then fed by an excess of N R_AI k: 0.6 Gb/s for N = 2, 1.3 Gb/s for N = 8. It rises by that share of 50 us a round
// (3 and 6 us) for the few rounds until cuts of 0.8 x rise / 20 us have taken the excess away, then drains, and the cycle starts
// again. So the longest round trip lies a few such rises above T_low, far from T_high, and little of the link is lost. Equal
// shares are claimed only for senders that began together (Zhu et al., "ECN or delay", CoNEXT 2016, theorem 4).
TEST_CASE("timely: the round trip turns around a little above its lower threshold, and the link stays busy") {
  const TransportKind& kind = transport("timely");
  for (const std::uint32_t senders : {2u, 8u}) {
    CAPTURE(senders);
    BottleneckSettings settings;
    settings.kind = &kind;
    settings.options = transport_options(kind);
    settings.rate = {10'000'000'000};
    settings.base_slots = 6;  // of 3.34 us: 20 us
    settings.senders = senders;
    Bottleneck network(settings);
    network.run(400'000);
    network.clear();
    network.run(400'000);
    const BottleneckFigures& f = network.figures();
    const double slot = static_cast<double>(network.slot_ps());
    const double longest = 20 + static_cast<double>(f.queue_max) * slot * 1e-6;
    const double rise = senders == 2 ? 3 : 6;
    CAPTURE(longest);
    CHECK(longest > 50);
    CHECK(longest < 50 + 5 * rise);
    CHECK(f.round_trip_mean() * slot < 50e6);
    CHECK(f.utilisation() > 0.9);
    CHECK(f.fairness() > 0.99);
    CHECK(f.unsound == 0);
  }
}
