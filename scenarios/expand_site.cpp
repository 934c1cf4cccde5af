// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expand_site.hpp"

#include <algorithm>
#include <filesystem>

#include "core/input_text.hpp"
#include "scenarios/parameter_writer.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/plant_tables.hpp"

namespace eastwest {

namespace {

/// The bytes of a file that a parameter names, under `name` in the folder; the parameter then names that.
Status copy_file(const Site& site, std::string_view parameter, const std::string& name, ReadParameters& parameters,
                 std::vector<ExpandedFile>& files) {
  if (!parameters.values.has(parameter) || parameters.values.text(parameter) == "none") return Done{};
  const std::filesystem::path path = std::filesystem::path(site.directory) / parameters.values.text(parameter);
  Result<std::string> bytes = read_input_file(path.lexically_normal().string(), kInputBytesMost, parameter);
  if (!bytes) return bytes.error();
  files.push_back({name + path.extension().string(), std::move(bytes).value()});
  parameters.values.set(std::string(parameter), files.back().name);
  return Done{};
}

}  // namespace

Result<std::vector<ExpandedFile>> expand_site(const Site& site, const BuiltSite& built) {
  if (std::any_of(site.graph.links.begin(), site.graph.links.end(), [](const auto& link) { return link.frame_loss != 0; }))
    return Error{"this site gives `frame_loss` to single links, which a cable schedule cannot hold",
                 "remove it, and give those cables their frame loss in a table of `plant.measured`"};
  Site expanded = site;
  std::vector<ExpandedFile> files;
  if (const Status copied = copy_file(site, "file", "topology", expanded.parameters, files); !copied) return copied.error();
  if (const Status copied = copy_file(site, "measured", "measured", expanded.plant, files); !copied) return copied.error();
  for (const auto& [parameter, name, text] :
       {std::tuple{"racks", "racks.csv", write_racks(built.plant)}, std::tuple{"devices", "devices.csv", write_devices(built.plant)},
        std::tuple{"pathways", "pathways.csv", write_pathways(built.plant)},
        std::tuple{"schedule", "cable-schedule.csv", write_schedule(built.plant, built.fabric)}}) {
    files.push_back({name, text});
    expanded.plant.values.set(parameter, std::string(name));
  }
  expanded.plant.values.set("ids", std::string("none"));  // the schedule has them
  ParameterWriter writer(false);
  write_site(writer, 0, expanded);
  files.insert(files.begin(), {"site.yaml", writer.take()});
  return files;
}

}  // namespace eastwest
