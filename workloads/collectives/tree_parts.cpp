// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/tree_parts.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest {

namespace {

std::uint32_t first_tree_parent(std::uint32_t member, std::uint32_t members) {
  if (member == 0) return kNoParent;
  const std::uint32_t bit = member & (~member + 1);
  const std::uint32_t up = (member ^ bit) | (bit << 1);
  return up < members ? up : member ^ bit;
}

}  // namespace

std::vector<std::uint32_t> binary_tree(std::uint32_t members, std::uint32_t tree) {
  EASTWEST_CHECK(members > 0 && tree < 2, "there are two trees, of at least one member");
  std::vector<std::uint32_t> parent(members);
  for (std::uint32_t member = 0; member < members; ++member) {
    const std::uint32_t up = first_tree_parent(member, members);
    if (tree == 0) parent[member] = up;
    else if (members % 2 == 0) parent[members - 1 - member] = up == kNoParent ? kNoParent : members - 1 - up;
    else parent[(member + 1) % members] = up == kNoParent ? kNoParent : (up + 1) % members;
  }
  return parent;
}

std::vector<std::uint32_t> host_tree(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel, std::uint32_t tree) {
  const auto head = [&](std::size_t host) { return hosts[host][channel % hosts[host].size()]; };
  std::size_t ranks = 0;
  for (const auto& host : hosts) ranks += host.size();
  std::vector<std::uint32_t> parent(ranks, kNoParent);
  const std::vector<std::uint32_t> over = binary_tree(static_cast<std::uint32_t>(hosts.size()), tree);
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    const auto& host = hosts[h];
    if (over[h] != kNoParent) parent[head(h)] = head(over[h]);
    for (std::size_t k = 1; k < host.size(); ++k) parent[host[(channel + k) % host.size()]] = host[(channel + k - 1) % host.size()];
  }
  return parent;
}

std::vector<TreeStep> tree_rounds(const std::vector<std::uint32_t>& parent) {
  const auto n = static_cast<std::uint32_t>(parent.size());
  std::vector<std::uint32_t> height(n, 0);
  std::vector<std::uint32_t> depth(n, 0);
  for (std::uint32_t member = 0; member < n; ++member) {
    std::uint32_t above = 0;
    for (std::uint32_t at = member; parent[at] != kNoParent; at = parent[at]) {
      height[parent[at]] = std::max(height[parent[at]], ++above);
      EASTWEST_CHECK(above < n, "a tree has no circle");
    }
    depth[member] = above;
  }
  const std::uint32_t top = *std::max_element(height.begin(), height.end());
  std::vector<TreeStep> steps;
  steps.reserve(2 * std::size_t{n});
  for (std::uint32_t member = 0; member < n; ++member) {
    if (parent[member] == kNoParent) continue;
    steps.push_back({member, parent[member], height[member], true});
    steps.push_back({parent[member], member, top + depth[member] - 1, false});
  }
  std::stable_sort(steps.begin(), steps.end(), [](const TreeStep& a, const TreeStep& b) { return a.round < b.round; });
  return steps;
}

}  // namespace eastwest
