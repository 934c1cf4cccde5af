// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr std::int64_t kUs = 1'000'000;

/// 100 Gb/s and 12 us, where both scales are at their reference: BDP 150 kB, largest window 225 kB, target 9 us.
struct Nscc {
  const TransportKind& kind = transport("nscc");
  NetworkOptions options;
  TransportState state;
  explicit Nscc(const std::vector<std::string>& changes = {}) : options(transport_options(kind, changes)) {
    kind.start(state, {options}, {{100'000'000'000}, {12 * kUs}, 3});
  }
  void acknowledge(std::int64_t round_trip, bool marked, std::int64_t now, std::int64_t bytes = 4096, std::int64_t in_flight = 0) {
    AckSignal signal;
    signal.bytes = bytes;
    signal.round_trip = round_trip;
    signal.packets = 1;
    signal.marked = marked ? 1 : 0;
    signal.in_flight = in_flight;
    kind.acknowledged(state, {options}, signal, now);
  }
  void trim(std::int64_t now, std::int64_t in_flight = 0) { kind.trimmed(state, {options}, {4096, in_flight, 0, 0}, now); }
  [[nodiscard]] double window() const { return state.real[0]; }
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

}  // namespace

TEST_CASE("nscc: first window, trims, proportional and fair increase follow the equations, step by step") {
  Nscc n;
  CHECK(near(n.window(), 225'000));
  CHECK(n.options.routing == RoutingPolicy::spray);
  CHECK(n.options.recovery == Recovery::selective_repeat);
  CHECK(n.options.ack_every == 1);
  // The first trim sets the clock of quick adapt (21 us: T + target) and takes the packet off.
  n.trim(0);
  CHECK(near(n.window(), 225'000 - 4096));
  for (int i = 0; i < 20; ++i) n.trim(1 * kUs);
  const double w = 225'000 - 21 * 4096.0;
  CHECK(near(n.window(), w));
  // Eight packets at 4.5 us of delay, half the target: inc = 8 x (4 MTU x 9/12 / 9 us) x 4096 x 4.5 us, applied with the eighth; the
  // clock's share of 0.15 MTU comes too, as the first adjustment is at 12 us or later.
  for (int i = 0; i < 7; ++i) n.acknowledge(16'500'000, false, 5 * kUs);
  CHECK(near(n.window(), w));
  n.acknowledge(16'500'000, false, 11 * kUs);
  const double inc = 8 * (4 * 4096 * 0.75 / 9e6) * 4096 * 4.5e6;
  double expected = w + inc / w;
  CHECK(near(n.window(), expected));
  // Beyond the target, unmarked: inc = n x 5 MTU x 4096, and at 12 us 0.15 MTU.
  n.acknowledge(30 * kUs, false, 12 * kUs);
  expected += 5 * 4096.0 * 4096.0 / expected + 0.15 * 4096;
  CHECK(near(n.window(), expected));
  // Marked below the target: nothing.
  n.acknowledge(13 * kUs, true, 13 * kUs);
  CHECK(near(n.window(), expected));
}

// A path of half the round trip, told that T is 12 us for all: first window and clock of its own, target and scales of the reference.
TEST_CASE("nscc: one round trip for all gives a near sender the target and the increase of a far one") {
  const TransportKind& kind = transport("nscc");
  const NetworkOptions options = transport_options(kind, {"nscc.round_trip=12 us"});
  TransportState state;
  kind.start(state, {options}, {{100'000'000'000}, {6 * kUs}, 1});
  const double w = 112'500;
  CHECK(near(state.real[0], w));
  AckSignal signal;
  signal.packets = 1;
  signal.bytes = 8 * 4096;
  signal.round_trip = 10'500'000;  // 4.5 us of delay: half of 9 us; with a target of its own, 4.5 us, it would be late
  kind.acknowledged(state, {options}, signal, 11 * kUs);
  const double inc = 8 * (4 * 4096 * 0.75 / 9e6) * 4096 * 4.5e6;
  CHECK(near(state.real[0], std::min(w, w + inc / w)));  // at its largest already
  for (int i = 0; i < 10; ++i) kind.trimmed(state, {options}, {4096, 0, 0, 0}, 12 * kUs);
  const double cut = state.real[0];
  CHECK(near(cut, w - 10 * 4096));
  kind.acknowledged(state, {options}, signal, 13 * kUs);  // 12 us are over: the constant comes too
  CHECK(near(state.real[0], cut + inc / cut + 0.15 * 4096));
}

TEST_CASE("nscc: marked and late, the window falls with the mean delay, once a round trip") {
  Nscc n({"nscc.delay_gain=0.5", "nscc.adapt_share=0"});
  n.acknowledge(12 * kUs, false, 1 * kUs);  // T = 12 us, mean 0
  const double w = n.window();
  n.acknowledge(36 * kUs, true, 2 * kUs);  // delay 24, mean 12: W (1 - 0.8 (12 - 9) / 12)
  CHECK(near(n.window(), w * 0.8));
  // Not again before 14 us; but what the first acknowledgement collected at no delay, and the constant, are added now.
  n.acknowledge(36 * kUs, true, 13 * kUs);
  CHECK(near(n.window(), w * 0.8 + 4 * 4096 * 0.75 * 4096 / (w * 0.8) + 0.15 * 4096));
  const double before = n.window();
  n.acknowledge(412 * kUs, true, 15 * kUs);  // mean (18 + 400) / 2 = 209: more than the largest cut
  CHECK(near(n.window(), before * 0.5));
}

TEST_CASE("nscc: on a clear path a whole window without delay starts the fast increase, one late packet ends it") {
  Nscc n;
  for (int i = 0; i < 40; ++i) n.trim(1);
  const double w = n.window();
  const int packets = static_cast<int>(w / 4096) + 1;
  for (int i = 0; i < packets - 1; ++i) n.acknowledge(12 * kUs, false, 2);
  const double before = n.window();
  n.acknowledge(12 * kUs, false, 2);
  n.acknowledge(12 * kUs, false, 2);
  n.acknowledge(12 * kUs, false, 2);
  CHECK(n.window() - before > 2 * 0.25 * 4096);
  n.acknowledge(15 * kUs, false, 2);
  const double after = n.window();
  n.acknowledge(12 * kUs, false, 2);
  CHECK(near(n.window(), after));
}

TEST_CASE("nscc: quick adapt takes what arrived for the window, and what was in flight for old news") {
  Nscc n;
  n.trim(0);  // begins the first interval of 21 us
  n.acknowledge(20 * kUs, true, 5 * kUs);
  n.acknowledge(20 * kUs, true, 6 * kUs);
  n.acknowledge(20 * kUs, true, 7 * kUs);
  n.trim(21 * kUs, 20 * 4096);
  CHECK(n.window() == 3 * 4096.0);  // below 225 kB / 8
  // The first 19 of the 20 packets that were in flight: their trims change nothing. The last one does again.
  for (int i = 0; i < 19; ++i) n.trim(22 * kUs);
  CHECK(n.window() == 3 * 4096.0);
  n.trim(23 * kUs);
  CHECK(n.window() == 2 * 4096.0);
  for (int i = 0; i < 10; ++i) n.trim(24 * kUs);
  CHECK(n.window() == 4096);
}

// Fixed point. Marks begin at 0.2 BDP of queue and are certain at 0.8 (uet-htsim's settings), the target is 0.75 of the idle round
// trip, that is 0.75 BDP of queue: windows fall only where packets are marked and the mean delay exceeds the target, and grow
// at every unmarked packet or by the constant. The mean delay therefore settles at the target, the link never idles, and since
// constant and fair increase are the same for all while cuts are proportional, shares become equal.
TEST_CASE("nscc: the queue settles at the target delay, shared fairly by senders that began apart") {
  const TransportKind& kind = transport("nscc");
  for (const std::uint32_t senders : {2u, 8u, 32u}) {
    CAPTURE(senders);
    BottleneckSettings settings;
    settings.kind = &kind;
    settings.options = transport_options(kind);
    settings.rate = {400'000'000'000};
    settings.base_slots = 96;  // of 83.56 ns: 8 us
    settings.hops = 3;
    settings.senders = senders;
    settings.stagger_slots = 500;
    settings.mark_min = 19;
    settings.mark_max = 77;
    settings.capacity = 96;
    Bottleneck network(settings);
    network.run(300'000);
    network.clear();
    network.run(300'000);
    const BottleneckFigures& f = network.figures();
    CAPTURE(f.queue_mean());
    CHECK(std::abs(f.queue_mean() / 72 - 1) < 0.15);  // 0.75 x 96
    CHECK(f.queue_min > 0);
    CHECK(f.utilisation() == 1);
    CHECK(static_cast<double>(f.trimmed) < 0.01 * static_cast<double>(f.acknowledged));
    CHECK(f.fairness() > 0.99);
    CHECK(f.unsound == 0);
  }
}

// 64 first windows of 1.5 BDP are 96 BDP at a port that takes 2 in a round trip and its queue: nearly all of the first round
// trip is trimmed. Subtracting what was trimmed and quick adapt bring the sum of windows to what link and queue hold,
// 64 x 3 packets, within the next interval of T + target; after that trims are the exception, and the link never idles.
TEST_CASE("nscc: an incast of many first windows is down to what link and queue hold after a few round trips") {
  const TransportKind& kind = transport("nscc");
  BottleneckSettings settings;
  settings.kind = &kind;
  settings.options = transport_options(kind);
  settings.rate = {400'000'000'000};
  settings.base_slots = 96;
  settings.senders = 64;
  settings.mark_min = 19;
  settings.mark_max = 77;
  settings.capacity = 96;
  Bottleneck network(settings);
  network.run(96 * 3);
  CHECK(static_cast<double>(network.figures().trimmed) > 0.9 * 64 * 1.5 * 96);
  network.run(96 * 3);
  network.clear();
  network.run(96 * 50);
  double windows = 0;
  for (std::size_t k = 0; k < settings.senders; ++k) windows += network.state(k).real[0] / 4096;
  CAPTURE(windows);
  CHECK(windows < 64 * 4);
  CHECK(static_cast<double>(network.figures().trimmed) < 0.2 * static_cast<double>(network.figures().acknowledged));
  CHECK(network.figures().utilisation() == 1);
}

TEST_CASE("nscc: window stays between one packet and the largest under any sequence of answers") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Nscc n;
    RandomStream random(seed, 0);
    std::int64_t now = 0;
    for (int i = 0; i < 2000; ++i) {
      now += static_cast<std::int64_t>(random.below(3 * kUs));
      const auto in_flight = static_cast<std::int64_t>(random.below(300'000));
      if (random.below(5) == 0) n.trim(now, in_flight);
      else
        n.acknowledge(static_cast<std::int64_t>(random.below(100 * kUs)), random.below(3) == 0, now,
                      static_cast<std::int64_t>(random.below(40'000)), in_flight);
      const bool inside = n.window() >= 4096 && n.window() <= 225'000 && n.state.window >= 4096;
      CHECK(inside);
    }
  }
}
