// SPDX-License-Identifier: Apache-2.0
#include "scenarios/netbox_site.hpp"

#include <algorithm>

#include "scenarios/netbox_device_types.hpp"
#include "scenarios/site_folder.hpp"
#include "topology/plant/exchange/netbox_export.hpp"
#include "topology/plant/exchange/netbox_import.hpp"
#include "topology/plant/exchange/plant_exchange.hpp"

namespace eastwest {

std::vector<ExchangeFile> export_netbox(const Site& site, const BuiltSite& built, NetBoxDialect dialect, Diagnostics& diagnostics) {
  for (const auto& [parameters, name] : {std::pair{&site.parameters, "file"}, std::pair{&site.plant, "measured"}})
    if (parameters->values.has(name) && !parameters->values.text(name).empty() && parameters->values.text(name) != "none")
      diagnostics.warning(parameters->place_of(name, site.place),
                          "`" + std::string(name) + "` names a file, which does not go into NetBox; the export keeps its path",
                          "keep the file where it is, or change the path in site.yaml after an import");
  return netbox_files(exchange_site(built.plant, built.fabric, built.settings, builtin_catalogue(), site_folder_file(site)), dialect,
                      site.place, diagnostics);
}

std::vector<ExchangeFile> import_netbox(std::vector<ExchangeFile> files, const std::string& folder, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  std::sort(files.begin(), files.end(), [](const ExchangeFile& x, const ExchangeFile& y) { return x.path < y.path; });
  std::vector<NetBoxDeviceType> types;
  for (const ExchangeFile& file : files) {
    if (file.path.ends_with(".yaml") || file.path.ends_with(".yml")) {
      for (NetBoxDeviceType& type : read_device_types(file, diagnostics)) types.push_back(std::move(type));
    } else if (file.path.ends_with(".csv") && netbox_object_of(file.path).empty()) {
      diagnostics.warning({file.path, 0, 0}, "the name of this file tells none of NetBox's objects, and it is not read",
                          "name it as NetBox does, such as `netbox_devices.csv` or `10-devices.csv`");
    }
  }
  const Catalogue catalogue = builtin_catalogue();
  check_device_types(types, catalogue, diagnostics);
  const NetBoxRecords records = read_netbox_records(files, types, diagnostics);
  if (diagnostics.error_count() != errors) return {};
  ImportedSite site = site_of_netbox(records, folder, catalogue, diagnostics);
  if (diagnostics.error_count() != errors) return {};
  std::vector<ExchangeFile> out{{std::string(kSiteFile), std::move(site.site_yaml)},
                                {std::string(kRacksFile), std::move(site.racks)},
                                {std::string(kDevicesFile), std::move(site.devices)},
                                {std::string(kScheduleFile), std::move(site.schedule)}};
  if (!site.pathways.empty()) out.push_back({std::string(kPathwaysFile), std::move(site.pathways)});
  return out;
}

}  // namespace eastwest
