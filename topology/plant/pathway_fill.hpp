// SPDX-License-Identifier: Apache-2.0
// How full a tray, basket, conduit or raceway is: the area of its cables over its usable area.
//
//   fill = sum(n_i * pi * d_i^2 / 4) / area;  area = inside width * usable depth, or pi D^2 / 4 of a conduit
// Limits come from data/pathways.csv: trays 25 % for a new design, 40 % at most (TIA-569), 50 % NEC-type; conduits 53, 31 and
// 40 % for one, two and more cables (NEC chapter 9 table 1). Randomly laid round cables look full near 50 % of the area.
// Units: mm and mm^2 as doubles, because diameters are not whole millimetres. What fails is a segment, never a route.
// LIMITATIONS: the usable depth of a tray is at most the pile that data/pathways.csv allows; cables are round.
#pragma once

#include <cstdint>
#include <span>

#include "topology/catalogue.hpp"
#include "topology/plant/link_budget.hpp"

namespace eastwest {

/// Inside measures. A conduit has `diameter_mm` only.
struct PathwayShape {
  double width_mm = 0;
  double depth_mm = 0;
  double diameter_mm = 0;
};

struct CableGroup {
  double diameter_mm = 0;
  std::uint64_t count = 0;
};

double cable_area_mm2(double diameter_mm);
double usable_area_mm2(const PathwayShape& shape, const PathwayModel& limits);

struct PathwayFill {
  double cables_mm2 = 0;
  double usable_mm2 = 0;
  double fill = 0;
  std::uint64_t cables = 0;
  /// ok up to the initial limit, warn up to the limit, fail beyond.
  Verdict verdict = Verdict::ok;
};
PathwayFill pathway_fill(const PathwayShape& shape, std::span<const CableGroup> cables, const PathwayModel& limits);

/// Whole cables of one diameter that a share of the area holds.
std::uint64_t pathway_capacity(const PathwayShape& shape, double diameter_mm, double share, const PathwayModel& limits);

/// The least bend radius of a cable: the catalogue's, and never less than that of the glass inside (`fibre` may be null).
Length bend_radius(const CableConstruction& construction, bool under_load, const FibreModel* fibre = nullptr);

}  // namespace eastwest
