// SPDX-License-Identifier: Apache-2.0
// Idle path: what a path costs when nobody else is there, and the closed form for one message over it.
//
//   time = NIC latency of both sides + delays + wire time of all frames + (store-and-forward switches) x first frame
// where delays are those of links and switch pipelines and a frame on the wire is payload + header + gap. Units: ps, bytes.
// LIMITATIONS: the first of several equal next hops stands for all of them, which is exact in a regular fabric; of
// Valiant and UGAL paths it is the minimal one.
#pragma once

#include <cstdint>

#include "sim/options.hpp"
#include "sim/route_versions.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

struct IdlePath {
  Duration delay;                 // links and switch pipelines
  Duration nic_latency;           // both sides
  std::uint32_t hops = 0;         // switches on the way
  std::uint32_t stored_hops = 0;  // of these, those that wait for the last bit
  BitRate rate;                   // slowest link; 0: unreachable
};

IdlePath idle_path(const Fabric& fabric, const RouteVersion& routes, EndpointId from, EndpointId to);

/// Bytes of a message on the wire: payload, and header and gap of each of its frames (at least one).
Bytes wire_bytes(const NetworkOptions& network, Bytes payload);
/// The closed form above; 0 when unreachable.
Duration ideal_time(const NetworkOptions& network, const IdlePath& path, Bytes bytes);
/// From the last bit at the receiver's NIC to the acknowledgement at the sender's, over `back`.
Duration acknowledgement_time(const NetworkOptions& network, const IdlePath& back);
/// Of a full packet and its acknowledgement, without the latency of NICs; 0 when unreachable.
Duration round_trip_time(const NetworkOptions& network, const IdlePath& there, const IdlePath& back);

}  // namespace eastwest
