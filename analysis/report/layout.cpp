// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/layout.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace eastwest {

namespace {

constexpr std::size_t kHostsInRow = 64;

/// "switch-1-0-3" has the numbers 1, 0 and 3.
std::vector<std::size_t> numbers_in(const std::string& name) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < name.size();) {
    if (name[i] < '0' || name[i] > '9') {
      ++i;
      continue;
    }
    std::size_t value = 0;
    for (; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i) value = std::min<std::size_t>(value * 10 + (name[i] - '0'), 1'000'000);
    out.push_back(value);
  }
  return out;
}

/// The first switch that a host is joined to, for every host; itself where there is none.
std::vector<std::uint32_t> homes(const TraceDetail& detail) {
  std::vector<std::uint32_t> home(detail.nodes.size());
  std::vector<bool> known(detail.nodes.size(), false);
  for (std::uint32_t i = 0; i < home.size(); ++i) home[i] = i;
  for (const FabricLink& link : detail.links) {
    if (!detail.nodes[link.source].host || detail.nodes[link.target].host || known[link.source]) continue;
    known[link.source] = true;
    home[link.source] = link.target;
  }
  return home;
}

/// Moves everything so that it starts at a margin of 1 and takes the size.
void frame(Layout& layout) {
  if (layout.nodes.empty()) return;
  double left = 1e300, top = 1e300, right = -1e300, bottom = -1e300;
  for (const NodePosition& p : layout.nodes) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  for (NodePosition& p : layout.nodes) {
    p.x += 1 - left;
    p.y += 1 - top;
  }
  layout.width = right - left + 2;
  layout.height = bottom - top + 2;
}

Layout by_tiers(const TraceDetail& detail) {
  Layout out;
  out.form = "tiers";
  out.nodes.resize(detail.nodes.size());
  std::map<int, std::vector<std::uint32_t>> tiers;
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i) tiers[detail.nodes[i].host ? -1 : detail.nodes[i].tier].push_back(i);
  // Hosts in the order of their leaves, so that a leaf's hosts stand under it.
  const std::vector<std::uint32_t> home = homes(detail);
  if (const auto hosts = tiers.find(-1); hosts != tiers.end())
    std::stable_sort(hosts->second.begin(), hosts->second.end(), [&](std::uint32_t a, std::uint32_t b) { return home[a] < home[b]; });

  double widest = 8;
  for (const auto& [tier, nodes] : tiers) widest = std::max(widest, static_cast<double>(std::min(nodes.size(), kHostsInRow)));
  const double rise = std::max(2.0, widest * 0.3 / std::max<double>(1, static_cast<double>(tiers.size()) - 1));
  double y = 0;
  for (const auto& [tier, nodes] : tiers) {
    const std::size_t rows = (nodes.size() + kHostsInRow - 1) / kHostsInRow;
    const std::size_t columns = (nodes.size() + rows - 1) / rows;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const double column = static_cast<double>(i / rows) + 0.5;  // neighbours stay together
      out.nodes[nodes[i]] = {column / static_cast<double>(columns) * widest, y + static_cast<double>(i % rows) * 0.8};
    }
    y -= rise;  // rows of one tier grow downwards, away from the next
  }
  frame(out);
  return out;
}

Layout by_groups(const TraceDetail& detail, bool one_group_each) {
  Layout out;
  out.form = one_group_each ? "circle" : "groups";
  out.nodes.resize(detail.nodes.size());
  const std::vector<std::uint32_t> home = homes(detail);
  std::map<std::size_t, std::vector<std::uint32_t>> groups;  // switches
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i) {
    if (detail.nodes[i].host) continue;
    const std::vector<std::size_t> numbers = numbers_in(detail.nodes[i].name);
    groups[one_group_each || numbers.empty() ? next++ : numbers.front()].push_back(i);
  }
  std::vector<std::vector<std::uint32_t>> hosts_of(detail.nodes.size());
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i)
    if (detail.nodes[i].host) hosts_of[home[i]].push_back(i);

  std::size_t most = 1;
  for (const auto& [group, switches] : groups) most = std::max(most, switches.size());
  const double arc = static_cast<double>(most) * 1.2 + 1;  // room of a group along the circle
  const double inner = std::max(3.0, arc * static_cast<double>(groups.size()) / (2 * std::numbers::pi));
  std::size_t index = 0;
  for (const auto& [group, switches] : groups) {
    const double centre = 2 * std::numbers::pi * static_cast<double>(index++) / static_cast<double>(groups.size()) - std::numbers::pi / 2;
    std::map<int, std::vector<std::uint32_t>> by_tier;  // spines inside, leaves around them
    for (const std::uint32_t s : switches) by_tier[-static_cast<int>(detail.nodes[s].tier)].push_back(s);
    double radius = inner;
    for (const auto& [tier, nodes] : by_tier) {
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const double angle = centre + (static_cast<double>(i) - (static_cast<double>(nodes.size()) - 1) / 2) * 1.2 / inner;
        out.nodes[nodes[i]] = {radius * std::cos(angle), radius * std::sin(angle)};
        const std::vector<std::uint32_t>& hosts = hosts_of[nodes[i]];
        for (std::size_t h = 0; h < hosts.size(); ++h) {
          const double turn = angle + (static_cast<double>(h) - (static_cast<double>(hosts.size()) - 1) / 2) * 0.45 / inner;
          out.nodes[hosts[h]] = {(radius + 2) * std::cos(turn), (radius + 2) * std::sin(turn)};
        }
      }
      radius += 1.6;
    }
  }
  frame(out);
  return out;
}

Layout by_torus(const TraceDetail& detail) {
  Layout out;
  out.form = "torus";
  out.nodes.resize(detail.nodes.size());
  std::vector<std::size_t> extents;
  std::vector<std::vector<std::size_t>> places(detail.nodes.size());
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i) {
    if (detail.nodes[i].host) continue;
    places[i] = numbers_in(detail.nodes[i].name);
    extents.resize(std::max(extents.size(), places[i].size()), 1);
    for (std::size_t d = 0; d < places[i].size(); ++d) extents[d] = std::max(extents[d], places[i][d] + 1);
  }
  // Dimensions 0, 2, 4 go right, 1 and 3 down; a block of lower dimensions is repeated along a higher one.
  std::vector<double> stride(extents.size(), 1.5);
  for (std::size_t d = 2; d < extents.size(); ++d) stride[d] = stride[d - 2] * static_cast<double>(extents[d - 2]) + 1.5;
  const std::vector<std::uint32_t> home = homes(detail);
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i)
    for (std::size_t d = 0; d < places[i].size(); ++d)
      (d % 2 == 0 ? out.nodes[i].x : out.nodes[i].y) += stride[d] * static_cast<double>(places[i][d]);
  std::vector<std::size_t> used(detail.nodes.size(), 0);
  for (std::uint32_t i = 0; i < detail.nodes.size(); ++i) {
    if (!detail.nodes[i].host) continue;
    const double turn = static_cast<double>(used[home[i]]++) * 0.35;
    out.nodes[i] = {out.nodes[home[i]].x + 0.5 + turn * 0.5, out.nodes[home[i]].y + 0.5 - turn};
  }
  frame(out);
  return out;
}

}  // namespace

Layout lay_out(const TraceDetail& detail, const std::string& topology) {
  bool named = !detail.nodes.empty();
  bool one_tier = true, joined = false;
  for (const FabricNode& node : detail.nodes) {
    if (node.host) continue;
    named = named && !numbers_in(node.name).empty();
    one_tier = one_tier && node.tier == 1;
  }
  for (const FabricLink& link : detail.links) joined = joined || (!detail.nodes[link.source].host && !detail.nodes[link.target].host);
  if (named && topology == "torus") return by_torus(detail);
  if (named && (topology == "dragonfly" || topology == "dragonfly_plus")) return by_groups(detail, false);
  if (one_tier && joined) return by_groups(detail, true);
  return by_tiers(detail);
}

}  // namespace eastwest
