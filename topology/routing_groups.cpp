// SPDX-License-Identifier: Apache-2.0
// Routing of dragonflies: minimal over at most one global link, and by a group drawn at random (Valiant).
//
// A way to target t: links inside the own group to a switch with a global link to t's group, that link, links inside t's group;
// the fewest links in all. Channels go by how far a packet is, so that no cycle closes:
//   dragonfly, groups of equal routers (ISCA 2008): local 0, global 0, local 1; after an intermediate group, local and global 1,
//   last local 2: that is, the number of global links behind it.
//   dragonfly+, groups of two tiers (HiPINEB 2017): up 0, global 0, down 0; after an intermediate group 1 for each. A packet that
//   enters that group by a spine without a link onward goes down on 0 and up again on 1: up0 < global0 < down0 < up1 < global1 < down1.
#include <algorithm>

#include "topology/routing_writer.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kFar = RoutingTable::kNoSwitch;

class GroupRouting {
 public:
  explicit GroupRouting(RoutingBuild& build)
      : build_(build), graph_(build.graph), table_(build.table), count_(graph_.switches()), distance_(count_) {
    for (const Switch& unit : build.fabric.switches) {
      group_.push_back(unit.group);
      tier_.push_back(build.fabric.nodes[unit.node.index()].tier);
      groups_ = std::max(groups_, unit.group + 1);
    }
    members_.resize(groups_);
    for (std::uint32_t s = 0; s < count_; ++s) members_[group_[s]].push_back(s);
    for (std::uint32_t s = 0; s < count_; ++s)
      for (const RoutingGraph::Edge& edge : graph_.at(s))
        if (group_[edge.other] == group_[s] && tier_[edge.other] == tier_[s]) equal_routers_ = true;
    two_phases_ = table_.rule == RoutingRule::valiant || table_.rule == RoutingRule::ugal;
  }

  void route() {
    const std::uint8_t base = two_phases_ ? 1 : 0;
    const std::uint8_t last = static_cast<std::uint8_t>(base + (equal_routers_ ? 1 : 0));
    table_.channels = last + 1u;
    std::vector<bool> hosts(count_);
    for (const std::uint32_t target : table_.target_of)
      if (target != kFar) hosts[target] = true;
    const bool ugal = table_.rule == RoutingRule::ugal;
    if (ugal) table_.hops_to_switch.resize(std::size_t{count_} * count_);
    for (std::uint32_t target = 0; target < count_; ++target) {
      if (!hosts[target]) continue;
      measure({target}, group_[target]);
      write(group_[target], {target}, table_.to_switch.data() + target, count_, base, last);
      if (ugal)
        for (std::uint32_t s = 0; s < count_; ++s) table_.hops_to_switch[std::size_t{s} * count_ + target] = clipped(distance_[s]);
    }
    if (!two_phases_) return;
    table_.domains = groups_;
    table_.domain_of = group_;
    table_.to_domain.resize(std::size_t{count_} * groups_);
    if (ugal) table_.hops_to_domain.resize(table_.to_domain.size());
    for (std::uint32_t group = 0; group < groups_; ++group) {
      measure(members_[group], group);
      write(group, members_[group], table_.to_domain.data() + group, groups_, 0, 0);
      if (ugal)
        for (std::uint32_t s = 0; s < count_; ++s) table_.hops_to_domain[std::size_t{s} * groups_ + group] = clipped(distance_[s]);
    }
    if (ugal) average();
  }

 private:
  static std::uint8_t clipped(std::uint32_t hops) { return static_cast<std::uint8_t>(std::min(hops, 255u)); }

  /// Fewest links to `targets`, all of group `goal`, over at most one global link; `order_` lists the switches nearest first.
  void measure(const std::vector<std::uint32_t>& targets, std::uint32_t goal) {
    std::fill(distance_.begin(), distance_.end(), kFar);
    order_ = targets;
    for (const std::uint32_t target : targets) distance_[target] = 0;
    for (std::size_t head = 0; head < order_.size(); ++head) {
      const std::uint32_t s = order_[head];
      for (const RoutingGraph::Edge& edge : graph_.at(s)) {
        const bool inside = group_[edge.other] == group_[s];  // back along a global link only out of the goal
        if ((!inside && group_[s] != goal) || distance_[edge.other] != kFar) continue;
        distance_[edge.other] = distance_[s] + 1;
        order_.push_back(edge.other);
      }
    }
  }

  void write(std::uint32_t goal, const std::vector<std::uint32_t>& targets, RoutingTable::Entry* column, std::uint32_t stride,
             std::uint8_t base, std::uint8_t last) {
    build_.writer.begin(count_, targets);
    for (const std::uint32_t s : order_) {
      if (distance_[s] == 0) continue;
      choices_.clear();
      for (const RoutingGraph::Edge& edge : graph_.at(s)) {
        const bool inside = group_[edge.other] == group_[s];
        if (distance_[edge.other] == kFar || distance_[edge.other] + 1 != distance_[s] || (!inside && group_[edge.other] != goal)) continue;
        std::uint8_t channel = group_[s] == goal ? last : base;
        if (inside && group_[s] != goal && base > 0 && tier_[edge.other] < tier_[s]) --channel;  // down, to go up again
        choices_.push_back({&edge, channel});
      }
      column[std::size_t{s} * stride] = build_.writer.write(s, choices_);
    }
  }

  void average() {
    table_.hops_from_domain.resize(std::size_t{groups_} * count_);
    for (std::uint32_t group = 0; group < groups_; ++group)
      for (std::uint32_t target = 0; target < count_; ++target) {
        std::uint64_t sum = 0;
        for (const std::uint32_t s : members_[group]) sum += table_.hops_to_switch[std::size_t{s} * count_ + target];
        const std::uint64_t size = std::max<std::size_t>(members_[group].size(), 1);
        table_.hops_from_domain[std::size_t{group} * count_ + target] = static_cast<std::uint8_t>((2 * sum + size) / (2 * size));
      }
  }

  RoutingBuild& build_;
  const RoutingGraph& graph_;
  RoutingTable& table_;
  std::uint32_t count_;
  std::uint32_t groups_ = 0;
  bool equal_routers_ = false;
  bool two_phases_ = false;
  std::vector<std::uint32_t> group_;
  std::vector<std::uint8_t> tier_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<std::uint32_t> distance_;
  std::vector<std::uint32_t> order_;
  std::vector<RunWriter::Choice> choices_;
};

}  // namespace

void route_groups(RoutingBuild& build) { GroupRouting(build).route(); }

}  // namespace eastwest
