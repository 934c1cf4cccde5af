// SPDX-License-Identifier: Apache-2.0
// Layout: where the nodes of a fabric stand in a drawing, from what the fabric is; regular fabrics need no force model.
//
// Three forms. `tiers`: hosts below, each tier of switches above the last. `groups` (dragonfly and dragonfly+): groups on a circle, a
// group's switches on the inside and its hosts on the outside. `torus`: switches on their grid, further dimensions as blocks beside each other,
// hosts next to their switch. Units: the distance of two neighbouring switches of a tier or grid is about 1; y grows downwards.
// LIMITATIONS: groups and coordinates are read from the names that our builders give ("router-3-1", "switch-0-2"); a fabric whose names
// say nothing, and any explicit one, is drawn by tiers, or on a circle when its switches are all of one tier and joined to each other.
#pragma once

#include <string>
#include <vector>

#include "analysis/report/trace_detail.hpp"

namespace eastwest {

struct NodePosition {
  double x = 0;
  double y = 0;
};

struct Layout {
  std::string form;  // "tiers", "groups", "torus", "circle"
  double width = 1;
  double height = 1;
  std::vector<NodePosition> nodes;
};

Layout lay_out(const TraceDetail& detail, const std::string& topology);

}  // namespace eastwest
