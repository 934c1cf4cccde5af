// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_export.hpp"

#include <algorithm>
#include <map>

#include "core/input_text.hpp"
#include "topology/csv.hpp"
#include "topology/plant/exchange/netbox_components.hpp"
#include "topology/plant/exchange/netbox_fields.hpp"
#include "topology/plant/exchange/netbox_guide.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kGeneric = "Generic";
constexpr std::string_view kRackRole = "Fabric";

/// A table that we wrote ourselves.
class Rows {
 public:
  explicit Rows(const std::string& text) {
    Result<CsvTable> table = parse_csv(text);
    if (table) table_ = std::move(table).value();
  }
  [[nodiscard]] std::size_t size() const { return table_.rows.size(); }
  [[nodiscard]] const std::vector<std::string>& columns() const { return table_.columns; }
  [[nodiscard]] const std::string& cell(std::size_t row, std::string_view column) const {
    static const std::string empty;
    const auto index = table_.column(column);
    return index ? table_.rows[row][*index] : empty;
  }
  [[nodiscard]] std::uint32_t number(std::size_t row, std::string_view column) const {
    return static_cast<std::uint32_t>(whole_number(cell(row, column), 0, 1'000'000'000).value_or(0));
  }

 private:
  CsvTable table_;
};

/// A CSV file as it grows; cells by column.
class Sheet {
 public:
  explicit Sheet(std::vector<std::string> columns) : columns_(std::move(columns)), text_(csv_row(columns_)) {}
  void add(const std::map<std::string, std::string>& cells) {
    std::vector<std::string> row;
    for (const std::string& column : columns_) {
      const auto found = cells.find(column);
      row.push_back(found == cells.end() ? "" : found->second);
    }
    text_ += csv_row(row);
    ++rows_;
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::vector<std::string> columns_;
  std::string text_;
  std::size_t rows_ = 0;
};

struct PortRange {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
};

PortRange range_of(const std::string& port) {  // "03", "01-09"
  const std::size_t dash = port.find('-');
  const auto first = whole_number(port.substr(0, dash), 0, 100'000).value_or(0);
  const auto last = dash == std::string::npos ? first : whole_number(port.substr(dash + 1), 0, 100'000).value_or(first);
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(std::max(first, last) - first + 1)};
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
    write_cables();
    if (diagnostics_.error_count() != errors) return {};
    return std::move(files_);
  }

 private:
  void write(const std::string& path, std::string text) { files_.push_back({path, std::move(text)}); }
  void write(const std::string& path, const Sheet& sheet) {
    if (sheet.rows() > 0) write(path, sheet.text());  // NetBox takes no file without rows
  }

  void refuse(std::string message, std::string remedy) { diagnostics_.error(place_, std::move(message), std::move(remedy)); }

  void check_name(std::string_view what, const std::string& name, std::size_t most) {
    const std::string trouble = netbox_name_trouble(name, most);
    if (!trouble.empty())
      refuse("NetBox: the name of " + std::string(what) + " " + quote_input(name) + " " + trouble, "give it a name that NetBox keeps");
  }

  [[nodiscard]] bool is_panel(std::size_t device) const { return devices_.cell(device, "kind") == "panel"; }
  [[nodiscard]] static bool is_retired(const Rows& rows, std::size_t row) { return rows.cell(row, "status") == "retired"; }

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
      if (const auto [other, fresh] = seen.emplace(lower_case(name), name); !fresh)
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
      if (!models.insert(lower_case(model.manufacturer + "\n" + model.name)).second)
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
        if (schedule_.cell(r, "type") == "trunk") trunks[found->second].push_back(range_of(schedule_.cell(r, std::string(side) + "_port")));
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
    Sheet sites({"name", "slug", "status", netbox_column("site"), netbox_column("pathways"), netbox_column("retired")});
    sites.add({{"name", site_.code},
               {"slug", netbox_slug(site_.code, slugs)},
               {"status", "planned"},
               {netbox_column("site"), site_.site_yaml},
               {netbox_column("pathways"), site_.pathways},
               {netbox_column("retired"), retired_rows()}});
    write("01-sites.csv", sites);

    slugs.clear();
    Sheet locations({"site", "name", "slug", "status"});
    std::set<std::string> rooms;
    for (std::size_t r = 0; r < racks_.size(); ++r) {
      const std::string& room = racks_.cell(r, "room");
      if (!room.empty() && rooms.insert(room).second)
        locations.add({{"site", site_.code}, {"name", room}, {"slug", netbox_slug(room, slugs)}, {"status", "planned"}});
    }
    write("02-locations.csv", locations);

    slugs.clear();
    Sheet manufacturers({"name", "slug"});
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

    Sheet roles({"name", "slug", "color"});
    roles.add({{"name", std::string(kRackRole)}, {"slug", "fabric"}, {"color", "9e9e9e"}});
    write("04-rack-roles.csv", roles);

    Sheet types({"manufacturer", "model", "slug", "width", "u_height", "form_factor", "starting_unit", "desc_units"});
    Sheet racks({"site", "location", "name", "status", "role", "rack_type", "width", "u_height", "max_weight", "weight_unit",
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
    Sheet sheet(columns);
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
    Sheet modules({"manufacturer", "model"});
    std::set<std::string> known_modules;
    for (const ExchangeModel& model : site_.models) {
      std::vector<const NetBoxComponents*> devices;
      NetBoxDeviceType type;
      std::set<std::string> used;
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
        for (const NetBoxInterface& port : components_[d].interfaces) used.insert(port.name);
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
      shared_[model.kind + "\n" + model.id] = type.components;
      for (const ExchangePort& spare : model.spares)
        if (!used.contains(spare.name)) type.components.interfaces.push_back({spare.name, spare.interface_type, false});
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
    Sheet roles({"name", "slug", "color", "vm_role"});
    std::set<std::string> slugs;
    std::set<std::string> known;
    Sheet devices({"name", "role", "manufacturer", "device_type", "status", "site", "location", "rack", "position", "face",
                   netbox_column("model"), netbox_column("phase"), netbox_column("power_max"), netbox_column("weight"),
                   netbox_column("height"), netbox_column("order")});
    Sheet modules({"device", "module_bay", "module_type", "status"});
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
    Sheet rear({"device", "name", "type", "positions"});
    std::vector<std::string> front_columns{"device", "name", "type", "positions", "rear_port", "rear_port_position"};
    if (dialect_ == NetBoxDialect::v4_4) front_columns.erase(front_columns.begin() + 3);  // one position each, by nature
    Sheet front(front_columns);
    Sheet interfaces({"device", "name", "type", "enabled", "mgmt_only"});
    Sheet items({"device", "name", "status", "part_id", "description", "component_type", "component_name"});
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

  void write_cables() {
    std::vector<std::string> columns{"side_a_site",   "side_a_device", "side_a_type", "side_a_name", "side_b_site",
                                     "side_b_device", "side_b_type",   "side_b_name", "type",        "status",
                                     "label",         "color",         "length",      "length_unit"};
    if (dialect_ == NetBoxDialect::v4_6) columns.insert(columns.begin() + 10, "profile");
    std::vector<std::string> fields;
    for (const std::string& column : schedule_.columns())
      if (is_netbox_cable_field(column)) fields.push_back(column);
    for (const std::string& field : fields) columns.push_back(netbox_column(field));
    for (const NetBoxField& field : netbox_fields())
      if (field.object == "dcim.cable" && std::find(fields.begin(), fields.end(), field.name) == fields.end())
        columns.push_back(netbox_column(field.name));
    Sheet cables(columns);
    std::set<std::string> plugged;  // ports of panels at whose front a cord ends: "panel\n3"
    for (std::size_t r = 0; r < schedule_.size(); ++r)
      if (!is_retired(schedule_, r) && schedule_.cell(r, "type") != "trunk")
        for (const std::string side : {"a", "b"})
          plugged.insert(schedule_.cell(r, side + "_device_or_panel") + "\n" +
                         std::to_string(range_of(schedule_.cell(r, side + "_port")).first));
    for (std::size_t r = 0; r < schedule_.size(); ++r) {
      if (is_retired(schedule_, r)) continue;
      std::map<std::string, std::string> cells;
      for (const std::string& field : fields) cells[netbox_column(field)] = schedule_.cell(r, field);
      const std::string& piece = schedule_.cell(r, "type");
      const std::string& status = schedule_.cell(r, "status");
      for (const std::string side : {"a", "b"}) add_side(r, side, piece == "trunk", cells);
      cells["type"] = netbox_cable_type(piece, schedule_.cell(r, "fibre_type"));
      cells["status"] = status == "tested" || status == "in_service" ? "connected" : "planned";
      cells["label"] = schedule_.cell(r, "cable_id");
      cells["color"] = netbox_colour(schedule_.cell(r, "jacket_colour"));
      add_length(schedule_.cell(r, "length_m"), cells);
      cells[netbox_column("order")] = std::to_string(r);
      if (piece == "trunk") add_trunk(r, plugged, cells);
      for (const ExchangeOptic& optic : site_.optics)
        if (optic.id == schedule_.cell(r, "pmd")) {
          cells[netbox_column("wavelength_nm")] = optic.wavelengths;
          cells[netbox_column("loss_budget")] = optic.loss_max;
        }
      cables.add(cells);
    }
    write("16-cables.csv", cables);
  }

  void add_side(std::size_t row, const std::string& side, bool trunk, std::map<std::string, std::string>& cells) {
    const std::string& device = schedule_.cell(row, side + "_device_or_panel");
    const std::string& port = schedule_.cell(row, side + "_port");
    const auto found = device_index_.find(device);
    const bool panel = found != device_index_.end() && is_panel(found->second);
    const PortRange range = range_of(port);
    cells["side_" + side + "_site"] = site_.code;
    cells["side_" + side + "_device"] = device;
    cells["side_" + side + "_type"] = !panel ? "dcim.interface" : trunk ? "dcim.rearport" : "dcim.frontport";
    cells["side_" + side + "_name"] = !panel ? port : trunk ? rear_port_name(range.first, range.count) : front_port_name(range.first);
  }

  static void add_length(const std::string& metres, std::map<std::string, std::string>& cells) {
    const auto mm = scaled_number(metres, 1'000);
    if (!mm) return;
    if (const auto length = netbox_length({*mm})) {
      cells["length"] = length->value;
      cells["length_unit"] = length->unit;
    } else {
      cells[netbox_column("length_exact_m")] = metres;
    }
  }

  void add_trunk(std::size_t row, const std::set<std::string>& plugged, std::map<std::string, std::string>& cells) {
    const PortRange a = range_of(schedule_.cell(row, "a_port"));
    const PortRange b = range_of(schedule_.cell(row, "b_port"));
    const auto lit_at = [&](const std::string& side, std::uint32_t port) {
      return plugged.contains(schedule_.cell(row, side + "_device_or_panel") + "\n" + std::to_string(port));
    };
    std::uint32_t spare = 0;
    for (std::uint32_t s = 0; s < a.count; ++s)
      if (!lit_at("a", a.first + s) || !lit_at("b", b.first + s)) ++spare;
    cells[netbox_column("spare_strands")] = std::to_string(spare * (schedule_.number(row, "fibre_count") / a.count));
    constexpr std::uint32_t kProfiles[] = {1, 2, 4, 6, 8, 12, 16};  // single-1cNp
    if (a.count == b.count && std::find(std::begin(kProfiles), std::end(kProfiles), a.count) != std::end(kProfiles))
      cells["profile"] = "single-1c" + std::to_string(a.count) + "p";
  }

  const ExchangeSite& site_;
  NetBoxDialect dialect_;
  const Place& place_;
  Diagnostics& diagnostics_;
  Rows racks_;
  Rows devices_;
  Rows schedule_;
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
