// SPDX-License-Identifier: Apache-2.0
// A site from a NetBox that never saw ours: hosts, switches and links of topology `custom`, with racks, panels and a cable schedule.
//
// What NetBox does not say is guessed, each kind of guess told once with how many and the first of them: roles by name and ports, rates by
// interface type, optics by rate, cable type and length, GPUs by model. Devices without a link, consoles, power and management ports, and what
// is not joined with the rest are left out and told. Invariant: links stand in the order in which the schedule's rows give them.
#pragma once

#include <string>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/exchange/netbox_import.hpp"

namespace eastwest {

ImportedSite foreign_site(const NetBoxRecords& records, const std::string& site, const std::string& folder, const Catalogue& catalogue,
                          Diagnostics& diagnostics);

}  // namespace eastwest
