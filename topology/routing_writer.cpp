// SPDX-License-Identifier: Apache-2.0
#include "topology/routing_writer.hpp"

#include <algorithm>
#include <numeric>

#include "core/wide.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kUnbounded = ~std::uint64_t{0};
constexpr std::uint32_t kMostHops = 1u << (32 - RoutingTable::kCountBits);
constexpr std::uint32_t kLongestRun = (1u << RoutingTable::kCountBits) - 1;

bool is_up(const Fabric& fabric, LinkId link, const std::vector<bool>& cable_down) {
  if (!link.exists()) return false;
  const std::size_t cable = fabric.links[link.index()].cable.index();
  return cable >= cable_down.size() || !cable_down[cable];
}

std::uint64_t share_of(std::uint64_t total, std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::uint64_t>(static_cast<UnsignedWide>(total) * part / whole);
}

}  // namespace

std::vector<std::uint32_t> RoutingGraph::hops_from(const std::vector<std::uint32_t>& starts) const {
  std::vector<std::uint32_t> hops(switches(), RoutingTable::kNoSwitch);
  std::vector<std::uint32_t> queue = starts;
  for (const std::uint32_t start : starts) hops[start] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const Edge& edge : at(queue[head]))
      if (hops[edge.other] == RoutingTable::kNoSwitch) {
        hops[edge.other] = hops[queue[head]] + 1;
        queue.push_back(edge.other);
      }
  return hops;
}

RoutingGraph routing_graph(const Fabric& fabric, const std::vector<bool>& cable_down) {
  RoutingGraph graph;
  for (const Switch& unit : fabric.switches) {
    graph.first.push_back(static_cast<std::uint32_t>(graph.edges.size()));
    const Node& node = fabric.nodes[unit.node.index()];
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!is_up(fabric, out, cable_down)) continue;
      const Link& link = fabric.links[out.index()];
      const Node& other = fabric.nodes[fabric.ports[link.target.index()].node.index()];
      if (other.kind == NodeKind::network_switch)
        graph.edges.push_back({other.detail, static_cast<std::uint16_t>(p), link.rate.bits_per_second});
    }
  }
  graph.first.push_back(static_cast<std::uint32_t>(graph.edges.size()));
  for (const Endpoint& endpoint : fabric.endpoints) {
    graph.target_of.push_back(RoutingTable::kNoSwitch);
    graph.port_of.push_back(0);
    const LinkId out = fabric.ports[endpoint.port.index()].out;
    if (!is_up(fabric, out, cable_down)) continue;
    const Port& far = fabric.ports[fabric.links[out.index()].target.index()];
    const Node& node = fabric.nodes[far.node.index()];
    if (node.kind != NodeKind::network_switch) continue;
    graph.target_of.back() = node.detail;
    graph.port_of.back() = static_cast<std::uint16_t>(far.index);
  }
  return graph;
}

void RunWriter::begin(std::uint32_t switches, const std::vector<std::uint32_t>& targets) {
  if (!weighted_) return;
  capacity_.assign(switches, 0);
  for (const std::uint32_t target : targets) capacity_[target] = kUnbounded;
}

void RunWriter::weigh(std::uint32_t s, const std::vector<Choice>& choices) {
  share_.clear();
  std::uint64_t total = 0;
  for (const Choice& choice : choices) {
    std::uint64_t rate = 0;  // of all links to the same neighbour
    for (const Choice& other : choices)
      if (other.edge->other == choice.edge->other) rate += other.edge->rate;
    const std::uint64_t behind = std::min(rate, capacity_[choice.edge->other]);
    share_.push_back(share_of(behind, choice.edge->rate, rate));
    total += share_.back();
  }
  capacity_[s] = total;
  apportion(share_, std::max<std::uint32_t>(kWeightSlots, static_cast<std::uint32_t>(choices.size())), times_);
}

RoutingTable::Entry RunWriter::write(std::uint32_t s, const std::vector<Choice>& choices) {
  if (choices.empty()) return 0;
  if (weighted_) weigh(s, choices);
  else times_.assign(choices.size(), 1);
  run_.clear();
  for (std::size_t i = 0; i < choices.size(); ++i)
    for (std::uint32_t n = 0; n < times_[i]; ++n)
      run_.push_back({choices[i].edge->port, one_channel_ ? std::uint8_t{0} : choices[i].channel, 0});
  return store();
}

RoutingTable::Entry RunWriter::store() {
  if (run_.size() > kLongestRun || hops_.size() + run_.size() > kMostHops) {
    overflowed_ = true;
    return 0;
  }
  std::uint64_t hash = run_.size();
  for (const RoutingTable::Hop& hop : run_) hash = mix(hash ^ (std::uint64_t{hop.channel} << 16) ^ hop.port);
  for (std::size_t slot = hash & (slots_.size() - 1);; slot = (slot + 1) & (slots_.size() - 1)) {
    Slot& candidate = slots_[slot];
    if (candidate.entry == 0) {
      candidate = {hash, static_cast<std::uint32_t>(hops_.size() << RoutingTable::kCountBits | run_.size())};
      hops_.insert(hops_.end(), run_.begin(), run_.end());
      const RoutingTable::Entry entry = candidate.entry;
      if (++used_ * 2 > slots_.size()) grow();
      return entry;
    }
    const std::uint32_t count = candidate.entry & kLongestRun;
    if (candidate.hash == hash && count == run_.size() &&
        std::equal(run_.begin(), run_.end(), hops_.begin() + (candidate.entry >> RoutingTable::kCountBits)))
      return candidate.entry;
  }
}

void RunWriter::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& kept : old) {
    if (kept.entry == 0) continue;
    std::size_t slot = kept.hash & (slots_.size() - 1);
    while (slots_[slot].entry != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = kept;
  }
}

void apportion(const std::vector<std::uint64_t>& shares, std::uint32_t slots, std::vector<std::uint32_t>& times) {
  times.assign(shares.size(), 1);
  std::uint64_t divisor = 0;
  UnsignedWide total = 0;
  for (const std::uint64_t share : shares) {
    divisor = std::gcd(divisor, share);
    total += share;
  }
  if (divisor == 0) return;
  if (total / divisor <= slots) {
    for (std::size_t i = 0; i < shares.size(); ++i) times[i] = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(shares[i] / divisor));
    return;
  }
  if (std::all_of(shares.begin(), shares.end(), [&](std::uint64_t share) { return share == shares.front(); })) return;
  // Largest remainders: the whole part of share x slots / total each, then the slots left to the largest fractions.
  std::vector<std::pair<std::uint64_t, std::size_t>> rests;  // remainder inverted, so that sorting puts the largest first
  std::uint32_t left = slots;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const UnsignedWide product = static_cast<UnsignedWide>(shares[i]) * slots;
    times[i] = static_cast<std::uint32_t>(product / total);
    left -= std::min(left, times[i]);
    const auto rest = static_cast<std::uint64_t>((product % total) * 0xffff'ffffu / total);
    rests.emplace_back(0xffff'ffffu - rest, i);
  }
  std::sort(rests.begin(), rests.end());
  for (std::size_t i = 0; i < rests.size() && left > 0; ++i, --left) ++times[rests[i].second];
  for (std::uint32_t& count : times) count = std::max<std::uint32_t>(count, 1);
}

}  // namespace eastwest
