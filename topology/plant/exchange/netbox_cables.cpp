// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_cables.hpp"

#include <algorithm>

#include "topology/plant/exchange/netbox_components.hpp"
#include "topology/plant/exchange/netbox_fields.hpp"

namespace eastwest {

namespace {

bool is_retired(const ExchangeRows& rows, std::size_t row) { return rows.cell(row, "status") == "retired"; }

class Cables {
 public:
  Cables(const ExchangeSite& site, const ExchangeRows& schedule, const std::set<std::string>& panels, NetBoxDialect dialect)
      : site_(site), schedule_(schedule), panels_(panels), dialect_(dialect) {}

  std::string text() {
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
    ExchangeSheet cables(columns);
    std::set<std::string> plugged;  // ports of panels at whose front a cord ends: "panel\n3"
    for (std::size_t r = 0; r < schedule_.size(); ++r)
      if (!is_retired(schedule_, r) && schedule_.cell(r, "type") != "trunk")
        for (const std::string side : {"a", "b"})
          plugged.insert(schedule_.cell(r, side + "_device_or_panel") + "\n" +
                         std::to_string(port_range(schedule_.cell(r, side + "_port")).first));
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
    return cables.rows() > 0 ? cables.text() : "";
  }

 private:
  void add_side(std::size_t row, const std::string& side, bool trunk, std::map<std::string, std::string>& cells) {
    const std::string& device = schedule_.cell(row, side + "_device_or_panel");
    const std::string& port = schedule_.cell(row, side + "_port");
    const bool panel = panels_.contains(device);
    const PortRange range = port_range(port);
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
    const PortRange a = port_range(schedule_.cell(row, "a_port"));
    const PortRange b = port_range(schedule_.cell(row, "b_port"));
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
  const ExchangeRows& schedule_;
  const std::set<std::string>& panels_;
  NetBoxDialect dialect_;
};

}  // namespace

PortRange port_range(const std::string& port) {  // "03", "01-09"
  const std::size_t dash = port.find('-');
  const auto first = whole_number(port.substr(0, dash), 0, 100'000).value_or(0);
  const auto last = dash == std::string::npos ? first : whole_number(port.substr(dash + 1), 0, 100'000).value_or(first);
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(std::max(first, last) - first + 1)};
}

std::string netbox_cables(const ExchangeSite& site, const ExchangeRows& schedule, const std::set<std::string>& panels,
                          NetBoxDialect dialect) {
  return Cables(site, schedule, panels, dialect).text();
}

}  // namespace eastwest
