// SPDX-License-Identifier: Apache-2.0
// DCQCN, the sender's side as RoCE NICs run it: rate cuts on notifications, three stages of recovery.
//
// On the first notification alpha = 1 and its timer starts. Then
//   notified, at once or, within T_dec of the last decrease, at the end of that time:
//                  R_t = R_c;  R_c = max(R_min, R_c (1 - alpha / 2));  stage = 0; the increase timer restarts
//   every T_alpha: alpha = (1 - g) alpha + g if notified in the interval, else (1 - g) alpha
//   every T_inc: stage < F: R_c = (R_c + R_t) / 2; stage = F: R_t += R_AI first; stage > F: R_t += R_HAI first; R_t <= line
// Source: Zhu et al., "Congestion control for large-scale RDMA deployments", SIGCOMM 2015, whose senders answer a notification as it comes,
// and whose receivers keep notifications apart. (HPCC's ns-3 code looks for notifications at the ticks of a free-running timer
// instead; with 50 us between ticks that is 25 us more delay in the loop on average, five round trips, and queues that
// swing between empty and twice Kmin.) Timers are evaluated when the rate is next needed, which gives the same rates as firing
// them: nobody reads the rate in between. LIMITATIONS: no byte counter; a packet's pace is set when the one before it leaves.
#include <algorithm>
#include <limits>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kOff = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kStarted = 1;
constexpr std::uint32_t kNotifiedForAlpha = 2;
constexpr std::uint32_t kNotifiedForDecrease = 4;
// After this many idle alpha intervals alpha is below 1e-6 for any g from 1/256 on: the loop may jump.
constexpr std::int64_t kIdleIntervalsMax = 4096;

constexpr std::string_view kPaper = "DCQCN, SIGCOMM 2015, table of defaults";
constexpr std::string_view kPaperScaled = "DCQCN, SIGCOMM 2015, at 40 Gb/s; scaled to 400 Gb/s";

struct Constants {
  double g;                           // gain of alpha
  double additive_increase;           // R_AI, bit/s
  double hyper_increase;              // R_HAI
  double rate_min;                    // R_min
  std::int64_t alpha_interval;        // T_alpha, ps
  std::int64_t decrease_interval;     // T_dec
  std::int64_t increase_interval;     // T_inc
  std::int64_t fast_recovery_stages;  // F
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  constexpr auto quantity = ParameterType::quantity;
  return {
      {"dcqcn.g", ParameterType::real, none, "0.00390625", 1e-9, 1, "gain of the congestion estimate alpha", "DCQCN, SIGCOMM 2015: 1/256"},
      {"dcqcn.alpha_interval", quantity, time, "55 us", 1e3, 1e12, "period of the alpha update", kPaper},
      {"dcqcn.decrease_interval", quantity, time, "50 us", 1e3, 1e12, "least time between two rate decreases", kPaper},
      {"dcqcn.increase_interval", quantity, time, "55 us", 1e3, 1e12, "period of the rate increase", kPaper},
      {"dcqcn.fast_recovery_stages", quantity, none, "5", 0, 100, "increases that halve the way to the target before it is raised", kPaper},
      {"dcqcn.additive_increase", quantity, rate, "400 Mb/s", 1, 1e13, "target raise in the additive stage", kPaperScaled},
      {"dcqcn.hyper_increase", quantity, rate, "2 Gb/s", 1, 1e13, "target raise in the hyper stage", kPaperScaled},
      {"dcqcn.rate_min", quantity, rate, "100 Mb/s", 1, 1e13, "the rate never falls below",
       "configuration published with HPCC (SIGCOMM 2019), ns-3 code"},
      {"dcqcn.cnp_interval", quantity, time, "50 us", 0, 1e12, "a receiver sends at most one notification per queue pair in this time",
       kPaper},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  const auto real = [&](std::string_view name) { return static_cast<double>(p.integer(name)); };
  options.cnp_interval = p.duration("dcqcn.cnp_interval");
  options.transport_constants.put(Constants{.g = p.real("dcqcn.g"),
                                            .additive_increase = real("dcqcn.additive_increase"),
                                            .hyper_increase = real("dcqcn.hyper_increase"),
                                            .rate_min = real("dcqcn.rate_min"),
                                            .alpha_interval = p.integer("dcqcn.alpha_interval"),
                                            .decrease_interval = p.integer("dcqcn.decrease_interval"),
                                            .increase_interval = p.integer("dcqcn.increase_interval"),
                                            .fast_recovery_stages = p.integer("dcqcn.fast_recovery_stages")});
}

struct View {
  TransportState& s;
  double& target() { return s.real[0]; }
  double& alpha() { return s.real[1]; }
  std::int64_t& next_alpha() { return s.instant[0]; }
  std::int64_t& next_decrease() { return s.instant[1]; }  // not before
  std::int64_t& next_increase() { return s.instant[2]; }
};

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.rate = static_cast<double>(path.line_rate.bits_per_second);
  state.line_rate = state.rate;
  state.window = context.options.window.count;
  View v{state};
  v.target() = state.rate;
  v.next_alpha() = v.next_increase() = kOff;
}

void increase(View& v, const Constants& o) {
  const auto stage = static_cast<std::int64_t>(v.s.stage);
  if (stage == o.fast_recovery_stages) v.target() += o.additive_increase;
  else if (stage > o.fast_recovery_stages) v.target() += o.hyper_increase;
  v.target() = std::min(v.target(), v.s.line_rate);
  v.s.rate = (v.s.rate + v.target()) / 2;
  ++v.s.stage;
}

void decrease(View& v, const Constants& o, std::int64_t now) {
  v.target() = v.s.rate;
  v.s.rate = std::max(o.rate_min, v.s.rate * (1 - v.alpha() / 2));
  v.s.stage = 0;
  v.s.flags &= ~kNotifiedForDecrease;
  v.next_decrease() = now + o.decrease_interval;
  v.next_increase() = now + o.increase_interval;
}

void tick_alpha(View& v, const Constants& o, std::int64_t now) {
  if ((v.s.flags & kNotifiedForAlpha) != 0) {
    v.alpha() = (1 - o.g) * v.alpha() + o.g;
    v.s.flags &= ~kNotifiedForAlpha;
    v.next_alpha() += o.alpha_interval;
    return;
  }
  const std::int64_t behind = (now - v.next_alpha()) / o.alpha_interval;
  if (behind > kIdleIntervalsMax) {
    v.alpha() = 0;
    v.next_alpha() += behind * o.alpha_interval;
    return;
  }
  v.alpha() = (1 - o.g) * v.alpha();
  v.next_alpha() += o.alpha_interval;
}

void advance(TransportState& state, const TransportContext& context, std::int64_t now) {
  View v{state};
  const Constants& o = context.options.transport_constants.as<Constants>();
  for (;;) {
    const std::int64_t due = (state.flags & kNotifiedForDecrease) != 0 ? v.next_decrease() : kOff;
    const std::int64_t next = std::min({v.next_alpha(), due, v.next_increase()});
    if (next > now) return;
    if (next == v.next_alpha()) {
      tick_alpha(v, o, now);
    } else if (next == due) {
      decrease(v, o, due);
    } else {
      increase(v, o);
      const bool recovered = state.rate >= state.line_rate * (1 - 1e-9) && v.target() >= state.line_rate;
      if (recovered) state.rate = state.line_rate;
      v.next_increase() = recovered ? kOff : v.next_increase() + o.increase_interval;
    }
  }
}

void notified(TransportState& state, const TransportContext& context, std::int64_t now) {
  advance(state, context, now);
  View v{state};
  const Constants& o = context.options.transport_constants.as<Constants>();
  if ((state.flags & kStarted) != 0) {
    state.flags |= kNotifiedForAlpha;
  } else {
    state.flags |= kStarted;
    v.alpha() = 1;
    v.next_alpha() = now + o.alpha_interval;
  }
  if (now >= v.next_decrease()) decrease(v, o, now);
  else state.flags |= kNotifiedForDecrease;
}

}  // namespace

extern const TransportKind kind_transport_dcqcn;
const TransportKind kind_transport_dcqcn{.name = "dcqcn",
                                         .summary = "rate control by ECN and congestion notifications, as RoCE NICs do it",
                                         .source = "Zhu et al., SIGCOMM 2015",
                                         .needs = kSignalNotification,
                                         .parameters = parameters,
                                         .configure = configure,
                                         .start = start,
                                         .notified = notified,
                                         .advance = advance};

}  // namespace eastwest
