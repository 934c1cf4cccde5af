// SPDX-License-Identifier: Apache-2.0
// A checker of NetBox exports, written from NetBox's forms and apart from the writer: columns, values, lengths, references in order.
#pragma once

#include <string>
#include <vector>

#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest::tests {

/// Everything that NetBox of that dialect would refuse when the files are imported in the order of their names; empty: nothing.
std::vector<std::string> netbox_refusals(const std::vector<ExchangeFile>& files, NetBoxDialect dialect);

}  // namespace eastwest::tests
