// SPDX-License-Identifier: Apache-2.0
// Cages: which ports of a device share a cage, and which module of the catalogue a link's optic is in it.
//
// A port of the fabric is a port at the rate of its link: of a cage that two of them share, each has half of a twin module. The optic that a link
// names is then one end of it: two `400g-dr4` are one `800g-2xdr4-nv`, of twice the rate and lanes with two connectors.
// Source: cage and module columns of data/; which older modules a cage takes is general knowledge of the form factors' specifications.
// LIMITATIONS: cages fill in the order of ports; a NIC port pair of a server shares a cage when the server has fewer cages than NICs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "topology/plant/checks/check_input.hpp"

namespace eastwest {

struct Cage {
  std::vector<std::string> types;  // "OSFP", "QSFP112": any of them; empty: nothing is known of the cage
  bool in_server = false;
  std::uint32_t number = 0;  // within the device
  std::uint32_t ports = 1;   // of links that share it
  Power power;               // 0: unknown
  const Origin* origin = nullptr;
  std::string text;  // as the catalogue writes it
};

/// "4xOSFP twin" and "OSFP or QSFP112" as form factors; empty where the words are none.
std::vector<std::string> cage_types(std::string_view text);
Cage cage_of_port(const CheckInput& input, PortId port);
/// Does a module of `form_factor` ("OSFP twin-port", "QSFP56") go into the cage and work there?
bool module_fits(std::string_view form_factor, const Cage& cage);

struct CageModule {
  const OpticModel* module = nullptr;  // fits; null: none
  const OpticModel* other = nullptr;   // what there is, though it does not fit
};
/// The module of which a link's `optic` is the only end, or one of `cage.ports`.
CageModule module_in(const Catalogue& catalogue, const OpticModel& optic, const Cage& cage);

}  // namespace eastwest
