// SPDX-License-Identifier: Apache-2.0
// Chapters of the book: racks with their elevations, and devices with their ports.
#include "analysis/documents/book.hpp"
#include "analysis/documents/book_writer.hpp"
#include "analysis/documents/document_text.hpp"
#include "analysis/documents/port_maps.hpp"
#include "analysis/documents/rack_elevation.hpp"

namespace eastwest {

namespace {

std::string units_text(const Device& device) {
  if (device.unit == 0) return "not placed";
  return "U" + std::to_string(device.unit) + (device.height > 1 ? "-" + std::to_string(device.unit + device.height - 1) : "");
}

void write_racks(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.view;
  const Plant& plant = *view.plant;
  book.chapter("racks", "Racks",
               "Front and rear of every rack, units counted from the bottom. A click on a device leads to its ports. Dashed and hatched: "
               "reserved for a later phase.");
  std::vector<std::vector<std::uint32_t>> of_rack(plant.racks.size());
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) of_rack[plant.devices[d].rack].push_back(d);
  book.table({"rack", "room", "row", "place", "units used", "free", "power kW", "limit kW", "weight kg", "limit kg", "devices"});
  for (std::uint32_t r = 0; r < plant.racks.size(); ++r) {
    const PlantRack& rack = plant.racks[r];
    const RackSums sums = rack_sums(view, r, *input.later);
    book.row("", {rack_link(view, r), plain(rack.room), plain(std::to_string(rack.row + 1)), plain(std::to_string(rack.column + 1)),
                  plain(std::to_string(sums.units_used)), plain(std::to_string(sums.units_free)),
                  plain((sums.power_unknown > 0 ? "at least " : "") + fixed_digits(sums.power_kw, 2)),
                  plain(fixed_digits(sums.power_limit_kw, 2)),
                  plain(sums.weight_kg <= 0 ? std::string("not known")
                                            : (sums.weight_unknown > 0 ? "at least " : "") + fixed_digits(sums.weight_kg, 0)),
                  plain(fixed_digits(sums.weight_limit_kg, 0)), plain(std::to_string(of_rack[r].size()))});
  }
  book.end_table();
  for (std::uint32_t r = 0; r < plant.racks.size(); ++r) {
    const std::string& name = plant.racks[r].name;
    book.raw("<article class=\"rack\">");
    book.heading(anchor("rack", name), plain("Rack " + name));
    std::vector<Html> devices;
    for (const std::uint32_t d : of_rack[r]) devices.push_back(device_link(view, d));
    book.paragraph(devices.empty() ? plain("Nothing stands here yet.") : joined(devices, ", "));
    book.raw(rack_elevation(view, r, *input.later, false));
    book.raw("</article>\n");
  }
  book.end_chapter();
}

void write_port_table(const SiteView& view, std::uint32_t device, BookWriter& book) {
  const Plant& plant = *view.plant;
  const std::string& name = plant.devices[device].name;
  const auto cell = [](std::uint32_t what, Html html) { return what == kNone ? Html{} : std::move(html); };
  if (plant.devices[device].kind == DeviceKind::panel) {
    book.table({"port", "state", "cord in front", "to", "trunk behind", "leg", "to", "link", "between"}, name);
    for (const PortMapRow& row : port_map(view, device)) {
      std::vector<Html> between;
      if (row.link != kNone) between = {port_link(view, view.fabric->cables[row.link].a), port_link(view, view.fabric->cables[row.link].b)};
      book.row(anchor("port", name + ":" + row.port),
               {plain(row.port), plain(port_state(row)), row.piece == kNone ? Html{} : cable_link(view, row.piece),
                cell(row.piece, link_to("port", row.next, row.next)), row.trunk == kNone ? Html{} : cable_link(view, row.trunk),
                cell(row.trunk, plain(std::to_string(row.strand + 1))), cell(row.trunk, link_to("port", row.behind, row.behind)),
                row.link == kNone ? Html{} : fabric_link(view, row.link), joined(between, " - ")});
    }
    book.end_table();
    return;
  }
  book.table({"port", "state", "cable", "plugged into", "link", "far end", "rail", "rate", "optic", "phase"}, name);
  for (const PortMapRow& row : port_map(view, device)) {
    const bool lit = row.link != kNone;
    book.row(anchor("port", name + ":" + row.port),
             {plain(row.port), plain(port_state(row)), row.piece == kNone ? Html{} : cable_link(view, row.piece),
              cell(row.piece, link_to("port", row.next, row.next)), lit ? fabric_link(view, row.link) : Html{},
              lit ? link_to("port", row.far_a, row.far_a) : Html{}, lit ? rail_link(rail_of_link(view, row.link)) : Html{},
              plain(lit ? to_string(rate_of_link(view, row.link)) : ""), plain(lit ? view.fabric->cables[row.link].medium : ""),
              plain(lit ? std::to_string(plant.channels[row.link].phase + 1) : "")});
  }
  book.end_table();
}

}  // namespace

void write_racks_and_devices(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.view;
  const Plant& plant = *view.plant;
  write_racks(input, book);
  constexpr std::string_view kKinds[] = {"Servers", "Switches", "Patch panels"};
  constexpr std::string_view kIds[] = {"servers", "switches", "panels"};
  for (const DeviceKind kind : {DeviceKind::network_switch, DeviceKind::server, DeviceKind::panel}) {
    const auto index = static_cast<std::size_t>(kind);
    book.chapter(kIds[index], kKinds[index],
                 kind == DeviceKind::panel
                     ? "Every port from both sides: the cord in front, the leg of a trunk behind, and the link that runs through."
                     : "Every port, what is plugged in, where that cable ends, and where the link leads in the end.");
    bool any = false;
    for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
      const Device& device = plant.devices[d];
      if (device.kind != kind) continue;
      any = true;
      book.raw("<article class=\"device\">");
      book.heading(anchor("device", device.name), plain(device.name));
      std::string facts = ", " + units_text(device) + "; " + device.model;
      if (device.power_max.mw > 0) facts += "; up to " + fixed_digits(static_cast<double>(device.power_max.mw) * 1e-6, 2) + " kW";
      if (plant.phases.size() > 1) facts += "; phase " + std::to_string(device.phase + 1);
      book.paragraph(joined({plain("Rack"), {rack_link(view, device.rack).text + escape_markup(facts)}}, " "));
      write_port_table(view, d, book);
      book.raw("</article>\n");
    }
    if (!any) book.paragraph(plain("There are none."));
    book.end_chapter();
  }
}

}  // namespace eastwest
