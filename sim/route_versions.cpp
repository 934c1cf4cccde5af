// SPDX-License-Identifier: Apache-2.0
#include "sim/route_versions.hpp"

#include <algorithm>

#include "topology/deadlock.hpp"
#include "topology/static_paths.hpp"

namespace eastwest {

namespace {

Result<RoutingTable> table_without(const Fabric& fabric, const NetworkOptions& network, const std::vector<bool>& down) {
  RoutingOptions options;
  options.rule = routing_rule(fabric, network.paths);
  options.weighted = network.weighted_paths;
  options.cable_down = down;
  return build_routing(fabric, options);
}

bool is_plain(const RouteVersion& version) { return version.table.domains == 0 && version.table.channels == 1; }

bool can_deadlock(const Fabric& fabric, const NetworkOptions& network, const std::vector<bool>& down) {
  const bool whole = std::find(down.begin(), down.end(), true) == down.end();
  return (network.pfc || network.credits) && !(whole && fabric.structure == Structure::tiers);
}

/// Next hops in place of tables.
void flatten(const Fabric& fabric, const NetworkOptions& network, RouteVersion& version) {
  version.hops = to_next_hops(version.table);
  version.table = {};
  if (network.routing == RoutingPolicy::static_paths) version.hops = static_paths(fabric, version.hops);
}

}  // namespace

std::uint32_t RouteVersion::first_port(std::size_t switch_index, EndpointId to) const {
  if (!by_table()) {
    const auto next = hops.at(switch_index, to);
    return next.empty() ? kNoPort : next.front();
  }
  const std::uint32_t target = table.target_of[to.index()];
  if (target == RoutingTable::kNoSwitch) return kNoPort;
  if (target == switch_index) return table.port_of[to.index()];
  const auto next = table.at(1, switch_index, target);
  return next.empty() ? kNoPort : next.front().port;
}

RoutingRule routing_rule(const Fabric& fabric, PathRule paths) {
  switch (paths) {
    case PathRule::shortest: return RoutingRule::shortest;
    case PathRule::minimal: return RoutingRule::minimal;
    case PathRule::valiant: return RoutingRule::valiant;
    case PathRule::ugal: return RoutingRule::ugal;
    case PathRule::up_down: return RoutingRule::up_down;
    case PathRule::automatic: break;
  }
  const bool own_rule = fabric.structure == Structure::groups || fabric.structure == Structure::torus;
  return own_rule ? RoutingRule::minimal : RoutingRule::shortest;
}

Status check_routing(const Fabric& fabric, const NetworkOptions& network) {
  const RoutingRule rule = routing_rule(fabric, network.paths);
  if (const Status useful = check_rule(fabric, rule); !useful) return Error{"`paths`: " + useful.error().message, useful.error().remedy};
  const bool own_rule = fabric.structure == Structure::groups || fabric.structure == Structure::torus;
  if (network.routing == RoutingPolicy::static_paths && own_rule && rule != RoutingRule::shortest && rule != RoutingRule::up_down)
    return Error{"`routing`: `static` deals whole paths out, and `" + std::string(to_string(rule)) + "` paths on `" + fabric.topology +
                     "` use virtual channels",
                 "use `routing: ecmp`, or `paths: up_down`"};
  return Done{};
}

Result<std::vector<RouteVersion>> route_versions(const Fabric& fabric, const NetworkOptions& network, const std::vector<Fault>& faults) {
  if (const Status possible = check_routing(fabric, network); !possible) return possible.error();
  std::vector<RouteVersion> versions;
  std::vector<bool> down;
  const auto add = [&](Time time) -> Status {
    Result<RoutingTable> table = table_without(fabric, network, down);
    if (!table) return table.error();
    versions.push_back({time, {}, std::move(table).value(), {}});
    if (!can_deadlock(fabric, network, down)) return Done{};
    RouteVersion& version = versions.back();
    const std::vector<BufferWait> cycle = find_buffer_cycle(fabric, version.table);
    if (!cycle.empty()) version.buffer_cycle = describe_cycle(fabric, cycle, version.table.channels);
    return Done{};
  };
  if (const Status first = add(Time{0}); !first) return first.error();
  down.assign(fabric.cables.size(), false);
  bool changed = false;  // cables, at this instant
  for (std::size_t i = 0; i < faults.size() && network.reroute_delay.ps != kTimeNever.ps; ++i) {
    if (faults[i].kind == FaultKind::cable) down[faults[i].cable.index()] = !faults[i].up;
    changed = changed || faults[i].kind == FaultKind::cable;
    const bool last_of_instant = i + 1 == faults.size() || faults[i + 1].time != faults[i].time;
    if (!last_of_instant || !changed) continue;
    changed = false;
    if (const Status next = add(faults[i].time + network.reroute_delay); !next) return next.error();
  }
  if (std::all_of(versions.begin(), versions.end(), is_plain))
    for (RouteVersion& version : versions) flatten(fabric, network, version);
  return versions;
}

}  // namespace eastwest
