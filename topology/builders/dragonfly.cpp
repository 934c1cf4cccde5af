// SPDX-License-Identifier: Apache-2.0
// Dragonfly: groups of routers that are all joined to each other, and every two groups joined by global links.
//
// A router has p host ports, one link to each of the a - 1 others of its group, and h global links; router r of a group has
// its global ports r h to r h + h - 1 (topology/group_links.hpp). At most g = a h + 1 groups, N = a p (a h + 1) host ports; with
// fewer groups, pairs share the global ports evenly. Balanced when a = 2 p = 2 h. NIC ports fill router ports in order.
// Source: Kim, Dally, Scott, Abts, "Technology-driven, highly-scalable dragonfly topology", ISCA 2008, section 3.
// LIMITATIONS: one link between two routers of a group; the routers are always all there, however few the servers.
#include "topology/assembly.hpp"
#include "topology/group_links.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_dragonfly() {
  std::vector<ParameterSpec> list;
  const auto count = [&](std::string_view name, std::string_view fallback, double minimum, std::string_view meaning,
                         std::string_view source) {
    list.push_back({name, ParameterType::quantity, Dimension::none, fallback, minimum, 1'024, meaning, source, {}});
  };
  count("global_links", "2", 1, "Links of every router to other groups (h).", "ISCA 2008, figure 5: p = h = 2, a = 4, 72 hosts");
  count("routers_per_group", "0", 0, "Routers of a group (a); 0: twice `global_links`.", "balanced a = 2p = 2h (ISCA 2008, section 3.1)");
  count("hosts_per_router", "0", 0, "NIC ports of a router (p); 0: as many as `global_links`.",
        "balanced a = 2p = 2h (ISCA 2008, section 3.1)");
  append_group_link_parameters(list);
  append_server_parameters(list, "0", "plain", "Servers; 0: as many as the routers' host ports take.");
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_dragonfly(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                       Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const auto h = static_cast<std::uint32_t>(parameters.integer("global_links"));
  auto a = static_cast<std::uint32_t>(parameters.integer("routers_per_group"));
  auto p = static_cast<std::uint32_t>(parameters.integer("hosts_per_router"));
  if (a == 0) a = 2 * h;
  if (p == 0) p = h;
  const GroupPlan plan = group_plan(parameters, settings, a * h, place, diagnostics);
  const std::uint32_t nics = settings.host.nics;
  check_ports(settings.leaf, "a router", {{p, settings.host.nic_rate}, {a - 1, settings.uplink_rate}, {h, plan.global_rate}}, place,
              diagnostics);
  const std::uint64_t routers = std::uint64_t{a} * plan.groups;
  if (routers * (a - 1 + h) / 2 > kMostCables)
    diagnostics.error(place,
                      "the links of " + std::to_string(routers) + " routers are more than " + std::to_string(kMostCables) + " cables",
                      "lower `groups`, `routers_per_group` or `global_links`");
  if (diagnostics.error_count() == errors)
    settings.servers =
        servers_that_fit(settings, routers * p, "raise `groups`, `routers_per_group` or `hosts_per_router`", place, diagnostics);
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("dragonfly", Structure::groups);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<NodeId> hosts;
  std::vector<std::uint32_t> router_racks;
  for (std::uint32_t group = 0; group < plan.groups; ++group) {
    const auto first = static_cast<std::uint32_t>(hosts.size());
    std::uint32_t count = 0;  // servers whose first NIC is in this group
    while (first + count < settings.servers && std::uint64_t{first + count} * nics / (a * p) == group) ++count;
    const GroupRacks racks = place_group(settings.grid, count, a, assembly.racks());
    for (std::uint32_t s = 0; s < count; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    router_racks.insert(router_racks.end(), racks.switches.begin(), racks.switches.end());
  }
  std::vector<NodeId> switches;
  for (std::uint32_t i = 0; i < routers; ++i) {
    switches.push_back(assembly.add_switch(numbered("router-", i / a) + numbered("-", i % a), 1, router_racks[i], settings.leaf));
    assembly.unit(switches.back()).group = i / a;
  }
  for (std::uint32_t s = 0; s < settings.servers; ++s)
    for (std::uint32_t nic = 0; nic < nics; ++nic) wiring.host_cable(hosts[s], switches[(s * nics + nic) / p]);
  for (std::uint32_t group = 0; group < plan.groups; ++group)
    for (std::uint32_t one = 0; one < a; ++one)
      for (std::uint32_t two = one + 1; two < a; ++two) wiring.fabric_cable(switches[group * a + one], switches[group * a + two]);
  for (const GroupLink& link : group_links(plan.arrangement, plan.groups, a * h))
    wiring.fabric_cable(switches[link.group_a * a + link.port_a / h], switches[link.group_b * a + link.port_b / h], plan.global_rate);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_dragonfly;
const TopologyKind kind_topology_dragonfly = {
    "dragonfly",
    "Groups of fully joined routers, every two groups joined: N = a p (a h + 1) host ports at most.",
    "Kim et al., ISCA 2008",
    parameters_of_dragonfly,
    build_dragonfly,
};

}  // namespace eastwest
