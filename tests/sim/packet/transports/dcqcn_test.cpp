// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/bottleneck.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr std::int64_t kUs = 1'000'000;

struct Dcqcn {
  const TransportKind& kind = transport("dcqcn");
  NetworkOptions options;
  TransportState state;
  explicit Dcqcn(const std::vector<std::string>& changes) : options(transport_options(kind, changes)) {
    kind.start(state, {options}, {{100'000'000'000}, {10 * kUs}, 1});
  }
  void notify(std::int64_t now) { kind.notified(state, {options}, now); }
  double rate(std::int64_t now) {
    kind.advance(state, {options}, now);
    return state.rate;
  }
};

}  // namespace

TEST_CASE("dcqcn: cuts, fast recovery, additive and hyper increase follow the equations, step by step") {
  // g = 1/4, so that alpha moves visibly; all intervals as in the paper but a tenth of a microsecond apart where order matters.
  Dcqcn d({"dcqcn.g=0.25", "dcqcn.alpha_interval=55 us", "dcqcn.decrease_interval=50 us", "dcqcn.increase_interval=60 us",
           "dcqcn.fast_recovery_stages=2", "dcqcn.additive_increase=1 Gb/s", "dcqcn.hyper_increase=4 Gb/s"});
  CHECK(d.rate(0) == 100e9);
  CHECK(d.state.window == 0);
  // First notification at 100 us: alpha = 1, and the cut comes with it: R_t = 100, R_c = 100 (1 - 1/2).
  CHECK(d.rate(99 * kUs) == 100e9);
  d.notify(100 * kUs);
  CHECK(d.rate(100 * kUs) == 50e9);
  // The alpha timer at 155 us saw no notification after the first: alpha = 3/4. Recovery at 160 and 220 us: 75, 87.5.
  CHECK(d.rate(155 * kUs) == 50e9);
  CHECK(d.state.real[1] == 0.75);
  CHECK(d.rate(160 * kUs) == 75e9);
  CHECK(d.rate(220 * kUs) == 87.5e9);
  // Stage F = 2 is additive, and the target stops at line rate: R_t = min(101, 100), R_c = (87.5 + 100) / 2.
  CHECK(d.rate(280 * kUs) == 93.75e9);
  // Notified at 330 us: cut with the alpha of then, (3/4)^4 after the timers at 155, 210, 265 and 320 us.
  d.notify(330 * kUs);
  const double alpha = 0.75 * 0.75 * 0.75 * 0.75;
  const double cut = 93.75e9 * (1 - alpha / 2);
  CHECK(d.rate(330 * kUs) == cut);
  // 375 us: this interval had a notification: alpha = 3/4 alpha + 1/4.
  CHECK(d.rate(375 * kUs) == cut);
  const double raised = 0.75 * alpha + 0.25;
  CHECK(d.state.real[1] == raised);
  // Two halvings towards 93.75 at 390 and 450 us, then R_t = 94.75 at 510 us, and 98.75 at 570 us.
  const double second = ((cut + 93.75e9) / 2 + 93.75e9) / 2;
  CHECK(d.rate(450 * kUs) == second);
  const double additive = (second + 94.75e9) / 2;
  CHECK(d.rate(510 * kUs) == additive);
  const double hyper = (additive + 98.75e9) / 2;
  CHECK(d.rate(570 * kUs) == hyper);
  // Two notifications 20 us apart: the second cut waits until 50 us after the first one, with the alpha of then.
  d.notify(580 * kUs);
  const double first_cut = d.rate(580 * kUs);
  CHECK(first_cut < hyper);
  d.notify(600 * kUs);
  CHECK(d.rate(629 * kUs) == first_cut);
  const double second_cut = d.rate(630 * kUs);
  CHECK(second_cut < first_cut);
  // The increase timer has started again: 60 us after it, half way back to what was cut.
  CHECK(d.rate(689 * kUs) == second_cut);
  CHECK(d.rate(690 * kUs) == (second_cut + first_cut) / 2);
}

TEST_CASE("dcqcn: the rate does not depend on how often it is looked at") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Dcqcn often({});
    Dcqcn seldom({});
    std::int64_t now = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const auto step = static_cast<std::int64_t>(1 + (seed * 7919 + i * 104'729) % 300) * kUs;
      for (std::int64_t t = now; t < now + step; t += 3 * kUs) often.rate(t);
      now += step;
      CHECK(often.rate(now) == seldom.rate(now));
      often.notify(now);
      seldom.notify(now);
    }
  }
}

TEST_CASE("dcqcn: notified for ever the rate stays at its minimum, left alone it returns to line rate") {
  Dcqcn d({});
  for (std::int64_t now = 0; now < 100'000 * kUs; now += 40 * kUs) d.notify(now);
  CHECK(d.state.rate == 100e6);
  CHECK(d.state.real[1] > 0.99);
  CHECK(d.rate(1'000'000 * kUs) == 100e9);
  CHECK(d.state.real[1] < 1e-6);
}

namespace {

/// Mean gain of the target's raises by the time of the next cut, where each interval brings one with probability c.
double mean_raise(double c, int fast, double additive, double hyper) {
  double sum = 0;
  double probability = c;
  for (int m = 0; m < 2000; ++m, probability *= 1 - c) {
    double raise = 0;
    for (int j = 1; j <= m - fast; ++j) raise += (j == 1 ? additive : hyper) * (1 - std::pow(0.5, m - fast - j + 1));
    sum += probability * raise;
  }
  return sum;
}

}  // namespace

// Fixed point, after the analysis of Zhu et al. (SIGCOMM 2015, section 5: all flows get C / N, whatever they began with),
// with this variant's timers. All three intervals are T. In every T a flow is notified with probability
// c = 1 - (1 - p)^n, n = (C / N) T / packet. So alpha, the mean of a 0/1 variable, is c. Between cuts lie m increases,
// P(m) = c (1 - c)^m: a cut costs R alpha / 2, of which 2^-m is left at the next one, E[2^-m] = 2 c / (1 + c). It pays for
// the raises of the target: R (c / 2) 2 c / (1 + c) = E[raises](c). That gives c, and hence the marked share p.
// The fixed point takes rates for constant; they swing, and marks with them, which is what the bands are for.
TEST_CASE("dcqcn: flows that begin apart converge to fair shares at the fixed point of alpha and marks") {
  const TransportKind& kind = transport("dcqcn");
  for (const std::uint32_t senders : {2u, 4u, 8u}) {
    CAPTURE(senders);
    BottleneckSettings settings;
    settings.kind = &kind;
    settings.options =
        transport_options(kind, {"dcqcn.alpha_interval=50 us", "dcqcn.decrease_interval=50 us", "dcqcn.increase_interval=50 us",
                                 "dcqcn.cnp_interval=0 us", "dcqcn.additive_increase=400 Mb/s", "dcqcn.hyper_increase=400 Mb/s"});
    settings.rate = {400'000'000'000};
    settings.base_slots = 60;  // of 83.56 ns: 5 us
    settings.senders = senders;
    settings.stagger_slots = 30'000;  // 2.5 ms: the first have the link for themselves
    settings.mark_min = 400;
    settings.mark_max = 20'400;
    settings.mark_probability = 0.1;
    Bottleneck network(settings);
    network.run(1'000'000);
    network.clear();
    network.run(1'500'000);
    const BottleneckFigures& f = network.figures();
    const double share = 400e9 / senders;
    double low = 1e-4;
    double high = 1;
    for (int i = 0; i < 40; ++i) {
      const double c = (low + high) / 2;
      (share * c * c / (1 + c) < mean_raise(c, 5, 0.4e9, 0.4e9) ? low : high) = c;
    }
    const double packets = share * 50e-6 / 8 / 4178;
    const double p = 1 - std::pow(1 - low, 1 / packets);
    const double seen = static_cast<double>(f.marked) / static_cast<double>(f.acknowledged);
    CAPTURE(seen);
    CAPTURE(f.alpha_mean());
    CHECK(std::abs(seen / p - 1) < 0.15);
    CHECK(std::abs(f.alpha_mean() / low - 1) < 0.25);
    CHECK(f.fairness() > 0.995);
    CHECK(f.utilisation() > 0.95);
    CHECK(f.unsound == 0);
  }
}
