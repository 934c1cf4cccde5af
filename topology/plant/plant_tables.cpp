// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/plant_tables.hpp"

#include <algorithm>
#include <map>

#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kRackColumns[] = {"rack", "room", "row", "column", "rack_units", "power_limit", "weight_limit"};
constexpr std::string_view kRackRequired[] = {"rack"};
constexpr std::string_view kDeviceColumns[] = {"device", "kind",  "model",     "rack",   "unit",
                                               "height", "ports", "power_max", "weight", "phase"};
constexpr std::string_view kDeviceRequired[] = {"device", "rack", "unit"};
constexpr std::string_view kPathwayColumns[] = {"pathway", "kind", "from", "to", "length_m", "width", "depth", "fill_initial", "fill_most"};
constexpr std::string_view kPathwayRequired[] = {"pathway", "from", "to", "length_m"};
constexpr std::string_view kDeviceKinds[] = {"server", "switch", "panel"};
constexpr std::uint32_t kUnitsMost = 60;

std::string header(std::span<const std::string_view> columns) { return csv_row(std::vector<std::string>(columns.begin(), columns.end())); }

std::string row(std::initializer_list<std::string> cells) { return csv_row(std::vector<std::string>(cells)); }

std::optional<DeviceKind> device_kind(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kDeviceKinds); ++i)
    if (kDeviceKinds[i] == text) return static_cast<DeviceKind>(i);
  return std::nullopt;
}

std::optional<PathwayKind> pathway_kind(std::string_view text) {
  for (const PathwayKind kind : {PathwayKind::tray, PathwayKind::basket, PathwayKind::duct, PathwayKind::conduit, PathwayKind::drop})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

template <class Things>
std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names, std::string otherwise) {
  const std::string near = nearest_name(word, names);
  return near.empty() ? std::move(otherwise) : "did you mean `" + near + "`?";
}

}  // namespace

std::string write_racks(const Plant& plant) {
  std::string text = header(kRackColumns);
  for (const PlantRack& rack : plant.racks)
    text += row({rack.name, rack.room, std::to_string(rack.row), std::to_string(rack.column), std::to_string(rack.units),
                 to_string(rack.power_limit), to_string(rack.weight_limit)});
  return text;
}

std::string write_devices(const Plant& plant) {
  std::string text = header(kDeviceColumns);
  for (const Device& device : plant.devices)
    text += row({device.name, std::string(kDeviceKinds[static_cast<std::size_t>(device.kind)]), device.model, plant.racks[device.rack].name,
                 std::to_string(device.unit), std::to_string(device.height), std::to_string(device.ports),
                 device.power_max.mw == 0 ? "" : to_string(device.power_max), device.weight.grams == 0 ? "" : to_string(device.weight),
                 std::to_string(device.phase + 1)});
  return text;
}

std::string write_pathways(const Plant& plant) {
  std::string text = header(kPathwayColumns);
  for (const Pathway& pathway : plant.pathways)
    text += row({pathway.name, std::string(to_string(pathway.kind)), pathway.from, pathway.to, metres_text(pathway.length),
                 to_string(pathway.width), to_string(pathway.depth), share_text(pathway.fill_initial), share_text(pathway.fill_most)});
  return text;
}

void read_racks(std::string_view text, const std::string& file, std::vector<PlantRack>& racks, Diagnostics& diagnostics) {
  TableFile table(text, file, kRackColumns, kRackRequired, diagnostics);
  const std::vector<std::string> names = names_of(racks);
  std::map<std::string, std::uint32_t> seen;
  while (table.next()) {
    const std::string& name = table.required("rack");
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      if (!name.empty())
        table.error("the site has no rack " + quote_input(name),
                    did_you_mean(name, names, "racks follow from `servers_per_rack` and `switches_per_rack`"));
      continue;
    }
    if (const auto [first, fresh] = seen.try_emplace(name, table.line()); !fresh)
      table.error("rack " + quote_input(name) + " stands in line " + std::to_string(first->second) + " too", "keep one row");
    PlantRack& rack = racks[static_cast<std::size_t>(found - names.begin())];
    if (!table.text("room").empty()) rack.room = table.text("room");
    rack.row = table.count("row", rack.row, 10'000);
    rack.column = table.count("column", rack.column, 10'000);
    rack.units = table.count("rack_units", rack.units, kUnitsMost);
    rack.power_limit = {table.quantity("power_limit", Dimension::power, rack.power_limit.mw)};
    rack.weight_limit = {table.quantity("weight_limit", Dimension::mass, rack.weight_limit.grams)};
  }
  table.finish();
}

std::vector<std::uint32_t> read_devices(std::string_view text, const std::string& file, const std::vector<PlantRack>& racks,
                                        std::uint32_t phases, std::vector<Device>& devices, Diagnostics& diagnostics) {
  std::vector<std::uint32_t> lines(devices.size(), 0);
  TableFile table(text, file, kDeviceColumns, kDeviceRequired, diagnostics);
  const std::vector<std::string> rack_names = names_of(racks);
  std::map<std::string, std::uint32_t, std::less<>> index;
  for (std::uint32_t i = 0; i < devices.size(); ++i) index.emplace(devices[i].name, i);
  const std::vector<std::string> node_names = names_of(devices);
  std::map<std::string, std::uint32_t> seen;
  while (table.next()) {
    const std::string name = table.required("device");
    if (name.empty()) continue;
    if (const auto [first, fresh] = seen.try_emplace(name, table.line()); !fresh) {
      table.error("device " + quote_input(name) + " stands in line " + std::to_string(first->second) + " too", "keep one row");
      continue;
    }
    const DeviceKind kind = table.choice("kind", DeviceKind::server, device_kind, "server, switch or panel");
    auto found = index.find(name);
    if (found == index.end() && kind == DeviceKind::panel) {
      Device panel;
      panel.name = name;
      panel.kind = kind;
      devices.push_back(std::move(panel));
      lines.push_back(0);
      found = index.emplace(name, static_cast<std::uint32_t>(devices.size()) - 1).first;
    } else if (found == index.end()) {
      table.error("the site has no device " + quote_input(name),
                  did_you_mean(name, node_names, "only panels may be added here: `kind` panel"));
      continue;
    }
    Device& device = devices[found->second];
    lines[found->second] = table.line();
    if (device.kind != kind && !table.text("kind").empty())
      table.error("device " + quote_input(name) + " is a " + std::string(kDeviceKinds[static_cast<std::size_t>(device.kind)]),
                  "keep its kind");
    if (!table.text("model").empty() && device.kind == DeviceKind::panel) device.model = table.text("model");
    else if (!table.text("model").empty() && table.text("model") != device.model)
      table.error("device " + quote_input(name) + " is a " + quote_input(device.model) + " by the site, and a " +
                      quote_input(table.text("model")) + " here",
                  std::string("models stand in the site: `") + (device.kind == DeviceKind::server ? "server" : "switch") + "`");
    const std::string& rack = table.required("rack");
    const auto rack_found = std::find(rack_names.begin(), rack_names.end(), rack);
    if (rack_found == rack_names.end()) {
      if (!rack.empty())
        table.error("the site has no rack " + quote_input(rack), did_you_mean(rack, rack_names, "name one of the site's racks"));
    } else {
      device.rack = static_cast<std::uint32_t>(rack_found - rack_names.begin());
    }
    device.unit = table.count("unit", 0, kUnitsMost);
    device.height = std::max(1u, table.count("height", device.height, kUnitsMost));
    if (device.kind == DeviceKind::panel) device.ports = table.count("ports", device.ports, 10'000);
    device.power_max = {table.quantity("power_max", Dimension::power, device.power_max.mw)};
    device.weight = {table.quantity("weight", Dimension::mass, device.weight.grams)};
    device.phase = std::max(1u, table.count("phase", device.phase + 1, 64)) - 1;
    if (device.phase >= phases)
      table.error("device " + quote_input(name) + " comes in phase " + std::to_string(device.phase + 1) + " of " + std::to_string(phases),
                  "`plant.phases` of the site says how many there are");
  }
  table.finish();
  return lines;
}

std::vector<Pathway> read_pathways(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  std::vector<Pathway> pathways;
  TableFile table(text, file, kPathwayColumns, kPathwayRequired, diagnostics);
  std::map<std::string, std::uint32_t> seen;
  while (table.next()) {
    Pathway pathway;
    pathway.name = table.required("pathway");
    if (pathway.name.find(' ') != std::string::npos)
      table.error("`pathway`: " + quote_input(pathway.name) + " has a blank, and routes are lists of names between blanks",
                  "write it without");
    if (const auto [first, fresh] = seen.try_emplace(pathway.name, table.line()); !fresh)
      table.error("pathway " + quote_input(pathway.name) + " stands in line " + std::to_string(first->second) + " too",
                  "give each its own name");
    pathway.kind = table.choice("kind", PathwayKind::tray, pathway_kind, "tray, basket, duct, conduit or drop");
    pathway.from = table.required("from");
    pathway.to = table.required("to");
    pathway.length = table.metres("length_m");
    pathway.width = {table.quantity("width", Dimension::length, 300)};
    pathway.depth = {table.quantity("depth", Dimension::length, pathway.kind == PathwayKind::conduit ? 0 : 100)};
    pathway.fill_initial = table.share("fill_initial", 0.25);
    pathway.fill_most = table.share("fill_most", 0.4);
    if (pathway.width.mm <= 0 || (pathway.depth.mm <= 0 && pathway.kind != PathwayKind::conduit))
      table.error("pathway " + quote_input(pathway.name) + " has no room: `width` and `depth` must be above 0",
                  "give its inside width and usable depth");
    if (pathway.fill_most < 0.01 || pathway.fill_initial > pathway.fill_most)
      table.error("pathway " + quote_input(pathway.name) + ": `fill_most` must be at least 0.01 and `fill_initial` at most `fill_most`",
                  "25 % at first and 40 % at most are usual: 0.25 and 0.4");
    if (pathway.from == pathway.to)
      table.error("pathway " + quote_input(pathway.name) + " leads from a place to itself", "name two places");
    pathways.push_back(std::move(pathway));
  }
  table.finish();
  return pathways;
}

}  // namespace eastwest
