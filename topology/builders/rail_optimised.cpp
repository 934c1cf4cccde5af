// SPDX-License-Identifier: Apache-2.0
// Rail-optimised: NIC j of every server of a group goes to leaf j of that group, so equal ranks meet after one switch.
//
// Servers form groups as large as a leaf allows; with `rails_per_leaf` r, NICs r l to r l + r - 1 share leaf l. All leaves are
// joined by spines, so that traffic between rails has a path. One leaf alone needs no spine.
// Source: DGX SuperPOD reference designs (S-SP1, S-SP2, S-SP3); rails as in S-AST2.
#include "topology/plane_groups.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_rail_optimised() {
  std::vector<ParameterSpec> list;
  append_server_parameters(list, "8", "dgx-h100", "Servers, cabled alike: NIC j to the leaf of rail j.");
  append_group_parameters(list, "1");
  append_two_tier_parameters(list);
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_rail_optimised(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                            Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const std::optional<PlaneGroups> shape = size_plane_groups(
      {two_tier_request(parameters, settings), 1, settings.host.nics, static_cast<std::uint32_t>(parameters.integer("servers_per_group")),
       static_cast<std::uint32_t>(parameters.integer("rails_per_leaf"))},
      place, diagnostics);
  if (!shape || diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("rail_optimised", Structure::tiers);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<PortPlace> ports;
  for (std::uint32_t nic = 0; nic < settings.host.nics; ++nic) ports.push_back({0, nic});
  assemble_planes(*shape, ports, settings, {}, assembly, wiring);
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
