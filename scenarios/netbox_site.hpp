// SPDX-License-Identifier: Apache-2.0
// NetBox export and import of a whole site: what the verbs `export --format netbox` and `import netbox` do between their files.
//
// Invariant: importing the files of an export gives a site folder with equal `digest_of(plant, fabric)`. Nothing is read or written here.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/site_builder.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

/// The files of the export; empty when an error went to `diagnostics`.
std::vector<ExchangeFile> export_netbox(const Site& site, const BuiltSite& built, NetBoxDialect dialect, Diagnostics& diagnostics);

/// The files of a site folder from those of a NetBox folder (.csv and .yaml), called `folder` in messages; empty when an error went to
/// `diagnostics`. Whether the site can be built is not checked.
std::vector<ExchangeFile> import_netbox(std::vector<ExchangeFile> files, const std::string& folder, Diagnostics& diagnostics);

}  // namespace eastwest
