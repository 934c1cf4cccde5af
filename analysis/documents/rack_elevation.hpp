// SPDX-License-Identifier: Apache-2.0
// Rack elevations: front and rear of a rack as an SVG drawing, units from the bottom, one <g id> per device.
//
// A device is drawn in both views; its ports where they are: of switches and panels in front, of servers behind. Port colours: plugged, dark strand
// behind, free, later phase. Devices of later phases are dashed, their units hatched as reserved. Beside: power per unit and in all, weight, free
// units, fill of the drop. Source: conventions of docs/documents.md. Units: one unit is kUnitPixels high.
// Invariants: the same rack gives the same bytes; names cannot leave their text. LIMITATIONS: whole units; where ports sit on a face is schematic.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

inline constexpr std::uint32_t kUnitPixels = 14;

/// Sums of a rack that stand beside the drawing.
struct RackSums {
  std::uint32_t units_used = 0;
  std::uint32_t units_reserved = 0;  // of later phases
  std::uint32_t units_free = 0;
  double power_kw = 0;  // what the catalogue knows
  double power_limit_kw = 0;
  std::uint32_t power_unknown = 0;  // devices
  double weight_kg = 0;
  double weight_limit_kg = 0;
  std::uint32_t weight_unknown = 0;
  double drop_fill = 0;  // of the vertical manager; NaN: there is none
};

RackSums rack_sums(const SiteView& view, std::uint32_t rack, const std::vector<Device>& later);

/// `later`: devices of phases after the one that `view` shows. `standalone`: with XML opening and style, for a file of its own.
std::string rack_elevation(const SiteView& view, std::uint32_t rack, const std::vector<Device>& later, bool standalone);
/// The style that the drawings need in a page.
std::string_view elevation_style();

}  // namespace eastwest
