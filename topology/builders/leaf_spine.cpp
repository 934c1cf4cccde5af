// SPDX-License-Identifier: Apache-2.0
// Leaf-spine: a two-tier Clos in which all NICs of a server go to the same leaf, servers in order.
//
// Leaves get servers as evenly as can be; every leaf has the same uplinks, spread evenly over all spines. One leaf alone
// is a star without spines. Source: folded Clos (C. Clos 1953; Al-Fares et al., SIGCOMM 2008, section 2).
#include "topology/assembly.hpp"
#include "topology/topology_kind.hpp"
#include "topology/two_tier.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_leaf_spine() {
  std::vector<ParameterSpec> list;
  append_server_parameters(list, "8", "dgx-h100", "Servers, cabled to leaves in order.");
  list.push_back({"leaves",
                  ParameterType::quantity,
                  Dimension::none,
                  "0",
                  0,
                  4'096,
                  "Leaf switches; 0: as few as hold servers and uplinks, at least two; 1: a star without spines.",
                  "two-tier Clos",
                  {}});
  append_two_tier_parameters(list);
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

struct Shape {
  std::uint32_t leaves = 0;
  TwoTierSize size;
};

std::optional<Shape> shape_of(const TwoTierRequest& request, std::uint32_t leaves, const Place& place, Diagnostics& diagnostics) {
  const FabricSettings& settings = *request.settings;
  const std::uint32_t nics = settings.host.nics;
  const bool star = leaves == 1 && request.spines == 0 && request.uplinks_per_leaf == 0;
  if (leaves > settings.servers) {
    diagnostics.error(place, std::to_string(leaves) + " leaves are more than " + std::to_string(settings.servers) + " servers",
                      "use at most one leaf per server");
    return std::nullopt;
  }
  if (!check_rates(settings, !star, place, diagnostics)) return std::nullopt;
  if (star) {
    if (leaf_fits(settings, settings.servers * nics, 0)) return Shape{1, {}};
    diagnostics.error(place,
                      "a single leaf needs " + std::to_string(settings.servers * nics) + " ports of " + to_string(settings.host.nic_rate) +
                          "; `" + settings.leaf.model + "` has " + std::to_string(settings.leaf.ports_at(settings.host.nic_rate)),
                      "use more leaves or a larger `switch`");
    return std::nullopt;
  }
  if (leaves == 0) {
    const std::uint32_t most = units_per_leaf(request, nics, settings.servers);
    leaves = most == 0 ? settings.servers : std::max(std::min(2u, settings.servers), (settings.servers + most - 1) / most);
  }
  const std::uint32_t down = (settings.servers + leaves - 1) / leaves * nics;
  const std::optional<TwoTierSize> size = size_two_tier(request, leaves, down, place, diagnostics);
  if (!size) return std::nullopt;
  return Shape{leaves, *size};
}

Fabric build_leaf_spine(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                        Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const std::optional<Shape> shape =
      shape_of(two_tier_request(parameters, settings), static_cast<std::uint32_t>(parameters.integer("leaves")), place, diagnostics);
  if (!shape || diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("leaf_spine", Structure::tiers);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<std::uint32_t> leaf_racks;
  std::vector<NodeId> hosts;
  for (std::uint32_t l = 0; l < shape->leaves; ++l) {
    const std::uint32_t first = first_of_part(l, shape->leaves, settings.servers);
    const std::uint32_t count = first_of_part(l + 1, shape->leaves, settings.servers) - first;
    const GroupRacks racks = place_group(settings.grid, count, 1, assembly.racks());
    for (std::uint32_t s = 0; s < count; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    leaf_racks.push_back(racks.switches.front());
  }
  std::vector<NodeId> leaves;
  for (std::uint32_t l = 0; l < shape->leaves; ++l)
    leaves.push_back(assembly.add_switch(numbered("leaf-", l), 1, leaf_racks[l], settings.leaf));
  const GroupRacks spine_racks = place_group(settings.grid, 0, shape->size.spines, assembly.racks());
  std::vector<NodeId> spines;
  for (std::uint32_t s = 0; s < shape->size.spines; ++s)
    spines.push_back(assembly.add_switch(numbered("spine-", s), 2, spine_racks.switches[s], settings.spine));

  for (std::uint32_t l = 0; l < shape->leaves; ++l)
    for (std::uint32_t s = first_of_part(l, shape->leaves, settings.servers); s < first_of_part(l + 1, shape->leaves, settings.servers);
         ++s)
      for (std::uint32_t nic = 0; nic < settings.host.nics; ++nic) wiring.host_cable(hosts[s], leaves[l]);
  const std::uint32_t cables = shape->size.spines == 0 ? 0 : shape->size.uplinks_per_leaf / shape->size.spines;
  for (const NodeId leaf : leaves)
    for (const NodeId spine : spines)
      for (std::uint32_t cable = 0; cable < cables; ++cable) wiring.fabric_cable(leaf, spine);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_leaf_spine;
const TopologyKind kind_topology_leaf_spine = {
    "leaf_spine",
    "Two-tier Clos: all NICs of a server on one leaf, every leaf to every spine.",
    "C. Clos 1953; Al-Fares et al., SIGCOMM 2008",
    parameters_of_leaf_spine,
    build_leaf_spine,
};

}  // namespace eastwest
