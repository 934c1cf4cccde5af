// SPDX-License-Identifier: Apache-2.0
// Port names: which port of the design a device and an interface of some tool mean.
//
// Devices: by name, without regard to case and to a domain behind the name. Interfaces: as the site names them (Plant::ports), with `_` for `/`;
// else, on switches, in the usual forms, counted as the tool counts: "33" and "1/2" (InfiniBand and CVT, from 1; cage and half), "swp5" and
// "swp5s0" (Cumulus), "sw3p2" (XDR), "P0.1" (NetBox, from 0), "Ethernet8" (SONiC, lanes of a cage from 0); on servers "mlx5_3", "ib3", "eth3", "rail3", from 0,
// and "3", from 1. A cage's own name means its first port. A port of a switch that the design does not use has an id too, beyond those of the
// fabric, so that a cable in it can be told; one that its model has not (data/switches.csv: cages) has none. LIMITATIONS: a name like "enp26s0f0np0" needs `plant.nic_port`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

class PortNames {
 public:
  PortNames(const Fabric& fabric, const Plant& plant, const Catalogue& catalogue);

  [[nodiscard]] NodeId node(std::string_view device) const;
  [[nodiscard]] NodeId node(PortId port) const;
  /// Whether the fabric has it.
  [[nodiscard]] bool is_planned(PortId port) const { return port.index() < fabric_.ports.size(); }
  [[nodiscard]] PortId port(NodeId node, std::string_view interface) const;
  [[nodiscard]] PortId port(std::string_view device, std::string_view interface) const;
  /// Ports that the switch has, when `interface` names one beyond them ("swp99"); 0 when it does not, or nothing is known.
  [[nodiscard]] std::uint32_t exceeded(NodeId node, std::string_view interface) const;
  /// Names of all devices, for messages.
  [[nodiscard]] const std::vector<std::string>& devices() const { return devices_; }
  /// "swp1s0", and "leaf-0:swp1s0".
  [[nodiscard]] std::string interface(PortId port) const;
  [[nodiscard]] std::string name(PortId port) const;
  [[nodiscard]] std::uint32_t ports_per_cage(NodeId node) const { return per_cage_[node.index()]; }
  /// The first port of the cage in which `port` is.
  [[nodiscard]] PortId cage(PortId port) const;
  [[nodiscard]] CableId cable(PortId port) const;  // none: nothing is planned there
  [[nodiscard]] PortId peer(PortId port) const;    // planned; none

 private:
  const Fabric& fabric_;
  const Plant& plant_;
  std::map<std::string, std::uint32_t, std::less<>> nodes_;
  std::vector<std::string> devices_;
  std::vector<std::map<std::string, std::uint32_t, std::less<>>> ports_;  // by node
  std::vector<std::uint32_t> per_cage_;
  std::vector<std::uint32_t> most_;  // ports of each node
};

/// Ports of one cage of a server: 2 where its NICs sit in pairs behind twin cages ("4xOSFP twin" of 8 NICs), else 1; 1 of a switch.
std::uint32_t host_ports_per_cage(const Fabric& fabric, const Node& node, const Catalogue& catalogue);

}  // namespace eastwest
