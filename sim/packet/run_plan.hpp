// SPDX-License-Identifier: Apache-2.0
// The run plan: every constant of a packet run, worked out once from fabric and options; read-only while loops run.
//
// Units: ps, bytes. Source of the headroom: bytes that can still arrive after a pause is decided, i.e.
//   rate x (2 x link delay + pipeline of the switch + response of the sender) + three full frames (one in flight at the
//   sender when the pause arrives, one that delays the pause frame at the switch, one of rounding) + the pause frame,
// which is the 802.1Qbb sum for the real cable length, with our pipeline counted before admission.
// Rounds. Time is cut into windows of W. Let a be the smallest time in which a host can matter to a switch, b a switch
// to a host, d a switch to a switch, h a host to a host: link delay plus what the receiving end needs before it reacts (a
// switch its pipeline, or its PFC response if that is less; a host nothing). Round r handles hosts up to rW + b, then
// switches up to rW + W. A host sees nothing from a later round if b is right; a switch needs hosts up to
// rW + W - a, which is at most rW + b if W <= a + b. So W = min(a + b, d, h): hosts, which react at once, do not set
// the pace of the whole fabric as they would with one window for all.
// LIMITATIONS: at most 65,535 nodes and 1,024 ports a node; frames of at most 65,535 bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/options.hpp"
#include "topology/fabric.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::packet {

struct PortPlan {
  std::int64_t delay = 0;            // start of transmission to handling at the target, without serialisation
  std::int64_t delay_pause = 0;      // end of a pause frame to its effect at the target
  std::uint64_t rate = 0;            // bit/s; 0: nothing plugged in
  std::uint64_t loss_threshold = 0;  // a 64-bit draw below it loses the frame
  std::uint32_t ps_per_byte = 0;     // 0: not a whole number, divide
  std::uint32_t link = 0;            // directed link that leaves here
  std::uint32_t headroom = 0;        // ingress: bytes kept for what arrives after a pause
  std::uint32_t ecn_min = 0;         // egress queue, bytes
  std::uint32_t ecn_max = 0;
  std::int64_t gap_time = 0;        // of the gap that follows every frame, if ps_per_byte is not 0
  std::int64_t target_offset = 0;   // window offset of the target
  std::uint16_t target_domain = 0;  // set when domains are cut
  std::uint16_t target_node = 0;
  std::uint16_t target_ingress = 0;
  std::int64_t last_bit_mask = 0;  // -1 where the target waits for the last bit: a host, or it stores and forwards; else 0

  [[nodiscard]] std::int64_t wire_time(std::int64_t bytes) const {
    return ps_per_byte != 0 ? bytes * ps_per_byte : serialisation({bytes}, {rate}).ps;
  }
  /// The same for a frame of `bytes` and the gap behind it.
  [[nodiscard]] std::int64_t frame_time(std::int64_t bytes, Bytes gap) const {
    return ps_per_byte != 0 ? bytes * ps_per_byte + gap_time : serialisation({bytes + gap.count}, {rate}).ps;
  }
};

struct NodePlan {
  std::uint32_t first_port = 0;
  std::uint32_t port_count = 0;
  bool is_switch = false;
  bool store_and_forward = false;
  bool mixed_rates = false;      // cuts through, and its ports differ in rate
  std::uint32_t detail = 0;      // index into Fabric::switches or hosts
  std::int64_t latency = 0;      // switch pipeline
  std::int64_t buffer = 0;       // switch memory
  std::int64_t shared_pool = 0;  // buffer less headroom and reserve
};

/// What an idle path costs; all shortest paths of a regular fabric cost the same, the first one stands for them.
struct PathCost {
  std::int64_t delay = 0;         // links and switch pipelines, ps
  std::int64_t nic_latency = 0;   // both sides, ps
  std::uint32_t hops = 0;         // switches on the way
  std::uint32_t stored_hops = 0;  // of these, those that wait for the last bit
  std::uint64_t rate = 0;         // slowest link, bit/s; 0: unreachable
};

/// A next-hop table and when switches begin to use it.
struct RouteVersion {
  std::int64_t time = 0;
  NextHops hops;
};

struct RunPlan {
  const Fabric* fabric = nullptr;
  NetworkOptions network;
  std::uint64_t seed = 0;
  std::uint32_t signals = 0;          // TransportSignal bits that the transport needs
  std::int64_t window = 0;            // W
  std::int64_t host_offset = 0;       // W - min(b, W): host windows end that much before switch windows
  std::int64_t buffer_alpha_q16 = 0;  // dynamic threshold, in 1/65536
  std::uint64_t ecn_probability_q64 = 0;
  std::vector<PortPlan> ports;       // by PortId
  std::vector<NodePlan> nodes;       // by NodeId
  std::vector<Fault> faults;         // by time
  std::vector<RouteVersion> routes;  // by time; the first from 0

  [[nodiscard]] PathCost path(EndpointId from, EndpointId to) const;
  /// First bit to last byte on an idle path, both NICs included: the closed form for one message,
  ///   2 NIC + delays + wire time of all frames + (store-and-forward hops) x wire time of the first frame.
  [[nodiscard]] Duration ideal_time(const PathCost& path, Bytes bytes) const;
  /// Round trip of a full packet and its acknowledgement on an idle path, without NIC software latency.
  [[nodiscard]] Duration base_round_trip(EndpointId from, EndpointId to) const;
};

/// Errors name the link, switch or limit that makes the run impossible.
Result<RunPlan> make_run_plan(const Fabric& fabric, const SimulationOptions& options);

}  // namespace eastwest::packet
