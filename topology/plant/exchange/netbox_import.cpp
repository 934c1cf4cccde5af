// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_import.hpp"

#include <algorithm>
#include <numeric>

#include "core/input_text.hpp"
#include "topology/csv.hpp"
#include "topology/plant/exchange/netbox_fields.hpp"
#include "topology/plant/exchange/netbox_foreign.hpp"
#include "topology/plant/exchange/netbox_panels.hpp"
#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

std::string field(const NetBoxFields& fields, std::string_view name) {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? "" : found->second;
}

/// Places in the order of the field `order`; what has none follows in the order of the file.
template <class Record>
std::vector<std::size_t> in_order(const std::vector<Record>& records) {
  const auto place = [&](std::size_t i) {
    return whole_number(field(records[i].fields, "order"), 0, 1'000'000'000).value_or(1'000'000'001);
  };
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return place(x) < place(y); });
  return order;
}

/// Tables of a site that we exported.
class OwnImport {
 public:
  OwnImport(const NetBoxRecords& records, const NetBoxSite& site, Diagnostics& diagnostics)
      : records_(records), site_(site), diagnostics_(diagnostics) {}

  ImportedSite take() {
    ImportedSite out;
    out.site_yaml = field(site_.fields, "site") + "\n";
    out.racks = racks();
    out.devices = devices();
    out.pathways = field(site_.fields, "pathways") + "\n";
    if (out.pathways == "\n") out.pathways = "pathway,kind,from,to,length_m,width,depth,fill_initial,fill_most\n";
    out.schedule = schedule();
    return out;
  }

 private:
  static std::string row(std::initializer_list<std::string> cells) { return csv_row(std::vector<std::string>(cells)); }

  std::string racks() {
    std::string text = "rack,room,row,column,rack_units,power_limit,weight_limit\n";
    for (const NetBoxRack& rack : records_.racks)
      text += row({rack.name, rack.location, field(rack.fields, "row"), field(rack.fields, "column"),
                   rack.units == 0 ? "" : std::to_string(rack.units), field(rack.fields, "power_limit"),
                   rack.weight ? to_string(*rack.weight) : ""});
    return text;
  }

  std::string devices() {
    std::string text = "device,kind,model,rack,unit,height,ports,power_max,weight,phase\n";
    for (const std::size_t i : in_order(records_.devices)) {
      const NetBoxDevice& device = records_.devices[i];
      const bool panel = device.role == NetBoxRole::panel;
      std::string ports;
      if (panel) {
        panels_.emplace(device.name, netbox_panel(device.components));
        ports = std::to_string(panels_.at(device.name).ports);
      }
      std::string height = field(device.fields, "height");
      if (height.empty() && device.type != nullptr) height = std::to_string(static_cast<int>(device.type->u_height));
      if (height.empty())
        diagnostics_.warning(device.place, "nothing tells how high device " + quote_input(device.name) + " is",
                             "put the device types (YAML) beside the CSV files");
      const std::string model = field(device.fields, "model");
      text += row({device.name,
                   panel                                       ? "panel"
                   : device.role == NetBoxRole::network_switch ? "switch"
                                                               : "server",
                   model.empty() ? device.model : model, device.rack, std::to_string(device.unit), height, ports,
                   field(device.fields, "power_max"), field(device.fields, "weight"), field(device.fields, "phase")});
    }
    return text;
  }

  std::string port_cell(const NetBoxEnd& end, const NetBoxCable& cable) {
    if (end.kind == NetBoxTermination::interface) return end.name;
    const auto panel = panels_.find(end.device);
    const std::string port = panel == panels_.end()                     ? ""
                             : end.kind == NetBoxTermination::rear_port ? panel->second.port_of_rear(end.name)
                                                                        : panel->second.port_of_front(end.name);
    if (port.empty())
      diagnostics_.error(cable.place, "a cable ends at " + quote_input(end.name) + " of `" + end.device + "`, which has no such port",
                         "import the front and rear ports too, and the device types that bring them");
    return port;
  }

  /// Rows of cables and of the retired in one order; columns are those that any of them has.
  std::string schedule() {
    std::vector<std::string> columns{"cable_id", "a_device_or_panel", "a_port", "b_device_or_panel", "b_port", "length_m"};
    const std::size_t own = columns.size();
    const auto learn = [&](const std::string& column) {
      if (is_netbox_cable_field(column) && !is_told_field(column) && column != "order" && column != "length_exact_m" &&
          std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
    };
    std::map<std::string, bool> used;
    for (const NetBoxCable& cable : records_.cables)
      for (const auto& [name, value] : cable.fields) used.emplace(name, true);
    for (const auto& [name, unused] : used) learn(name);
    struct Row {
      std::int64_t order;
      std::vector<std::string> cells;
    };
    std::vector<Row> rows;
    const std::string retired_text = field(site_.fields, "retired");
    CsvTable retired;
    if (!retired_text.empty()) {
      Result<CsvTable> table = parse_csv(retired_text);
      if (!table) diagnostics_.error(site_.place, "`" + netbox_column("retired") + "`: " + table.error().message, table.error().remedy);
      else retired = std::move(table).value();
    }
    for (const std::string& column : retired.columns) learn(column);
    for (const std::vector<std::string>& cells : retired.rows) {
      Row row{0, std::vector<std::string>(columns.size())};
      for (std::size_t c = 0; c < columns.size(); ++c)
        if (const auto index = retired.column(columns[c])) row.cells[c] = cells[*index];
      if (const auto index = retired.column("order")) row.order = whole_number(cells[*index], 0, 1'000'000'000).value_or(0);
      rows.push_back(std::move(row));
    }
    for (const std::size_t i : in_order(records_.cables)) {
      const NetBoxCable& cable = records_.cables[i];
      if (cable.label.empty())
        diagnostics_.error(cable.place, "this cable has no `label`, which is its id", "give it an id that no cable has or had");
      const std::string exact = field(cable.fields, "length_exact_m");
      Row row{whole_number(field(cable.fields, "order"), 0, 1'000'000'000).value_or(1'000'000'001),
              {cable.label, cable.a.device, port_cell(cable.a, cable), cable.b.device, port_cell(cable.b, cable),
               cable.length ? metres_text(*cable.length) : exact}};
      for (std::size_t c = own; c < columns.size(); ++c) row.cells.push_back(field(cable.fields, columns[c]));
      rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& x, const Row& y) { return x.order < y.order; });
    std::string text = csv_row(columns);
    for (const Row& one : rows) text += csv_row(one.cells);
    return text;
  }

  const NetBoxRecords& records_;
  const NetBoxSite& site_;
  Diagnostics& diagnostics_;
  std::map<std::string, NetBoxPanel> panels_;
};

}  // namespace

ImportedSite site_of_netbox(const NetBoxRecords& records, const std::string& folder, const Catalogue& catalogue, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  if (records.devices.empty()) {
    diagnostics.error({folder, 0, 0}, "there are no devices to import", "export devices and cables from NetBox as CSV into this folder");
    return {};
  }
  std::vector<std::string> sites;
  for (const NetBoxDevice& device : records.devices)
    if (std::find(sites.begin(), sites.end(), device.site) == sites.end()) sites.push_back(device.site);
  if (sites.size() > 1) {
    diagnostics.error({folder, 0, 0},
                      "the devices stand in " + std::to_string(sites.size()) + " sites, " + quote_input(sites[0]) + " and " +
                          quote_input(sites[1]) + (sites.size() > 2 ? " among them" : ""),
                      "filter by one site before exporting from NetBox");
    return {};
  }
  const NetBoxSite* own = nullptr;
  for (const NetBoxSite& site : records.sites)
    if (netbox_lower(site.name) == netbox_lower(sites.front()) && site.fields.contains("site")) own = &site;
  ImportedSite imported =
      own != nullptr ? OwnImport(records, *own, diagnostics).take() : foreign_site(records, sites.front(), folder, catalogue, diagnostics);
  return diagnostics.error_count() == errors ? std::move(imported) : ImportedSite{};
}

void check_device_types(const std::vector<NetBoxDeviceType>& types, const Catalogue& catalogue, Diagnostics& diagnostics) {
  for (const NetBoxDeviceType& type : types) {
    for (const SwitchModel& model : catalogue.switches()) {
      if (netbox_lower(model.model) != netbox_lower(type.model) &&
          netbox_lower(model.vendor + " " + model.model) != netbox_lower(type.model) &&
          netbox_lower(model.id) != netbox_lower(type.part_number))
        continue;
      const auto ports = static_cast<std::uint32_t>(std::count_if(type.components.interfaces.begin(), type.components.interfaces.end(),
                                                                  [](const NetBoxInterface& port) { return !port.management; }));
      if (ports == 0 || ports == model.ports || ports == model.cages || ports == model.ports_400g) continue;
      diagnostics.warning({type.file, 0, 0},
                          "device type `" + type.model + "` has " + std::to_string(ports) + " interfaces; the catalogue has " +
                              std::to_string(model.ports) + " ports of " + to_string(model.port_rate) +
                              (model.cages > 0 && model.cages != model.ports ? " in " + std::to_string(model.cages) + " cages" : ""),
                          ports < model.ports ? "ports are missing in it: complete the device type before cables are planned"
                                              : "mark management ports with `mgmt_only: true`, or check the model");
    }
  }
}

}  // namespace eastwest
