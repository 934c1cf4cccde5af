// SPDX-License-Identifier: Apache-2.0
// A fixed window: at most W bytes in flight per queue pair, sent at line rate; the textbook sliding window.
//
// W is network.window, or one bandwidth-delay product of the idle path (line rate x idle round trip) rounded up to whole
// packets plus the packets that an acknowledgement may wait for. Source: any textbook. LIMITATIONS: no reaction to
// marks or loss; congestion shows as queues and pauses.
#include <algorithm>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

void start(TransportState& state, const NetworkOptions& options, BitRate line_rate, Duration base_round_trip) {
  state = {};
  state.rate = static_cast<double>(line_rate.bits_per_second);
  state.line_rate = state.rate;
  if (options.window.count != 0) {
    state.window = std::max(options.window.count, options.mtu.count);
    return;
  }
  const auto product = static_cast<std::int64_t>(base_round_trip.seconds() * line_rate.bytes_per_second());
  const std::int64_t packets = (product + options.mtu.count - 1) / options.mtu.count + options.ack_every;
  state.window = packets * options.mtu.count;
}

void notified(TransportState&, const NetworkOptions&, std::int64_t) {}
void acknowledged(TransportState&, const NetworkOptions&, std::int64_t, std::int64_t, std::int64_t) {}
void lost(TransportState&, const NetworkOptions&, std::int64_t) {}
void advance(TransportState&, const NetworkOptions&, std::int64_t) {}

}  // namespace

extern const TransportKind kind_transport_window;
const TransportKind kind_transport_window{
    "window", "a fixed number of bytes in flight, sent at line rate", "textbook sliding window", start, notified, acknowledged, lost,
    advance};

}  // namespace eastwest
