// SPDX-License-Identifier: Apache-2.0
// Modules: the transceivers that the cages of switches and servers hold, twin-port ones counted once.
//
// A link's medium is the optic of each of its ends. Where a cage serves two ports (OSFP twin), ports 2k and 2k + 1 share one twin-port module of
// twice the rate, on the same medium and lane rate, whose two ends are those ports' plugs (topology/plant/breakout.hpp); of several, the one that
// the catalogue lists first among those whose connector is "2x...", then those that may be. Where the catalogue knows none, each port has its own
// module, which a note tells. Copper and active cables bring their own ends. Source: cages of data/switches.csv and nic_cages of data/servers.csv.
// LIMITATIONS: a cage is taken to hold one module; whether its power suffices is `eastwest check`'s business.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

struct Module {
  std::uint32_t device = 0;
  std::uint32_t cage = 0;            // of the device, from 0
  std::string optic;                 // id of the catalogue
  std::vector<std::uint32_t> ports;  // of the fabric, that it serves with light
  std::uint32_t phase = 0;           // of its first link
  std::string note;                  // "" or what is odd
};

/// In order of devices and cages.
std::vector<Module> modules_of(const SiteView& view);
/// Ports of `node` that one of its cages serves; 1 where nothing is known.
std::uint32_t ports_of_cage(const SiteView& view, std::uint32_t node);
/// The twin-port module whose ends are two of `optic`, or nullptr.
const OpticModel* twin_of(const Catalogue& catalogue, const OpticModel& optic);

}  // namespace eastwest
