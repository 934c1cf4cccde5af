// SPDX-License-Identifier: Apache-2.0
#include "sim/flow/flow_plan.hpp"

#include <algorithm>

#include "sim/path_hash.hpp"
#include "topology/plant/loss_effects.hpp"

namespace eastwest::flow {

namespace {

/// Part of a flow that has come as far as a switch. By next hops all parts are as many hops from the destination.
struct Part {
  std::uint32_t node = 0;
  std::uint32_t middle = 0;  // routes by table: intermediate
  std::uint8_t phase = 1;    // routes by table: 0 on the way to it
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
    if (there.node == part.node && there.phase == part.phase && there.middle == part.middle) {
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

/// What find_path hands on from switch to switch.
struct Search {
  const FlowPlan& plan;
  const RouteVersion& routes;
  const std::vector<bool>& down;
  EndpointId to;
  std::uint16_t entropy;
  FlowPath& path;
  std::size_t first_hop;  // of this level: links before it are not met again
  std::vector<Part>& next;
};

bool splits(const FlowPlan& plan) {
  return plan.network.routing == RoutingPolicy::spray || plan.network.routing == RoutingPolicy::adaptive;
}

/// Sends a part on over one or all of `count` next hops, `port_of(i)` within the switch.
template <class PortOf>
void send_on(const Search& s, const Node& node, const Part& part, std::uint32_t count, PortOf port_of) {
  const Fabric& fabric = *s.plan.fabric;
  if (count == 1 || !splits(s.plan)) {
    const std::uint32_t choice = count == 1 ? 0 : hashed_choice(s.entropy, s.plan.salts[node.detail], count);
    cross(fabric, node.first_port + port_of(choice), part, s.path, s.first_hop, s.next);
    return;
  }
  const bool steers = s.plan.network.routing == RoutingPolicy::adaptive;
  std::uint32_t usable = 0;
  for (std::uint32_t i = 0; i < count; ++i) usable += steers && is_down(fabric, s.down, node.first_port + port_of(i)) ? 0 : 1;
  const std::uint32_t ways = usable != 0 ? usable : count;
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (usable != 0 && steers && is_down(fabric, s.down, node.first_port + port_of(i))) continue;
    Part share = part;
    // Whole units, so that nothing of the flow is lost on the way.
    share.weight = part.weight / ways + (taken < part.weight % ways ? 1 : 0);
    ++taken;
    if (share.weight != 0) cross(fabric, node.first_port + port_of(i), share, s.path, s.first_hop, s.next);
  }
}

/// By the rules of topology/routing.hpp; false: no way.
bool follow_table(const Search& s, const Node& node, Part part) {
  const RoutingTable& table = s.routes.table;
  const std::uint32_t target = table.target_of[s.to.index()];
  if (target == RoutingTable::kNoSwitch) return false;
  if (target == node.detail) {
    cross(*s.plan.fabric, node.first_port + table.port_of[s.to.index()], part, s.path, s.first_hop, s.next);
    return true;
  }
  if (part.phase == 0) {
    const std::uint32_t here = table.domain_of.empty() ? node.detail : table.domain_of[node.detail];
    if (here == part.middle || table.at(0, node.detail, part.middle).empty()) part.phase = 1;
  }
  const auto hops = table.at(part.phase, node.detail, part.phase == 0 ? part.middle : target);
  if (hops.empty()) return false;
  send_on(s, node, part, static_cast<std::uint32_t>(hops.size()), [&](std::uint32_t i) { return hops[i].port; });
  return true;
}

bool follow_next_hops(const Search& s, const Node& node, const Part& part) {
  const auto hops = s.routes.hops.at(node.detail, s.to);
  if (hops.empty()) return false;
  send_on(s, node, part, static_cast<std::uint32_t>(hops.size()), [&](std::uint32_t i) { return hops[i]; });
  return true;
}

/// Valiant: at its first switch a flow is bound for one intermediate, or in equal parts for all.
void choose_intermediates(const Search& s, std::vector<Part>& parts) {
  const RoutingTable& table = s.routes.table;
  if (table.rule != RoutingRule::valiant || parts.empty()) return;
  Part first = parts.front();
  first.phase = 0;
  parts.clear();
  if (!splits(s.plan)) {
    first.middle = table.intermediate(path_key(s.entropy, s.to.value));
    parts.push_back(first);
    return;
  }
  for (std::uint32_t i = 0; i < table.domains; ++i) {
    Part share = first;
    share.middle = i;
    share.weight = first.weight / table.domains + (i < first.weight % table.domains ? 1 : 0);
    parts.push_back(share);
  }
}

}  // namespace

double expansion_of(const NetworkOptions& network, double loss, BitRate rate, Duration round_trip) {
  if (loss <= 0) return 1;
  std::uint64_t in_flight = std::max<std::uint64_t>(1, packets_in_flight(rate, round_trip, network.mtu));
  if (network.window.count != 0)
    in_flight = std::min(in_flight, static_cast<std::uint64_t>((network.window.count + network.mtu.count - 1) / network.mtu.count));
  const double efficiency =
      network.recovery == Recovery::go_back_n ? go_back_n_efficiency(loss, in_flight) : selective_repeat_efficiency(loss);
  return efficiency * kExpansionMost > 1 ? 1 / efficiency : kExpansionMost;
}

Result<FlowPlan> make_flow_plan(const Fabric& fabric, const SimulationOptions& options) {
  FlowPlan plan;
  plan.fabric = &fabric;
  plan.network = options.network;
  plan.seed = options.seed;
  for (const Fault& fault : options.faults)
    if (fault.kind != FaultKind::receiver) plan.faults.push_back(fault);
  std::stable_sort(plan.faults.begin(), plan.faults.end(), [](const Fault& a, const Fault& b) { return a.time < b.time; });
  Result<std::vector<RouteVersion>> routes = route_versions(fabric, options.network, plan.faults);
  if (!routes) return routes.error();
  plan.routes = std::move(routes).value();
  for (const Switch& model : fabric.switches) plan.salts.push_back(switch_salt(options.seed, model.node, options.network.hash_per_switch));
  return plan;
}

void find_path(const FlowPlan& plan, std::size_t version, const std::vector<bool>& down, EndpointId from, EndpointId to,
               std::uint16_t entropy, FlowPath& path) {
  const Fabric& fabric = *plan.fabric;
  const RouteVersion& routes = plan.routes[version];
  path.hops.clear();
  path.delay = 0;
  path.stored_hops = 0;
  path.rate = ~std::uint64_t{0};
  std::vector<Part> parts;
  std::vector<Part> next;
  Search search{plan, routes, down, to, entropy, path, 0, next};
  const std::uint32_t source = fabric.endpoints[from.index()].port.value;
  if (!fabric.ports[source].out.exists()) return;
  Part whole;
  whole.weight = kFullWeight;
  if (cross(fabric, source, whole, path, 0, parts)) return;
  if (routes.by_table()) choose_intermediates(search, parts);
  while (!parts.empty()) {
    next.clear();
    // A path around may come to a link on its second hop that another part crosses on its third.
    search.first_hop = routes.by_table() ? 0 : path.hops.size();
    for (const Part& part : parts) {
      const Node& node = fabric.nodes[part.node];
      if (routes.by_table() ? follow_table(search, node, part) : follow_next_hops(search, node, part)) continue;
      path.hops.clear();
      return;
    }
    parts.swap(next);
  }
}

}  // namespace eastwest::flow
