// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr std::int64_t kUs = 1'000'000;

/// 8 Gb/s, so that a packet of 1000 B takes 1 us; idle round trip 4 us; two switches. First window ten packets.
struct Swift {
  const TransportKind& kind = transport("swift");
  NetworkOptions options =
      transport_options(kind, {"mtu=1000 B", "header=0 B", "gap=0 B", "window=10000 B", "swift.base_target=20 us", "swift.hop_target=1 us",
                               "swift.flow_range=99 us", "swift.flow_window_min=0.01", "swift.flow_window_max=100"});
  TransportState state;
  Swift() { kind.start(state, {options}, {{8'000'000'000}, {4 * kUs}, 2}); }
  void acknowledge(std::int64_t round_trip, std::int64_t now, std::int64_t bytes = 1000) {
    AckSignal signal;
    signal.bytes = bytes;
    signal.round_trip = round_trip;
    kind.acknowledged(state, {options}, signal, now);
  }
  void time_out(std::int64_t now) { kind.timed_out(state, {options}, {}, now); }
  void lose(std::int64_t now) { kind.lost(state, {options}, {}, now); }
};

}  // namespace

// a = 99 / (1/sqrt(0.01) - 1/sqrt(100)) = 99 / 9.9 = 10 us, b = -10 / 10 = -1 us: target = 22 + 10 / sqrt(W) - 1 us.
TEST_CASE("swift: target, increase and decrease follow algorithm 1, step by step") {
  Swift s;
  CHECK(s.state.window == 10'000);
  CHECK(s.state.rate == 8e9);
  s.acknowledge(24 * kUs, 100 * kUs);  // target(10) = 21 + 3.16 us: below it
  CHECK(s.state.real[0] == doctest::Approx(10.1).epsilon(1e-14));
  s.acknowledge(24 * kUs, 101 * kUs, 4000);
  const double grown = 10.1 + 4 / 10.1;
  CHECK(s.state.real[0] == doctest::Approx(grown).epsilon(1e-14));
  // 30 us is too long: W (1 - 0.8 (30 - target) / 30), and no second cut within 30 us.
  const double target = 21 + 10 / std::sqrt(grown);
  s.acknowledge(30 * kUs, 200 * kUs);
  const double cut = grown * (1 - 0.8 * (30 - target) / 30);
  CHECK(s.state.real[0] == doctest::Approx(cut).epsilon(1e-12));
  s.acknowledge(30 * kUs, 229 * kUs);
  CHECK(s.state.real[0] == doctest::Approx(cut).epsilon(1e-12));
  // 300 us asks for 1 - 0.8 x 0.9, more than the largest cut.
  s.acknowledge(300 * kUs, 231 * kUs);
  CHECK(s.state.real[0] == doctest::Approx(cut / 2).epsilon(1e-12));
}

TEST_CASE("swift: below one packet the window grows by whole acknowledgements and is paced") {
  Swift s;
  std::int64_t now = 0;
  for (int i = 0; i < 5; ++i) s.acknowledge(400 * kUs, now += 1000 * kUs);
  CHECK(s.state.real[0] == doctest::Approx(10.0 / 32).epsilon(1e-12));
  CHECK(s.state.window == 1000);
  // One packet of 8000 bit every 400 us / W.
  CHECK(s.state.rate == doctest::Approx(8000 / 400e-6 * 10 / 32).epsilon(1e-12));
  s.acknowledge(20 * kUs, now += kUs, 500);
  CHECK(s.state.real[0] == doctest::Approx(10.0 / 32 + 0.5).epsilon(1e-12));
  s.acknowledge(20 * kUs, now += kUs);
  CHECK(s.state.real[0] == doctest::Approx(10.0 / 32 + 1.5).epsilon(1e-12));
  CHECK(s.state.rate == 8e9);
}

TEST_CASE("swift: loss halves once a round trip, timeouts in a row end at the smallest window") {
  Swift s;
  s.lose(100 * kUs);
  CHECK(s.state.window == 5000);
  s.lose(103 * kUs);
  CHECK(s.state.window == 5000);
  for (int i = 0; i < 4; ++i) s.time_out((200 + 100 * i) * kUs);
  CHECK(s.state.real[0] == doctest::Approx(5.0 / 16).epsilon(1e-12));
  s.time_out(600 * kUs);
  CHECK(s.state.real[0] == 0.01);
  // An acknowledgement ends the row.
  s.acknowledge(10 * kUs, 700 * kUs);
  s.time_out(800 * kUs);
  CHECK(s.state.real[0] == doctest::Approx(1.01 / 2).epsilon(1e-12));
}

// Kumar et al., SIGCOMM 2020, section 3: the delay settles at the target. With N flows the windows are W = C D / N packets,
// and D = target(W): that fixes D. Every flow adds one packet a round trip until the delay is seen one
// round trip later, N packets beyond; the cut takes 0.8 of the excess. Shares: scaling gives smaller windows a higher target.
TEST_CASE("swift: the round trip is the target of the fair window, also where that is less than one packet") {
  const TransportKind& kind = transport("swift");
  for (const std::uint32_t senders : {2u, 8u, 32u, 128u, 600u}) {
    CAPTURE(senders);
    BottleneckSettings settings;
    settings.kind = &kind;
    settings.options = transport_options(kind);
    settings.rate = {100'000'000'000};
    settings.base_slots = 24;  // of 334 ns: 8 us
    settings.hops = 3;
    settings.senders = senders;
    settings.stagger_slots = 20;
    Bottleneck network(settings);
    network.run(400'000);
    network.clear();
    network.run(200'000);
    const BottleneckFigures& f = network.figures();
    const double slot = static_cast<double>(network.slot_ps());
    double low = 1;
    double high = 1000;
    for (int i = 0; i < 60; ++i) {
      const double delay = (low + high) / 2;  // slots
      const double slope = 100e6 / (1 / std::sqrt(0.1) - 0.1);
      const double part = std::min(std::max(slope / std::sqrt(delay / senders) - slope / 10, 0.0), 100e6);
      (delay * slot < 23e6 + part ? low : high) = delay;
    }
    CAPTURE(f.round_trip_mean());
    CAPTURE(low);
    // Windows are whole packets on the wire: near one packet the step of the queue is that of all flows together.
    CHECK(std::abs(f.round_trip_mean() / low - 1) < (senders <= 32 ? 0.06 : 0.25));
    CHECK(f.utilisation() > (senders <= 128 ? 0.999 : 0.9));
    CHECK(f.fairness() > (senders <= 128 ? 0.999 : 0.97));
    CHECK(f.unsound == 0);
  }
}
