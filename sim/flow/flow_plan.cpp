// SPDX-License-Identifier: Apache-2.0
#include "sim/flow/flow_plan.hpp"

#include <algorithm>

#include "sim/path_hash.hpp"

namespace eastwest::flow {

namespace {

/// Part of a flow that has come as far as a switch. All parts are as many hops from the destination.
struct Part {
  std::uint32_t node = 0;
  std::uint64_t weight = 0;
  std::int64_t delay = 0;
  std::uint32_t stored_hops = 0;
};

void add_weight(std::vector<Hop>& hops, std::size_t from, std::uint32_t link, std::uint64_t weight) {
  for (std::size_t i = from; i < hops.size(); ++i)
    if (hops[i].link == link) {
      hops[i].weight += weight;
      return;
    }
  hops.push_back({link, weight});
}

void add_part(std::vector<Part>& parts, const Part& part) {
  for (Part& there : parts)
    if (there.node == part.node) {
      there.weight += part.weight;
      there.delay = std::max(there.delay, part.delay);
      there.stored_hops = std::max(there.stored_hops, part.stored_hops);
      return;
    }
  parts.push_back(part);
}

bool is_down(const Fabric& fabric, const std::vector<bool>& down, std::uint32_t port) {
  const LinkId out = fabric.ports[port].out;
  return !out.exists() || (!down.empty() && down[fabric.links[out.index()].cable.index()]);
}

/// Crosses the link that leaves `port` with `part`; true when the far end is a host.
bool cross(const Fabric& fabric, std::uint32_t port, Part part, FlowPath& path, std::size_t first_hop, std::vector<Part>& next) {
  const LinkId out = fabric.ports[port].out;
  const Link& link = fabric.links[out.index()];
  add_weight(path.hops, first_hop, out.value, part.weight);
  path.rate = std::min(path.rate, link.rate.bits_per_second);
  part.delay += link.delay.ps;
  part.node = fabric.ports[link.target.index()].node.value;
  const Node& node = fabric.nodes[part.node];
  if (node.kind == NodeKind::host) {
    path.delay = std::max(path.delay, part.delay);
    path.stored_hops = std::max(path.stored_hops, part.stored_hops);
    return true;
  }
  const Switch& model = fabric.switches[node.detail];
  part.delay += model.latency.ps;
  if (model.mode == ForwardingMode::store_and_forward) ++part.stored_hops;
  add_part(next, part);
  return false;
}

}  // namespace

FlowPlan make_flow_plan(const Fabric& fabric, const SimulationOptions& options) {
  FlowPlan plan;
  plan.fabric = &fabric;
  plan.network = options.network;
  plan.seed = options.seed;
  plan.faults = options.faults;
  std::stable_sort(plan.faults.begin(), plan.faults.end(), [](const Fault& a, const Fault& b) { return a.time < b.time; });
  plan.routes = route_versions(fabric, plan.faults, options.network.reroute_delay);
  for (const Switch& model : fabric.switches) plan.salts.push_back(switch_salt(options.seed, model.node));
  return plan;
}

void find_path(const FlowPlan& plan, std::size_t version, const std::vector<bool>& down, EndpointId from, EndpointId to,
               std::uint16_t entropy, FlowPath& path) {
  const Fabric& fabric = *plan.fabric;
  path.hops.clear();
  path.delay = 0;
  path.stored_hops = 0;
  path.rate = ~std::uint64_t{0};
  const std::uint32_t source = fabric.endpoints[from.index()].port.value;
  std::vector<Part> parts;
  std::vector<Part> next;
  const bool unplugged = !fabric.ports[source].out.exists();
  if (!unplugged && cross(fabric, source, Part{0, kFullWeight, 0, 0}, path, 0, parts)) return;
  while (!parts.empty()) {
    next.clear();
    const std::size_t first_hop = path.hops.size();
    for (const Part& part : parts) {
      const Node& node = fabric.nodes[part.node];
      const auto all = plan.routes[version].hops.at(node.detail, to);
      const auto choices = static_cast<std::uint32_t>(all.size());
      if (choices == 0) {
        path.hops.clear();
        return;
      }
      if (choices == 1 || plan.network.routing == RoutingPolicy::ecmp) {
        const std::uint32_t choice = choices == 1 ? 0 : hashed_choice(entropy, plan.salts[node.detail], choices);
        cross(fabric, node.first_port + all[choice], part, path, first_hop, next);
        continue;
      }
      const bool steers = plan.network.routing == RoutingPolicy::adaptive;
      std::uint32_t usable = 0;
      for (const std::uint16_t port : all) usable += steers && is_down(fabric, down, node.first_port + port) ? 0 : 1;
      std::uint32_t taken = 0;
      for (const std::uint16_t port : all) {
        if (usable != 0 && steers && is_down(fabric, down, node.first_port + port)) continue;
        const std::uint32_t ways = usable != 0 ? usable : choices;
        Part share = part;
        // Whole units, so that nothing of the flow is lost on the way.
        share.weight = part.weight / ways + (taken < part.weight % ways ? 1 : 0);
        ++taken;
        if (share.weight != 0) cross(fabric, node.first_port + port, share, path, first_hop, next);
      }
    }
    parts.swap(next);
  }
  if (unplugged) path.hops.clear();
}

}  // namespace eastwest::flow
