// SPDX-License-Identifier: Apache-2.0
// Device types of NetBox and of the device-type library as they stand in YAML files.
//
// Both dialects of front ports are read: `port-mappings` (NetBox 4.5 and later) and `rear_port` within each front port. One file may hold several
// documents parted by lines "---", as NetBox's own export does. Invariant: every mistake is told at its place. Source: schema of the
// device-type library (S-DTL in docs/netbox.md). LIMITATIONS: consoles, power and bays are passed over.
#pragma once

#include <vector>

#include "core/diagnostic.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_components.hpp"

namespace eastwest {

std::vector<NetBoxDeviceType> read_device_types(const ExchangeFile& file, Diagnostics& diagnostics);

}  // namespace eastwest
