// SPDX-License-Identifier: Apache-2.0
// Pull list: which cables are pulled together over which pathways, in what order, and how full each pathway is before and after.
//
// A bundle: pieces of one phase and construction that take the same route between the same racks, at most kBundleMost. Order: phase by phase, the
// longest first, so that short ones lie on top and nothing is pulled under them. fill = area of the cables / inside area, as in
// topology/plant/pathway_fill.hpp, after every bundle. Source: bundles of at most 24 with hook-and-loop ties (GK).
// Invariants: every piece that leaves its rack is in one bundle; the fill after the last bundle of a phase is that of the phase.
// LIMITATIONS: a piece whose diameter the catalogue does not know counts as kUnknownDiameter; pieces inside one rack are patched, not pulled, but
// count where they run through the rack's drop.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

inline constexpr std::uint32_t kBundleMost = 24;
inline constexpr double kUnknownDiameter = 7.0;  // mm; an active electrical cable (GK)

struct Bundle {
  std::uint32_t phase = 0;
  std::uint32_t order = 0;            // of pulling within the phase, from 1; 0: cords of one rack
  std::vector<std::uint32_t> pieces;  // at least one
  double area_mm2 = 0;
  [[nodiscard]] bool pulled() const { return order > 0; }
};

/// What a pathway holds at the end of each phase.
struct PathwayLoad {
  double usable_mm2 = 0;
  std::vector<std::uint32_t> cables;  // by phase
  std::vector<double> fill;           // by phase
};

/// Does the piece leave its rack?
bool is_pulled(const Plant& plant, const Piece& piece);
double area_mm2(const Catalogue& catalogue, const Piece& piece);
double usable_mm2(const Pathway& pathway);

std::vector<Bundle> bundles_of(const SiteView& view);
std::vector<PathwayLoad> pathway_loads(const SiteView& view);

/// phase, order, bundle, cables, cable_ids, construction, diameter_mm, from, to, length_m, order_length_m, bend_radius_mm, route.
std::string write_pull_bundles(const SiteView& view);
/// pathway, kind, from, to, phase, order, bundle, cables, construction, fill_before, fill_after, fill_most, verdict.
std::string write_pull_list(const SiteView& view);

}  // namespace eastwest
