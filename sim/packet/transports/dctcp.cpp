// SPDX-License-Identifier: Apache-2.0
// DCTCP: a window cut in proportion to the share of marked packets, once per round trip.
//
//   once a round (when data sent after the last update is acknowledged): alpha = (1 - g) alpha + g F, F = marked / packets
//   first mark of a round:       W = W (1 - alpha / 2)
//   any other acknowledgement:   W += MTU x acknowledged / W      (one packet a round trip)
//   loss, once a round:          W = W / 2;      timeout: W = 1 MTU, doubling per round trip up to half the old W
// Sources: Alizadeh et al., "Data center TCP (DCTCP)", SIGCOMM 2010; RFC 8257 (alpha starts at 1, rounds by sequence);
// RFC 5681 (loss, timeout). LIMITATIONS: starts with a full window of the idle path, as RDMA does, not with slow start; the
// window grows only while it is what holds the sender back; marks follow the switches' RED curve of `ecn_*`: the
// paper's step at K is ecn_min = ecn_max = K.
#include <algorithm>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

struct Constants {
  double g;
  double window_max;  // bytes
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  return {
      {"dctcp.g", ParameterType::real, none, "0.0625", 1e-9, 1, "gain of the estimate of the marked share", "DCTCP, SIGCOMM 2010: 1/16"},
      {"dctcp.window_max", ParameterType::quantity, bytes, "64 MiB", 65536, 1e12, "the window never grows beyond",
       "chosen: beyond every buffer"},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  options.transport_constants.put(Constants{.g = p.real("dctcp.g"), .window_max = static_cast<double>(p.integer("dctcp.window_max"))});
}

struct View {
  TransportState& s;
  double& window() { return s.real[0]; }
  double& alpha() { return s.real[1]; }
  double& slow_start_end() { return s.real[2]; }
  std::uint32_t& packets() { return s.count[0]; }  // of this round
  std::uint32_t& marked() { return s.count[1]; }
  std::uint32_t& round_end() { return s.count[2]; }  // an acknowledgement beyond it ends the round
  std::uint32_t& cut_end() { return s.count[3]; }    // no second cut up to it
};

void set_window(View& v, const TransportContext& context, double window) {
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.window() = std::clamp(window, static_cast<double>(context.options.mtu.count), c.window_max);
  v.s.window = static_cast<std::int64_t>(v.window());
}

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.rate = static_cast<double>(path.line_rate.bits_per_second);
  state.line_rate = state.rate;
  View v{state};
  set_window(v, context, static_cast<double>(filling_window(context.options, path)));
  v.alpha() = 1;
}

void acknowledged(TransportState& state, const TransportContext& context, const AckSignal& signal, std::int64_t) {
  View v{state};
  const double mtu = static_cast<double>(context.options.mtu.count);
  v.packets() += signal.packets;
  v.marked() += signal.marked;
  if (signal.sequence > v.round_end()) {
    const double g = context.options.transport_constants.as<Constants>().g;
    if (v.packets() != 0) v.alpha() = (1 - g) * v.alpha() + g * (static_cast<double>(v.marked()) / static_cast<double>(v.packets()));
    v.packets() = v.marked() = 0;
    v.round_end() = signal.sent;
  }
  if (signal.marked != 0) {
    if (signal.sequence <= v.cut_end()) return;
    v.cut_end() = signal.sent;
    v.slow_start_end() = 0;
    return set_window(v, context, v.window() * (1 - v.alpha() / 2));
  }
  const auto bytes = static_cast<double>(signal.bytes);
  if (static_cast<double>(signal.in_flight) + bytes + mtu < v.window()) return;  // it is not the window that holds the sender
  set_window(v, context, v.window() + (v.window() < v.slow_start_end() ? bytes : mtu * bytes / v.window()));
}

void lost(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t) {
  View v{state};
  if (signal.sequence <= v.cut_end()) return;
  v.cut_end() = signal.sent;
  v.slow_start_end() = 0;
  set_window(v, context, v.window() / 2);
}

void timed_out(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t) {
  View v{state};
  v.cut_end() = signal.sent;
  v.slow_start_end() = std::max(v.window() / 2, v.slow_start_end());
  set_window(v, context, 0);
}

}  // namespace

extern const TransportKind kind_transport_dctcp;
const TransportKind kind_transport_dctcp{.name = "dctcp",
                                         .summary = "a window cut in proportion to the share of marked packets",
                                         .source = "Alizadeh et al., SIGCOMM 2010; RFC 8257",
                                         .needs = kSignalMarks,
                                         .recovery = Recovery::selective_repeat,
                                         .parameters = parameters,
                                         .configure = configure,
                                         .start = start,
                                         .acknowledged = acknowledged,
                                         .lost = lost,
                                         .timed_out = timed_out};

}  // namespace eastwest
