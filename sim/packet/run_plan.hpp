// SPDX-License-Identifier: Apache-2.0
// The run plan: every constant of a packet run, worked out once from fabric and options; read-only while loops run.
//
// Units: ps, bytes. Source of the headroom: bytes that can still arrive after a pause is decided, i.e.
//   rate x (2 x link delay + pipeline of the switch + response of the sender) + three full frames (one in flight at the
//   sender when the pause arrives, one that delays the pause frame at the switch, one of rounding) + the pause frame,
// which is the 802.1Qbb sum for the real cable length, with our pipeline counted before admission. Each priority in use,
// (traffic classes of the jobs) x (virtual channels of the routes), has headroom and reserve of its own.
// With credits a switch divides its buffer evenly among its ingress ports and the priorities in use.
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
#include "sim/route_versions.hpp"
#include "topology/fabric.hpp"

namespace eastwest::packet {

inline constexpr std::int64_t kPauseFrameBytes = 64;
inline constexpr std::int64_t kCreditFrameBytes = 8;

struct PortPlan {
  std::int64_t delay = 0;         // start of transmission to handling at the target, without serialisation
  std::int64_t delay_pause = 0;   // end of a pause frame to its effect at the target
  std::uint64_t rate = 0;         // bit/s; 0: nothing plugged in
  std::uint32_t ps_per_byte = 0;  // 0: not a whole number, divide
  std::uint32_t link = 0;         // directed link that leaves here
  std::uint32_t headroom = 0;     // ingress: bytes kept for what arrives after a pause
  std::uint32_t ecn_min = 0;      // egress queue, bytes
  std::uint32_t ecn_max = 0;
  std::int64_t gap_time = 0;        // of the gap that follows every frame, if ps_per_byte is not 0
  std::int64_t target_offset = 0;   // window offset of the target
  std::uint16_t target_domain = 0;  // set when domains are cut
  std::uint16_t target_node = 0;
  std::uint16_t target_ingress = 0;
  bool to_host = false;
  std::uint32_t credit_buffer = 0;  // room for each priority at the other end; 0: no credits are counted
  std::int64_t last_bit_mask = 0;   // -1 where the target waits for the last bit: a host, or it stores and forwards; else 0

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
  bool mixed_rates = false;        // cuts through, and its ports differ in rate
  std::uint32_t detail = 0;        // index into Fabric::switches or hosts
  std::int64_t latency = 0;        // switch pipeline
  std::int64_t buffer = 0;         // switch memory
  std::int64_t shared_pool = 0;    // buffer less headroom and reserve
  std::int64_t credit_buffer = 0;  // credits: room per ingress port and priority
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
  std::uint32_t channels = 1;        // virtual channels of every data class
  std::uint32_t priorities = 1;      // of data that a link may carry: 1 to this
  std::int32_t full_frame = 0;       // bytes in buffers

  /// The priority in which a class enters the fabric, on its channel 0.
  [[nodiscard]] unsigned priority_of(unsigned traffic_class) const { return traffic_class == 0 ? 0 : 1 + (traffic_class - 1) * channels; }
};

/// What a uniform draw of 64 bits must be below for something of this probability to happen; below 2^-64 it is 0: never in any run.
std::uint64_t draw_threshold(double probability);

/// `data_classes`: bit per traffic class in use. Errors name the link, switch or limit that makes the run impossible.
Result<RunPlan> make_run_plan(const Fabric& fabric, const SimulationOptions& options, unsigned data_classes);

}  // namespace eastwest::packet
