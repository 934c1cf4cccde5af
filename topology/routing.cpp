// SPDX-License-Identifier: Apache-2.0
#include "topology/routing.hpp"

#include <algorithm>

#include "topology/deadlock.hpp"
#include "topology/routing_writer.hpp"

namespace eastwest {

namespace {

bool two_phases(RoutingRule rule) { return rule == RoutingRule::valiant || rule == RoutingRule::ugal; }

RoutingTable empty_table(const Fabric& fabric, const RoutingGraph& graph, RoutingRule rule) {
  RoutingTable table;
  table.rule = rule;
  table.switches = static_cast<std::uint32_t>(fabric.switches.size());
  table.to_switch.resize(std::size_t{table.switches} * table.switches);
  table.target_of = graph.target_of;
  table.port_of = graph.port_of;
  return table;
}

/// Has every switch that packets can start from (all of them where they turn to phase 1 anywhere) a way to every target
/// that it is joined to at all?
bool is_complete(const RoutingGraph& graph, const RoutingTable& table) {
  std::vector<bool> hosts(table.switches);
  for (const std::uint32_t target : table.target_of)
    if (target != RoutingTable::kNoSwitch) hosts[target] = true;
  for (std::uint32_t target = 0; target < table.switches; ++target) {
    if (!hosts[target]) continue;
    const std::vector<std::uint32_t> hops = graph.hops_from({target});
    for (std::uint32_t s = 0; s < table.switches; ++s)
      if (s != target && hops[s] != RoutingTable::kNoSwitch && (hosts[s] || two_phases(table.rule)) && table.at(1, s, target).empty())
        return false;
  }
  return true;
}

Result<RoutingTable> build_rule(const Fabric& fabric, const RoutingGraph& graph, const RoutingOptions& options, RoutingRule rule) {
  RoutingTable table = empty_table(fabric, graph, rule);
  RunWriter writer(table.hops, options.weighted, options.one_channel);
  RoutingBuild build{fabric, graph, options, table, writer};
  if (rule == RoutingRule::shortest) route_shortest(build);
  else if (rule == RoutingRule::up_down || fabric.structure == Structure::irregular || fabric.structure == Structure::tiers)
    route_up_down(build);
  else if (fabric.structure == Structure::groups) route_groups(build);
  else route_torus(build);
  if (options.one_channel) {
    table.channels = 1;
    table.channel_shift[1] = 0;
  }
  if (writer.overflowed())
    return Error{"the routing of " + std::to_string(table.switches) + " switches has more distinct sets of next hops than its table holds",
                 "use fewer switches, or equal rates and numbers of parallel links"};
  return table;
}

}  // namespace

std::string_view to_string(RoutingRule rule) {
  switch (rule) {
    case RoutingRule::shortest: return "shortest";
    case RoutingRule::minimal: return "minimal";
    case RoutingRule::valiant: return "valiant";
    case RoutingRule::ugal: return "ugal";
    case RoutingRule::up_down: return "up_down";
  }
  return "shortest";
}

std::size_t RoutingTable::bytes() const {
  return (to_switch.size() + to_domain.size()) * sizeof(Entry) + hops.size() * sizeof(Hop) +
         (domain_of.size() + target_of.size()) * sizeof(std::uint32_t) + port_of.size() * sizeof(std::uint16_t) + hops_to_switch.size() +
         hops_to_domain.size() + hops_from_domain.size();
}

Status check_rule(const Fabric& fabric, RoutingRule rule) {
  if (!two_phases(rule) || fabric.structure == Structure::groups || fabric.structure == Structure::torus) return Done{};
  return Error{"`" + std::string(to_string(rule)) + "` needs groups or a torus to choose an intermediate from; `" + fabric.topology +
                   "` has neither",
               "use `minimal`: in a Clos it spreads over all spines as it is"};
}

Result<RoutingTable> build_routing(const Fabric& fabric, const RoutingOptions& options) {
  if (const Status useful = check_rule(fabric, options.rule); !useful) return useful.error();
  const RoutingGraph graph = routing_graph(fabric, options.cable_down);
  Result<RoutingTable> built = build_rule(fabric, graph, options, options.rule);
  const bool damaged = std::find(options.cable_down.begin(), options.cable_down.end(), true) != options.cable_down.end();
  if (!built || !damaged || options.one_channel || options.rule == RoutingRule::shortest || options.rule == RoutingRule::up_down)
    return built;
  if (is_complete(graph, *built) && find_buffer_cycle(fabric, *built).empty()) return built;
  built = build_rule(fabric, graph, options, RoutingRule::up_down);
  if (built) built->fell_back = true;
  return built;
}

NextHops to_next_hops(const RoutingTable& table) {
  EASTWEST_CHECK(table.domains == 0 && table.channels == 1, "next hops know neither phases nor channels");
  NextHops next;
  next.endpoint_count = static_cast<std::uint32_t>(table.target_of.size());
  next.entries.resize(std::size_t{table.switches} * next.endpoint_count);
  for (const RoutingTable::Hop& hop : table.hops) next.ports.push_back(hop.port);
  std::vector<std::uint32_t> single;  // where the run of one port stands, + 1; by port
  for (std::uint32_t e = 0; e < next.endpoint_count; ++e) {
    const std::uint32_t target = table.target_of[e];
    if (target == RoutingTable::kNoSwitch) continue;
    for (std::uint32_t s = 0; s < table.switches; ++s) {
      const RoutingTable::Entry entry = table.to_switch[std::size_t{s} * table.switches + target];
      next.entries[std::size_t{s} * next.endpoint_count + e] = {entry >> RoutingTable::kCountBits,
                                                                entry & ((1u << RoutingTable::kCountBits) - 1)};
    }
    const std::uint16_t port = table.port_of[e];
    if (single.size() <= port) single.resize(port + 1u);
    if (single[port] == 0) {
      next.ports.push_back(port);
      single[port] = static_cast<std::uint32_t>(next.ports.size());
    }
    next.entries[std::size_t{target} * next.endpoint_count + e] = {single[port] - 1, 1};
  }
  return next;
}

}  // namespace eastwest
