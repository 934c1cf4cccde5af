// SPDX-License-Identifier: Apache-2.0
// A fixed window: at most W bytes in flight per queue pair, sent at line rate; the textbook sliding window.
//
// W is network.window, or one bandwidth-delay product of the idle path (line rate x idle round trip) rounded up to whole
// packets plus the packets that an acknowledgement may wait for. Source: any textbook. LIMITATIONS: no reaction to
// marks or loss; congestion shows as queues and pauses.
#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest {

namespace {

void start(TransportState& state, const TransportContext& context, const PathFacts& path) {
  state = {};
  state.rate = static_cast<double>(path.line_rate.bits_per_second);
  state.line_rate = state.rate;
  state.window = filling_window(context.options, path);
}

}  // namespace

extern const TransportKind kind_transport_window;
const TransportKind kind_transport_window{.name = "window",
                                          .summary = "a fixed number of bytes in flight, sent at line rate",
                                          .source = "textbook sliding window",
                                          .start = start};

}  // namespace eastwest
