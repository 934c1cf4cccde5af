// SPDX-License-Identifier: Apache-2.0
// Rail-optimised: NIC j of every server of a group goes to leaf j of that group, so equal ranks meet after one switch.
//
// Servers form groups as large as a leaf allows; with `rails_per_leaf` r, NICs r l to r l + r - 1 share leaf l. All leaves are
// joined by spines, so that traffic between rails has a path. One leaf alone needs no spine.
// Source: DGX SuperPOD reference designs (S-SP1, S-SP2, S-SP3); rails as in S-AST2.
#include "topology/assembly.hpp"
#include "topology/topology_kind.hpp"
#include "topology/two_tier.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_rail_optimised() {
  std::vector<ParameterSpec> list;
  append_server_parameters(list, "8", "dgx-h100", "Servers, cabled alike: NIC j to the leaf of rail j.");
  list.push_back({"servers_per_group",
                  ParameterType::quantity,
                  Dimension::none,
                  "0",
                  0,
                  65'536,
                  "Servers that share one set of rail leaves; 0: as many as a leaf takes, groups of even size.",
                  "scalable unit of S-SP1 (32), S-SP2 (64), S-SP3 (72)",
                  {}});
  list.push_back({"rails_per_leaf", ParameterType::quantity, Dimension::none, "1", 1, 128, "Rails that share a leaf.", "S-AST2", {}});
  append_two_tier_parameters(list);
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

struct Shape {
  std::uint32_t rails_per_leaf = 1;
  std::uint32_t leaves_per_group = 1;
  std::vector<std::uint32_t> first_server{0};  // of each group, and one past the last
  TwoTierSize size;
  [[nodiscard]] std::uint32_t groups() const { return static_cast<std::uint32_t>(first_server.size()) - 1; }
  [[nodiscard]] std::uint32_t leaves() const { return groups() * leaves_per_group; }
};

std::optional<Shape> shape_of(const TwoTierRequest& request, std::uint32_t servers_per_group, std::uint32_t rails_per_leaf,
                              const Place& place, Diagnostics& diagnostics) {
  const FabricSettings& settings = *request.settings;
  Shape shape;
  shape.rails_per_leaf = std::min(rails_per_leaf, settings.host.nics);
  shape.leaves_per_group = (settings.host.nics + shape.rails_per_leaf - 1) / shape.rails_per_leaf;
  const bool one_group = servers_per_group == 0 || servers_per_group >= settings.servers;
  const bool star = one_group && shape.leaves_per_group == 1 && request.spines == 0 && request.uplinks_per_leaf == 0 &&
                    leaf_fits(settings, settings.servers * settings.host.nics, 0);
  if (!check_rates(settings, !star, place, diagnostics)) return std::nullopt;
  if (star) {
    shape.first_server.push_back(settings.servers);
    return shape;
  }
  if (servers_per_group > 0) {
    for (std::uint32_t first = servers_per_group; first < settings.servers; first += servers_per_group) shape.first_server.push_back(first);
    shape.first_server.push_back(settings.servers);
  } else {
    const std::uint32_t most = std::max(1u, units_per_leaf(request, shape.rails_per_leaf, settings.servers));
    const std::uint32_t groups = (settings.servers + most - 1) / most;
    for (std::uint32_t g = 1; g <= groups; ++g) shape.first_server.push_back(first_of_part(g, groups, settings.servers));
  }
  std::uint32_t largest = 0;
  for (std::uint32_t g = 0; g < shape.groups(); ++g) largest = std::max(largest, shape.first_server[g + 1] - shape.first_server[g]);
  const std::optional<TwoTierSize> size = size_two_tier(request, shape.leaves(), largest * shape.rails_per_leaf, place, diagnostics);
  if (!size) return std::nullopt;
  shape.size = *size;
  return shape;
}

Fabric build_rail_optimised(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                            Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const std::optional<Shape> shape =
      shape_of(two_tier_request(parameters, settings), static_cast<std::uint32_t>(parameters.integer("servers_per_group")),
               static_cast<std::uint32_t>(parameters.integer("rails_per_leaf")), place, diagnostics);
  if (!shape || diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("rail_optimised");
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<std::uint32_t> leaf_racks;
  std::vector<NodeId> hosts;
  for (std::uint32_t g = 0; g < shape->groups(); ++g) {
    const std::uint32_t first = shape->first_server[g];
    const std::uint32_t count = shape->first_server[g + 1] - first;
    const GroupRacks racks = place_group(settings.grid, count, shape->leaves_per_group, assembly.racks());
    for (std::uint32_t s = 0; s < count; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    leaf_racks.insert(leaf_racks.end(), racks.switches.begin(), racks.switches.end());
  }
  std::vector<NodeId> leaves;
  for (std::uint32_t l = 0; l < shape->leaves(); ++l)
    leaves.push_back(assembly.add_switch(numbered("leaf-", l), 1, leaf_racks[l], settings.leaf));
  const GroupRacks spine_racks = place_group(settings.grid, 0, shape->size.spines, assembly.racks());
  std::vector<NodeId> spines;
  for (std::uint32_t s = 0; s < shape->size.spines; ++s)
    spines.push_back(assembly.add_switch(numbered("spine-", s), 2, spine_racks.switches[s], settings.spine));

  for (std::uint32_t g = 0; g < shape->groups(); ++g)
    for (std::uint32_t s = shape->first_server[g]; s < shape->first_server[g + 1]; ++s)
      for (std::uint32_t nic = 0; nic < settings.host.nics; ++nic)
        wiring.host_cable(hosts[s], leaves[g * shape->leaves_per_group + nic / shape->rails_per_leaf]);
  const std::uint32_t cables = shape->size.spines == 0 ? 0 : shape->size.uplinks_per_leaf / shape->size.spines;
  for (const NodeId leaf : leaves)
    for (const NodeId spine : spines)
      for (std::uint32_t cable = 0; cable < cables; ++cable) wiring.fabric_cable(leaf, spine);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_rail_optimised;
const TopologyKind kind_topology_rail_optimised = {
    "rail_optimised",
    "NIC j of every server on leaf j of its group; all leaves joined by spines.",
    "DGX SuperPOD reference designs (S-SP1, S-SP2, S-SP3)",
    parameters_of_rail_optimised,
    build_rail_optimised,
};

}  // namespace eastwest
