// SPDX-License-Identifier: Apache-2.0
// The cables of an export for NetBox: one row for every piece that is not retired, with its custom fields.
#pragma once

#include <set>
#include <string>

#include "topology/plant/exchange/exchange_rows.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

/// The CSV file; "" of no cables. `panels` are names of devices.
std::string netbox_cables(const ExchangeSite& site, const ExchangeRows& schedule, const std::set<std::string>& panels,
                          NetBoxDialect dialect);

}  // namespace eastwest
