// SPDX-License-Identifier: Apache-2.0
// Assembly: nodes and cables in the order in which a builder names them, turned into the flat arrays of a Fabric.
//
// Invariants: a node's ports are numbered in the order of its connections; cable n is "C" + (n + 1) with at least four
// digits and links 2n (a to b) and 2n + 1; all ports of a host are endpoints; racks[0] exists after `finish`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/cabling.hpp"
#include "topology/fabric.hpp"
#include "topology/settings.hpp"

namespace eastwest {

class FabricAssembly {
 public:
  explicit FabricAssembly(std::string_view topology, Structure structure = Structure::irregular) {
    fabric_.topology = topology;
    fabric_.structure = structure;
  }

  [[nodiscard]] std::vector<Rack>& racks() { return fabric_.racks; }
  NodeId add_host(std::string name, std::uint32_t rack, const HostSettings& settings);
  /// Free ports after those that links take, until the node has `ports`.
  void keep_ports(NodeId node, std::uint32_t ports) {
    std::uint32_t& count = fabric_.nodes[node.index()].port_count;
    if (count < ports) count = ports;
  }
  NodeId add_switch(std::string name, std::uint8_t tier, std::uint32_t rack, const SwitchSettings& settings);
  void connect(NodeId a, NodeId b, BitRate rate, const CableParts& parts, double frame_loss);

  /// Where a switch stands; see Structure.
  [[nodiscard]] Switch& unit(NodeId id) { return fabric_.switches[node(id).detail]; }
  [[nodiscard]] std::vector<std::uint16_t>& extents() { return fabric_.extents; }
  [[nodiscard]] const Node& node(NodeId id) const { return fabric_.nodes[id.index()]; }
  [[nodiscard]] const Rack& rack_of(NodeId id) const { return fabric_.racks[node(id).rack]; }
  [[nodiscard]] Fabric finish() &&;

 private:
  struct Connection {
    NodeId a;
    NodeId b;
    std::uint32_t index_a = 0;  // port within a
    std::uint32_t index_b = 0;
    BitRate rate;
    double frame_loss = 0;
  };
  Fabric fabric_;
  std::vector<Connection> connections_;
};

/// Chooses the cables of one fabric by the site's rules and reports each kind of trouble once.
class Wiring {
 public:
  Wiring(FabricAssembly& assembly, const FabricSettings& settings, const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics)
      : assembly_(assembly), settings_(settings), catalogue_(catalogue), place_(place), diagnostics_(diagnostics) {}

  void host_cable(NodeId host, NodeId leaf) { connect(host, leaf, settings_.host.nic_rate, settings_.host_cable, host_reported_); }
  void fabric_cable(NodeId lower, NodeId upper) { fabric_cable(lower, upper, settings_.uplink_rate); }
  void fabric_cable(NodeId a, NodeId b, BitRate rate) { connect(a, b, rate, settings_.fabric_cable, fabric_reported_); }

 private:
  void connect(NodeId a, NodeId b, BitRate rate, const CableRule& rule, bool& reported);

  FabricAssembly& assembly_;
  const FabricSettings& settings_;
  const Catalogue& catalogue_;
  const Place& place_;
  Diagnostics& diagnostics_;
  bool host_reported_ = false;
  bool fabric_reported_ = false;
};

/// "server-03": at least `digits` digits, more when `count` asks for them.
std::string numbered(std::string_view stem, std::uint32_t index, std::uint32_t count = 0, unsigned digits = 1);
/// Names of servers have at least two digits.
inline std::string server_name(std::uint32_t index, std::uint32_t count) { return numbered("server-", index, count, 2); }

/// The first of `groups` parts of `count` things in order, as even as can be: part `index` is [first(i), first(i + 1)).
constexpr std::uint32_t first_of_part(std::uint32_t index, std::uint32_t groups, std::uint32_t count) {
  return static_cast<std::uint32_t>(std::uint64_t{index} * count / groups);
}

}  // namespace eastwest
