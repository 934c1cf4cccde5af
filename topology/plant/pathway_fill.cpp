// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/pathway_fill.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

double cable_area_mm2(double diameter_mm) { return kPi * diameter_mm * diameter_mm / 4; }

double usable_area_mm2(const PathwayShape& shape, const PathwayModel& limits) {
  if (shape.diameter_mm > 0) return cable_area_mm2(shape.diameter_mm);
  const double pile = limits.pile_max.mm != 0 ? static_cast<double>(limits.pile_max.mm) : shape.depth_mm;
  return shape.width_mm * std::min(shape.depth_mm, pile);
}

PathwayFill pathway_fill(const PathwayShape& shape, std::span<const CableGroup> cables, const PathwayModel& limits) {
  PathwayFill out;
  out.usable_mm2 = usable_area_mm2(shape, limits);
  for (const CableGroup& group : cables) {
    out.cables += group.count;
    out.cables_mm2 += static_cast<double>(group.count) * cable_area_mm2(group.diameter_mm);
  }
  out.fill = out.usable_mm2 > 0 ? out.cables_mm2 / out.usable_mm2 : out.cables_mm2 > 0 ? 1e9 : 0;
  if (out.fill > limits.fill_max) out.verdict = Verdict::fail;
  else if (out.fill > limits.fill_initial) out.verdict = Verdict::warn;
  return out;
}

std::uint64_t pathway_capacity(const PathwayShape& shape, double diameter_mm, double share, const PathwayModel& limits) {
  const double area = cable_area_mm2(diameter_mm);
  return area > 0 ? static_cast<std::uint64_t>(std::floor(share * usable_area_mm2(shape, limits) / area)) : 0;
}

Length bend_radius(const CableConstruction& construction, bool under_load, const FibreModel* fibre) {
  const Length cable = under_load ? construction.bend_radius_pulling : construction.bend_radius_installed;
  return fibre != nullptr ? std::max(cable, fibre->bend_radius) : cable;
}

}  // namespace eastwest
