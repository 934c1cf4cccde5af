// SPDX-License-Identifier: Apache-2.0
// The flow plan: paths of queue pairs as weighted links, and what a message costs besides its share of their rate.
//
// The model of one message of B bytes from one NIC to another:
//   T = NIC latency of the sender + W / r(t) + delays + (store-and-forward switches) x first frame + NIC latency of the receiver
//   W = B + frames x (header + gap), frames = ceil(B / mtu)
// Rates are of wire bytes on the wire rate of links; for whole frames that is the same as payload B on links of
//   wire rate x mtu / (mtu + header + gap),
// and so busbw is that of the packet engine. With r(t) the rate of the slowest link all the time, T is the closed form of
// sim/idle_path.hpp to the picosecond. r(t) is the max-min fair rate of the queue pair (sim/flow/max_min.hpp); messages
// of one queue pair go one after another. Traffic classes are served in order: a class shares what those before it leave.
// Inside a host a message takes latency + B / r(t), r(t) max-min fair over the GPUs' scale-up ports, egress and ingress.
// Paths: `ecmp` follows the hash of sim/path_hash.hpp, so both engines use the same links; `spray` divides a flow equally over
// all next hops at every switch (and over all intermediates of Valiant paths); `adaptive` does so over those that are up.
// Loss: no frame is drawn; a message takes 1 / eta times its work, eta the expected goodput of its recovery at the loss p of its path,
//   go-back-N:         eta = (1 - p) / (1 - p + p x packets in flight),  packets in flight = ceil(rate x round trip / (8 x mtu))
//   selective repeat:  eta = 1 - p
// as textbooks have it for an endless stream (Bertsekas and Gallager, "Data Networks", section 2.4; Schwartz, 1987).
// LIMITATIONS: a message uses all links of its path at the same moment, W / r(t) from when the NIC has it; no queues, hence
// no ECN, PFC or timeouts, so a lost last packet costs nothing here, and no ramp of a congestion control; what go-back-N repeats is
// counted at the full rate of the path even where it is shared, and loads every link of it; acknowledgements are not lost and take no
// bandwidth (0.5 % of the opposite direction with one of 86 B per 4 packets of 4 KiB); adaptive routing is spray without
// regard to load, `ugal` paths are minimal ones and a flowlet lasts as long as its queue pair; while a spray path has a dead
// next hop its flows stand still until the tables change; receivers that hang are ignored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/flow/max_min.hpp"
#include "sim/idle_path.hpp"
#include "sim/options.hpp"
#include "sim/route_versions.hpp"
#include "topology/fabric.hpp"

namespace eastwest::flow {

struct FlowPlan {
  const Fabric* fabric = nullptr;
  NetworkOptions network;
  std::uint64_t seed = 0;
  std::vector<Fault> faults;         // by time
  std::vector<RouteVersion> routes;  // by time; the first from 0
  std::vector<std::uint64_t> salts;  // by Fabric::switches
};

/// Where the bytes of a queue pair go under one route version.
struct FlowPath {
  std::vector<Hop> hops;          // distinct links of the fabric; empty: no route
  std::int64_t delay = 0;         // ps, links and switch pipelines; of the longest part of a split
  std::uint32_t stored_hops = 0;  // as above
  std::uint64_t rate = 0;         // slowest link, bit/s
};

/// Wire bytes sent for one that arrives, 1 / eta of the above; at most kExpansionMost, where next to nothing arrives and messages stand still.
double expansion_of(const NetworkOptions& network, double loss, BitRate rate, Duration round_trip);
inline constexpr double kExpansionMost = 1e9;

/// Errors as route_versions.
Result<FlowPlan> make_flow_plan(const Fabric& fabric, const SimulationOptions& options);

/// `down` by cable: what adaptive routing steers around.
void find_path(const FlowPlan& plan, std::size_t version, const std::vector<bool>& down, EndpointId from, EndpointId to,
               std::uint16_t entropy, FlowPath& path);

}  // namespace eastwest::flow
