// SPDX-License-Identifier: Apache-2.0
#include "scenarios/site_folder.hpp"

#include <filesystem>

#include "scenarios/expand.hpp"

namespace eastwest {

namespace {

void make_whole(const std::string& directory, std::string_view name, ReadParameters& parameters) {
  if (!parameters.values.has(name)) return;
  const std::string& path = parameters.values.text(name);
  if (path.empty() || path == "none") return;
  std::error_code code;
  parameters.values.set(name, std::filesystem::absolute(std::filesystem::path(directory) / path, code).lexically_normal().string());
}

}  // namespace

std::string site_folder_file(Site site) {
  make_whole(site.directory, "file", site.parameters);
  make_whole(site.directory, "measured", site.plant);
  site.plant.values.set("racks", std::string(kRacksFile));
  site.plant.values.set("devices", std::string(kDevicesFile));
  site.plant.values.set("pathways", std::string(kPathwaysFile));
  site.plant.values.set("schedule", std::string(kScheduleFile));
  site.plant.values.set("ids", std::string("none"));
  return expand_site(site);
}

}  // namespace eastwest
