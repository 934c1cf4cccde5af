// SPDX-License-Identifier: Apache-2.0
// Rail-only: every rail is a fabric of its own; what must change rails does so inside a server, over its scale-up network.
//
// NIC j of every server goes to rail j; `rails_per_leaf` r puts rails r b to r b + r - 1 together into bundle b. A bundle is
// one switch when that holds all servers, else a two-tier Clos. No cable joins two bundles, so that NICs of different
// bundles cannot reach each other: a workload that sends between them is refused before it runs.
// Source: W. Wang et al., "Rail-only: a low-cost high-performance network for training LLMs with trillion parameters",
// arXiv 2307.12169 (2023), section III; eight rails of a two-tier Clos each: Zhao et al., ISCA 2025 (DeepSeek-V3), table 3.
// LIMITATIONS: servers do not relay between their NICs (NCCL's PXN).
#include "topology/plane_groups.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_rail_only() {
  std::vector<ParameterSpec> list;
  append_server_parameters(list, "8", "dgx-h100", "Servers, cabled alike: NIC j to rail j.");
  append_group_parameters(list, "1");
  append_two_tier_parameters(list);
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_rail_only(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                       Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const std::uint32_t rails = settings.host.nics;
  const std::uint32_t bundle = std::min(static_cast<std::uint32_t>(parameters.integer("rails_per_leaf")), rails);
  const std::optional<PlaneGroups> shape = size_plane_groups({two_tier_request(parameters, settings), (rails + bundle - 1) / bundle, bundle,
                                                              static_cast<std::uint32_t>(parameters.integer("servers_per_group")), bundle},
                                                             place, diagnostics);
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("rail_only", Structure::tiers);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<PortPlace> ports;
  for (std::uint32_t nic = 0; nic < rails; ++nic) ports.push_back({nic / bundle, nic % bundle});
  assemble_planes(*shape, ports, settings, {"rail-%-leaf-", "rail-%-spine-", "rail-%"}, assembly, wiring);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_rail_only;
const TopologyKind kind_topology_rail_only = {
    "rail_only",
    "A fabric of its own for every rail and nothing between rails; traffic changes rails inside servers.",
    "Wang et al., arXiv 2307.12169 (2023)",
    parameters_of_rail_only,
    build_rail_only,
};

}  // namespace eastwest
