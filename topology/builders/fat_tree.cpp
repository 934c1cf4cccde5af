// SPDX-License-Identifier: Apache-2.0
// k-ary fat tree: three tiers of equal switches with k ports, k pods, k^3/4 host ports, full bisection.
//
// Every pod has k/2 leaves (edge) and k/2 aggregation switches; aggregation switch a of every pod is joined to cores
// a k/2 to a k/2 + k/2 - 1. NIC ports fill leaf ports in order; the switches are always all there.
// Source: Al-Fares, Loukissas, Vahdat, "A scalable, commodity data center network architecture", SIGCOMM 2008, section 3.
#include "topology/assembly.hpp"
#include "topology/topology_kind.hpp"
#include "topology/two_tier.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_fat_tree() {
  std::vector<ParameterSpec> list;
  list.push_back(
      {"k", ParameterType::quantity, Dimension::none, "8", 2, 64, "Ports of every switch; even.", "SIGCOMM 2008, section 3", {}});
  append_server_parameters(list, "0", "plain", "Servers; 0: as many as k^3/4 host ports take.");
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_fat_tree(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                      Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const auto k = static_cast<std::uint32_t>(parameters.integer("k"));
  const std::uint32_t half = k / 2;
  const std::uint32_t capacity = k * half * half;
  const std::uint32_t nics = settings.host.nics;
  if (k % 2 != 0)
    diagnostics.error(place, "`k` is " + std::to_string(k) + ", but half of a switch's ports go up",
                      "use an even number, such as " + std::to_string(k + 1));
  if (settings.servers == 0) settings.servers = capacity / nics;
  if (settings.servers == 0 || settings.servers > capacity / nics)
    diagnostics.error(place,
                      "a fat tree of k = " + std::to_string(k) + " has " + std::to_string(capacity) + " host ports; " +
                          std::to_string(std::max(settings.servers, 1u)) + " servers of " + std::to_string(nics) + " NICs need " +
                          std::to_string(std::uint64_t{std::max(settings.servers, 1u)} * nics),
                      "raise `k` or lower `servers`");
  if (check_rates(settings, true, place, diagnostics)) {
    const std::uint32_t ports = settings.leaf.ports_at(settings.uplink_rate);
    if (ports < k || !leaf_fits(settings, half, half))
      diagnostics.error(place,
                        "every switch needs " + std::to_string(k) + " ports; `" + settings.leaf.model + "` has " + std::to_string(ports) +
                            " of " + to_string(settings.uplink_rate),
                        "lower `k` or use a larger `switch`");
  }
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("fat_tree", Structure::tiers);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  const auto pod_of_server = [&](std::uint32_t server) { return server * nics / (half * half); };  // of its first NIC
  std::vector<NodeId> hosts;
  std::vector<std::uint32_t> pod_switch_racks;  // per pod: leaves, then aggregation
  for (std::uint32_t pod = 0; pod < k; ++pod) {
    const auto first = static_cast<std::uint32_t>(hosts.size());
    std::uint32_t count = 0;
    while (first + count < settings.servers && pod_of_server(first + count) == pod) ++count;
    const GroupRacks racks = place_group(settings.grid, count, k, assembly.racks());
    for (std::uint32_t s = 0; s < count; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    pod_switch_racks.insert(pod_switch_racks.end(), racks.switches.begin(), racks.switches.end());
  }
  std::vector<NodeId> leaves;
  std::vector<NodeId> aggregations;
  std::vector<NodeId> cores;
  for (std::uint32_t i = 0; i < k * half; ++i)
    leaves.push_back(assembly.add_switch(numbered("leaf-", i), 1, pod_switch_racks[i / half * k + i % half], settings.leaf));
  for (std::uint32_t i = 0; i < k * half; ++i)
    aggregations.push_back(assembly.add_switch(numbered("agg-", i), 2, pod_switch_racks[i / half * k + half + i % half], settings.leaf));
  const GroupRacks core_racks = place_group(settings.grid, 0, half * half, assembly.racks());
  for (std::uint32_t i = 0; i < half * half; ++i)
    cores.push_back(assembly.add_switch(numbered("core-", i), 3, core_racks.switches[i], settings.leaf));

  for (std::uint32_t s = 0; s < settings.servers; ++s)
    for (std::uint32_t nic = 0; nic < nics; ++nic) wiring.host_cable(hosts[s], leaves[(s * nics + nic) / half]);
  for (std::uint32_t pod = 0; pod < k; ++pod)
    for (std::uint32_t l = 0; l < half; ++l)
      for (std::uint32_t a = 0; a < half; ++a) wiring.fabric_cable(leaves[pod * half + l], aggregations[pod * half + a]);
  for (std::uint32_t pod = 0; pod < k; ++pod)
    for (std::uint32_t a = 0; a < half; ++a)
      for (std::uint32_t c = 0; c < half; ++c) wiring.fabric_cable(aggregations[pod * half + a], cores[a * half + c]);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_fat_tree;
const TopologyKind kind_topology_fat_tree = {
    "fat_tree",
    "k-ary fat tree of three tiers: k^3/4 host ports, 5k^2/4 equal switches, full bisection.",
    "Al-Fares et al., SIGCOMM 2008",
    parameters_of_fat_tree,
    build_fat_tree,
};

}  // namespace eastwest
