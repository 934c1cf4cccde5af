// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/route_check.hpp"

#include <algorithm>
#include <optional>

namespace eastwest {

namespace {

using Route = std::vector<std::uint32_t>;  // pathways

/// Where a walk along `route` from `from` to `to` breaks; nothing when it arrives.
std::optional<std::string> gap_of(const Plant& plant, const Route& route, const std::string& from, const std::string& to) {
  const std::string* here = &from;
  for (std::size_t i = 0; i < route.size(); ++i) {
    const Pathway& pathway = plant.pathways[route[i]];
    if (pathway.from == *here) here = &pathway.to;
    else if (pathway.to == *here) here = &pathway.from;
    else
      return (i == 0 ? "begins with " : "goes on with ") + pathway.name + " (" + pathway.from + " to " + pathway.to + ") at " + *here +
             (i == 0 ? ", the rack of its end" : ", where " + plant.pathways[route[i - 1]].name + " has led");
  }
  if (*here == to) return std::nullopt;
  return "ends at " + *here + ", and its other end is in rack " + to;
}

}  // namespace

std::vector<Finding> check_routes(const CheckInput& input) {
  const Plant& plant = input.plant;
  CaseGroups broken;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    const Piece& piece = plant.pieces[p];
    if (piece.status == PieceStatus::retired || piece.route_count == 0) continue;
    const std::string& a = plant.racks[plant.devices[piece.a.device].rack].name;
    const std::string& b = plant.racks[plant.devices[piece.b.device].rack].name;
    const auto first = plant.routes.begin() + piece.first_route;
    Route route(first, first + piece.route_count);
    if (a == b && route.size() == 1) {
      const Pathway& pathway = plant.pathways[route.front()];
      if (pathway.from == a || pathway.to == a) continue;
    }
    const std::optional<std::string> gap = gap_of(plant, route, a, b);
    if (!gap) continue;
    std::reverse(route.begin(), route.end());
    if (gap_of(plant, route, a, b)) broken.add(*gap, p);
  }
  std::vector<Finding> findings;
  for (const CaseGroups::Group& group : broken.sorted()) {
    const Piece& piece = plant.pieces[group.worst];
    Finding finding = finding_of(group, FindingLevel::fail, "pathways.route", [&](std::uint32_t p) { return plant.pieces[p].id; });
    finding.sentence = "joins " + plant.end_name(input.fabric, piece.a) + " in rack " +
                       plant.racks[plant.devices[piece.a.device].rack].name + " and " + plant.end_name(input.fabric, piece.b) +
                       " in rack " + plant.racks[plant.devices[piece.b.device].rack].name + "; its route " + group.key;
    finding.limit = "a route is pathways that touch, from rack to rack; fill and length are counted along it";
    finding.remedy = "name the missing pathways in `route` of its row, or leave `route` and lengths empty for the shortest way";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
