// SPDX-License-Identifier: Apache-2.0
#include "topology/describe.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

namespace eastwest {

namespace {

/// Dinic's maximum flow on a small graph; capacities in bit/s.
class FlowGraph {
 public:
  explicit FlowGraph(std::size_t nodes) : first_(nodes) {}

  void add_edge(std::size_t from, std::size_t to, std::uint64_t capacity) {
    first_[from].push_back(edges_.size());
    edges_.push_back({to, capacity});
    first_[to].push_back(edges_.size());
    edges_.push_back({from, 0});
  }

  std::uint64_t most(std::size_t source, std::size_t sink) {
    std::uint64_t total = 0;
    while (level(source, sink)) {
      next_.assign(first_.size(), 0);
      while (const std::uint64_t sent = push(source, sink, std::numeric_limits<std::uint64_t>::max())) total += sent;
    }
    return total;
  }

 private:
  struct Edge {
    std::size_t to = 0;
    std::uint64_t left = 0;
  };

  bool level(std::size_t source, std::size_t sink) {
    level_.assign(first_.size(), -1);
    std::vector<std::size_t> queue{source};
    level_[source] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (const std::size_t e : first_[queue[head]])
        if (edges_[e].left > 0 && level_[edges_[e].to] < 0) {
          level_[edges_[e].to] = level_[queue[head]] + 1;
          queue.push_back(edges_[e].to);
        }
    return level_[sink] >= 0;
  }

  // Recursion is as deep as the longest shortest path: a handful of tiers.
  std::uint64_t push(std::size_t node, std::size_t sink, std::uint64_t limit) {
    if (node == sink) return limit;
    for (; next_[node] < first_[node].size(); ++next_[node]) {
      const std::size_t e = first_[node][next_[node]];
      if (edges_[e].left == 0 || level_[edges_[e].to] != level_[node] + 1) continue;
      if (const std::uint64_t sent = push(edges_[e].to, sink, std::min(limit, edges_[e].left))) {
        edges_[e].left -= sent;
        edges_[e ^ 1].left += sent;
        return sent;
      }
    }
    return 0;
  }

  std::vector<std::vector<std::size_t>> first_;
  std::vector<Edge> edges_;
  std::vector<int> level_;
  std::vector<std::size_t> next_;
};

const Node& far_node(const Fabric& fabric, const Link& link) { return fabric.nodes[fabric.ports[link.target.index()].node.index()]; }
const Node& near_node(const Fabric& fabric, const Link& link) { return fabric.nodes[fabric.ports[link.source.index()].node.index()]; }

void add_bisection(const Fabric& fabric, FabricSummary& summary) {
  if (fabric.hosts.size() < 2) return;
  const std::size_t half = fabric.hosts.size() / 2;
  const std::size_t source = fabric.switches.size();
  const std::size_t sink = source + 1;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> capacity;  // parallel links together
  std::uint64_t offered[2] = {0, 0};
  for (const Link& link : fabric.links) {
    const Node& from = near_node(fabric, link);
    const Node& to = far_node(fabric, link);
    const bool sends = from.kind == NodeKind::host;
    const bool receives = to.kind == NodeKind::host;
    if (sends && from.detail < half) offered[0] += link.rate.bits_per_second;
    if (sends && from.detail >= half) offered[1] += link.rate.bits_per_second;
    if (sends && receives) continue;
    if (sends && from.detail >= half) continue;
    if (receives && to.detail < half) continue;
    capacity[{sends ? source : from.detail, receives ? sink : to.detail}] += link.rate.bits_per_second;
  }
  FlowGraph graph(sink + 1);
  for (const auto& [ends, rate] : capacity) graph.add_edge(ends.first, ends.second, rate);
  summary.bisection = {graph.most(source, sink)};
  const std::uint64_t possible = std::min(offered[0], offered[1]);
  if (possible > 0) summary.bisection_share = static_cast<double>(summary.bisection.bits_per_second) / static_cast<double>(possible);
}

void add_oversubscription(const Fabric& fabric, FabricSummary& summary) {
  for (const Switch& unit : fabric.switches) {
    const Node& node = fabric.nodes[unit.node.index()];
    std::uint64_t down = 0;
    std::uint64_t up = 0;
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!out.exists()) continue;
      const Link& link = fabric.links[out.index()];
      (far_node(fabric, link).kind == NodeKind::host ? down : up) += link.rate.bits_per_second;
    }
    if (down == 0 || up == 0) continue;
    const double ratio = static_cast<double>(down) / static_cast<double>(up);
    summary.oversubscription_least = summary.oversubscription_least == 0 ? ratio : std::min(summary.oversubscription_least, ratio);
    summary.oversubscription_most = std::max(summary.oversubscription_most, ratio);
  }
}

std::string decimal(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::string counted(std::uint64_t count, const std::string& noun, const std::string& plural) {
  return std::to_string(count) + " " + (count == 1 ? noun : plural);
}

/// "2:1", "1.33:1".
std::string ratio_text(double ratio) { return decimal(ratio, std::abs(ratio - std::round(ratio)) < 0.005 ? 0 : 2) + ":1"; }

}  // namespace

FabricSummary summarise(const Fabric& fabric) {
  FabricSummary summary;
  summary.hosts = static_cast<std::uint32_t>(fabric.hosts.size());
  summary.gpus = fabric.gpu_count;
  summary.has_gpus = !fabric.gpu_models.empty();
  summary.endpoints = static_cast<std::uint32_t>(fabric.endpoints.size());
  for (const Node& node : fabric.nodes) {
    if (node.tier == 0) continue;
    if (summary.switches_per_tier.size() < node.tier) summary.switches_per_tier.resize(node.tier);
    ++summary.switches_per_tier[node.tier - 1u];
  }
  std::map<std::string, FabricSummary::MediumCount> media;
  for (const Cable& cable : fabric.cables) {
    const Node& a = fabric.nodes[fabric.ports[cable.a.index()].node.index()];
    const Node& b = fabric.nodes[fabric.ports[cable.b.index()].node.index()];
    ++(a.kind == NodeKind::host || b.kind == NodeKind::host ? summary.host_cables : summary.fabric_cables);
    FabricSummary::MediumCount& medium = media[cable.medium];
    medium.medium = cable.medium;
    ++medium.cables;
    medium.length += cable.length;
    summary.cable_length += cable.length;
  }
  for (auto& [name, medium] : media) summary.media.push_back(std::move(medium));
  add_oversubscription(fabric, summary);
  add_bisection(fabric, summary);
  return summary;
}

std::string describe(const Fabric& fabric) {
  const FabricSummary summary = summarise(fabric);
  static constexpr const char* kNames[4] = {"leaf", "spine", "aggregation", "core"};
  const bool three_tiers = summary.switches_per_tier.size() > 2;
  std::string text = "Fabric " + fabric.topology + ": " + counted(summary.hosts, "host", "hosts") + ", " +
                     counted(summary.gpus, summary.has_gpus ? "GPU" : "process", summary.has_gpus ? "GPUs" : "processes") + ", " +
                     counted(summary.endpoints, "NIC port", "NIC ports");
  for (std::size_t tier = 0; tier < summary.switches_per_tier.size(); ++tier) {
    const std::uint32_t count = summary.switches_per_tier[tier];
    const std::string name = tier < 3 ? kNames[tier + (tier > 0 && three_tiers ? 1 : 0)] : "tier-" + std::to_string(tier + 1);
    text += ", " + counted(count, name + " switch", name + " switches");
  }
  text += ".\n" + counted(fabric.cables.size(), "cable", "cables") + " (" + std::to_string(summary.host_cables) + " to hosts, " +
          std::to_string(summary.fabric_cables) + " between switches), " + decimal(summary.cable_length.metres(), 1) + " m in all:";
  for (std::size_t i = 0; i < summary.media.size(); ++i)
    text += (i == 0 ? " " : ", ") + std::to_string(summary.media[i].cables) + " x " +
            (summary.media[i].medium == "custom" ? "given delay" : summary.media[i].medium);
  text += ".\n";
  if (summary.oversubscription_most > 0) {
    text += "Leaves are oversubscribed " + ratio_text(summary.oversubscription_least);
    if (ratio_text(summary.oversubscription_most) != ratio_text(summary.oversubscription_least))
      text += " to " + ratio_text(summary.oversubscription_most);
    text += "; ";
  } else {
    text += "No leaf has uplinks; ";
  }
  text += "bisection " + to_readable(summary.bisection) + " each way, " + decimal(100 * summary.bisection_share, 0) +
          " % of what half of the hosts can send.\n";
  return text;
}

}  // namespace eastwest
