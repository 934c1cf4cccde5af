// SPDX-License-Identifier: Apache-2.0
// Dragonfly+: groups of leaves and spines, every leaf to every spine of its group, and the spines of all groups joined.
//
// A group has l leaves of p host ports and s spines of h global links; spine i has the group's global ports i h to i h + h - 1
// (topology/group_links.hpp). At most s h + 1 groups. With switches of k ports and p = l = s = h = k/2, a group has k^2/4 host
// ports and the whole k^2/4 (k^2/4 + 1). NIC ports fill leaf ports in order.
// Source: Shpiner et al., "Dragonfly+: low cost topology for scaling datacenters", HiPINEB 2017, section II.
// LIMITATIONS: one link between a leaf and a spine; all switches are there, however few the servers.
#include "topology/assembly.hpp"
#include "topology/group_links.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_dragonfly_plus() {
  std::vector<ParameterSpec> list;
  const auto count = [&](std::string_view name, std::string_view fallback, double minimum, std::string_view meaning,
                         std::string_view source) {
    list.push_back({name, ParameterType::quantity, Dimension::none, fallback, minimum, 1'024, meaning, source, {}});
  };
  count("global_links", "2", 1, "Links of every spine to other groups (h).", "p = l = s = h: full bisection of a group (HiPINEB 2017)");
  count("leaves_per_group", "0", 0, "Leaves of a group (l); 0: as many as `global_links`.", "HiPINEB 2017, section II");
  count("spines_per_group", "0", 0, "Spines of a group (s); 0: as many as `global_links`.", "HiPINEB 2017, section II");
  count("hosts_per_leaf", "0", 0, "NIC ports of a leaf (p); 0: as many as spines.", "HiPINEB 2017, section II");
  append_group_link_parameters(list);
  append_server_parameters(list, "0", "plain", "Servers; 0: as many as the leaves' host ports take.");
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_dragonfly_plus(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                            Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const auto given = [&](std::string_view name, std::uint32_t otherwise) {
    const auto value = static_cast<std::uint32_t>(parameters.integer(name));
    return value == 0 ? otherwise : value;
  };
  const auto h = static_cast<std::uint32_t>(parameters.integer("global_links"));
  const std::uint32_t l = given("leaves_per_group", h);
  const std::uint32_t s = given("spines_per_group", h);
  const std::uint32_t p = given("hosts_per_leaf", s);
  const GroupPlan plan = group_plan(parameters, settings, s * h, place, diagnostics);
  const std::uint32_t nics = settings.host.nics;
  check_ports(settings.leaf, "a leaf", {{p, settings.host.nic_rate}, {s, settings.uplink_rate}}, place, diagnostics);
  check_ports(settings.leaf, "a spine", {{l, settings.uplink_rate}, {h, plan.global_rate}}, place, diagnostics);
  if (std::uint64_t{plan.groups} * s * (2 * l + h) / 2 > kMostCables)
    diagnostics.error(place,
                      "the links of " + std::to_string(std::uint64_t{plan.groups} * s) + " spines are more than " +
                          std::to_string(kMostCables) + " cables",
                      "lower `groups`, `leaves_per_group`, `spines_per_group` or `global_links`");
  if (diagnostics.error_count() == errors)
    settings.servers = servers_that_fit(settings, std::uint64_t{plan.groups} * l * p,
                                        "raise `groups`, `leaves_per_group` or `hosts_per_leaf`", place, diagnostics);
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("dragonfly_plus", Structure::groups);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<NodeId> hosts;
  std::vector<std::uint32_t> racks_of_switches;  // per group: leaves, then spines
  for (std::uint32_t group = 0; group < plan.groups; ++group) {
    const auto first = static_cast<std::uint32_t>(hosts.size());
    std::uint32_t count = 0;  // servers whose first NIC is in this group
    while (first + count < settings.servers && std::uint64_t{first + count} * nics / (l * p) == group) ++count;
    const GroupRacks racks = place_group(settings.grid, count, l + s, assembly.racks());
    for (std::uint32_t i = 0; i < count; ++i)
      hosts.push_back(assembly.add_host(server_name(first + i, settings.servers), racks.servers[i], settings.host));
    racks_of_switches.insert(racks_of_switches.end(), racks.switches.begin(), racks.switches.end());
  }
  std::vector<NodeId> leaves;
  std::vector<NodeId> spines;
  const auto add = [&](std::vector<NodeId>& list, std::string_view stem, std::uint8_t tier, std::uint32_t group, std::uint32_t index,
                       std::uint32_t rack) {
    list.push_back(assembly.add_switch(numbered(stem, group) + numbered("-", index), tier, rack, settings.leaf));
    assembly.unit(list.back()).group = group;
  };
  for (std::uint32_t i = 0; i < plan.groups * l; ++i) add(leaves, "leaf-", 1, i / l, i % l, racks_of_switches[i / l * (l + s) + i % l]);
  for (std::uint32_t i = 0; i < plan.groups * s; ++i)
    add(spines, "spine-", 2, i / s, i % s, racks_of_switches[i / s * (l + s) + l + i % s]);

  for (std::uint32_t server = 0; server < settings.servers; ++server)
    for (std::uint32_t nic = 0; nic < nics; ++nic) wiring.host_cable(hosts[server], leaves[(server * nics + nic) / p]);
  for (std::uint32_t group = 0; group < plan.groups; ++group)
    for (std::uint32_t leaf = 0; leaf < l; ++leaf)
      for (std::uint32_t spine = 0; spine < s; ++spine) wiring.fabric_cable(leaves[group * l + leaf], spines[group * s + spine]);
  for (const GroupLink& link : group_links(plan.arrangement, plan.groups, s * h))
    wiring.fabric_cable(spines[link.group_a * s + link.port_a / h], spines[link.group_b * s + link.port_b / h], plan.global_rate);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_dragonfly_plus;
const TopologyKind kind_topology_dragonfly_plus = {
    "dragonfly_plus",
    "Groups of leaves and spines, the spines of every two groups joined.",
    "Shpiner et al., HiPINEB 2017",
    parameters_of_dragonfly_plus,
    build_dragonfly_plus,
};

}  // namespace eastwest
