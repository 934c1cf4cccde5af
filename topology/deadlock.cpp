// SPDX-License-Identifier: Apache-2.0
#include "topology/deadlock.hpp"

#include <algorithm>

namespace eastwest {

namespace {

constexpr std::uint32_t kNone = 0xffff'ffffu;

/// Collects the channel dependency graph; a vertex is link x channels + channel.
class DependencyGraph {
 public:
  DependencyGraph(const Fabric& fabric, const RoutingTable& table) : fabric_(fabric), table_(table) {
    waits_.resize(fabric.links.size() * table.channels);
    inward_.resize(table.switches);
    entered_.resize(table.switches);
    leaving_.resize(table.switches);
    hosts_.assign(table.switches, false);
    for (const std::uint32_t target : table.target_of)
      if (target != RoutingTable::kNoSwitch) hosts_[target] = true;
  }

  std::vector<std::vector<std::uint32_t>>& build() {
    // Phase 0 first: where it ends, phase 1 begins with what that packet holds.
    std::vector<bool> starts = hosts_;
    for (std::uint32_t middle = 0; middle < table_.domains; ++middle) {
      begin_walk();
      for (std::uint32_t s = 0; s < table_.switches; ++s)
        if (hosts_[s]) visit(s);
      for (std::size_t head = 0; head < walk_.size(); ++head) {
        const std::uint32_t s = walk_[head];
        if (table_.domain_of[s] != middle && !table_.at(0, s, middle).empty()) step(0, s, middle);
      }
      for (const std::uint32_t s : walk_) {
        if (table_.domain_of[s] != middle && !table_.at(0, s, middle).empty()) {
          connect(0, s, middle);
          continue;
        }
        starts[s] = true;
        for (const std::uint32_t vertex : inward_[s]) insert(entered_[s], vertex);
      }
    }
    for (std::uint32_t target = 0; target < table_.switches; ++target) {
      if (!hosts_[target]) continue;
      begin_walk();
      for (std::uint32_t s = 0; s < table_.switches; ++s)
        if (starts[s] && s != target) visit(s);
      for (std::size_t head = 0; head < walk_.size(); ++head)
        if (walk_[head] != target) step(1, walk_[head], target);
      for (const std::uint32_t s : walk_) {
        if (s == target) continue;
        connect(1, s, target);
        if (!entered_[s].empty())
          for (const RoutingTable::Hop& hop : table_.at(1, s, target)) insert(leaving_[s], vertex_of(1, s, hop));
      }
    }
    for (std::uint32_t s = 0; s < table_.switches; ++s)
      for (const std::uint32_t from : entered_[s])
        for (const std::uint32_t to : leaving_[s]) insert(waits_[from], to);
    return waits_;
  }

 private:
  static void insert(std::vector<std::uint32_t>& sorted, std::uint32_t value) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), value);
    if (at == sorted.end() || *at != value) sorted.insert(at, value);
  }

  [[nodiscard]] LinkId link_of(std::uint32_t s, const RoutingTable::Hop& hop) const {
    return fabric_.ports[fabric_.nodes[fabric_.switches[s].node.index()].first_port + hop.port].out;
  }
  [[nodiscard]] std::uint32_t vertex_of(unsigned phase, std::uint32_t s, const RoutingTable::Hop& hop) const {
    return link_of(s, hop).value * table_.channels + hop.channel + table_.channel_shift[phase];
  }

  void begin_walk() {
    for (const std::uint32_t s : walk_) inward_[s].clear();
    walk_.clear();
    seen_.assign(table_.switches, false);
  }
  void visit(std::uint32_t s) {
    if (seen_[s]) return;
    seen_[s] = true;
    walk_.push_back(s);
  }
  void step(unsigned phase, std::uint32_t s, std::uint32_t target) {
    for (const RoutingTable::Hop& hop : table_.at(phase, s, target)) {
      const Link& link = fabric_.links[link_of(s, hop).index()];
      const std::uint32_t next = fabric_.nodes[fabric_.ports[link.target.index()].node.index()].detail;
      insert(inward_[next], vertex_of(phase, s, hop));
      visit(next);
    }
  }
  void connect(unsigned phase, std::uint32_t s, std::uint32_t target) {
    for (const RoutingTable::Hop& hop : table_.at(phase, s, target)) {
      const std::uint32_t to = vertex_of(phase, s, hop);
      for (const std::uint32_t from : inward_[s]) insert(waits_[from], to);
    }
  }

  const Fabric& fabric_;
  const RoutingTable& table_;
  std::vector<std::vector<std::uint32_t>> waits_;    // per vertex: what a packet in it may wait for
  std::vector<std::vector<std::uint32_t>> inward_;   // per switch, of the current walk: vertices that lead to it
  std::vector<std::vector<std::uint32_t>> entered_;  // per switch: vertices of phase 0 that end there
  std::vector<std::vector<std::uint32_t>> leaving_;  // per switch: vertices of phase 1 that such packets go on to
  std::vector<bool> hosts_;
  std::vector<bool> seen_;
  std::vector<std::uint32_t> walk_;
};

/// An edge (from, to) that closes a circle, or kNone twice.
std::pair<std::uint32_t, std::uint32_t> closing_edge(const std::vector<std::vector<std::uint32_t>>& waits) {
  enum : std::uint8_t { kNew, kOpen, kDone };
  std::vector<std::uint8_t> state(waits.size(), kNew);
  std::vector<std::pair<std::uint32_t, std::size_t>> path;
  for (std::uint32_t start = 0; start < waits.size(); ++start) {
    if (state[start] != kNew) continue;
    path.emplace_back(start, 0);
    state[start] = kOpen;
    while (!path.empty()) {
      auto& [vertex, next] = path.back();
      if (next == waits[vertex].size()) {
        state[vertex] = kDone;
        path.pop_back();
        continue;
      }
      const std::uint32_t other = waits[vertex][next++];
      if (state[other] == kOpen) return {vertex, other};
      if (state[other] != kNew) continue;
      state[other] = kOpen;
      path.emplace_back(other, 0);
    }
  }
  return {kNone, kNone};
}

}  // namespace

std::vector<BufferWait> find_buffer_cycle(const Fabric& fabric, const RoutingTable& table) {
  DependencyGraph graph(fabric, table);
  const std::vector<std::vector<std::uint32_t>>& waits = graph.build();
  const auto [last, first] = closing_edge(waits);
  if (last == kNone) return {};
  // The shortest way from the one to the other makes the shortest circle through this edge.
  std::vector<std::uint32_t> before(waits.size(), kNone);
  std::vector<std::uint32_t> queue{first};
  before[first] = first;
  for (std::size_t head = 0; head < queue.size() && before[last] == kNone; ++head)
    for (const std::uint32_t next : waits[queue[head]])
      if (before[next] == kNone) {
        before[next] = queue[head];
        queue.push_back(next);
      }
  std::vector<BufferWait> cycle;
  for (std::uint32_t vertex = last;; vertex = before[vertex]) {
    cycle.push_back({LinkId{vertex / table.channels}, vertex % table.channels});
    if (vertex == first) break;
  }
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

std::string describe_cycle(const Fabric& fabric, const std::vector<BufferWait>& cycle, std::uint32_t channels) {
  constexpr std::size_t kMostNamed = 8;
  std::string text =
      std::to_string(cycle.size()) + (cycle.size() == 1 ? " queue waits for itself: " : " queues wait for each other in a circle: ");
  for (std::size_t i = 0; i < cycle.size() && i < kMostNamed; ++i) {
    if (i > 0) text += ", ";
    text += "`" + fabric.link_name(cycle[i].link) + "`";
    if (channels > 1) text += " on channel " + std::to_string(cycle[i].channel);
  }
  if (cycle.size() > kMostNamed) text += " and " + std::to_string(cycle.size() - kMostNamed) + " more";
  return text;
}

}  // namespace eastwest
