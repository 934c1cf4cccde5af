// SPDX-License-Identifier: Apache-2.0
// HPCC: a window from in-band telemetry, which holds every link just below its rate.
//
// T: idle round trip; W_init = line rate x T; W_AI = W_init (1 - eta) / N. For every hop j between two acknowledgements:
//   u_j = min(q_j, q_j before) / (B_j T) + (sent_j - sent_j before) / ((t_j - t_j before) B_j);   u = max_j u_j, tau its interval
//   U = (1 - tau / T) U + (tau / T) u,   tau <= T
//   U >= eta or stage >= maxStage: W = W_c eta / U + W_AI       else: W = W_c + W_AI
//   once a round trip, by sequence: W_c = W, and stage = 0 in the first case, stage + 1 in the second
//   rate = W / T
// Source: Li et al., "HPCC: high precision congestion control", SIGCOMM 2019, algorithm 1. LIMITATIONS: T is of the
// queue pair's own path, the paper takes the fabric's longest unless `hpcc.round_trip` says so; telemetry assumes one
// path: an acknowledgement that came another way (other number of hops, or counters that went back) only
// refreshes the record. No reaction to
// loss, as in the paper. The bytes that carry telemetry must be added to `network.header` by hand.
#include <algorithm>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kPaper = "HPCC, SIGCOMM 2019";

struct Constants {
  double eta;
  double flows;          // N
  double rate_min;       // bit/s
  double round_trip;     // T in ps, 0: the path's
  std::uint32_t stages;  // maxStage
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  constexpr auto quantity = ParameterType::quantity;
  return {
      {"hpcc.eta", ParameterType::real, none, "0.95", 0.05, 1, "utilisation that every link is held at", kPaper},
      {"hpcc.stages", quantity, none, "5", 0, 100, "additive rounds before a multiplicative one", kPaper},
      {"hpcc.flows", quantity, none, "100", 1, 1e6, "flows on one link that the additive step reckons with: W_init (1 - eta) / flows",
       "HPCC, SIGCOMM 2019: 80 B at 100 Gb/s and 13 us, which is 100"},
      {"hpcc.round_trip", quantity, time, "0 ns", 0, 1e12, "base round trip T of all queue pairs; 0 ns: each its own path's", kPaper},
      {"hpcc.rate_min", quantity, rate, "100 Mb/s", 1e6, 1e13, "the rate never falls below", "ns-3 code published with HPCC"},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  options.transport_constants.put(Constants{.eta = p.real("hpcc.eta"),
                                            .flows = static_cast<double>(p.integer("hpcc.flows")),
                                            .rate_min = static_cast<double>(p.integer("hpcc.rate_min")),
                                            .round_trip = static_cast<double>(p.integer("hpcc.round_trip")),
                                            .stages = static_cast<std::uint32_t>(p.integer("hpcc.stages"))});
}

struct View {
  TransportState& s;
  double& reference() { return s.real[0]; }   // W_c, bytes
  double& inflight() { return s.real[1]; }    // U
  double& round_trip() { return s.real[2]; }  // T, ps
  double& largest() { return s.real[3]; }     // W_init, bytes
  std::uint32_t& round_end() { return s.count[0]; }
  std::uint32_t& hops() { return s.count[1]; }  // of the record; 0: none yet
  std::uint32_t& stage() { return s.stage; }
};

void set_window(View& v, const TransportContext& context, double window) {
  // bytes per ps x 8e12 = bit/s
  const double rate = window / v.round_trip() * 8e12;
  v.s.rate = std::min(rate, v.s.line_rate);
  v.s.window = std::max(static_cast<std::int64_t>(window), context.options.mtu.count);
}

double window_min(View& v, const Constants& c) { return std::min(c.rate_min * v.round_trip() / 8e12, v.largest()); }

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.line_rate = static_cast<double>(path.line_rate.bits_per_second);
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  v.round_trip() = std::max(1.0, c.round_trip > 0 ? c.round_trip : static_cast<double>(path.base_round_trip.ps));
  v.largest() = state.line_rate * v.round_trip() / 8e12;
  v.reference() = v.largest();
  v.inflight() = 1;
  set_window(v, context, v.reference());
}

/// Folds the telemetry into U and keeps it for the next time. False: nothing to compare with.
bool measure(View& v, HopTelemetry* record, std::span<const HopTelemetry> hops) {
  double most = -1;
  double interval = 0;
  const bool same_path = v.hops() == hops.size();
  for (std::size_t j = 0; same_path && j < hops.size(); ++j) {
    const HopTelemetry& now = hops[j];
    const HopTelemetry& before = record[j];
    if (now.time <= before.time || now.bytes_sent < before.bytes_sent || now.rate == 0) continue;
    const auto elapsed = static_cast<double>(now.time - before.time);
    const double bytes_per_ps = static_cast<double>(now.rate) * 1e6 / 8e12;
    const double queue = static_cast<double>(std::min(now.queue_bytes, before.queue_bytes)) / (bytes_per_ps * v.round_trip());
    const double use = queue + static_cast<double>(now.bytes_sent - before.bytes_sent) / (elapsed * bytes_per_ps);
    if (use > most) {
      most = use;
      interval = elapsed;
    }
  }
  std::copy(hops.begin(), hops.end(), record);
  v.hops() = static_cast<std::uint32_t>(hops.size());
  if (most < 0) return false;
  const double share = std::min(interval, v.round_trip()) / v.round_trip();
  v.inflight() = (1 - share) * v.inflight() + share * most;
  return true;
}

void acknowledged(TransportState& state, const TransportContext& context, const AckSignal& signal, std::int64_t) {
  View v{state};
  const Constants& c = context.options.transport_constants.as<Constants>();
  const auto hops = signal.telemetry.first(std::min(signal.telemetry.size(), kTelemetryHopsMax));
  if (hops.empty() || !measure(v, reinterpret_cast<HopTelemetry*>(context.cold), hops)) return;
  const double step = v.largest() * (1 - c.eta) / c.flows;
  const bool multiplicative = v.inflight() >= c.eta || v.stage() >= c.stages;
  double window = v.reference() + step;
  if (multiplicative) window = v.reference() / std::max(v.inflight() / c.eta, 1e-3) + step;
  window = std::clamp(window, window_min(v, c), v.largest());
  set_window(v, context, window);
  if (signal.sequence <= v.round_end()) return;
  v.round_end() = signal.sent;
  v.stage() = multiplicative ? 0 : v.stage() + 1;
  v.reference() = window;
}

}  // namespace

extern const TransportKind kind_transport_hpcc;
const TransportKind kind_transport_hpcc{.name = "hpcc",
                                        .summary = "a window from in-band telemetry that keeps every link just below its rate",
                                        .source = "Li et al., SIGCOMM 2019",
                                        .needs = kSignalTelemetry | kSignalEveryPacket,
                                        .cold_bytes = kTelemetryHopsMax * sizeof(HopTelemetry),
                                        .parameters = parameters,
                                        .configure = configure,
                                        .start = start,
                                        .acknowledged = acknowledged};

}  // namespace eastwest
