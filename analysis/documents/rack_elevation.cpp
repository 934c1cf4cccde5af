// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/rack_elevation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/port_maps.hpp"
#include "analysis/documents/pull_list.hpp"

namespace eastwest {

namespace {

constexpr int kUnit = static_cast<int>(kUnitPixels);
constexpr int kTop = 44;
constexpr int kFaceWidth = 330;
constexpr int kFrontLeft = 34;
constexpr int kRearLeft = kFrontLeft + kFaceWidth + 44;
constexpr int kSumsLeft = kRearLeft + kFaceWidth + 24;
constexpr int kWidth = kSumsLeft + 196;

constexpr std::string_view kStyle = R"(
.elevation{--e-ink:#1c2430;--e-soft:#56606e;--e-line:#8d97a5;--e-ground:#fff;--e-empty:#f6f7f9;--e-server:#d7e3f2;--e-switch:#d8ecdf;--e-panel:#f3e6cf;--e-used:#17663a;--e-dark:#b07b00;--e-free:#fff;--e-later:#c3c9d2;
font-family:system-ui,"DejaVu Sans",Arial,sans-serif}
.elevation text{fill:var(--e-ink);font-size:10px}
.elevation .title{font-size:15px;font-weight:650}.elevation .soft{fill:var(--e-soft)}.elevation .head{font-weight:650;font-size:11px}
.elevation .face{fill:var(--e-empty);stroke:var(--e-line)}.elevation .cell{stroke:var(--e-line);stroke-width:.35;fill:none}
.elevation .box{stroke:var(--e-ink);stroke-width:.9}.elevation .server{fill:var(--e-server)}.elevation .switch{fill:var(--e-switch)}.elevation .panel{fill:var(--e-panel)}
.elevation .later .box{fill:url(#reserved);stroke-dasharray:5 3}
.elevation .port{stroke:var(--e-ink);stroke-width:.3}.elevation .used{fill:var(--e-used)}.elevation .dark{fill:var(--e-dark)}.elevation .free{fill:var(--e-free)}.elevation .over{fill:#b3261e;font-weight:650}
.elevation .hatch{stroke:var(--e-line);stroke-width:1.2}.elevation .air{stroke:var(--e-soft);fill:none;stroke-width:1.2}
)";
constexpr std::string_view kDark = R"(
.elevation{--e-ink:#e4e8ee;--e-soft:#a3adba;--e-line:#5b6675;--e-ground:#14181e;--e-empty:#1c222b;--e-server:#243a55;--e-switch:#1f4230;--e-panel:#4a3b1f;--e-used:#7fd3a0;--e-dark:#f0c05a;--e-free:#14181e;--e-later:#38414d}
)";

std::string number(double value) {
  std::string text = fixed_digits(value, 2);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string rect(std::string_view style, double x, double y, double width, double height, std::string_view more = "") {
  return "<rect class=\"" + std::string(style) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) +
         "\" height=\"" + number(height) + "\"" + std::string(more) + "/>";
}

std::string text_at(std::string_view style, double x, double y, std::string_view text, std::string_view more = "") {
  return "<text" + (style.empty() ? std::string() : " class=\"" + std::string(style) + "\"") + " x=\"" + number(x) + "\" y=\"" + number(y) +
         "\"" + std::string(more) + ">" + escape_markup(text) + "</text>";
}

std::string shortened(const std::string& text, std::size_t most) { return text.size() <= most ? text : text.substr(0, most - 2) + ".."; }

std::string_view style_of(DeviceKind kind) {
  return kind == DeviceKind::server ? "server" : kind == DeviceKind::network_switch ? "switch" : "panel";
}

class Drawing {
 public:
  Drawing(const SiteView& view, std::uint32_t rack, const std::vector<Device>& later)
      : view_(view), plant_(*view.plant), rack_(rack), later_(later), units_(static_cast<int>(plant_.racks[rack].units)) {}

  std::string run(bool standalone) {
    linked_ = !standalone;
    const PlantRack& rack = plant_.racks[rack_];
    const int height = std::max(kTop + units_ * kUnit + 26, 330);
    out_ = "<svg class=\"elevation\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(kWidth) + " " +
           std::to_string(height) + "\" role=\"img\" aria-label=\"Elevation of rack " + escape_markup(rack.name) + "\"";
    if (standalone) out_ += " width=\"" + std::to_string(kWidth) + "\" height=\"" + std::to_string(height) + "\"";
    out_ += ">\n";
    if (standalone)
      out_ += "<style>" + std::string(kStyle) + "@media (prefers-color-scheme:dark){" + std::string(kDark) + "}</style>\n" +
              rect("ground", 0, 0, kWidth, height, " fill=\"var(--e-ground)\"") + "\n";
    if (standalone)
      out_ +=
          "<defs><pattern id=\"reserved\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path "
          "class=\"hatch\" d=\"M0 0V6\"/></pattern></defs>\n";
    if (standalone) out_ += text_at("title", 0, 14, "Rack " + rack.name);
    out_ += text_at("soft", kWidth, 14,
                    "room " + rack.room + ", row " + std::to_string(rack.row + 1) + ", place " + std::to_string(rack.column + 1),
                    " text-anchor=\"end\"") +
            "\n";
    face(kFrontLeft, "Front");
    face(kRearLeft, "Rear");
    for (std::uint32_t d = 0; d < plant_.devices.size(); ++d)
      if (plant_.devices[d].rack == rack_ && plant_.devices[d].unit > 0) device(plant_.devices[d], d, false);
    for (const Device& device_of_later : later_)
      if (device_of_later.rack == rack_ && device_of_later.unit > 0) device(device_of_later, kNone, true);
    sums();
    return out_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double y_of(std::uint32_t unit, std::uint32_t height) const {
    return kTop + (units_ - static_cast<int>(unit + height - 1)) * kUnit;
  }

  void face(int left, std::string_view name) {
    out_ += text_at("head", left, kTop - 8, name) + rect("face", left, kTop, kFaceWidth, units_ * kUnit) + "\n<path class=\"cell\" d=\"";
    for (int u = 1; u < units_; ++u)
      out_ += "M" + std::to_string(left) + " " + std::to_string(kTop + u * kUnit) + "h" + std::to_string(kFaceWidth);
    out_ += "\"/>\n";
    for (int u = 1; u <= units_; ++u)
      out_ += text_at("soft", left - 5, kTop + (units_ - u) * kUnit + kUnit - 4, std::to_string(u), " text-anchor=\"end\"");
    out_ += "\n";
  }

  void device(const Device& device, std::uint32_t index, bool later) {
    const double y = y_of(device.unit, device.height);
    const double height = static_cast<double>(device.height) * kUnit;
    // In the book a device leads to its port map.
    if (linked_ && !later) out_ += "<a href=\"#" + anchor("device", device.name) + "\">";
    out_ += "<g id=\"" + anchor("rack-device", device.name) + "\"" + (later ? " class=\"later\"" : "") + "><title>" +
            escape_markup(device.name + ", " + device.model + ", " + plant_.racks[rack_].name + " U" + std::to_string(device.unit) +
                          (device.height > 1 ? "-" + std::to_string(device.unit + device.height - 1) : "") +
                          (later ? ", phase " + std::to_string(device.phase + 1) : "")) +
            "</title>";
    for (const int left : {kFrontLeft, kRearLeft})
      out_ += rect("box " + std::string(style_of(device.kind)), left + 1, y + 0.5, kFaceWidth - 2, height - 1, " rx=\"1.5\"");
    const bool ports_in_front = device.kind != DeviceKind::server;
    const std::string power = device.power_max.mw == 0 ? "" : number(static_cast<double>(device.power_max.mw) * 1e-6) + " kW";
    const double middle = y + height / 2 + 3.5;
    const int plain = ports_in_front ? kRearLeft : kFrontLeft;  // the face without ports has room for words
    const int with_ports = ports_in_front ? kFrontLeft : kRearLeft;
    out_ +=
        text_at("", plain + 8, middle, shortened(device.name + (later ? "  (phase " + std::to_string(device.phase + 1) + ")" : ""), 24));
    out_ += text_at("soft", plain + kFaceWidth - 8, middle, shortened(device.model, 22) + (power.empty() ? "" : "  " + power),
                    " text-anchor=\"end\"");
    out_ += text_at("", with_ports + 8, middle, shortened(device.name, device.kind == DeviceKind::server ? 24 : 11));
    if (device.kind != DeviceKind::panel && device.height > 1) {
      // Air is drawn in at the front and blown out behind.
      const double arrow = kFrontLeft + (ports_in_front ? 4.0 : kFaceWidth / 2.0);
      if (!ports_in_front)
        out_ += "<path class=\"air\" d=\"M" + number(arrow) + " " + number(middle - 3.5) +
                "h18m-5 -4l5 4l-5 4\"><title>air from front to rear</title></path>";
    }
    if (!later) ports(index, with_ports, y, height, device.kind == DeviceKind::server);
    out_ += linked_ && !later ? "</g></a>\n" : "</g>\n";
  }

  void ports(std::uint32_t index, int left, double y, double height, bool server) {
    const std::vector<PortMapRow> rows = port_map(view_, index);
    if (rows.empty()) return;
    const double from = left + (server ? kFaceWidth / 2.0 : 82.0);
    const double width = left + kFaceWidth - 6 - from;
    const auto lines = static_cast<std::size_t>(std::max(1.0, std::floor((height - 3) / 6)));
    const std::size_t rows_of_ports = std::min(lines, std::max<std::size_t>(1, (rows.size() + 31) / 32));
    const std::size_t columns = (rows.size() + rows_of_ports - 1) / rows_of_ports;
    const double step = std::min(11.0, width / static_cast<double>(columns));
    const double step_y = std::min(9.0, (height - 3) / static_cast<double>(rows_of_ports));
    const double top = y + (height - step_y * static_cast<double>(rows_of_ports)) / 2;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      // Front panels count downwards first where there are two lines: ports 1 and 2 stand over one another.
      const std::size_t column = i / rows_of_ports;
      const std::size_t line = i % rows_of_ports;
      out_ += rect("port " + std::string(port_state(rows[i])), from + static_cast<double>(column) * step + 0.5,
                   top + static_cast<double>(line) * step_y + 0.5, step - 1, step_y - 1);
    }
  }

  void sums() {
    const RackSums sums = rack_sums(view_, rack_, later_);
    double y = kTop + 4;
    const auto line = [&](std::string_view name, const std::string& value, bool over = false) {
      y += 17;
      out_ += text_at("soft", kSumsLeft, y, name) + text_at(over ? "over" : "", kWidth, y, value, " text-anchor=\"end\"") + "\n";
    };
    out_ += text_at("head", kSumsLeft, y, "Sums");
    line("units used", std::to_string(sums.units_used) + " U");
    if (sums.units_reserved > 0) line("reserved for later phases", std::to_string(sums.units_reserved) + " U");
    line("free: blanking panels", std::to_string(sums.units_free) + " U");
    line("power", number(sums.power_kw) + " of " + number(sums.power_limit_kw) + " kW", sums.power_kw > sums.power_limit_kw);
    if (sums.units_used > 0 && sums.power_kw > 0) line("power per used unit", number(sums.power_kw * 1e3 / sums.units_used) + " W");
    if (sums.power_unknown > 0) line("power not known", std::to_string(sums.power_unknown) + " devices");
    if (sums.weight_kg > 0)
      line("weight", number(sums.weight_kg) + " of " + number(sums.weight_limit_kg) + " kg", sums.weight_kg > sums.weight_limit_kg);
    else line("weight limit", number(sums.weight_limit_kg) + " kg");
    if (sums.weight_unknown > 0) line("weight not known", std::to_string(sums.weight_unknown) + " devices");
    if (!std::isnan(sums.drop_fill)) line("cable manager", document_percent(sums.drop_fill) + " full");
    std::size_t unplaced = 0;
    for (const Device& device : plant_.devices) unplaced += device.rack == rack_ && device.unit == 0 ? 1 : 0;
    if (unplaced > 0) line("no room found for", std::to_string(unplaced) + " devices", true);
    y += 28;
    out_ += text_at("head", kSumsLeft, y, "Ports and boxes") + "\n";
    for (const auto& [style, name] :
         {std::pair{"used", "plugged"}, std::pair{"dark", "strand behind, nothing in front"}, std::pair{"free", "free"}}) {
      y += 17;
      out_ += rect("port " + std::string(style), kSumsLeft, y - 8, 9, 9) + text_at("", kSumsLeft + 16, y, name) + "\n";
    }
    for (const auto& [style, name] : {std::pair{"server", "server"}, std::pair{"switch", "switch"}, std::pair{"panel", "patch panel"}}) {
      y += 17;
      out_ += rect("box " + std::string(style), kSumsLeft, y - 9, 11, 11) + text_at("", kSumsLeft + 16, y, name) + "\n";
    }
    y += 17;
    out_ += "<g class=\"later\">" + rect("box", kSumsLeft, y - 9, 11, 11) + "</g>" +
            text_at("", kSumsLeft + 16, y, "reserved: a later phase") + "\n";
  }

  const SiteView& view_;
  const Plant& plant_;
  std::uint32_t rack_;
  const std::vector<Device>& later_;
  int units_;
  bool linked_ = false;
  std::string out_;
};

}  // namespace

RackSums rack_sums(const SiteView& view, std::uint32_t rack, const std::vector<Device>& later) {
  const Plant& plant = *view.plant;
  const PlantRack& at = plant.racks[rack];
  RackSums sums;
  sums.power_limit_kw = static_cast<double>(at.power_limit.mw) * 1e-6;
  sums.weight_limit_kg = static_cast<double>(at.weight_limit.grams) * 1e-3;
  for (const Device& device : plant.devices) {
    if (device.rack != rack) continue;
    if (device.unit > 0) sums.units_used += device.height;
    sums.power_kw += static_cast<double>(device.power_max.mw) * 1e-6;
    sums.weight_kg += static_cast<double>(device.weight.grams) * 1e-3;
    if (device.kind != DeviceKind::panel && device.power_max.mw == 0) ++sums.power_unknown;
    if (device.weight.grams == 0) ++sums.weight_unknown;
  }
  for (const Device& device : later)
    if (device.rack == rack && device.unit > 0) sums.units_reserved += device.height;
  const std::uint32_t taken = sums.units_used + sums.units_reserved;
  sums.units_free = at.units > taken ? at.units - taken : 0;
  sums.drop_fill = std::numeric_limits<double>::quiet_NaN();
  for (std::uint32_t w = 0; w < plant.pathways.size(); ++w) {
    const Pathway& pathway = plant.pathways[w];
    if (pathway.kind != PathwayKind::drop || (pathway.from != at.name && pathway.to != at.name)) continue;
    double area = 0;
    for (const std::uint32_t p : view.pieces_of_rack[rack]) {
      const Piece& piece = plant.pieces[p];
      const auto first = plant.routes.begin() + piece.first_route;
      if (std::find(first, first + piece.route_count, w) != first + piece.route_count) area += area_mm2(*view.catalogue, piece);
    }
    const double usable = usable_mm2(pathway);
    sums.drop_fill = usable > 0 ? area / usable : 0;
    break;
  }
  return sums;
}

std::string rack_elevation(const SiteView& view, std::uint32_t rack, const std::vector<Device>& later, bool standalone) {
  return Drawing(view, rack, later).run(standalone);
}

std::string_view elevation_style() { return kStyle; }

}  // namespace eastwest
