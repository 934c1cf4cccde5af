// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/pathway_graph.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <utility>

namespace eastwest {

std::vector<Pathway> generated_pathways(const std::vector<PlantRack>& racks, const RackGrid& grid, const PlantSettings& settings) {
  std::vector<Pathway> pathways;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> at;  // row and column to rack
  for (std::uint32_t r = 0; r < racks.size(); ++r) at.emplace(std::pair{racks[r].row, racks[r].column}, r);
  const auto add = [&](std::string name, PathwayKind kind, std::string from, std::string to, Length length, PathwaySize size) {
    pathways.push_back(
        {std::move(name), kind, std::move(from), std::move(to), length, size.width, size.depth, settings.fill_initial, settings.fill_most});
  };
  for (const PlantRack& rack : racks)
    add(rack.name + ".drop", PathwayKind::drop, rack.name, rack.name + ".top", grid.vertical_drop, settings.drop);
  const auto tray = [&](const PlantRack& rack, std::uint32_t row, std::uint32_t column, Length length) {
    const auto next = at.find({row, column});
    if (next == at.end()) return;
    const PlantRack& other = racks[next->second];
    add(rack.name + "-" + other.name, PathwayKind::tray, rack.name + ".top", other.name + ".top", length, settings.tray);
  };
  for (const PlantRack& rack : racks) {
    tray(rack, rack.row, rack.column + 1, grid.rack_pitch);
    if (rack.column % settings.cross_tray_every == 0) tray(rack, rack.row + 1, rack.column, grid.row_pitch);
  }
  return pathways;
}

PathwayGraph::PathwayGraph(const std::vector<PlantRack>& racks, const std::vector<Pathway>& pathways) : pathways_(pathways) {
  std::map<std::string_view, std::uint32_t> places;
  const auto place = [&](std::string_view name) {
    const auto [found, fresh] = places.try_emplace(name, static_cast<std::uint32_t>(edges_.size()));
    if (fresh) edges_.emplace_back();
    return found->second;
  };
  for (const PlantRack& rack : racks) place_of_rack_.push_back(place(rack.name));
  for (std::uint32_t p = 0; p < pathways.size(); ++p) {
    const std::uint32_t from = place(pathways[p].from);
    const std::uint32_t to = place(pathways[p].to);
    edges_[from].push_back({to, p});
    edges_[to].push_back({from, p});
  }
  searched_.resize(racks.size());
}

const std::vector<PathwayGraph::Step>& PathwayGraph::search(std::uint32_t from_rack) {
  std::vector<Step>& steps = searched_[from_rack];
  if (!steps.empty()) return steps;
  steps.resize(edges_.size());
  using Entry = std::pair<std::int64_t, std::uint32_t>;  // distance, place
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  const std::uint32_t start = place_of_rack_[from_rack];
  steps[start].distance = 0;
  open.emplace(0, start);
  while (!open.empty()) {
    const auto [distance, here] = open.top();
    open.pop();
    if (distance != steps[here].distance) continue;
    for (const Edge& edge : edges_[here]) {
      const std::int64_t there = distance + pathways_[edge.pathway].length.mm;
      Step& step = steps[edge.to];
      const bool shorter = step.distance < 0 || there < step.distance;
      // Among equals the lower index; not over a pathway without length, or two places could lead to each other.
      const bool preferred = there == step.distance && there > distance && step.pathway != kNone && edge.pathway < step.pathway;
      if (!shorter && !preferred) continue;
      step = {there, here, edge.pathway};
      if (shorter) open.emplace(there, edge.to);
    }
  }
  return steps;
}

PathwayRoute PathwayGraph::route(std::uint32_t from_rack, std::uint32_t to_rack) {
  PathwayRoute route;
  if (from_rack == to_rack) {
    route.found = true;
    for (const Edge& edge : edges_[place_of_rack_[from_rack]]) {
      if (pathways_[edge.pathway].kind != PathwayKind::drop) continue;
      route.pathways = {edge.pathway};
      route.length = pathways_[edge.pathway].length;
      return route;
    }
    return route;  // a rack without a drop: its cables stay inside
  }
  const std::vector<Step>& steps = search(from_rack);
  std::uint32_t here = place_of_rack_[to_rack];
  if (steps[here].distance < 0) return route;
  route.found = true;
  route.length = {steps[here].distance};
  for (; steps[here].pathway != kNone; here = steps[here].previous) route.pathways.push_back(steps[here].pathway);
  std::reverse(route.pathways.begin(), route.pathways.end());
  return route;
}

}  // namespace eastwest
