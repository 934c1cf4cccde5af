// SPDX-License-Identifier: Apache-2.0
// What a transport declares: how a queue pair's rate and window answer acknowledgements, notifications and loss.
//
// A transport is a table of functions over a small state by value. Times in ps, rates in bit/s (double: the papers'
// arithmetic), data in bytes. Functions are called in order of time for one queue pair; they must not depend on
// anything else, which keeps the determinism contract. Add one: a file here and its name in sim/CMakeLists.txt.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/quantity.hpp"
#include "sim/options.hpp"

namespace eastwest {

/// Room for the variables of any transport; each file names its own view of them.
struct TransportState {
  double rate = 0;       // current, bit/s
  double line_rate = 0;  // of the NIC port
  double real[3] = {0, 0, 0};
  std::int64_t instant[3] = {0, 0, 0};
  std::int64_t window = 0;  // bytes in flight allowed; 0: no limit
  std::uint32_t stage = 0;
  std::uint32_t flags = 0;
};

struct TransportKind {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  /// Sets rate and window of a new queue pair whose idle round trip is `base_round_trip`.
  void (*start)(TransportState& state, const NetworkOptions& options, BitRate line_rate, Duration base_round_trip);
  /// A congestion notification arrived.
  void (*notified)(TransportState& state, const NetworkOptions& options, std::int64_t now);
  /// `bytes` were acknowledged by an ack whose packet took `round_trip` (0 when unknown).
  void (*acknowledged)(TransportState& state, const NetworkOptions& options, std::int64_t bytes, std::int64_t round_trip, std::int64_t now);
  /// Packets were lost (timeout or gap).
  void (*lost)(TransportState& state, const NetworkOptions& options, std::int64_t now);
  /// Brings `state.rate` up to `now` before a packet is paced.
  void (*advance)(TransportState& state, const NetworkOptions& options, std::int64_t now);
};

/// All transports, sorted by name.
std::span<const TransportKind* const> transport_kinds();
const TransportKind* find_transport_kind(std::string_view name);

}  // namespace eastwest
