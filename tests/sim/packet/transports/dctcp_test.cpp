// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

/// One sender with a window of ten packets of 1000 B, so that the arithmetic can be done by hand.
struct Dctcp {
  const TransportKind& kind = transport("dctcp");
  NetworkOptions options = transport_options(kind, {"mtu=1000 B", "window=10000 B"});
  TransportState state;
  Dctcp() { kind.start(state, {options}, {{10'000'000'000}, {10'000'000}, 1}); }
  void acknowledge(std::uint32_t packets, std::uint32_t marked, std::uint32_t sequence, std::uint32_t sent) {
    AckSignal signal;
    signal.bytes = packets * 1000;
    signal.packets = packets;
    signal.marked = marked;
    signal.sequence = sequence;
    signal.sent = sent;
    signal.in_flight = 1'000'000;  // the window is what holds it
    kind.acknowledged(state, {options}, signal, 0);
  }
  void lose(std::uint32_t sequence, std::uint32_t sent, bool by_timeout) {
    (by_timeout ? kind.timed_out : kind.lost)(state, {options}, {1000, 0, sequence, sent}, 0);
  }
};

}  // namespace

TEST_CASE("dctcp: alpha and window follow the equations, step by step") {
  Dctcp d;
  CHECK(d.state.window == 10'000);
  CHECK(d.state.rate == 10e9);
  // The first acknowledgement ends round 0 at once: F = 0 of 2, alpha = 15/16 x 1; then + MTU x 2000 / 10000.
  d.acknowledge(2, 0, 2, 12);
  CHECK(d.state.real[1] == 15.0 / 16);
  CHECK(d.state.real[0] == 10'200);
  // Within the round that ends at 12 nothing is folded in; the first mark cuts by alpha / 2, the second does not.
  d.acknowledge(2, 1, 4, 14);
  CHECK(d.state.real[0] == 10'200 * (1 - 15.0 / 32));
  d.acknowledge(2, 2, 6, 16);
  CHECK(d.state.real[0] == 10'200 * (1 - 15.0 / 32));
  CHECK(d.state.real[1] == 15.0 / 16);
  // Packet 12 answers for data sent in the next round: F = 3 marked of 6.
  d.acknowledge(2, 0, 13, 20);
  CHECK(d.state.real[1] == doctest::Approx(15.0 / 16 * 15 / 16 + 1.0 / 16 * 3 / 6).epsilon(1e-15));
  // The cut at `sent` 14 forbids another up to sequence 14, and not beyond.
  const double before = d.state.real[0];
  d.acknowledge(1, 1, 14, 20);
  CHECK(d.state.real[0] == before);
  d.acknowledge(1, 1, 15, 20);
  CHECK(d.state.real[0] == before * (1 - d.state.real[1] / 2));
}

TEST_CASE("dctcp: loss halves once a round, a timeout starts again with one packet and doubles") {
  Dctcp d;
  d.lose(3, 10, false);
  CHECK(d.state.window == 5000);
  d.lose(9, 10, false);
  CHECK(d.state.window == 5000);
  d.lose(11, 12, false);
  CHECK(d.state.window == 2500);
  d.lose(12, 12, true);
  CHECK(d.state.window == 1000);
  d.acknowledge(1, 0, 13, 14);
  CHECK(d.state.window == 2000);  // slow start up to half of 2500
  d.acknowledge(2, 0, 15, 16);
  CHECK(d.state.window == 3000);  // then one packet a round trip
}

TEST_CASE("dctcp: a window that is not used does not grow") {
  Dctcp d;
  AckSignal signal;
  signal.bytes = 1000;
  signal.packets = 1;
  signal.in_flight = 2000;
  signal.sequence = 1;
  signal.sent = 3;
  d.kind.acknowledged(d.state, {d.options}, signal, 0);
  CHECK(d.state.window == 10'000);
}

namespace {

struct SteadyState {
  BottleneckFigures figures;
  double threshold;  // K
  double alpha;      // of the paper's equation
  double amplitude;  // of the queue
};

/// 10 Gb/s, packets of 1500 B; `scale` multiplies round trip and K of the paper's figure 12 (100 us, K = 40).
SteadyState steady_state(std::uint32_t senders, std::int64_t scale) {
  const TransportKind& kind = transport("dctcp");
  BottleneckSettings settings;
  settings.kind = &kind;
  settings.options = transport_options(kind, {"mtu=1460 B", "header=40 B", "gap=0 B"});
  settings.rate = {10'000'000'000};
  settings.base_slots = 83 * scale;  // of 1.2 us
  settings.senders = senders;
  settings.mark_min = settings.mark_max = 40 * scale;
  Bottleneck network(settings);
  network.run(300'000);
  network.clear();
  network.run(800'000);
  const double filling = static_cast<double>(123 * scale);
  const double w = filling / senders;
  double low = 0;
  double high = 1;
  for (int i = 0; i < 60; ++i) {
    const double a = (low + high) / 2;
    (a * a * (1 - a / 4) < (2 * w + 1) / ((w + 1) * (w + 1)) ? low : high) = a;
  }
  return {network.figures(), static_cast<double>(40 * scale), low, std::sqrt(2 * senders * filling) / 2};
}

}  // namespace

// Alizadeh et al., SIGCOMM 2010, section 3.3: N synchronised senders, marks from K packets on. The window that fills link and
// queue to K is W* = (C RTT + K) / N. One round trip passes before a mark is heard, in which every window grows by one: the
// largest queue is K + N. The share marked per period gives alpha^2 (1 - alpha / 4) = (2 W* + 1) / (W* + 1)^2, which is
// alpha ~ sqrt(2 / W*); a window then falls by D = (W* + 1) alpha / 2 and the queue by
// A = N D ~ sqrt(2 N (C RTT + K)) / 2. Both take windows for large and cuts for simultaneous: W* is 61 to 123 here.
TEST_CASE("dctcp: queue and alpha in the steady state are those of the paper's analysis") {
  struct Case {
    std::uint32_t senders;
    std::int64_t scale;
  };
  for (const Case& one : {Case{2, 1}, Case{4, 2}, Case{6, 4}, Case{10, 10}}) {
    CAPTURE(one.senders);
    const SteadyState seen = steady_state(one.senders, one.scale);
    const BottleneckFigures& f = seen.figures;
    CAPTURE(f.alpha_mean());
    CAPTURE(f.queue_min);
    CHECK(std::abs(static_cast<double>(f.queue_max) - (seen.threshold + one.senders)) <= 1);
    CHECK(std::abs(f.alpha_mean() / seen.alpha - 1) < 0.12);
    CHECK(std::abs(static_cast<double>(f.queue_max - f.queue_min) / seen.amplitude - 1) < 0.15);
    CHECK(f.utilisation() == 1);
    CHECK(f.unsound == 0);
    CHECK(f.fairness() > 0.99);
  }
}

// The same where the senders' windows are a dozen packets: cuts come one after another, so that alpha stays below and the
// queue swings wider than the formula; the largest queue is still K + N, and the link never idles.
TEST_CASE("dctcp: the largest queue is the threshold and one packet per sender") {
  for (const std::uint32_t senders : {3u, 10u, 20u}) {
    CAPTURE(senders);
    const SteadyState seen = steady_state(senders, 1);
    CHECK(std::abs(static_cast<double>(seen.figures.queue_max) - (40 + senders)) <= 1);
    CHECK(seen.figures.alpha_mean() < seen.alpha);
    CHECK(seen.figures.utilisation() == 1);
    CHECK(seen.figures.fairness() > 0.99);
  }
}
