// SPDX-License-Identifier: Apache-2.0
// Multi-plane: every NIC has one port in each of n planes, and each plane is a two-tier Clos that never meets the others.
//
// NIC j's port p goes to a leaf of plane p: all NICs of a server to the same leaf, or with `rails_per_leaf` r, NICs r l to
// r l + r - 1 to leaf l of the server's group. A NIC divides its rate over its ports; a packet stays in the plane it entered.
// Narrow ports make switches of many, so that two tiers reach where one plane would need three.
// Source: Qian et al., "Alibaba HPN: a data center network for LLM training", SIGCOMM 2024 (dual-plane pods); Zhao et al.,
// "Insights into DeepSeek-V3", ISCA 2025, section 5 (eight planes of two tiers); HGX B300 reference design (S-ERA3).
#include "topology/plane_groups.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_multi_plane() {
  std::vector<ParameterSpec> list;
  list.push_back({"planes",
                  ParameterType::quantity,
                  Dimension::none,
                  "2",
                  1,
                  16,
                  "Planes, and ports of every NIC; `nic_rate` 0 b/s is the NIC's rate divided by them.",
                  "dual-plane pods: SIGCOMM 2024 (HPN), S-ERA3; eight planes: ISCA 2025 (DeepSeek-V3)",
                  {}});
  append_server_parameters(list, "8", "dgx-b300-ac", "Servers, cabled alike: port p of every NIC to plane p.");
  append_group_parameters(list, "128");
  append_two_tier_parameters(list);
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

Fabric build_multi_plane(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                         Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  const auto planes = static_cast<std::uint32_t>(parameters.integer("planes"));
  settings.host.nic_ports = planes;
  if (parameters.integer("nic_rate") == 0) {
    if (settings.host.nic_rate.bits_per_second % planes != 0)
      diagnostics.error(place, std::to_string(planes) + " planes do not divide a NIC of " + to_string(settings.host.nic_rate) + " evenly",
                        "use another number of `planes`, or give `nic_rate`, the rate of one port");
    settings.host.nic_rate.bits_per_second /= planes;
    if (parameters.integer("uplink_rate") == 0) settings.uplink_rate = settings.host.nic_rate;
  }
  if (std::uint64_t{settings.servers} * settings.host.nics * planes > kMostEndpoints)
    diagnostics.error(place,
                      std::to_string(settings.servers) + " servers of " + std::to_string(settings.host.nics) + " NICs with " +
                          std::to_string(planes) + " ports are more than " + std::to_string(kMostEndpoints) + " endpoints",
                      "lower `servers`, `nics_per_server` or `planes`");
  if (diagnostics.error_count() != errors) return {};
  const std::optional<PlaneGroups> shape = size_plane_groups({two_tier_request(parameters, settings), planes, settings.host.nics,
                                                              static_cast<std::uint32_t>(parameters.integer("servers_per_group")),
                                                              static_cast<std::uint32_t>(parameters.integer("rails_per_leaf"))},
                                                             place, diagnostics);
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("multi_plane", Structure::tiers);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  std::vector<PortPlace> ports;
  for (std::uint32_t nic = 0; nic < settings.host.nics; ++nic)
    for (std::uint32_t plane = 0; plane < planes; ++plane) ports.push_back({plane, nic});
  assemble_planes(*shape, ports, settings, {"plane-%-leaf-", "plane-%-spine-", "plane-%"}, assembly, wiring);
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_multi_plane;
const TopologyKind kind_topology_multi_plane = {
    "multi_plane",
    "NICs of several ports, one in each plane; every plane a two-tier Clos of its own.",
    "Qian et al., SIGCOMM 2024 (HPN); Zhao et al., ISCA 2025 (DeepSeek-V3)",
    parameters_of_multi_plane,
    build_multi_plane,
};

}  // namespace eastwest
