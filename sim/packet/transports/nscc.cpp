// SPDX-License-Identifier: Apache-2.0
// NSCC, the sender's side of Ultra Ethernet: marks and delay together move a window over sprayed paths.
//
// T: smallest round trip seen, at first the idle path's; BDP = line x T; delay = round trip - T; target = share x idle T;
// s = BDP of the idle path / 150 kB and r = target / 12 us scale the constants from 100 Gb/s and 12 us. Per acknowledgement of n bytes:
//   unmarked, delay < target:   inc += alpha n (target - delay), alpha = 4 MTU s r / target; while a whole window has seen
//                               less than 1 us of delay, instead at once W += 0.25 s n
//   unmarked, delay >= target:  inc += 5 MTU s n
//   marked,   delay >= target:  once a T, if the mean delay exceeds target:  W *= max(1 - 0.8 (mean - target) / mean, 0.5)
//   marked,   delay < target:   nothing: the packet took one bad path among many
//   every 8 MTU or T:  W += inc / W, inc = 0;   every T also  W += 0.15 MTU s
//   mean delay: += 0.0125 (delay - mean)
// Trimmed or lost n bytes: W -= n. Quick adapt, every T + target: if packets were trimmed or lost, or delay > 4 target, and
// what arrived in that time is below 1/8 of the largest window: W = what arrived, and marks and losses of the bytes then
// in flight say nothing new. MTU <= W <= 1.5 BDP, which is also the first window.
// Source: Ultra Ethernet specification 1.0, congestion control, in the form of the consortium's uet-htsim.
// The idle T of target and scales is that of the queue pair's own path unless `nscc.round_trip` gives one for all, as uet-htsim has it. Shares
// of paths of unequal length differ either way: far senders aim at more delay with T of their own, near ones grow in shorter rounds without.
// LIMITATIONS: no receiver credit (RCCC); T is smoothed by nothing but the minimum; marks are to begin at 0.2 and be certain at 0.8 of a
// bandwidth-delay product (`ecn_*`, whose defaults are made for DCQCN and lie far above); the paths are the routing policy's
// (spray), which does not learn from marks.
#include <algorithm>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kLossSeen = 1;         // since the last quick adapt
constexpr std::uint32_t kFastMode = 2;         // a whole window without delay
constexpr double kReferenceProduct = 150'000;  // bytes: 100 Gb/s x 12 us
constexpr double kReferenceRoundTrip = 12e6;   // ps
constexpr std::string_view kModel = "uet-htsim, NSCC";

struct Constants {
  double target_share;
  double window_share;      // largest window in BDP
  double proportional;      // 4
  double fair;              // 5
  double fast;              // 0.25
  double every_round_trip;  // 0.15
  double beta;              // 0.8
  double cut_max;           // 0.5
  double delay_gain;        // 0.0125
  double adapt_delay;       // 4, in targets
  double adapt_share;       // 1/8
  double clear_delay;       // 1 us
  double round_trip;        // idle T in ps, 0: the path's
  double adjust_packets;    // 8
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  constexpr auto real = ParameterType::real;
  constexpr auto quantity = ParameterType::quantity;
  return {
      {"nscc.target_share", real, none, "0.75", 0.01, 10, "queueing delay aimed at, in idle round trips",
       "uet-htsim, NSCC: 0.75 with trimming, 1 without"},
      {"nscc.window_share", real, none, "1.5", 0.1, 100, "first and largest window, in bandwidth-delay products", kModel},
      {"nscc.proportional_increase", real, none, "4", 1e-6, 1e3, "packets per round trip at no delay, scaled", kModel},
      {"nscc.fair_increase", real, none, "5", 0, 1e3, "packets per round trip beyond the target, unmarked, scaled", kModel},
      {"nscc.fast_increase", real, none, "0.25", 0, 10, "share of acknowledged bytes added on a clear path, scaled", kModel},
      {"nscc.constant_increase", real, none, "0.15", 0, 10, "packets added every round trip whatever happens, scaled", kModel},
      {"nscc.beta", real, none, "0.8", 1e-6, 1, "share of the excess delay that is cut", kModel},
      {"nscc.cut_max", real, none, "0.5", 1e-6, 0.99, "largest cut by delay", kModel},
      {"nscc.delay_gain", real, none, "0.0125", 1e-6, 1, "gain of the mean delay, per acknowledgement", kModel},
      {"nscc.adapt_delay", real, none, "4", 1, 1e6, "delay in targets from which quick adapt is considered", kModel},
      {"nscc.adapt_share", real, none, "0.125", 0, 1, "share of the largest window below which what arrived becomes the window", kModel},
      {"nscc.clear_delay", quantity, time, "1 us", 0, 1e12, "delay below which a path counts as clear", kModel},
      {"nscc.round_trip", quantity, time, "0 ns", 0, 1e12, "idle round trip of target and scales; 0 ns: each queue pair its own path's",
       kModel},
      {"nscc.adjust_packets", quantity, none, "8", 1, 1e6, "packets after which collected increase is applied", kModel},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  options.transport_constants.put(Constants{.target_share = p.real("nscc.target_share"),
                                            .window_share = p.real("nscc.window_share"),
                                            .proportional = p.real("nscc.proportional_increase"),
                                            .fair = p.real("nscc.fair_increase"),
                                            .fast = p.real("nscc.fast_increase"),
                                            .every_round_trip = p.real("nscc.constant_increase"),
                                            .beta = p.real("nscc.beta"),
                                            .cut_max = p.real("nscc.cut_max"),
                                            .delay_gain = p.real("nscc.delay_gain"),
                                            .adapt_delay = p.real("nscc.adapt_delay"),
                                            .adapt_share = p.real("nscc.adapt_share"),
                                            .clear_delay = static_cast<double>(p.integer("nscc.clear_delay")),
                                            .round_trip = static_cast<double>(p.integer("nscc.round_trip")),
                                            .adjust_packets = static_cast<double>(p.integer("nscc.adjust_packets"))});
}

struct View {
  TransportState& s;
  double& window() { return s.real[0]; }                   // bytes
  double& mean_delay() { return s.real[1]; }               // ps
  double& collected() { return s.real[2]; }                // inc, bytes^2
  double& idle_round_trip() { return s.real[3]; }          // ps
  std::int64_t& round_trip_min() { return s.instant[0]; }  // T
  std::int64_t& next_cut() { return s.instant[1]; }        // no cut before it
  std::int64_t& adapt_time() { return s.instant[2]; }      // quick adapt is considered from it; 0: not yet set
  std::int64_t& adjusted() { return s.instant[3]; }        // last time by the clock
  std::uint32_t& arrived() { return s.count[0]; }          // bytes since the last consideration
  std::uint32_t& since_adjusted() { return s.count[1]; }   // bytes
  std::uint32_t& clear() { return s.count[2]; }            // bytes in a row without delay
  std::uint32_t& ignore() { return s.count[3]; }           // bytes still in flight from before the last quick adapt
  [[nodiscard]] double scale() const { return s.line_rate / 8e12 * s.real[3] / kReferenceProduct; }
};

void add(std::uint32_t& count, std::int64_t bytes) {
  count = static_cast<std::uint32_t>(std::min<std::int64_t>(0xffff'ffff, std::int64_t{count} + bytes));
}

double window_max(View& v, const Constants& c) { return c.window_share * v.s.line_rate / 8e12 * static_cast<double>(v.round_trip_min()); }

void set_window(View& v, const TransportContext& context, double window) {
  const auto mtu = static_cast<double>(context.options.mtu.count);
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.window() = std::clamp(window, mtu, std::max(mtu, window_max(v, c)));
  v.s.window = static_cast<std::int64_t>(v.window());
}

double target(View& v, const Constants& c) { return c.target_share * v.idle_round_trip(); }

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.rate = static_cast<double>(path.line_rate.bits_per_second);
  state.line_rate = state.rate;
  View v{state};
  v.round_trip_min() = std::max<std::int64_t>(1, path.base_round_trip.ps);
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.idle_round_trip() = c.round_trip > 0 ? c.round_trip : static_cast<double>(v.round_trip_min());
  set_window(v, context, window_max(v, c));
}

/// True: the window was set to what arrives, or what is told is old news of that.
bool quick_adapt(View& v, const TransportContext& context, bool congested, double delay, std::int64_t in_flight, std::int64_t now) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  bool settled = false;
  if (congested && v.ignore() != 0) {
    settled = true;
  } else if (now >= v.adapt_time()) {
    const bool bad = (v.s.flags & kLossSeen) != 0 || delay > c.adapt_delay * target(v, c);
    if (v.adapt_time() != 0 && bad && static_cast<double>(v.arrived()) < c.adapt_share * window_max(v, c)) {
      set_window(v, context, std::min(v.window(), static_cast<double>(v.arrived())));
      v.ignore() = 0;
      add(v.ignore(), in_flight);
      v.s.flags &= ~kLossSeen;
      settled = true;
    }
    v.arrived() = 0;
    v.adapt_time() = now + v.round_trip_min() + static_cast<std::int64_t>(target(v, c));
  }
  if (settled) {
    v.collected() = 0;
    v.since_adjusted() = 0;
  }
  return settled;
}

/// On a path without delay for a whole window the increase is immediate.
bool increase_fast(View& v, const TransportContext& context, double delay, std::int64_t bytes) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  if (delay >= c.clear_delay) {
    v.clear() = 0;
    v.s.flags &= ~kFastMode;
    return false;
  }
  add(v.clear(), bytes);
  if ((v.s.flags & kFastMode) == 0 && static_cast<double>(v.clear()) <= v.window()) return false;
  v.s.flags |= kFastMode;
  set_window(v, context, v.window() + c.fast * v.scale() * static_cast<double>(bytes));
  return true;
}

void decrease(View& v, const TransportContext& context, std::int64_t now) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.clear() = 0;
  v.s.flags &= ~kFastMode;
  const double excess = v.mean_delay() - target(v, c);
  if (excess <= 0 || now < v.next_cut()) return;
  set_window(v, context, v.window() * std::max(1 - c.beta * excess / v.mean_delay(), 1 - c.cut_max));
  v.next_cut() = now + v.round_trip_min();
}

void adjust(View& v, const TransportContext& context, std::int64_t now) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  const auto mtu = static_cast<double>(context.options.mtu.count);
  const bool round_over = now - v.adjusted() >= static_cast<std::int64_t>(v.idle_round_trip());
  if (!round_over && static_cast<double>(v.since_adjusted()) < c.adjust_packets * mtu) return;
  double window = v.window() + v.collected() / v.window();
  if (round_over) {
    window += c.every_round_trip * mtu * v.scale();
    v.adjusted() = now;
  }
  set_window(v, context, window);
  v.collected() = 0;
  v.since_adjusted() = 0;
}

void acknowledged(TransportState& state, const TransportContext& context, const AckSignal& signal, std::int64_t now) {
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  const auto mtu = static_cast<double>(context.options.mtu.count);
  add(v.arrived(), signal.bytes);
  add(v.since_adjusted(), signal.bytes);
  v.ignore() -= static_cast<std::uint32_t>(std::min<std::int64_t>(v.ignore(), signal.bytes));
  if (signal.round_trip <= 0) return;
  v.round_trip_min() = std::min(v.round_trip_min(), signal.round_trip);
  const auto delay = static_cast<double>(signal.round_trip - v.round_trip_min());
  v.mean_delay() += c.delay_gain * (delay - v.mean_delay());
  const bool marked = signal.marked != 0;
  if (quick_adapt(v, context, marked, delay, signal.in_flight, now)) return;
  const double goal = target(v, c);
  const auto bytes = static_cast<double>(signal.bytes);
  if (marked) {
    if (delay >= goal) decrease(v, context, now);
  } else if (delay >= goal) {
    v.clear() = 0;
    v.s.flags &= ~kFastMode;
    v.collected() += c.fair * mtu * v.scale() * bytes;
  } else if (!increase_fast(v, context, delay, signal.bytes)) {
    const double alpha = c.proportional * mtu * v.scale() * (goal / kReferenceRoundTrip) / goal;
    v.collected() += alpha * bytes * (goal - delay);
  }
  adjust(v, context, now);
}

void trimmed(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t now) {
  View v{state};
  v.ignore() -= static_cast<std::uint32_t>(std::min<std::int64_t>(v.ignore(), signal.bytes));
  v.clear() = 0;
  v.s.flags = (v.s.flags & ~kFastMode) | kLossSeen;
  if (quick_adapt(v, context, true, 0, signal.in_flight, now)) return;
  set_window(v, context, v.window() - static_cast<double>(signal.bytes));
}

}  // namespace

extern const TransportKind kind_transport_nscc;
const TransportKind kind_transport_nscc{.name = "nscc",
                                        .summary = "Ultra Ethernet's window from marks and delay, made for packet spraying and trimming",
                                        .source = "Ultra Ethernet specification 1.0; uet-htsim",
                                        .needs = kSignalRoundTrip | kSignalMarks | kSignalTrimming | kSignalEveryPacket,
                                        .recovery = Recovery::selective_repeat,
                                        .routing = RoutingPolicy::spray,
                                        .parameters = parameters,
                                        .configure = configure,
                                        .start = start,
                                        .acknowledged = acknowledged,
                                        .lost = trimmed,
                                        .timed_out = trimmed,
                                        .trimmed = trimmed};

}  // namespace eastwest
