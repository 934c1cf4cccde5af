// SPDX-License-Identifier: Apache-2.0
// Routing of tori: in the order of the dimensions, the shorter way round, both ways when they are equally long.
//
// Along a ring the channel is 0 while the edge of the ring (between the last coordinate and 0) is still ahead and 1 when
// it is not, or no longer: channel 0 is never used on the link out of coordinate 0 upwards, channel 1 never across the edge, so the
// links of a ring hold each other in no cycle. Dimensions in order close none either. Valiant phases have a pair of channels each.
// Source: Dally, Seitz, "Deadlock-free message routing in multiprocessor interconnection networks", IEEE ToC C-36, 1987.
// LIMITATIONS: a cable down that breaks the order of dimensions for some pair makes that pair unroutable here.
#include <algorithm>
#include <numeric>

#include "topology/routing_writer.hpp"

namespace eastwest {

namespace {

class TorusRouting {
 public:
  explicit TorusRouting(RoutingBuild& build) : build_(build), graph_(build.graph), table_(build.table), extents_(build.fabric.extents) {
    std::uint32_t size = 1;
    for (const std::uint16_t extent : extents_) {
      stride_.push_back(size);
      size *= extent;
    }
    // Switches by their place on the grid; a builder may number them as it likes.
    at_.assign(size, RoutingTable::kNoSwitch);
    for (std::uint32_t s = 0; s < graph_.switches(); ++s) at_[place(s)] = s;
    // Steps from a target, nearest first.
    std::vector<std::uint32_t> far(size);
    for (std::uint32_t step = 0; step < size; ++step)
      for (std::size_t d = 0; d < extents_.size(); ++d) far[step] += ring_distance(step / stride_[d] % extents_[d], extents_[d]);
    steps_.resize(size);
    std::iota(steps_.begin(), steps_.end(), 0u);
    std::stable_sort(steps_.begin(), steps_.end(), [&](std::uint32_t a, std::uint32_t b) { return far[a] < far[b]; });
  }

  void route() {
    const bool two_phases = table_.rule == RoutingRule::valiant || table_.rule == RoutingRule::ugal;
    table_.channels = two_phases ? 4 : 2;
    std::vector<bool> wanted(graph_.switches(), two_phases);
    for (const std::uint32_t target : table_.target_of)
      if (target != RoutingTable::kNoSwitch) wanted[target] = true;
    if (table_.rule == RoutingRule::ugal) table_.hops_to_switch.resize(table_.to_switch.size());
    for (std::uint32_t target = 0; target < graph_.switches(); ++target)
      if (wanted[target]) route_to(target);
    if (!two_phases) return;
    table_.channel_shift[1] = 2;
    table_.domains = graph_.switches();
    table_.domain_of.resize(graph_.switches());
    std::iota(table_.domain_of.begin(), table_.domain_of.end(), 0u);
  }

 private:
  static std::uint32_t ring_distance(std::uint32_t step, std::uint32_t extent) { return std::min(step, extent - step); }

  [[nodiscard]] std::uint32_t coordinate(std::uint32_t s, std::size_t d) const { return build_.fabric.switches[s].coordinate[d]; }
  [[nodiscard]] std::uint32_t place(std::uint32_t s) const {
    std::uint32_t index = 0;
    for (std::size_t d = 0; d < extents_.size(); ++d) index += coordinate(s, d) * stride_[d];
    return index;
  }

  void route_to(std::uint32_t target) {
    const std::uint32_t count = graph_.switches();
    build_.writer.begin(count, {target});
    good_.assign(count, false);
    good_[target] = true;
    for (const std::uint32_t step : steps_) {
      std::uint32_t index = 0;
      std::uint32_t hops = 0;
      for (std::size_t d = 0; d < extents_.size(); ++d) {
        const std::uint32_t ahead = step / stride_[d] % extents_[d];
        index += (coordinate(target, d) + ahead) % extents_[d] * stride_[d];
        hops += ring_distance(ahead, extents_[d]);
      }
      const std::uint32_t s = at_[index];
      if (s == RoutingTable::kNoSwitch || s == target) continue;
      choose(s, target);
      if (choices_.empty()) continue;
      good_[s] = true;
      table_.to_switch[std::size_t{s} * count + target] = build_.writer.write(s, choices_);
      if (!table_.hops_to_switch.empty())
        table_.hops_to_switch[std::size_t{s} * count + target] = static_cast<std::uint8_t>(std::min(hops, 255u));
    }
  }

  /// The links along the first dimension in which `s` is not yet where `target` is.
  void choose(std::uint32_t s, std::uint32_t target) {
    choices_.clear();
    std::size_t d = 0;
    while (coordinate(s, d) == coordinate(target, d)) ++d;
    const std::uint32_t extent = extents_[d];
    const std::uint32_t here = coordinate(s, d);
    const std::uint32_t goal = coordinate(target, d);
    const std::uint32_t ahead = (goal + extent - here) % extent;
    for (const RoutingGraph::Edge& edge : graph_.at(s)) {
      if (!good_[edge.other]) continue;
      bool along = true;
      for (std::size_t other = 0; other < extents_.size(); ++other)
        if (other != d) along = along && coordinate(edge.other, other) == coordinate(s, other);
      if (!along) continue;
      const std::uint32_t next = coordinate(edge.other, d);
      if (next == (here + 1) % extent && 2 * ahead <= extent) choices_.push_back({&edge, static_cast<std::uint8_t>(here < goal ? 1 : 0)});
      else if ((next + 1) % extent == here && 2 * ahead >= extent)
        choices_.push_back({&edge, static_cast<std::uint8_t>(here > goal ? 1 : 0)});
    }
  }

  RoutingBuild& build_;
  const RoutingGraph& graph_;
  RoutingTable& table_;
  const std::vector<std::uint16_t>& extents_;
  std::vector<std::uint32_t> stride_;
  std::vector<std::uint32_t> at_;
  std::vector<std::uint32_t> steps_;
  std::vector<bool> good_;
  std::vector<RunWriter::Choice> choices_;
};

}  // namespace

void route_torus(RoutingBuild& build) { TorusRouting(build).route(); }

}  // namespace eastwest
