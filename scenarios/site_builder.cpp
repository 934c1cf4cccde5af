// SPDX-License-Identifier: Apache-2.0
#include "scenarios/site_builder.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <unordered_set>
#include <utility>

#include "core/input_text.hpp"
#include "scenarios/overrides.hpp"
#include "scenarios/relocate.hpp"
#include "scenarios/scenario_parts.hpp"
#include "scenarios/yaml_document.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/measured_links.hpp"
#include "topology/plant/phases.hpp"
#include "topology/plant/plant_builder.hpp"
#include "topology/settings.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kTableBytesMost = std::uint64_t{256} << 20;

std::optional<PlantTable> read_table(const Site& site, std::string_view parameter, const std::string& path, Diagnostics& diagnostics) {
  if (path == "none") return std::nullopt;
  const std::string whole = (std::filesystem::path(site.directory) / path).lexically_normal().string();
  Result<std::string> text = read_input_file(whole, kTableBytesMost, parameter);
  if (text) return PlantTable{whole, std::move(text).value()};
  diagnostics.error(site.plant.place_of(parameter, site.place), text.error().message, text.error().remedy);
  return std::nullopt;
}

/// The hall, from the topology kind's own parameters; kinds without one have everything in rack A01.
RackGrid grid_of(const ParameterSet& parameters) {
  std::vector<ParameterSpec> specs;
  append_grid_parameters(specs);
  const ParameterSet defaults = ParameterSet::defaults(specs);
  const auto value = [&](std::string_view name) { return parameters.has(name) ? parameters.integer(name) : defaults.integer(name); };
  RackGrid grid;
  grid.racks_per_row = static_cast<std::uint32_t>(value("racks_per_row"));
  grid.servers_per_rack = static_cast<std::uint32_t>(value("servers_per_rack"));
  grid.switches_per_rack = static_cast<std::uint32_t>(value("switches_per_rack"));
  grid.rack_pitch = {value("rack_pitch")};
  grid.row_pitch = {value("row_pitch")};
  grid.vertical_drop = {value("vertical_drop")};
  grid.slack = {value("slack")};
  return grid;
}

std::optional<Fabric> fabric_of_kind(const Site& site, Diagnostics& diagnostics) {
  const TopologyKind* kind = find_topology_kind(site.topology);
  EASTWEST_CHECK(kind != nullptr, "a scenario that was read names a known topology");
  Diagnostics own;
  ParameterSet parameters = site.parameters.values;  // a topology kind knows no folder: it is given whole paths
  if (parameters.has("file") && parameters.text("file") != "none")
    parameters.set("file", (std::filesystem::path(site.directory) / parameters.text("file")).lexically_normal().string());
  Fabric fabric = kind->build(parameters, site.graph, builtin_catalogue(), site.place, own);
  relocate(own, site.parameters, site.place, diagnostics);
  if (own.has_errors()) return std::nullopt;
  if (const Status status = validate(fabric); !status) {
    diagnostics.error(site.place, "the site does not make a valid fabric: " + status.error().message, status.error().remedy);
    return std::nullopt;
  }
  return fabric;
}

/// What was measured of cables, over the design.
void apply_measured(const PlantTable& table, const PlantSettings& settings, const Catalogue& catalogue, Plant& plant, Fabric& fabric,
                    Diagnostics& diagnostics) {
  diagnostics.remember_source(table.file, table.text);
  const std::size_t errors = diagnostics.error_count();
  const std::vector<MeasuredLink> measured = read_measured_links(table.text, table.file, diagnostics);
  if (diagnostics.error_count() != errors) return;
  const Result<std::vector<LinkQuality>> links = link_qualities(plant, fabric, catalogue, settings);
  EASTWEST_CHECK(links.has_value(), "a plant that was built has channels that the catalogue knows");
  std::vector<double> budget_db;
  for (const LinkQuality& link : *links)
    budget_db.push_back(link.budget.loss_limit.mdb > 0 && link.loss ? link.budget.loss_limit.decibels() : std::nan(""));
  apply_measured_links(measured, catalogue, budget_db, kDesignFrame, fabric, diagnostics, settings.margin_exponent);
  std::unordered_set<std::string> names;  // looked up, never walked
  for (const MeasuredLink& link : measured) names.insert(link.cable);
  for (std::size_t c = 0; c < fabric.cables.size(); ++c) plant.channels[c].measured = names.contains(fabric.cables[c].name);
}

}  // namespace

std::optional<BuiltSite> build_site(const Site& site, Diagnostics& diagnostics) {
  std::optional<Fabric> fabric = fabric_of_kind(site, diagnostics);
  if (!fabric) return std::nullopt;
  const std::size_t errors = diagnostics.error_count();
  const Catalogue catalogue = builtin_catalogue();
  const ParameterSet& parameters = site.parameters.values;
  const PlantSettings settings = plant_settings(site.plant.values);
  PlantTables tables;
  tables.racks = read_table(site, "racks", settings.racks, diagnostics);
  tables.devices = read_table(site, "devices", settings.devices, diagnostics);
  tables.pathways = read_table(site, "pathways", settings.pathways, diagnostics);
  tables.schedule = read_table(site, "schedule", settings.schedule, diagnostics);
  tables.ids = read_table(site, "ids", settings.ids, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;

  const auto text = [&](std::string_view name) { return parameters.has(name) ? parameters.text(name) : std::string("automatic"); };
  const PlantRequest request{.catalogue = catalogue,
                             .settings = settings,
                             .tables = std::move(tables),
                             .grid = grid_of(parameters),
                             .keep_lengths = !parameters.has("rack_pitch"),
                             .host_optic = text("host_optic"),
                             .fabric_optic = text("fabric_optic"),
                             .frame_loss = parameters.has("frame_loss") ? parameters.real("frame_loss") : 0,
                             .place = site.place};
  Diagnostics own;
  std::optional<Plant> plant = build_plant(request, *fabric, own);
  relocate(own, site.plant, site.place, diagnostics);
  if (!plant || diagnostics.error_count() != errors) return std::nullopt;
  if (const std::optional<PlantTable> table = read_table(site, "measured", settings.measured, diagnostics))
    apply_measured(*table, settings, catalogue, *plant, *fabric, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  if (settings.phase > plant->phases.size()) {
    diagnostics.error(site.plant.place_of("phase", site.place),
                      "`phase` is " + std::to_string(settings.phase) + ", the site has " + std::to_string(plant->phases.size()),
                      "count from 1, or write 0 for the last");
    return std::nullopt;
  }
  if (const Status status = validate(*fabric); !status) {
    diagnostics.error(site.place, "the site does not make a valid fabric: " + status.error().message, status.error().remedy);
    return std::nullopt;
  }
  const std::uint32_t phase = (settings.phase == 0 ? static_cast<std::uint32_t>(plant->phases.size()) : settings.phase) - 1;
  if (phase + 1 < plant->phases.size() && fabric->structure != Structure::tiers) {
    diagnostics.error(site.plant.place_of("phase", site.place), "a phase of `" + site.topology + "` before its last cannot be run",
                      "a part of it may not route; fabrics of tiers grow by phases");
    return std::nullopt;
  }
  return BuiltSite{settings, std::move(*fabric), std::move(*plant), phase};
}

BuiltSite part_built(BuiltSite whole) {
  if (whole.phase + 1 == whole.plant.phases.size()) return whole;
  FabricPart part = part_of_phase(whole.fabric, whole.plant, whole.phase);
  whole.fabric = std::move(part.fabric);
  whole.plant = std::move(part.plant);
  return whole;
}

std::optional<Site> load_site(const std::string& path, std::span<const std::string> overrides, Diagnostics& diagnostics) {
  std::optional<YamlValue> root = read_yaml_file(path, diagnostics);
  if (!root) return std::nullopt;
  if (root->is_map() && root->find("topology") == nullptr) {
    std::optional<Scenario> scenario = load_scenario(path, overrides, diagnostics);
    if (!scenario) return std::nullopt;
    return std::move(scenario->site);
  }
  const std::size_t errors = diagnostics.error_count();
  // An override names its path as in a scenario, `site.plant.cabling`, or as in this file, `plant.cabling`.
  std::vector<std::string> own;
  for (const std::string& text : overrides) own.push_back(text.starts_with("site.") ? text.substr(5) : text);
  apply_overrides(*root, own, false, diagnostics);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  Site site;
  site.directory = folder.empty() ? "." : folder.string();
  read_site(&*root, {path, 0, 0}, site, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return site;
}

}  // namespace eastwest
