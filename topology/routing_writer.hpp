// SPDX-License-Identifier: Apache-2.0
// Routing writer: what the rules of topology/routing.hpp share: the graph they walk, and runs of hops stored once, weighted.
//
// Weights. c(s, t), the capacity from switch s to target t, is the sum over neighbours n on the way of min(rate of all links to
// n, c(n, t)), with c(t, t) unbounded; each of the links to n gets its share of that by rate. A run holds every hop in proportion:
// exactly when the ratios are small whole numbers, else to one part in kWeightSlots. Source: Zhou et al., EuroSys 2014.
// Invariants: within one target, switches are written nearest first, so that c of every neighbour is known.
// LIMITATIONS: c of two neighbours that share a link further on counts it twice, as hop-by-hop weights must.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/routing.hpp"

namespace eastwest {

/// Switch-to-switch links that are up, in compressed rows; one entry per port, so parallel cables stand several times.
struct RoutingGraph {
  struct Edge {
    std::uint32_t other = 0;  // switch
    std::uint16_t port = 0;   // of this switch
    std::uint64_t rate = 0;
  };
  std::vector<std::uint32_t> first;  // switches + 1
  std::vector<Edge> edges;
  std::vector<std::uint32_t> target_of;  // per endpoint, as in RoutingTable
  std::vector<std::uint16_t> port_of;

  [[nodiscard]] std::uint32_t switches() const { return static_cast<std::uint32_t>(first.size()) - 1; }
  [[nodiscard]] std::span<const Edge> at(std::uint32_t s) const { return {edges.data() + first[s], first[s + 1] - first[s]}; }
  /// Hops to every switch from `starts`; RoutingTable::kNoSwitch where there is no way.
  [[nodiscard]] std::vector<std::uint32_t> hops_from(const std::vector<std::uint32_t>& starts) const;
};
RoutingGraph routing_graph(const Fabric& fabric, const std::vector<bool>& cable_down);

class RunWriter {
 public:
  static constexpr std::uint32_t kWeightSlots = 64;

  RunWriter(std::vector<RoutingTable::Hop>& hops, bool weighted, bool one_channel)
      : hops_(hops), weighted_(weighted), one_channel_(one_channel), slots_(1024) {}

  struct Choice {
    const RoutingGraph::Edge* edge = nullptr;
    std::uint8_t channel = 0;
  };
  /// Starts a target: its own switches have unbounded capacity, all others none yet.
  void begin(std::uint32_t switches, const std::vector<std::uint32_t>& targets);
  /// The run of switch `s`; choices by ascending port. An empty list gives the empty run.
  RoutingTable::Entry write(std::uint32_t s, const std::vector<Choice>& choices);
  /// More runs than entries can name were written.
  [[nodiscard]] bool overflowed() const { return overflowed_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    RoutingTable::Entry entry = 0;
  };
  void weigh(std::uint32_t s, const std::vector<Choice>& choices);
  RoutingTable::Entry store();
  void grow();

  std::vector<RoutingTable::Hop>& hops_;
  bool weighted_;
  bool one_channel_;
  bool overflowed_ = false;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> capacity_;  // c(s, t) of the current target
  std::vector<std::uint64_t> share_;     // per choice
  std::vector<std::uint32_t> times_;     // per choice
  std::vector<RoutingTable::Hop> run_;
};

/// How often each of `shares` stands in a run: exact ratios when they sum to at most `slots`, else the largest remainders
/// of `slots`, at least once each. All equal gives 1 each.
void apportion(const std::vector<std::uint64_t>& shares, std::uint32_t slots, std::vector<std::uint32_t>& times);

// The rules. Each fills to_switch (and to_domain with what belongs to it), channels and shifts of `table`.
struct RoutingBuild {
  const Fabric& fabric;
  const RoutingGraph& graph;
  const RoutingOptions& options;
  RoutingTable& table;
  RunWriter& writer;
};
void route_shortest(RoutingBuild& build);
void route_up_down(RoutingBuild& build);
void route_groups(RoutingBuild& build);
void route_torus(RoutingBuild& build);

}  // namespace eastwest
