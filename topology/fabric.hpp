// SPDX-License-Identifier: Apache-2.0
// The fabric: hosts, switches, ports, directed links and cables as flat arrays; what exists, nothing about traffic.
//
// Units: integer quantities of core/quantity.hpp. Invariants (held by `validate`): every port belongs to one node and
// the ports of a node are contiguous; every cable is exactly two links, one per direction; every endpoint is a port of
// a host; GPUs are numbered host after host. A link's delay is one way, first bit in to first bit out: medium + both
// modules + FEC; it excludes serialisation and the latency of switch and NIC. The ports of one NIC are neighbours among the
// endpoints of a host: port p of NIC n is endpoint n x nic_ports + p, and port p of every NIC is in plane p.
// LIMITATIONS: hosts do not forward; a cable has one rate for both directions; all NICs of a host have equally many ports.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/quantity.hpp"
#include "core/result.hpp"

namespace eastwest {

enum class NodeKind : std::uint8_t { host, network_switch };
enum class ForwardingMode : std::uint8_t { cut_through, store_and_forward };

/// What the switches form, as far as routing must know; where each one stands is in Switch::group and Switch::coordinate.
enum class Structure : std::uint8_t {
  irregular,  // nothing is promised
  tiers,      // a Clos, or several side by side: every shortest path goes up through the tiers, then down
  groups,     // cables join switches of one group or of two; any two groups are joined (dragonfly, dragonfly+)
  torus,      // cables join neighbours along one dimension, around the edge too
};
inline constexpr std::size_t kTorusDimensionsMost = 5;

struct Node {
  std::string name;  // unique, e.g. "server-03", "leaf-1", "spine-0"
  NodeKind kind = NodeKind::host;
  std::uint8_t tier = 0;         // 0 host, 1 leaf, 2 spine or aggregation, 3 core
  std::uint32_t first_port = 0;  // into Fabric::ports
  std::uint32_t port_count = 0;
  std::uint32_t detail = 0;  // into Fabric::hosts or Fabric::switches, by kind
  std::uint32_t rack = 0;    // into Fabric::racks; rack 0 always exists
};

struct Port {
  NodeId node;
  std::uint32_t index = 0;  // within the node
  LinkId out;               // leaves through this port; none when nothing is plugged in
  LinkId in;
};

struct Link {
  PortId source;
  PortId target;
  BitRate rate;
  Duration delay;
  CableId cable;
  double frame_loss = 0.0;  // probability that a frame is lost on this direction, 0 to 1
};

struct Cable {
  std::string name;  // stable id, unique, e.g. "C0001"
  PortId a;
  PortId b;
  Length length;          // installed: route + slack + drops; zero when the delay was given instead
  std::string medium;     // catalogue optic id or "custom"
  Duration delay_medium;  // parts of the link delay
  Duration delay_modules;
  Duration delay_fec;
  double margin_db = std::numeric_limits<double>::quiet_NaN();    // headroom of the optical budget, worse direction; NaN: unknown
  double pre_fec_ber = std::numeric_limits<double>::quiet_NaN();  // bit error rate before correction, worse direction; NaN: unknown
};

struct Switch {
  NodeId node;
  std::string model;  // catalogue id or "custom"
  Duration latency;   // port to port, first bit in to first bit out
  ForwardingMode mode = ForwardingMode::cut_through;
  Bytes buffer;                                                  // shared packet memory
  std::uint32_t group = 0;                                       // Structure::groups: 0 to groups - 1
  std::array<std::uint16_t, kTorusDimensionsMost> coordinate{};  // Structure::torus: below Fabric::extents
};

/// What a GPU can do, for roofline times. Rates are peak; efficiencies belong to the workload.
struct GpuModel {
  std::string name;
  double flops_bf16 = 0;  // dense, FLOP/s
  double flops_fp8 = 0;   // dense, FLOP/s; 0 when unknown
  double memory_bytes_per_second = 0;
  Bytes memory;
};

struct Host {
  NodeId node;
  std::string model;                       // catalogue id or "custom"
  std::uint32_t gpu_count = 0;             // processes (ranks) it can run; plain hosts have 1
  std::uint32_t first_gpu = 0;             // global number of its GPU 0
  std::uint32_t first_endpoint = 0;        // into Fabric::endpoints
  std::uint32_t endpoint_count = 0;        // NIC ports; GPU i uses NIC i * nics / gpu_count
  std::uint32_t nic_ports = 1;             // of each NIC; divides endpoint_count
  std::uint32_t gpu_model = 0xffff'ffffu;  // into Fabric::gpu_models; none for plain hosts
  Duration nic_latency;                    // one side, software to wire or wire to software, once per message
  BitRate scale_up_rate;                   // per GPU and direction; also the local copy rate of plain hosts
  Duration scale_up_latency;               // GPU to GPU through the scale-up switch
};

struct Endpoint {
  NodeId host;
  PortId port;
};

struct Rack {
  std::string name;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

struct Fabric {
  std::string topology;  // kind that built it
  Structure structure = Structure::irregular;
  std::vector<std::uint16_t> extents;  // Structure::torus: switches along each dimension; else empty
  std::vector<Node> nodes;
  std::vector<Port> ports;
  std::vector<Link> links;
  std::vector<Cable> cables;
  std::vector<Switch> switches;
  std::vector<Host> hosts;
  std::vector<Endpoint> endpoints;
  std::vector<GpuModel> gpu_models;
  std::vector<Rack> racks;
  std::uint32_t gpu_count = 0;  // over all hosts

  /// "leaf-1:3" for messages and tables.
  [[nodiscard]] std::string port_name(PortId port) const;
  /// "server-03:0 -> leaf-1:3".
  [[nodiscard]] std::string link_name(LinkId link) const;
  [[nodiscard]] std::uint32_t host_of_gpu(GpuId gpu) const;  // index into hosts
  /// The NIC port that a GPU sends through; `nic_port` chooses the plane where NICs have several ports.
  [[nodiscard]] EndpointId endpoint_of_gpu(GpuId gpu, std::uint32_t nic_port = 0) const;
};

/// Checks every invariant above; the error names the first thing that is wrong. For builders' tests and imports.
Status validate(const Fabric& fabric);

}  // namespace eastwest
