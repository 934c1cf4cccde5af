// SPDX-License-Identifier: Apache-2.0
// Wiring of a foreign NetBox: cables as pieces between numbered ports, and the links that they make through patch panels.
//
// A piece that ends at a rear port is a trunk. A link begins at the first cable, in the order of the file, that ends at an interface of a host
// or switch, and is followed through panels to another. Invariant: a port of a node is used by one link. What cannot be used is left out with
// a guess (`Guesses`).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"
#include "topology/plant/exchange/netbox_panels.hpp"
#include "topology/plant/exchange/netbox_records.hpp"

namespace eastwest {

/// Kinds of guesses, each told once.
class Guesses {
 public:
  void add(const std::string& kind, const std::string& what, const Place& place);
  void tell(Diagnostics& diagnostics) const;

 private:
  struct Kind {
    std::string text;
    std::vector<std::string> first;  // at most three
    std::size_t count = 0;
    Place place;
  };
  std::vector<Kind> kinds_;
};

struct WiredEnd {
  std::uint32_t device = 0;  // index of records.devices
  bool node = false;
  std::uint32_t port = 0;      // of a panel, from 1; of a node: from 0, by its name where that says it
  std::uint32_t count = 1;     // ports of a panel behind which a trunk lies
  std::string interface_name;  // of a node
};

struct WiredPiece {
  std::uint32_t cable = 0;  // index of records.cables
  bool trunk = false;
  WiredEnd a;
  WiredEnd b;
  std::uint32_t link = 0xffff'ffffu;  // the first link that runs over it; none: dark
};

struct WiredLink {
  std::uint32_t a = 0;  // devices
  std::uint32_t b = 0;
  BitRate rate;
  std::vector<std::uint32_t> pieces;
};

struct NetBoxWiring {
  std::vector<WiredPiece> pieces;
  std::vector<WiredLink> links;
};

/// Ports of a switch at a rate: of each cage (0: not known), and all.
struct NetBoxFront {
  std::uint32_t per_cage = 0;
  std::uint32_t ports = 4'096;
};
using NetBoxFronts = std::function<NetBoxFront(std::uint32_t device, BitRate rate)>;

/// `roles` by device: panel or a node's; unknown ones have been decided. Pieces of no link that end at a node are gone.
NetBoxWiring wire_netbox(const NetBoxRecords& records, const std::vector<NetBoxRole>& roles, const std::vector<NetBoxPanel>& panels,
                         const NetBoxFronts& fronts, Guesses& guesses);

}  // namespace eastwest
