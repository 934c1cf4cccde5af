// SPDX-License-Identifier: Apache-2.0
// DCQCN in the packet engine against its fluid model: marked share, queue, and shares that become equal.
//
// Zhu et al., "ECN or Delay", CoNEXT 2016, section 3: N flows at R = C / N, a packet marked with probability p. With a cut at most every
// tau, an increase every T that no cut interrupts, F of them before the target is raised, and no byte counter (ours has none),
//   alpha = 1 - (1 - p)^(tau_alpha R)
//   cuts   c = (1 - (1 - p)^(tau R)) / tau          a second
//   raises i = R p / ((1 - p)^(-T R) - 1)            a second
//   R_C stands still:  (R_T - R) i / 2 = R alpha c / 2
//   R_T stands still:  (R_T - R) c = R_AI i (1 - p)^(F T R)
// which is one equation for p; for small p it reads p^3 = R_AI / (tau T^2 R^4), the paper's with B without limit. The queue is where RED gives
// that p: q = Kmin + p (Kmax - Kmin) / Pmax.
//
// Where that holds.
//   * One mark is one cut. x = p T R, the marks of a flow in a timer's time, is (R_AI / R)^(1/3). The model takes tau as a chance of
//     1 - e^-x per tau, ours waits tau + the wait for a mark with receivers that keep notifications 50 us apart (rate 1 / (1 + x)),
//     or the larger of both without (1 / (1 + x^2 / 2)). So x is to be small: R_AI = R / 500 gives 0.11, and receivers notify
//     every mark. With the defaults at 400 Gb/s x is 0.2 for eight flows and 0.3 for 32, and R_HAI is five times R_AI: p is larger then.
//   * The queue stays where RED is a straight line. R_T and q are a loop of two integrators, and all its damping comes from cuts that
//     answer at once: a ratio of sqrt(T C alpha / (8 (q - Kmin))), q in packets. A curve so flat that q - Kmin is 1 MB at 100 Gb/s has 0.1 and
//     swings for ever between Kmin and twice that; one so steep that q - Kmin is two packets, as the defaults are for two flows at
//     400 Gb/s, has queues below Kmin half of the time. Here q - Kmin is 100 kB, a ratio of 0.3. What is left is that flows are few: one
//     cut takes R alpha / 2 off at once, and with four or eight flows that still empties the queue now and then, so that only the marked
//     share is held to the model there; from 16 on the queue is, too.
//   * Cuts come as notifications do. A sender that looks for them every 50 us only has a loop with 25 us more delay, and a queue that
//     falls empty at the default settings: the last test.
// The transport alone, on slots of one packet, is held by transports/dcqcn_test.cpp.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/port_series.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

/// The marked share at which the fluid model stands still; rates in packets and times in seconds.
double marked_share(double rate, double tau, double tau_alpha, double timer, double fast, double additive) {
  double low = 1e-9;
  double high = 0.5;
  for (int i = 0; i < 100; ++i) {
    const double p = std::sqrt(low * high);
    const double alpha = 1 - std::pow(1 - p, tau_alpha * rate);
    const double cuts = (1 - std::pow(1 - p, tau * rate)) / tau;
    const double raises = rate * p / (std::pow(1 - p, -timer * rate) - 1);
    const double gap = rate * alpha * cuts / raises;
    (gap * cuts < additive * raises * std::pow(1 - p, fast * timer * rate) ? low : high) = p;
  }
  return low;
}

std::string bytes_text(double bytes) { return std::to_string(static_cast<std::int64_t>(bytes)) + " B"; }

struct Expected {
  double marked = 0;
  double queue = 0;
};

constexpr double kRedMin = 200e3;    // Kmin
constexpr double kRedAbove = 100e3;  // how far above it the queue is to stand
constexpr double kLine = 100e9;

/// 100 Gb/s, the paper's timers, R_AI = R_HAI = R / 500, and a RED curve that reaches the expected share 100 kB above Kmin.
PortSeriesOptions settings(std::uint32_t senders, Expected& expected) {
  const double packet = 8 * (4096.0 + 62 + 20);
  const double share = kLine / senders;
  expected.marked = marked_share(share / packet, 50e-6, 55e-6, 55e-6, 5, share / 500 / packet);
  expected.queue = kRedMin + kRedAbove;
  const std::string raise = std::to_string(static_cast<std::int64_t>(share / 500)) + " b/s";
  PortSeriesOptions options;
  options.shape.rate = 100_Gbps;
  options.senders = senders;
  options.network = {"transport=dcqcn",
                     "pfc=false",
                     "buffer_alpha=64",
                     "ecn_reference_rate=100 Gb/s",
                     "ecn_min=" + bytes_text(kRedMin),
                     "ecn_max=" + bytes_text(kRedMin + 0.2 * kRedAbove / expected.marked),
                     "ecn_probability=0.2",
                     "dcqcn.cnp_interval=0 us",
                     "dcqcn.additive_increase=" + raise,
                     "dcqcn.hyper_increase=" + raise};
  options.interval = 5_us;
  return options;
}

}  // namespace

TEST_CASE("dcqcn in the engine: marked share and queue are those of the fluid model's fixed point") {
  for (const std::uint32_t senders : {4u, 8u, 16u, 32u, 64u}) {
    CAPTURE(senders);
    Expected expected;
    PortSeriesOptions options = settings(senders, expected);
    options.bytes = Bytes{2'000'000'000 / senders};
    const PortSeries series = port_series(options);
    const PortSeries::Settled seen = series.settled(0.4, 0.9);
    CAPTURE(seen.marked);
    CAPTURE(expected.marked);
    CAPTURE(seen.queue_mean);
    CAPTURE(seen.queue_min);
    CAPTURE(seen.queue_max);
    CHECK(std::abs(seen.marked / expected.marked - 1) < (senders < 16 ? 0.12 : 0.05));
    if (senders >= 16) CHECK(std::abs(seen.queue_mean / expected.queue - 1) < 0.06);
    CHECK(seen.busy > (senders < 16 ? 0.99 : 0.9999));
  }
}

// Section 4 there: every fixed point has equal rates, whatever they began with. Four flows start 5 ms apart, each at line rate; from the
// last start on Jain's index rises to 1.
TEST_CASE("dcqcn in the engine: flows that start apart come to equal shares") {
  Expected expected;
  PortSeriesOptions options = settings(4, expected);
  options.bytes = 500'000'000_B;
  options.stagger = 5_ms;
  const PortSeries series = port_series(options);
  const double begun = series.fairness(0.0150, 0.0155);
  const double early = series.fairness(0.020, 0.030);
  const double late = series.fairness(0.060, 0.100);
  CAPTURE(begun);
  CAPTURE(early);
  CAPTURE(late);
  CHECK(begun < 0.9);
  CHECK(early > begun);
  CHECK(late > 0.99);
}

// At the default settings the queue of a few flows stands near Kmin and never runs empty.
TEST_CASE("dcqcn in the engine: at its defaults a few flows keep the link busy and the queue near Kmin") {
  for (const std::uint32_t senders : {2u, 8u}) {
    CAPTURE(senders);
    PortSeriesOptions options;
    options.senders = senders;
    options.bytes = Bytes{2'000'000'000 / senders};
    options.network = {"transport=dcqcn", "pfc=false", "buffer_alpha=64"};
    options.interval = 5_us;
    const PortSeries series = port_series(options);
    const PortSeries::Settled seen = series.settled(0.4, 0.9);
    const double red_min = 16 * 100e3;
    CAPTURE(seen.queue_mean);
    CAPTURE(seen.queue_min);
    CAPTURE(seen.queue_max);
    CHECK(seen.busy > 0.9999);
    CHECK(seen.queue_min > red_min / 4);
    CHECK(std::abs(seen.queue_mean / red_min - 1) < 0.1);
  }
}
