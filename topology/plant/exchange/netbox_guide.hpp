// SPDX-License-Identifier: Apache-2.0
// The text that stands beside an export for NetBox: what to do with its files, in order.
#pragma once

#include <string>

#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

std::string netbox_guide(NetBoxDialect dialect);

}  // namespace eastwest
