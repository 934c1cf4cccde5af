// SPDX-License-Identifier: Apache-2.0
// The verb `export --format netbox`: a site as files that NetBox imports.
#include <cstdio>
#include <filesystem>
#include <set>

#include "cli/output_folder.hpp"
#include "cli/program.hpp"
#include "scenarios/netbox_site.hpp"
#include "topology/plant/exchange/netbox_records.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

/// Files of an earlier export that this one has not: an import would read them.
void remove_earlier_files(const std::string& folder, const std::vector<ExchangeFile>& files) {
  std::set<fs::path> written;
  for (const ExchangeFile& file : files) written.insert(fs::path(folder) / file.path);
  std::vector<fs::path> earlier;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > 3 && name[2] == '-' && name.ends_with(".csv") && !netbox_object_of(name).empty()) earlier.push_back(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "07-device-types", failure))
    if (entry.path().extension() == ".yaml") earlier.push_back(entry.path());
  for (const fs::path& path : earlier)
    if (!written.contains(path)) fs::remove(path, failure);
}

}  // namespace

int export_netbox_verb(const ExportArguments& arguments) {
  const std::optional<NetBoxDialect> dialect = netbox_dialect(arguments.dialect);
  if (!dialect) {
    print_error({"`" + arguments.dialect + "` is not a dialect of NetBox", "choose 4.6 (NetBox 4.5 and later) or 4.4 (4.3 and 4.4)"});
    return kExitInput;
  }
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.scenario, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  std::vector<ExchangeFile> files;
  if (built) files = export_netbox(*site, *built, *dialect, diagnostics);
  if (print_diagnostics(diagnostics) || files.empty()) return kExitInput;
  std::vector<FolderFile> outputs;
  for (const ExchangeFile& file : files) outputs.emplace_back(file.path, file.text);
  if (const Status written = write_folder(arguments.output, outputs); !written) {
    print_error(written.error());
    return kExitInput;
  }
  remove_earlier_files(arguments.output, files);
  std::printf("%zu files in %s; README.txt there tells how to import them\n", files.size(), arguments.output.c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
