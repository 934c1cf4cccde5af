// SPDX-License-Identifier: Apache-2.0
// DCQCN, the sender's side as RoCE NICs run it: rate cuts on notifications, three stages of recovery.
//
// On the first notification alpha = 1 and the timers start. Then
//   every T_alpha: alpha = (1 - g) alpha + g if notified in the interval, else (1 - g) alpha
//   every T_dec, if notified: R_t = R_c;  R_c = max(R_min, R_c (1 - alpha / 2));  stage = 0; the increase timer restarts
//   every T_inc: stage < F: R_c = (R_c + R_t) / 2; stage = F: R_t += R_AI first; stage > F: R_t += R_HAI first; R_t <= line
// Source: Zhu et al., "Congestion control for large-scale RDMA deployments", SIGCOMM 2015; timers in the form of HPCC's
// ns-3 code. Timers are evaluated when the rate is next needed, which gives the same rates as firing them: nobody
// reads the rate in between. LIMITATIONS: no byte counter; a packet's pace is set when the one before it leaves.
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

struct View {
  TransportState& s;
  double& target() { return s.real[0]; }
  double& alpha() { return s.real[1]; }
  std::int64_t& next_alpha() { return s.instant[0]; }
  std::int64_t& next_decrease() { return s.instant[1]; }
  std::int64_t& next_increase() { return s.instant[2]; }
};

void start(TransportState& state, const NetworkOptions& options, BitRate line_rate, Duration) {
  state = {};
  state.rate = static_cast<double>(line_rate.bits_per_second);
  state.line_rate = state.rate;
  state.window = options.window.count;
  View v{state};
  v.target() = state.rate;
  v.next_alpha() = v.next_decrease() = v.next_increase() = kOff;
}

void increase(View& v, const DcqcnOptions& o) {
  const auto stage = static_cast<std::int64_t>(v.s.stage);
  if (stage == o.fast_recovery_stages) v.target() += static_cast<double>(o.additive_increase.bits_per_second);
  else if (stage > o.fast_recovery_stages) v.target() += static_cast<double>(o.hyper_increase.bits_per_second);
  v.target() = std::min(v.target(), v.s.line_rate);
  v.s.rate = (v.s.rate + v.target()) / 2;
  ++v.s.stage;
}

void decrease(View& v, const DcqcnOptions& o, std::int64_t now) {
  v.target() = v.s.rate;
  v.s.rate = std::max(static_cast<double>(o.rate_min.bits_per_second), v.s.rate * (1 - v.alpha() / 2));
  v.s.stage = 0;
  v.s.flags &= ~kNotifiedForDecrease;
  v.next_increase() = now + o.increase_interval.ps;
}

void tick_alpha(View& v, const DcqcnOptions& o, std::int64_t now) {
  if ((v.s.flags & kNotifiedForAlpha) != 0) {
    v.alpha() = (1 - o.g) * v.alpha() + o.g;
    v.s.flags &= ~kNotifiedForAlpha;
    v.next_alpha() += o.alpha_interval.ps;
    return;
  }
  const std::int64_t behind = (now - v.next_alpha()) / o.alpha_interval.ps;
  if (behind > kIdleIntervalsMax) {
    v.alpha() = 0;
    v.next_alpha() += behind * o.alpha_interval.ps;
    return;
  }
  v.alpha() = (1 - o.g) * v.alpha();
  v.next_alpha() += o.alpha_interval.ps;
}

void advance(TransportState& state, const NetworkOptions& options, std::int64_t now) {
  View v{state};
  const DcqcnOptions& o = options.dcqcn;
  for (;;) {
    const std::int64_t next = std::min({v.next_alpha(), v.next_decrease(), v.next_increase()});
    if (next > now) return;
    if (next == v.next_alpha()) {
      tick_alpha(v, o, now);
    } else if (next == v.next_decrease()) {
      // Intervals without a notification change nothing: jump over them.
      const std::int64_t idle =
          (state.flags & kNotifiedForDecrease) != 0 ? 1 : std::max<std::int64_t>(1, (now - next) / o.decrease_interval.ps);
      if ((state.flags & kNotifiedForDecrease) != 0) decrease(v, o, next);
      v.next_decrease() = next + idle * o.decrease_interval.ps;
    } else {
      increase(v, o);
      const bool recovered = state.rate >= state.line_rate * (1 - 1e-9) && v.target() >= state.line_rate;
      if (recovered) state.rate = state.line_rate;
      v.next_increase() = recovered ? kOff : v.next_increase() + o.increase_interval.ps;
    }
  }
}

void notified(TransportState& state, const NetworkOptions& options, std::int64_t now) {
  advance(state, options, now);
  View v{state};
  state.flags |= kNotifiedForDecrease;
  if ((state.flags & kStarted) != 0) {
    state.flags |= kNotifiedForAlpha;
    return;
  }
  state.flags |= kStarted;
  v.alpha() = 1;
  v.target() = state.rate;
  v.next_alpha() = now + options.dcqcn.alpha_interval.ps;
  v.next_decrease() = now + options.dcqcn.decrease_interval.ps;
}

void acknowledged(TransportState&, const NetworkOptions&, std::int64_t, std::int64_t, std::int64_t) {}
void lost(TransportState&, const NetworkOptions&, std::int64_t) {}

}  // namespace

extern const TransportKind kind_transport_dcqcn;
const TransportKind kind_transport_dcqcn{"dcqcn",
                                         "rate control by ECN and congestion notifications, as RoCE NICs do it",
                                         "Zhu et al., SIGCOMM 2015",
                                         start,
                                         notified,
                                         acknowledged,
                                         lost,
                                         advance};

}  // namespace eastwest
