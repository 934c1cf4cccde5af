// SPDX-License-Identifier: Apache-2.0
// NetBox export: a site as CSV files in the order in which NetBox must import them, and device types as YAML.
//
// A component that the device type of a model brings does not stand in the CSV files of components, since NetBox makes it with the device and
// would refuse it a second time: the type has what all devices of the model share, the files the rest. A port of a panel is a front port of one
// position, one strand group (an MPO, an LC pair); a trunk ends at a rear port with one position for every port behind which it lies.
// Invariants: names that NetBox would cut or refuse are errors and nothing is written; references are to rows of earlier files; importing the
// files gives the site's tables back. LIMITATIONS: the CSV has one termination a side, so a breakout with several ends cannot be said; plants
// have one cable for each leg. Source: forms of NetBox 4.6 (docs/netbox.md).
#pragma once

#include <vector>

#include "core/diagnostic.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

/// The files of the export. Empty when an error went to `diagnostics`; mistakes stand at `place`.
std::vector<ExchangeFile> netbox_files(const ExchangeSite& site, NetBoxDialect dialect, const Place& place, Diagnostics& diagnostics);

}  // namespace eastwest
