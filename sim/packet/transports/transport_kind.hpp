// SPDX-License-Identifier: Apache-2.0
// What a transport declares: how a queue pair's rate and window answer acknowledgements, notifications and loss.
//
// A transport is a table of functions over a small state by value. Times in ps, rates in bit/s (double: the papers'
// arithmetic), data in bytes of payload. Functions are called in order of time for one queue pair; they must not depend
// on anything else, use no library function but sqrt (others round differently between machines) and never divide by
// zero: that keeps the determinism contract. Add one: a file here and its name in sim/CMakeLists.txt.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/parameter.hpp"
#include "core/quantity.hpp"
#include "sim/options.hpp"

namespace eastwest {

/// What a transport must be told beyond acknowledged bytes; bits of TransportKind::needs.
enum TransportSignal : std::uint32_t {
  kSignalNotification = 1,  // receivers answer marks with congestion notifications: `notified`
  kSignalRoundTrip = 2,     // AckSignal::round_trip
  kSignalMarks = 4,         // AckSignal::packets and marked
  kSignalTelemetry = 8,     // AckSignal::telemetry
  kSignalTrimming = 16,     // switches cut packets to their headers rather than drop them: `trimmed`
  kSignalEveryPacket = 32,  // an acknowledgement per packet, unless the user sets ack_every
};

/// What the engine gives today. A transport that needs more is not offered to users; a new signal is one word here.
inline constexpr std::uint32_t kEngineSignals =
    kSignalNotification | kSignalRoundTrip | kSignalMarks | kSignalTelemetry | kSignalTrimming | kSignalEveryPacket;

/// Facts of a queue pair's path when nothing else is on it.
struct PathFacts {
  BitRate line_rate;         // of the sender's port
  Duration base_round_trip;  // from the start of a full packet to its acknowledgement's handling
  std::uint32_t hops = 0;    // switches on the way
};

inline constexpr std::size_t kTelemetryHopsMax = 8;

/// What one egress on the way wrote into a packet as its transmission began (in-band telemetry).
struct HopTelemetry {
  std::int64_t time = 0;          // start of the transmission
  std::uint64_t bytes_sent = 0;   // by this egress so far, as the wire counts them: with headers and gaps
  std::uint32_t queue_bytes = 0;  // left behind in the queue
  std::uint32_t rate = 0;         // of the link, Mb/s
};
static_assert(sizeof(HopTelemetry) == 24);

/// An acknowledgement, as its sender sees it.
struct AckSignal {
  std::int64_t bytes = 0;                   // newly acknowledged payload, selectively or not; 0: none, the other fields still count
  std::int64_t round_trip = 0;              // from the start of the echoed packet's transmission to now; 0: unknown
  std::int64_t in_flight = 0;               // payload sent and not yet acknowledged, after this acknowledgement
  std::uint32_t sequence = 0;               // one past the newest packet that it answers for
  std::uint32_t sent = 0;                   // one past the highest packet ever sent: a round ends when `sequence` passes it
  std::uint32_t packets = 0;                // that the receiver got since its last acknowledgement
  std::uint32_t marked = 0;                 // of these, carrying an ECN mark
  std::span<const HopTelemetry> telemetry;  // of the echoed packet, in order of its way
};

/// Packets known not to have arrived whole.
struct LossSignal {
  std::int64_t bytes = 0;      // their payload
  std::int64_t in_flight = 0;  // as in AckSignal, without them
  std::uint32_t sequence = 0;  // one past the newest of them
  std::uint32_t sent = 0;      // as in AckSignal
};

/// Room for the variables of any transport; each file names its own view of them. It lies in the hot part of a queue
/// pair: what is not needed for every packet belongs into the cold bytes.
struct TransportState {
  double rate = 0;          // current, bit/s
  double line_rate = 0;     // of the NIC port
  std::int64_t window = 0;  // bytes in flight allowed; 0: no limit; one packet is always allowed
  double real[4] = {0, 0, 0, 0};
  std::int64_t instant[4] = {0, 0, 0, 0};
  std::uint32_t count[5] = {0, 0, 0, 0, 0};
  std::uint32_t stage = 0;
  std::uint32_t flags = 0;
};
static_assert(sizeof(TransportState) <= 128);

/// What every function is handed beside the state.
struct TransportContext {
  const NetworkOptions& options;  // with the kind's own constants in options.transport_constants
  std::byte* cold = nullptr;      // TransportKind::cold_bytes of this queue pair, aligned to 8, zero before `start`
};

// What a transport does that leaves an answer out: nothing.
inline void ignore_acknowledgement(TransportState&, const TransportContext&, const AckSignal&, std::int64_t) {}
inline void ignore_loss(TransportState&, const TransportContext&, const LossSignal&, std::int64_t) {}
inline void ignore_instant(TransportState&, const TransportContext&, std::int64_t) {}
inline void configure_nothing(const ParameterSet&, NetworkOptions&) {}
inline std::vector<ParameterSpec> no_parameters() { return {}; }

struct TransportKind {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  std::uint32_t needs = 0;                      // TransportSignal bits
  Recovery recovery = Recovery::go_back_n;      // what `recovery: automatic` becomes
  RoutingPolicy routing = RoutingPolicy::ecmp;  // what `routing: automatic` becomes
  std::uint32_t cold_bytes = 0;                 // per queue pair
  /// Its own parameters under `network:`, named `<transport>.<parameter>`.
  std::vector<ParameterSpec> (*parameters)() = no_parameters;
  /// Turns them into options.transport_constants; everything else in `options` is set already.
  void (*configure)(const ParameterSet& parameters, NetworkOptions& options) = configure_nothing;
  /// Sets rate and window of a new queue pair.
  void (*start)(TransportState& state, const TransportContext& context, const PathFacts& path) = nullptr;
  /// An acknowledgement arrived.
  void (*acknowledged)(TransportState& state, const TransportContext& context, const AckSignal& signal,
                       std::int64_t now) = ignore_acknowledgement;
  /// A congestion notification arrived.
  void (*notified)(TransportState& state, const TransportContext& context, std::int64_t now) = ignore_instant;
  /// A gap says that packets were lost.
  void (*lost)(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t now) = ignore_loss;
  /// Nothing was heard for the timeout.
  void (*timed_out)(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t now) = ignore_loss;
  /// A packet arrived as its header only.
  void (*trimmed)(TransportState& state, const TransportContext& context, const LossSignal& signal, std::int64_t now) = ignore_loss;
  /// Brings `state.rate` up to `now` before a packet is paced.
  void (*advance)(TransportState& state, const TransportContext& context, std::int64_t now) = ignore_instant;
};

/// All transports, sorted by name.
std::span<const TransportKind* const> transport_kinds();
const TransportKind* find_transport_kind(std::string_view name);
/// Whether the engine gives all that it needs, so that users may choose it.
inline bool transport_offered(const TransportKind& kind) { return (kind.needs & ~kEngineSignals) == 0; }

/// Bytes that a path of `path.line_rate` holds in one idle round trip.
inline double bandwidth_delay_product(const PathFacts& path) { return path.base_round_trip.seconds() * path.line_rate.bytes_per_second(); }

/// The window that fills an idle path: network.window, or one bandwidth-delay product rounded up to whole packets plus the
/// packets that an acknowledgement may wait for.
inline std::int64_t filling_window(const NetworkOptions& options, const PathFacts& path) {
  if (options.window.count != 0) return std::max(options.window.count, options.mtu.count);
  const auto product = static_cast<std::int64_t>(bandwidth_delay_product(path));
  const std::int64_t packets = (product + options.mtu.count - 1) / options.mtu.count + options.ack_every;
  return packets * options.mtu.count;
}

}  // namespace eastwest
