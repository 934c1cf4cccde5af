// SPDX-License-Identifier: Apache-2.0
// One file, though long: the tables are written in the order in which NetBox takes them, which is what has to be followed.
#include "topology/plant/exchange/netbox_export.hpp"

#include <algorithm>
#include <map>

#include "core/input_text.hpp"
#include "topology/csv.hpp"
#include "topology/plant/exchange/netbox_cables.hpp"
#include "topology/plant/exchange/netbox_components.hpp"
#include "topology/plant/exchange/netbox_fields.hpp"
#include "topology/plant/exchange/netbox_guide.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kGeneric = "Generic";
constexpr std::string_view kRackRole = "Fabric";

/// Whether ports of `own` that `all` names too are of the same type there.
bool same_types(const std::vector<NetBoxInterface>& own, const std::vector<NetBoxInterface>& all) {
  std::map<std::string_view, std::string_view> types;
  for (const NetBoxInterface& port : all) types.emplace(port.name, port.type);
  return std::all_of(own.begin(), own.end(), [&](const NetBoxInterface& port) { return types[port.name] == port.type; });
}

class Export {
 public:
  Export(const ExchangeSite& site, NetBoxDialect dialect, const Place& place, Diagnostics& diagnostics)
      : site_(site),
        dialect_(dialect),
        place_(place),
        diagnostics_(diagnostics),
        racks_(site.racks),
        devices_(site.devices),
        schedule_(site.schedule) {
    for (std::uint32_t d = 0; d < devices_.size(); ++d) device_index_.emplace(devices_.cell(d, "device"), d);
  }

  std::vector<ExchangeFile> files() {
    const std::size_t errors = diagnostics_.error_count();
    check_names();
    collect_components();
    if (diagnostics_.error_count() != errors) return {};
    write("README.txt", netbox_guide(dialect_));
    write("00-custom-fields.csv", write_netbox_fields(schedule_.columns()));
    write_places();
    write_models();
    write_devices();
    write_components();
    std::set<std::string> panels;
    for (std::size_t d = 0; d < devices_.size(); ++d)
      if (is_panel(d)) panels.insert(devices_.cell(d, "device"));
    if (std::string cables = netbox_cables(site_, schedule_, panels, dialect_); !cables.empty()) write("16-cables.csv", std::move(cables));
    if (diagnostics_.error_count() != errors) return {};
    return std::move(files_);
  }

 private:
  void write(const std::string& path, std::string text) { files_.push_back({path, std::move(text)}); }
  void write(const std::string& path, const ExchangeSheet& sheet) {
    if (sheet.rows() > 0) write(path, sheet.text());  // NetBox takes no file without rows
  }

  void refuse(std::string message, std::string remedy) { diagnostics_.error(place_, std::move(message), std::move(remedy)); }

  void check_name(std::string_view what, const std::string& name, std::size_t most) {
    const std::string trouble = netbox_name_trouble(name, most);
    if (!trouble.empty())
      refuse("NetBox: the name of " + std::string(what) + " " + quote_input(name) + " " + trouble, "give it a name that NetBox keeps");
  }

  [[nodiscard]] bool is_panel(std::size_t device) const { return devices_.cell(device, "kind") == "panel"; }
  [[nodiscard]] static bool is_retired(const ExchangeRows& rows, std::size_t row) { return rows.cell(row, "status") == "retired"; }

  void check_names() {
    check_name("the site", site_.code, kNetBoxName);
    std::map<std::string, std::string> seen;
    for (std::size_t r = 0; r < racks_.size(); ++r) {
      const std::string& name = racks_.cell(r, "rack");
      const std::string& room = racks_.cell(r, "room");
      check_name("rack", name, kNetBoxName);
      if (!room.empty()) check_name("room", room, kNetBoxName);
      if (!seen.emplace(room + "\n" + name, name).second)
        refuse("NetBox: two racks of one room are called " + quote_input(name), "rename one");
      if (racks_.number(r, "rack_units") == 0) refuse("NetBox: rack " + quote_input(name) + " has no units", "give it at least one");
    }
    seen.clear();
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      const std::string& name = devices_.cell(d, "device");
      check_name("device", name, kNetBoxDeviceName);
      if (const auto [other, fresh] = seen.emplace(netbox_lower(name), name); !fresh)
        refuse("NetBox: devices " + quote_input(other->second) + " and " + quote_input(name) +
                   " have one name, since case does not count there",
               "rename one");
      std::set<std::string_view> ports;
      for (const ExchangePort& port : site_.ports[d]) {
        check_name("port of `" + name + "`", port.name, kNetBoxDeviceName);
        if (!ports.insert(port.name).second)
          refuse("NetBox: `" + name + "` has port " + quote_input(port.name) + " twice", "name ports apart");
      }
    }
    for (std::size_t r = 0; r < schedule_.size(); ++r)
      if (!is_retired(schedule_, r)) check_name("cable", schedule_.cell(r, "cable_id"), kNetBoxName);
    std::set<std::string> models;
    for (const ExchangeModel& model : site_.models) {
      check_name("model", model.name, kNetBoxName);
      check_name("manufacturer", model.manufacturer, kNetBoxName);
      if (!models.insert(netbox_lower(model.manufacturer + "\n" + model.name)).second)
        refuse("NetBox: two models are called " + quote_input(model.name) + " of " + quote_input(model.manufacturer), "name them apart");
    }
  }

  /// Which ports of every panel lie behind one trunk, and what all plugs of the panel are.
  void collect_components() {
    components_.resize(devices_.size());
    std::vector<std::vector<PortRange>> trunks(devices_.size());
    std::vector<std::string> port_type(devices_.size());
    for (std::size_t r = 0; r < schedule_.size(); ++r) {
      if (is_retired(schedule_, r)) continue;
      for (const char* side : {"a", "b"}) {
        const auto found = device_index_.find(schedule_.cell(r, std::string(side) + "_device_or_panel"));
        if (found == device_index_.end() || !is_panel(found->second)) continue;
        const std::string connector = schedule_.cell(r, std::string("connector_") + side);
        if (port_type[found->second].empty() && !connector.empty())
          port_type[found->second] = netbox_port_type(connector, schedule_.cell(r, std::string("polish_") + side));
        if (schedule_.cell(r, "type") == "trunk")
          trunks[found->second].push_back(port_range(schedule_.cell(r, std::string(side) + "_port")));
      }
    }
    for (std::uint32_t d = 0; d < devices_.size(); ++d) {
      NetBoxComponents& components = components_[d];
      if (!is_panel(d)) {
        for (const ExchangePort& port : site_.ports[d]) components.interfaces.push_back({port.name, port.interface_type, false});
        continue;
      }
      if (port_type[d].empty()) port_type[d] = "mpo";
      std::sort(trunks[d].begin(), trunks[d].end(), [](const PortRange& x, const PortRange& y) { return x.first < y.first; });
      std::size_t next = 0;
      for (std::uint32_t port = 1; port <= devices_.number(d, "ports");) {
        while (next < trunks[d].size() && trunks[d][next].first < port) ++next;
        PortRange range{port, 1};
        if (next < trunks[d].size() && trunks[d][next].first == port) range = trunks[d][next];
        if (range.count > kNetBoxPositions)
          refuse("NetBox: a trunk ends at " + std::to_string(range.count) + " ports of panel `" + devices_.cell(d, "device") + "`",
                 "a rear port has at most " + std::to_string(kNetBoxPositions) + " positions");
        const std::string rear = rear_port_name(range.first, range.count);
        components.rear_ports.push_back({rear, port_type[d], range.count});
        for (std::uint32_t i = 0; i < range.count; ++i)
          components.front_ports.push_back({front_port_name(range.first + i), port_type[d], rear, i + 1});
        port += range.count;
      }
    }
  }

  void write_places() {
    std::set<std::string> slugs;
    ExchangeSheet sites({"name", "slug", "status", netbox_column("site"), netbox_column("pathways"), netbox_column("retired")});
    sites.add({{"name", site_.code},
               {"slug", netbox_slug(site_.code, slugs)},
               {"status", "planned"},
               {netbox_column("site"), site_.site_yaml},
               {netbox_column("pathways"), site_.pathways},
               {netbox_column("retired"), retired_rows()}});
    write("01-sites.csv", sites);

    slugs.clear();
    ExchangeSheet locations({"site", "name", "slug", "status"});
    std::set<std::string> rooms;
    for (std::size_t r = 0; r < racks_.size(); ++r) {
      const std::string& room = racks_.cell(r, "room");
      if (!room.empty() && rooms.insert(room).second)
        locations.add({{"site", site_.code}, {"name", room}, {"slug", netbox_slug(room, slugs)}, {"status", "planned"}});
    }
    write("02-locations.csv", locations);

    slugs.clear();
    ExchangeSheet manufacturers({"name", "slug"});
    std::set<std::string> makers;
    const auto make = [&](const std::string& name) {
      if (!name.empty() && makers.insert(name).second) manufacturers.add({{"name", name}, {"slug", netbox_slug(name, slugs)}});
    };
    make(std::string(kGeneric));
    for (const ExchangeModel& model : site_.models) {
      make(model.manufacturer);
      make(model.module_manufacturer);
    }
    write("03-manufacturers.csv", manufacturers);

    ExchangeSheet roles({"name", "slug", "color"});
    roles.add({{"name", std::string(kRackRole)}, {"slug", "fabric"}, {"color", "9e9e9e"}});
    write("04-rack-roles.csv", roles);

    ExchangeSheet types({"manufacturer", "model", "slug", "width", "u_height", "form_factor", "starting_unit", "desc_units"});
    ExchangeSheet racks({"site", "location", "name", "status", "role", "rack_type", "width", "u_height", "max_weight", "weight_unit",
                         netbox_column("row"), netbox_column("column"), netbox_column("power_limit")});
    slugs.clear();
    std::set<std::string> heights;
    for (std::size_t r = 0; r < racks_.size(); ++r) {
      const std::string& units = racks_.cell(r, "rack_units");
      const std::string model = units + "U 19 in cabinet";
      if (heights.insert(units).second)
        types.add({{"manufacturer", std::string(kGeneric)},
                   {"model", model},
                   {"slug", netbox_slug(model, slugs)},
                   {"width", "19"},
                   {"u_height", units},
                   {"form_factor", "4-post-cabinet"},
                   {"starting_unit", "1"},
                   {"desc_units", "false"}});
      const std::int64_t grams = parse_quantity(racks_.cell(r, "weight_limit"), Dimension::mass).value_or(0);
      racks.add({{"site", site_.code},
                 {"location", racks_.cell(r, "room")},
                 {"name", racks_.cell(r, "rack")},
                 {"status", "planned"},
                 {"role", std::string(kRackRole)},
                 {"rack_type", model},
                 {"width", "19"},
                 {"u_height", units},
                 {"max_weight", std::to_string(grams % 1'000 == 0 ? grams / 1'000 : grams)},
                 {"weight_unit", grams % 1'000 == 0 ? "kg" : "g"},
                 {netbox_column("row"), racks_.cell(r, "row")},
                 {netbox_column("column"), racks_.cell(r, "column")},
                 {netbox_column("power_limit"), racks_.cell(r, "power_limit")}});
    }
    write("05-rack-types.csv", types);
    write("06-racks.csv", racks);
  }

  [[nodiscard]] std::string retired_rows() const {
    std::vector<std::string> columns = schedule_.columns();
    columns.emplace_back("order");
    ExchangeSheet sheet(columns);
    for (std::size_t r = 0; r < schedule_.size(); ++r) {
      if (!is_retired(schedule_, r)) continue;
      std::map<std::string, std::string> cells{{"order", std::to_string(r)}};
      for (const std::string& column : schedule_.columns()) cells[column] = schedule_.cell(r, column);
      sheet.add(cells);
    }
    return sheet.rows() > 0 ? sheet.text() : "";
  }

  void write_models() {
    std::set<std::string> slugs;
    ExchangeSheet modules({"manufacturer", "model"});
    std::set<std::string> known_modules;
    for (const ExchangeModel& model : site_.models) {
      std::vector<const NetBoxComponents*> devices;
      NetBoxDeviceType type;
      bool heights_differ = false;
      for (std::size_t d = 0; d < devices_.size(); ++d) {
        if (key_of(d) != model.kind + "\n" + model.id) continue;
        const std::uint32_t height = devices_.number(d, "height");
        if (devices.empty()) {
          type.u_height = height;
          type.full_depth = !is_panel(d);
          height_[key_of(d)] = height;
        }
        heights_differ = heights_differ || type.u_height != height;
        devices.push_back(&components_[d]);
      }
      if (devices.empty()) continue;
      if (heights_differ)
        diagnostics_.warning(place_, "devices of model `" + model.id + "` have several heights; NetBox has one, that of the device type",
                             "the others keep theirs in `" + netbox_column("height") + "`");
      type.manufacturer = model.manufacturer;
      type.model = model.name;
      type.slug = netbox_slug(model.manufacturer + " " + model.name, slugs);
      type.comments = model.comment;
      type.weight = model.weight_kg;
      type.weight_unit = "kg";
      for (std::uint32_t bay = 0; bay < model.module_bays; ++bay) type.module_bays.push_back("NIC " + std::to_string(bay));
      type.components = shared_components(devices);
      std::vector<NetBoxInterface> all;  // of the model, when every device has the model's names: then the type brings them all
      for (const ExchangePort& spare : model.spares) all.push_back({spare.name, spare.interface_type, false});
      const auto has_them = [&](const NetBoxComponents* device) {
        return components_beyond(*device, NetBoxComponents{all, {}, {}}).interfaces.empty() && same_types(device->interfaces, all);
      };
      if (!all.empty() && std::all_of(devices.begin(), devices.end(), has_them)) type.components.interfaces = std::move(all);
      shared_[model.kind + "\n" + model.id] = type.components;
      write("07-device-types/" + type.slug + ".yaml", write_device_type(type, dialect_ == NetBoxDialect::v4_6));
      if (model.module_bays > 0 && known_modules.insert(model.module_manufacturer + "\n" + model.module_name).second)
        modules.add({{"manufacturer", model.module_manufacturer}, {"model", model.module_name}});
    }
    write("08-module-types.csv", modules);
  }

  /// What parts models: "custom" may be a server's and a switch's.
  [[nodiscard]] std::string key_of(std::size_t device) const {
    return devices_.cell(device, "kind") + "\n" + devices_.cell(device, "model");
  }

  [[nodiscard]] const ExchangeModel* model_of(std::size_t device) const {
    for (const ExchangeModel& model : site_.models)
      if (key_of(device) == model.kind + "\n" + model.id) return &model;
    return nullptr;
  }

  void write_devices() {
    ExchangeSheet roles({"name", "slug", "color", "vm_role"});
    std::set<std::string> slugs;
    std::set<std::string> known;
    ExchangeSheet devices({"name", "role", "manufacturer", "device_type", "status", "site", "location", "rack", "position", "face",
                           netbox_column("model"), netbox_column("phase"), netbox_column("power_max"), netbox_column("weight"),
                           netbox_column("height"), netbox_column("order")});
    ExchangeSheet modules({"device", "module_bay", "module_type", "status"});
    std::map<std::string, std::string> room;
    for (std::size_t r = 0; r < racks_.size(); ++r) room[racks_.cell(r, "rack")] = racks_.cell(r, "room");
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      const std::string& id = devices_.cell(d, "model");
      const ExchangeModel* model = model_of(d);
      if (model == nullptr) {
        refuse("NetBox: device `" + devices_.cell(d, "device") + "` is of model " + quote_input(id) + ", of which nothing is told", "");
        continue;
      }
      const std::string& role = site_.roles[d];
      if (known.insert(role).second)
        roles.add({{"name", role},
                   {"slug", netbox_slug(role, slugs)},
                   {"color", is_panel(d)                            ? "607d8b"
                             : devices_.cell(d, "kind") == "switch" ? "2196f3"
                                                                    : "4caf50"},
                   {"vm_role", "false"}});
      const std::uint32_t unit = devices_.number(d, "unit");
      const std::string& rack = devices_.cell(d, "rack");
      devices.add({{"name", devices_.cell(d, "device")},
                   {"role", role},
                   {"manufacturer", model->manufacturer},
                   {"device_type", model->name},
                   {"status", "planned"},
                   {"site", site_.code},
                   {"location", room[rack]},
                   {"rack", rack},
                   {"position", unit == 0 ? "" : std::to_string(unit)},
                   {"face", unit == 0 ? "" : "front"},
                   {netbox_column("model"), id},
                   {netbox_column("phase"), devices_.cell(d, "phase")},
                   {netbox_column("power_max"), devices_.cell(d, "power_max")},
                   {netbox_column("weight"), devices_.cell(d, "weight")},
                   {netbox_column("height"), devices_.number(d, "height") == height_[key_of(d)] ? "" : devices_.cell(d, "height")},
                   {netbox_column("order"), std::to_string(d)}});
      for (std::uint32_t bay = 0; bay < model->module_bays; ++bay)
        modules.add({{"device", devices_.cell(d, "device")},
                     {"module_bay", "NIC " + std::to_string(bay)},
                     {"module_type", model->module_name},
                     {"status", "planned"}});
    }
    write("09-device-roles.csv", roles);
    write("10-devices.csv", devices);
    write("11-modules.csv", modules);
  }

  void write_components() {
    ExchangeSheet rear({"device", "name", "type", "positions"});
    std::vector<std::string> front_columns{"device", "name", "type", "positions", "rear_port", "rear_port_position"};
    if (dialect_ == NetBoxDialect::v4_4) front_columns.erase(front_columns.begin() + 3);  // one position each, by nature
    ExchangeSheet front(front_columns);
    ExchangeSheet interfaces({"device", "name", "type", "enabled", "mgmt_only"});
    ExchangeSheet items({"device", "name", "status", "part_id", "description", "component_type", "component_name"});
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      const std::string& device = devices_.cell(d, "device");
      const NetBoxComponents rest = components_beyond(components_[d], shared_[key_of(d)]);
      for (const NetBoxRearPort& port : rest.rear_ports)
        rear.add({{"device", device}, {"name", port.name}, {"type", port.type}, {"positions", std::to_string(port.positions)}});
      for (const NetBoxFrontPort& port : rest.front_ports)
        front.add({{"device", device},
                   {"name", port.name},
                   {"type", port.type},
                   {"positions", "1"},
                   {"rear_port", port.rear_port},
                   {"rear_port_position", std::to_string(port.position)}});
      for (const NetBoxInterface& port : rest.interfaces)
        interfaces.add({{"device", device}, {"name", port.name}, {"type", port.type}, {"enabled", "true"}, {"mgmt_only", "false"}});
      for (const ExchangePort& port : site_.ports[d])
        if (!port.optic.empty())
          items.add({{"device", device},
                     {"name", port.name},
                     {"status", "planned"},
                     {"part_id", port.optic.substr(0, 50)},
                     {"description", "transceiver"},
                     {"component_type", "dcim.interface"},
                     {"component_name", port.name}});
    }
    write("12-rear-ports.csv", rear);
    write("13-front-ports.csv", front);
    write("14-interfaces.csv", interfaces);
    write("15-inventory-items.csv", items);
  }

  const ExchangeSite& site_;
  NetBoxDialect dialect_;
  const Place& place_;
  Diagnostics& diagnostics_;
  ExchangeRows racks_;
  ExchangeRows devices_;
  ExchangeRows schedule_;
  std::map<std::string, std::uint32_t> device_index_;
  std::vector<NetBoxComponents> components_;
  std::map<std::string, NetBoxComponents> shared_;
  std::map<std::string, std::uint32_t> height_;
  std::vector<ExchangeFile> files_;
};

}  // namespace

std::vector<ExchangeFile> netbox_files(const ExchangeSite& site, NetBoxDialect dialect, const Place& place, Diagnostics& diagnostics) {
  return Export(site, dialect, place, diagnostics).files();
}

}  // namespace eastwest
