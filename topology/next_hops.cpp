// SPDX-License-Identifier: Apache-2.0
#include "topology/next_hops.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kFar = 0xffff'ffffu;

/// Switch-to-switch adjacency in compressed rows; one entry per port, so parallel cables stand several times.
struct SwitchGraph {
  struct Neighbour {
    std::uint32_t other = 0;  // index into Fabric::switches
    std::uint16_t port = 0;   // of this switch
  };
  std::vector<std::uint32_t> first;  // switches + 1
  std::vector<Neighbour> neighbours;
};

/// Where an endpoint hangs: the switch and the port of that switch.
struct Attachment {
  std::uint32_t at = kFar;
  std::uint16_t port = 0;
};

bool is_up(const Fabric& fabric, LinkId link, const std::vector<bool>& cable_down) {
  if (!link.exists()) return false;
  const std::size_t cable = fabric.links[link.index()].cable.index();
  return cable >= cable_down.size() || !cable_down[cable];
}

SwitchGraph switch_graph(const Fabric& fabric, const std::vector<bool>& cable_down) {
  SwitchGraph graph;
  graph.first.reserve(fabric.switches.size() + 1);
  for (const Switch& unit : fabric.switches) {
    graph.first.push_back(static_cast<std::uint32_t>(graph.neighbours.size()));
    const Node& node = fabric.nodes[unit.node.index()];
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!is_up(fabric, out, cable_down)) continue;
      const Node& other = fabric.nodes[fabric.ports[fabric.links[out.index()].target.index()].node.index()];
      if (other.kind == NodeKind::network_switch) graph.neighbours.push_back({other.detail, static_cast<std::uint16_t>(p)});
    }
  }
  graph.first.push_back(static_cast<std::uint32_t>(graph.neighbours.size()));
  return graph;
}

Attachment attachment(const Fabric& fabric, const Endpoint& endpoint, const std::vector<bool>& cable_down) {
  const LinkId out = fabric.ports[endpoint.port.index()].out;
  if (!is_up(fabric, out, cable_down)) return {};
  const Port& far = fabric.ports[fabric.links[out.index()].target.index()];
  const Node& node = fabric.nodes[far.node.index()];
  if (node.kind != NodeKind::network_switch) return {};
  return {node.detail, static_cast<std::uint16_t>(far.index)};
}

/// Stores every distinct run of ports once; open addressing over a hash of the content.
class RunStore {
 public:
  explicit RunStore(std::vector<std::uint16_t>& ports) : ports_(ports), slots_(1024) {}

  NextHops::Entry store(const std::vector<std::uint16_t>& run) {
    if (run.empty()) return {};
    std::uint64_t hash = run.size();
    for (const std::uint16_t port : run) hash = mix(hash ^ port);
    for (std::size_t slot = hash & (slots_.size() - 1);; slot = (slot + 1) & (slots_.size() - 1)) {
      Slot& candidate = slots_[slot];
      if (candidate.entry.count == 0) {
        candidate = {hash, {static_cast<std::uint32_t>(ports_.size()), static_cast<std::uint32_t>(run.size())}};
        ports_.insert(ports_.end(), run.begin(), run.end());
        const NextHops::Entry entry = candidate.entry;
        if (++used_ * 2 > slots_.size()) grow();
        return entry;
      }
      if (candidate.hash == hash && candidate.entry.count == run.size() &&
          std::equal(run.begin(), run.end(), ports_.begin() + static_cast<std::ptrdiff_t>(candidate.entry.first)))
        return candidate.entry;
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    NextHops::Entry entry;
  };

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& kept : old) {
      if (kept.entry.count == 0) continue;
      std::size_t slot = kept.hash & (slots_.size() - 1);
      while (slots_[slot].entry.count != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = kept;
    }
  }

  std::vector<std::uint16_t>& ports_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace

NextHops all_shortest_paths(const Fabric& fabric, const std::vector<bool>& cable_down) {
  const std::size_t switch_count = fabric.switches.size();
  const SwitchGraph graph = switch_graph(fabric, cable_down);
  NextHops table;
  table.endpoint_count = static_cast<std::uint32_t>(fabric.endpoints.size());
  table.entries.resize(switch_count * fabric.endpoints.size());
  RunStore runs(table.ports);

  // Endpoints of one switch share all routes but the last port, so one search per attached switch serves them all.
  std::vector<Attachment> attachments;
  attachments.reserve(fabric.endpoints.size());
  std::vector<std::vector<std::uint32_t>> endpoints_at(switch_count);
  for (std::size_t e = 0; e < fabric.endpoints.size(); ++e) {
    attachments.push_back(attachment(fabric, fabric.endpoints[e], cable_down));
    if (attachments[e].at != kFar) endpoints_at[attachments[e].at].push_back(static_cast<std::uint32_t>(e));
  }

  std::vector<std::uint32_t> distance(switch_count);
  std::vector<std::uint32_t> queue;
  std::vector<std::uint16_t> run;
  for (std::uint32_t target = 0; target < switch_count; ++target) {
    if (endpoints_at[target].empty()) continue;
    std::fill(distance.begin(), distance.end(), kFar);
    queue.assign(1, target);
    distance[target] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t here = queue[head];
      for (std::uint32_t n = graph.first[here]; n < graph.first[here + 1]; ++n) {
        const std::uint32_t other = graph.neighbours[n].other;
        if (distance[other] != kFar) continue;
        distance[other] = distance[here] + 1;
        queue.push_back(other);
      }
    }
    for (const std::uint32_t here : queue) {
      NextHops::Entry* row = table.entries.data() + here * fabric.endpoints.size();
      if (here == target) {
        for (const std::uint32_t endpoint : endpoints_at[target]) row[endpoint] = runs.store({attachments[endpoint].port});
        continue;
      }
      run.clear();
      for (std::uint32_t n = graph.first[here]; n < graph.first[here + 1]; ++n)
        if (distance[graph.neighbours[n].other] + 1 == distance[here]) run.push_back(graph.neighbours[n].port);
      const NextHops::Entry entry = runs.store(run);
      for (const std::uint32_t endpoint : endpoints_at[target]) row[endpoint] = entry;
    }
  }
  return table;
}

}  // namespace eastwest
