// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/phases.hpp"

#include <algorithm>
#include <string>

namespace eastwest {

namespace {

NodeId end_node(const Fabric& fabric, PortId port) { return fabric.ports[port.index()].node; }

Result<std::vector<Phase>> read_phases(const Fabric& fabric, const std::vector<std::int64_t>& gpus) {
  std::vector<Phase> phases;
  if (gpus.empty()) return std::vector<Phase>{{std::to_string(fabric.gpu_count) + " GPUs", fabric.gpu_count}};
  for (const std::int64_t count : gpus) {
    if (count < 1 || (!phases.empty() && count <= phases.back().gpus))
      return Error{"`phases`: " + std::to_string(count) + " GPUs do not follow " +
                       (phases.empty() ? std::string("nothing") : std::to_string(phases.back().gpus) + " GPUs"),
                   "write rising numbers of GPUs, such as `[32, 64, 128]`"};
    phases.push_back({std::to_string(count) + " GPUs", static_cast<std::uint32_t>(count)});
  }
  if (phases.back().gpus != fabric.gpu_count)
    return Error{
        "`phases`: the last phase has " + std::to_string(phases.back().gpus) + " GPUs, the site has " + std::to_string(fabric.gpu_count),
        "design the site for its last phase: end the list with " + std::to_string(fabric.gpu_count) + ", or change `servers`"};
  return phases;
}

/// Links of `node` to the tier above or below.
struct TierLinks {
  std::vector<std::uint32_t> down;
  std::vector<std::uint32_t> up;  // taken in turn from each switch above
};

std::vector<TierLinks> links_by_tier(const Fabric& fabric) {
  std::vector<TierLinks> links(fabric.nodes.size());
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const NodeId a = end_node(fabric, fabric.cables[c].a);
    const NodeId b = end_node(fabric, fabric.cables[c].b);
    const int step = fabric.nodes[b.index()].tier - fabric.nodes[a.index()].tier;
    if (step == 0) continue;
    links[(step > 0 ? a : b).index()].up.push_back(c);
    links[(step > 0 ? b : a).index()].down.push_back(c);
  }
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    std::vector<std::uint32_t>& up = links[n].up;
    // Round number of every link among those to the same switch above; a stable sort keeps the order of switches.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> rounds;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;  // switch above, links so far
    for (const std::uint32_t c : up) {
      const NodeId a = end_node(fabric, fabric.cables[c].a);
      const std::uint32_t above = (a.index() == n ? end_node(fabric, fabric.cables[c].b) : a).value;
      auto found = std::find_if(seen.begin(), seen.end(), [&](const auto& entry) { return entry.first == above; });
      if (found == seen.end()) found = seen.insert(seen.end(), {above, 0});
      rounds.emplace_back(found->second++, c);
    }
    std::stable_sort(rounds.begin(), rounds.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
    for (std::size_t i = 0; i < up.size(); ++i) up[i] = rounds[i].second;
  }
  return links;
}

void phase_tiers(const Fabric& fabric, PhasePlan& plan) {
  const std::vector<TierLinks> links = links_by_tier(fabric);
  const auto phase_count = static_cast<std::uint32_t>(plan.phases.size());
  std::vector<std::uint32_t> order;
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n)
    if (fabric.nodes[n].kind == NodeKind::network_switch) order.push_back(n);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return fabric.nodes[a].tier < fabric.nodes[b].tier; });
  const auto first_link = [&](std::uint32_t n) {
    std::uint32_t phase = phase_count - 1;
    for (const std::uint32_t c : links[n].down) phase = std::min(phase, plan.cable_phase[c]);
    return phase;
  };
  // A phase with a single leaf needs nothing above it.
  std::vector<std::uint32_t> leaves(phase_count, 0);
  for (const std::uint32_t n : order)
    if (fabric.nodes[n].tier == 1)
      for (std::uint32_t p = first_link(n); p < phase_count; ++p) ++leaves[p];
  for (const std::uint32_t n : order) {
    plan.node_phase[n] = first_link(n);
    const std::uint64_t down = links[n].down.size();
    const std::uint64_t up = links[n].up.size();
    std::uint64_t laid = 0;
    for (std::uint32_t p = 0; p < phase_count && down > 0; ++p) {
      std::uint64_t there = 0;
      for (const std::uint32_t c : links[n].down) there += plan.cable_phase[c] <= p ? 1 : 0;
      const std::uint64_t needed = leaves[p] <= 1 && p + 1 < phase_count ? 0 : (up * there + down - 1) / down;
      for (; laid < needed; ++laid) plan.cable_phase[links[n].up[laid]] = p;
    }
  }
}

void phase_meshes(const Fabric& fabric, PhasePlan& plan) {
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    if (fabric.nodes[n].kind == NodeKind::host) continue;
    std::uint32_t phase = static_cast<std::uint32_t>(plan.phases.size()) - 1;
    for (std::uint32_t c = 0; c < fabric.cables.size(); ++c)
      for (const auto& [own, other] :
           {std::pair{fabric.cables[c].a, fabric.cables[c].b}, std::pair{fabric.cables[c].b, fabric.cables[c].a}}) {
        const NodeId host = end_node(fabric, other);
        if (end_node(fabric, own).index() == n && fabric.nodes[host.index()].kind == NodeKind::host)
          phase = std::min(phase, plan.node_phase[host.index()]);
      }
    plan.node_phase[n] = phase;
  }
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c)
    plan.cable_phase[c] = std::max(plan.node_phase[end_node(fabric, fabric.cables[c].a).index()],
                                   plan.node_phase[end_node(fabric, fabric.cables[c].b).index()]);
}

}  // namespace

Result<PhasePlan> plan_phases(const Fabric& fabric, const std::vector<std::int64_t>& gpus) {
  Result<std::vector<Phase>> phases = read_phases(fabric, gpus);
  if (!phases) return phases.error();
  PhasePlan plan;
  plan.phases = std::move(phases).value();
  plan.node_phase.assign(fabric.nodes.size(), 0);
  plan.cable_phase.assign(fabric.cables.size(), 0);
  if (plan.phases.size() == 1) return plan;
  const auto last = static_cast<std::uint32_t>(plan.phases.size()) - 1;
  plan.cable_phase.assign(fabric.cables.size(), last);
  for (const Host& host : fabric.hosts) {
    std::uint32_t phase = 0;
    while (phase < last && plan.phases[phase].gpus < host.first_gpu + host.gpu_count) ++phase;
    plan.node_phase[host.node.index()] = phase;
  }
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c)
    for (const PortId end : {fabric.cables[c].a, fabric.cables[c].b}) {
      const NodeId node = end_node(fabric, end);
      if (fabric.nodes[node.index()].kind == NodeKind::host) plan.cable_phase[c] = plan.node_phase[node.index()];
    }
  if (fabric.structure == Structure::tiers) phase_tiers(fabric, plan);
  else phase_meshes(fabric, plan);
  return plan;
}

}  // namespace eastwest
