// SPDX-License-Identifier: Apache-2.0
// Routing rules without channels: all shortest paths, and up*/down*.
//
// Up*/down*: switches have an order; a link leads up when its far end is earlier. A path goes up, then down, never up again, so
// that the links in the order "up towards the first, then down" hold each other in no cycle. At a switch: down when there
// is a way that only goes down, along the shortest such; else up, along the shortest way through up-links. In a Clos the
// order is that of the tiers from the top and the paths are all shortest paths. Where that parts what is joined (cables down, or
// no tiers), the order is that of distance from one root: the first switch of the highest tier of each part.
// Source: Schroeder et al., "Autonet: a high-speed, self-configuring local area network using point-to-point links", IEEE JSAC 1991.
#include <algorithm>
#include <numeric>

#include "topology/routing_writer.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kFar = RoutingTable::kNoSwitch;

std::vector<std::uint32_t> switches_with_hosts(const RoutingTable& table) {
  std::vector<std::uint32_t> list = table.target_of;
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (!list.empty() && list.back() == kFar) list.pop_back();
  return list;
}

/// Place of every switch in an order by (level, index).
std::vector<std::uint32_t> order_by(const std::vector<std::uint32_t>& level) {
  std::vector<std::uint32_t> list(level.size());
  std::iota(list.begin(), list.end(), 0u);
  std::sort(list.begin(), list.end(), [&](std::uint32_t a, std::uint32_t b) { return level[a] != level[b] ? level[a] < level[b] : a < b; });
  std::vector<std::uint32_t> place(level.size());
  for (std::uint32_t i = 0; i < list.size(); ++i) place[list[i]] = i;
  return place;
}

std::uint8_t tier_of(const Fabric& fabric, std::uint32_t s) { return fabric.nodes[fabric.switches[s].node.index()].tier; }

std::vector<std::uint32_t> order_by_tier(const Fabric& fabric) {
  std::vector<std::uint32_t> level;
  for (std::uint32_t s = 0; s < fabric.switches.size(); ++s) level.push_back(255u - tier_of(fabric, s));
  return order_by(level);
}

std::vector<std::uint32_t> order_by_root(const Fabric& fabric, const RoutingGraph& graph) {
  std::vector<std::uint32_t> candidates(graph.switches());
  std::iota(candidates.begin(), candidates.end(), 0u);
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return tier_of(fabric, a) > tier_of(fabric, b); });
  std::vector<std::uint32_t> level(graph.switches(), kFar);
  for (const std::uint32_t root : candidates) {
    if (level[root] != kFar) continue;
    const std::vector<std::uint32_t> hops = graph.hops_from({root});
    for (std::uint32_t s = 0; s < level.size(); ++s) level[s] = std::min(level[s], hops[s]);
  }
  return order_by(level);
}

/// Fills the table by one order; false when two switches with hosts are joined and have no way up and down.
bool route_by_order(RoutingBuild& build, const std::vector<std::uint32_t>& place) {
  const RoutingGraph& graph = build.graph;
  const std::uint32_t count = graph.switches();
  std::vector<std::uint32_t> by_place(count);
  for (std::uint32_t s = 0; s < count; ++s) by_place[place[s]] = s;
  const std::vector<std::uint32_t> targets = switches_with_hosts(build.table);
  std::vector<std::uint32_t> down(count);
  std::vector<std::uint32_t> cost(count);
  std::vector<std::uint32_t> queue;
  std::vector<RunWriter::Choice> choices;
  bool complete = true;
  for (const std::uint32_t target : targets) {
    build.writer.begin(count, {target});
    std::fill(down.begin(), down.end(), kFar);
    down[target] = 0;
    queue.assign(1, target);
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (const RoutingGraph::Edge& edge : graph.at(queue[head]))
        if (place[edge.other] < place[queue[head]] && down[edge.other] == kFar) {
          down[edge.other] = down[queue[head]] + 1;
          queue.push_back(edge.other);
        }
    cost = down;
    const auto write = [&](std::uint32_t s, const auto& wanted) {
      choices.clear();
      for (const RoutingGraph::Edge& edge : graph.at(s))
        if (wanted(edge)) choices.push_back({&edge, 0});
      build.table.to_switch[std::size_t{s} * count + target] = build.writer.write(s, choices);
    };
    for (const std::uint32_t s : queue)
      if (s != target)
        write(s, [&](const RoutingGraph::Edge& edge) { return place[edge.other] > place[s] && down[edge.other] + 1 == down[s]; });
    for (const std::uint32_t s : by_place) {
      if (down[s] != kFar) continue;
      for (const RoutingGraph::Edge& edge : graph.at(s))
        if (place[edge.other] < place[s] && cost[edge.other] != kFar) cost[s] = std::min(cost[s], cost[edge.other] + 1);
      if (cost[s] != kFar)
        write(s, [&](const RoutingGraph::Edge& edge) { return place[edge.other] < place[s] && cost[edge.other] + 1 == cost[s]; });
      else build.table.to_switch[std::size_t{s} * count + target] = 0;
    }
    const std::vector<std::uint32_t> hops = graph.hops_from({target});
    for (const std::uint32_t s : targets) complete = complete && (hops[s] == kFar || cost[s] != kFar);
    if (!complete) return false;
  }
  return true;
}

}  // namespace

void route_shortest(RoutingBuild& build) {
  const RoutingGraph& graph = build.graph;
  const std::uint32_t count = graph.switches();
  std::vector<std::uint32_t> distance(count);
  std::vector<std::uint32_t> queue;
  std::vector<RunWriter::Choice> choices;
  for (const std::uint32_t target : switches_with_hosts(build.table)) {
    build.writer.begin(count, {target});
    std::fill(distance.begin(), distance.end(), kFar);
    queue.assign(1, target);
    distance[target] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t s = queue[head];
      for (const RoutingGraph::Edge& edge : graph.at(s))
        if (distance[edge.other] == kFar) {
          distance[edge.other] = distance[s] + 1;
          queue.push_back(edge.other);
        }
      if (s == target) continue;
      choices.clear();
      for (const RoutingGraph::Edge& edge : graph.at(s))
        if (distance[edge.other] != kFar && distance[edge.other] + 1 == distance[s]) choices.push_back({&edge, 0});
      build.table.to_switch[std::size_t{s} * count + target] = build.writer.write(s, choices);
    }
  }
}

void route_up_down(RoutingBuild& build) {
  if (build.fabric.structure == Structure::tiers && route_by_order(build, order_by_tier(build.fabric))) return;
  const bool complete = route_by_order(build, order_by_root(build.fabric, build.graph));
  EASTWEST_CHECK(complete, "up*/down* from one root joins whatever is joined");
  // Runs that the order by tiers stored before it failed stay in `hops`, named by nothing.
}

}  // namespace eastwest
