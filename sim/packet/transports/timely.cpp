// SPDX-License-Identifier: Apache-2.0
// TIMELY: a rate that follows the gradient of the round trip.
//
// Once a round trip, by sequence, with rtt the newest and m the minimum that it is divided by:
//   d = (1 - a) d + a (rtt - rtt before);   gradient = d / m
//   rtt < T_low:        R += R_AI
//   rtt > T_high:       R *= 1 - b (1 - T_high / rtt)
//   gradient <= 0:      R += R_AI, five times that from the fifth such round in a row on
//   else:               R *= 1 - b gradient
// R_AI grows with the line rate. Source: Mittal et al., "TIMELY: RTT-based congestion control for the datacenter", SIGCOMM
// 2015, algorithm 1. LIMITATIONS: rounds take the place of the paper's segments of 16 to 64 KB; any division of a link is a fixed
// point as long as the gradient is zero (Zhu et al., CoNEXT 2016), so shares need not become equal.
#include <algorithm>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kPaper = "TIMELY, SIGCOMM 2015";
constexpr std::uint32_t kFastFrom = 5;  // rounds in a row
constexpr double kFastFactor = 5;

struct Constants {
  double gain;  // a
  double beta;
  double low;                // T_low, ps
  double high;               // T_high, ps
  double round_trip_min;     // m, ps
  double additive_increase;  // bit/s at 10 Gb/s
  double rate_min;           // bit/s
};

std::vector<ParameterSpec> parameters() {
  using enum Dimension;
  constexpr auto quantity = ParameterType::quantity;
  constexpr auto real = ParameterType::real;
  return {
      {"timely.gain", real, none, "0.875", 1e-6, 1, "weight of the newest difference of round trips", kPaper},
      {"timely.beta", real, none, "0.8", 1e-6, 0.99, "strength of a decrease", kPaper},
      {"timely.low", quantity, time, "50 us", 1, 1e12, "round trip below which the rate only grows", kPaper},
      {"timely.high", quantity, time, "500 us", 1, 1e12, "round trip above which the rate only falls", kPaper},
      {"timely.round_trip_min", quantity, time, "20 us", 1, 1e12, "what differences of round trips are measured against", kPaper},
      {"timely.additive_increase", quantity, rate, "10 Mb/s", 1, 1e13,
       "raise per round trip at 10 Gb/s, more in proportion to the line rate", kPaper},
      {"timely.rate_min", quantity, rate, "100 Mb/s", 1e6, 1e13, "the rate never falls below", "ns-3 code published with HPCC"},
  };
}

void configure(const ParameterSet& p, NetworkOptions& options) {
  const auto number = [&](std::string_view name) { return static_cast<double>(p.integer(name)); };
  options.transport_constants.put(Constants{.gain = p.real("timely.gain"),
                                            .beta = p.real("timely.beta"),
                                            .low = number("timely.low"),
                                            .high = number("timely.high"),
                                            .round_trip_min = number("timely.round_trip_min"),
                                            .additive_increase = number("timely.additive_increase"),
                                            .rate_min = number("timely.rate_min")});
}

struct View {
  TransportState& s;
  double& difference() { return s.real[0]; }       // d, ps
  std::int64_t& before() { return s.instant[0]; }  // round trip of the round before; 0: none yet
  std::uint32_t& round_end() { return s.count[0]; }
  std::uint32_t& falling() { return s.stage; }  // rounds in a row with gradient <= 0
};

void set_rate(View& v, const Constants& c, double rate) { v.s.rate = std::clamp(rate, std::min(c.rate_min, v.s.line_rate), v.s.line_rate); }

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.rate = static_cast<double>(path.line_rate.bits_per_second);
  state.line_rate = state.rate;
  state.window = context.options.window.count;
}

void acknowledged(TransportState& state, const TransportContext& context, const AckSignal& signal, std::int64_t) {
  View v{state};
  if (signal.round_trip <= 0 || signal.sequence <= v.round_end()) return;
  v.round_end() = signal.sent;
  const Constants& c = context.options.transport_constants.as<Constants>();
  const auto round_trip = static_cast<double>(signal.round_trip);
  const bool first = v.before() == 0;
  if (!first) v.difference() = (1 - c.gain) * v.difference() + c.gain * static_cast<double>(signal.round_trip - v.before());
  v.before() = signal.round_trip;
  if (first) return;
  const double gradient = v.difference() / c.round_trip_min;
  const double step = c.additive_increase * (v.s.line_rate / 10e9);
  if (round_trip < c.low || round_trip > c.high || gradient > 0) v.falling() = 0;
  if (round_trip < c.low) set_rate(v, c, v.s.rate + step);
  else if (round_trip > c.high) set_rate(v, c, v.s.rate * (1 - c.beta * (1 - c.high / round_trip)));
  else if (gradient > 0) set_rate(v, c, v.s.rate * std::max(0.0, 1 - c.beta * gradient));
  else set_rate(v, c, v.s.rate + (++v.falling() >= kFastFrom ? kFastFactor : 1) * step);
}

}  // namespace

extern const TransportKind kind_transport_timely;
const TransportKind kind_transport_timely{.name = "timely",
                                          .summary = "a rate that follows the gradient of the round trip",
                                          .source = "Mittal et al., SIGCOMM 2015",
                                          .needs = kSignalRoundTrip,
                                          .parameters = parameters,
                                          .configure = configure,
                                          .start = start,
                                          .acknowledged = acknowledged};

}  // namespace eastwest
