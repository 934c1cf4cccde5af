// SPDX-License-Identifier: Apache-2.0
// NetBox import: from records to the tables of a site.
//
// Records of our own export (the site has `cf_eastwest_site`) give the tables that they were written from. Others make a site of topology
// `custom`: hosts, switches and the links that can be followed through patch panels; every guess is a warning. Invariant: a device, cable or
// port that is left out is named. LIMITATIONS: one site at a time; breakouts row by row; see docs/netbox.md for what is guessed.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/exchange/netbox_records.hpp"

namespace eastwest {

/// The texts of a site folder.
struct ImportedSite {
  std::string site_yaml;
  std::string racks;
  std::string devices;
  std::string pathways;
  std::string schedule;
};

/// Nothing in it when an error went to `diagnostics`. `folder` names the import in messages.
ImportedSite site_of_netbox(const NetBoxRecords& records, const std::string& folder, const Catalogue& catalogue, Diagnostics& diagnostics);

/// Device types against the catalogue: a model whose number of ports is another than the catalogue's is named in a warning.
void check_device_types(const std::vector<NetBoxDeviceType>& types, const Catalogue& catalogue, Diagnostics& diagnostics);

}  // namespace eastwest
