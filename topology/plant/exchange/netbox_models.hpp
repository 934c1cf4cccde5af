// SPDX-License-Identifier: Apache-2.0
// Models of a foreign NetBox: which row of the catalogue a device type is, how high it stands and how many ports its cages have; and which
// optic a cable must have.
//
// A type is a row's model, its id, or its vendor and model, in any case. LIMITATIONS: other names of the same product are not known.
#pragma once

#include <string>

#include "topology/catalogue.hpp"
#include "topology/plant/exchange/netbox_records.hpp"
#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/exchange/netbox_wiring.hpp"

namespace eastwest {

/// nullptr when the catalogue does not know it.
const SwitchModel* netbox_switch_model(const Catalogue& catalogue, const NetBoxDevice& device);
const ServerModel* netbox_server_model(const Catalogue& catalogue, const NetBoxDevice& device);
/// Units of a model that the catalogue knows; 0 of others.
std::uint32_t netbox_known_height(const Catalogue& catalogue, const NetBoxDevice& device, NetBoxRole role);
/// Ports of a switch whose links have this rate.
NetBoxFront netbox_front(const Catalogue& catalogue, const NetBoxDevice& device, BitRate rate);
/// How the site, whose `switch_port` is automatic, calls port `port` of a switch of catalogue model `model` with links of this rate.
std::string netbox_switch_port(const Catalogue& catalogue, const std::string& model, BitRate rate, std::uint32_t port);
/// The optic of this rate that a cable of such a type and length would have; nullptr: the catalogue has none.
const OpticModel* netbox_optic(const Catalogue& catalogue, const NetBoxCableMeaning& meaning, BitRate rate, Length length);

}  // namespace eastwest
