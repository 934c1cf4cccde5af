// SPDX-License-Identifier: Apache-2.0
// Swift: a window that holds the round trip at a target delay, down to less than one packet per round trip.
//
// W in packets. target = base + hops h + clamp(a / sqrt(W) + b, 0, range), a = range / (1/sqrt(W_low) - 1/sqrt(W_high)),
// b = -a / sqrt(W_high): flows with small windows are let a longer queue. Per acknowledgement of n packets:
//   delay < target:   W += ai n / W   (W >= 1),   W += ai n   (W < 1)
//   else, at most once a round trip:   W *= max(1 - beta (delay - target) / delay, 1 - max_mdf)
//   loss, at most once a round trip:   W *= 1 - max_mdf
//   timeout: as loss; W = W_min once `retries_reset` timeouts came in a row
// W < 1 is sent as single packets, one every round trip / W. Source: Kumar et al., "Swift: delay is simple and effective
// for congestion control in the datacenter", SIGCOMM 2020, algorithm 1. LIMITATIONS: fabric delay only (our receivers
// add none, so the endpoint window would never bind); a path whose idle round trip exceeds `swift.base_target` takes
// its idle round trip for it, or no queue would ever be short enough.
#include <algorithm>
#include <cmath>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kPaper = "Swift, SIGCOMM 2020";
constexpr std::string_view kModel = "csg-htsim's model of Swift; the paper names no number";

struct Constants {
  double base_target;  // ps
  double hop_target;   // ps
  double flow_range;   // ps
  double slope;        // a, ps
  double offset;       // b, ps
  double additive_increase;
  double beta;
  double cut_max;
  double window_min;  // packets
  std::uint32_t retries_reset;
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  constexpr auto quantity = ParameterType::quantity;
  constexpr auto real = ParameterType::real;
  return {
      {"swift.base_target", quantity, time, "20 us", 0, 1e12, "target round trip of a path without switches", kModel},
      {"swift.hop_target", quantity, time, "1 us", 0, 1e12, "added per switch on the way", "Swift, SIGCOMM 2020: about 1 us"},
      {"swift.flow_range", quantity, time, "100 us", 0, 1e12, "most that is added for a small window", "csg-htsim's model: 5 base targets"},
      {"swift.flow_window_min", real, none, "0.1", 1e-3, 10, "window in packets from which down all of flow_range is added", kModel},
      {"swift.flow_window_max", real, none, "100", 11, 1e6, "window in packets from which up nothing is added", kModel},
      {"swift.additive_increase", real, none, "1", 1e-6, 1e3, "packets per round trip", kModel},
      {"swift.beta", real, none, "0.8", 1e-6, 1, "share of the excess delay that is cut", kPaper},
      {"swift.cut_max", real, none, "0.5", 1e-6, 0.99, "largest cut", kPaper},
      {"swift.window_min", real, none, "0.01", 1e-6, 1, "smallest window in packets", "chosen: 100 round trips between packets"},
      {"swift.retries_reset", quantity, none, "5", 1, 255, "timeouts in a row after which the window is the smallest", kModel},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  const double range = static_cast<double>(p.integer("swift.flow_range"));
  const double low = 1 / std::sqrt(p.real("swift.flow_window_min"));
  const double high = 1 / std::sqrt(p.real("swift.flow_window_max"));
  const double slope = range / (low - high);
  options.transport_constants.put(Constants{.base_target = static_cast<double>(p.integer("swift.base_target")),
                                            .hop_target = static_cast<double>(p.integer("swift.hop_target")),
                                            .flow_range = range,
                                            .slope = slope,
                                            .offset = -slope * high,
                                            .additive_increase = p.real("swift.additive_increase"),
                                            .beta = p.real("swift.beta"),
                                            .cut_max = p.real("swift.cut_max"),
                                            .window_min = p.real("swift.window_min"),
                                            .retries_reset = static_cast<std::uint32_t>(p.integer("swift.retries_reset"))});
}

struct View {
  TransportState& s;
  double& window() { return s.real[0]; }             // packets
  double& path_target() { return s.real[1]; }        // ps: all of the target but the flow's part
  double& window_max() { return s.real[2]; }         // packets
  double& round_trip() { return s.real[3]; }         // ps, newest
  std::int64_t& next_cut() { return s.instant[0]; }  // no cut before it
  std::uint32_t& timeouts() { return s.stage; }
};

void set_window(View& v, const TransportContext& context, double window) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  const NetworkOptions& o = context.options;
  v.window() = std::clamp(window, c.window_min, v.window_max());
  v.s.window = std::max(static_cast<std::int64_t>(v.window() * static_cast<double>(o.mtu.count)), o.mtu.count);
  v.s.rate = v.s.line_rate;
  if (v.window() >= 1) return;
  const auto bits = static_cast<double>((o.mtu.count + o.header.count + o.gap.count) * 8);
  v.s.rate = std::min(v.s.line_rate, bits * v.window() / v.round_trip() * 1e12);
}

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.line_rate = static_cast<double>(path.line_rate.bits_per_second);
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.round_trip() = std::max(1.0, static_cast<double>(path.base_round_trip.ps));
  v.path_target() = std::max(c.base_target, v.round_trip()) + static_cast<double>(path.hops) * c.hop_target;
  const auto mtu = static_cast<double>(context.options.mtu.count);
  const double filling = static_cast<double>(filling_window(context.options, path)) / mtu;
  // What keeps a path at its largest target full; the delay cannot ask for more.
  v.window_max() = std::max(filling, state.line_rate / 8e12 * (v.path_target() + c.flow_range) / mtu);
  set_window(v, context, filling);
}

double target(View& v, const Constants& c) {
  return v.path_target() + std::clamp(c.slope / std::sqrt(v.window()) + c.offset, 0.0, c.flow_range);
}

/// A cut by `factor`, unless one was made within the last round trip.
void cut(View& v, const TransportContext& context, double factor, std::int64_t now) {
  if (now < v.next_cut()) return;
  v.next_cut() = now + static_cast<std::int64_t>(v.round_trip());
  set_window(v, context, v.window() * factor);
}

void acknowledged(TransportState& state, const TransportContext& context, const AckSignal& signal, std::int64_t now) {
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.timeouts() = 0;
  if (signal.round_trip <= 0) return;
  v.round_trip() = static_cast<double>(signal.round_trip);
  const double limit = target(v, c);
  if (v.round_trip() >= limit) {
    cut(v, context, std::max(1 - c.beta * (v.round_trip() - limit) / v.round_trip(), 1 - c.cut_max), now);
    return;
  }
  const double packets = static_cast<double>(signal.bytes) / static_cast<double>(context.options.mtu.count);
  set_window(v, context, v.window() + c.additive_increase * packets / std::max(v.window(), 1.0));
}

void lost(TransportState& state, const TransportContext& context, const LossSignal&, std::int64_t now) {
  View v{state};
  v.timeouts() = 0;
  cut(v, context, 1 - context.options.transport_constants.as<Constants>().cut_max, now);
}

void timed_out(TransportState& state, const TransportContext& context, const LossSignal&, std::int64_t now) {
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  if (++v.timeouts() >= c.retries_reset) set_window(v, context, 0);
  else cut(v, context, 1 - c.cut_max, now);
}

}  // namespace

extern const TransportKind kind_transport_swift;
const TransportKind kind_transport_swift{.name = "swift",
                                         .summary = "a window that holds the round trip at a target delay",
                                         .source = "Kumar et al., SIGCOMM 2020",
                                         .needs = kSignalRoundTrip | kSignalEveryPacket,
                                         .recovery = Recovery::selective_repeat,
                                         .parameters = parameters,
                                         .configure = configure,
                                         .start = start,
                                         .acknowledged = acknowledged,
                                         .lost = lost,
                                         .timed_out = timed_out};

}  // namespace eastwest
