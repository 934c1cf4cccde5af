// SPDX-License-Identifier: Apache-2.0
// Torus: a k_1 x ... x k_n grid of switches, each joined to both neighbours along every dimension, around the edge too.
//
// An extent of 2 has one cable between its two switches, an extent of 1 none. Every switch has p host ports; NIC ports fill
// them in order, the first dimension counting fastest. With p = 1 it is the k-ary n-cube.
// Source: Dally, Towles, "Principles and practices of interconnection networks" (2004), chapter 5; Jouppi et al., "TPU v4: an
// optically reconfigurable supercomputer", ISCA 2023 (16 x 16 x 16). Rows of the first dimension stand together.
// LIMITATIONS: at most five dimensions; cables around the edge run the whole way, no folding of rows.
#include "topology/assembly.hpp"
#include "topology/group_links.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kMostSwitches = 1u << 18;

std::vector<ParameterSpec> parameters_of_torus() {
  std::vector<ParameterSpec> list;
  list.push_back({"extents",
                  ParameterType::integer_list,
                  Dimension::none,
                  "[4, 4, 4]",
                  1,
                  1'024,
                  "Switches along each dimension, one to five of them.",
                  "4 x 4 x 4, the building block of TPU v4 (ISCA 2023)",
                  {}});
  list.push_back({"hosts_per_switch",
                  ParameterType::quantity,
                  Dimension::none,
                  "1",
                  1,
                  1'024,
                  "NIC ports of a switch (p).",
                  "k-ary n-cube: one node per switch",
                  {}});
  append_server_parameters(list, "0", "plain", "Servers; 0: as many as the switches' host ports take.");
  append_switch_parameters(list);
  append_cable_parameters(list);
  append_grid_parameters(list);
  return list;
}

/// "3-0-2", as many numbers as dimensions.
std::string place_name(const std::vector<std::uint16_t>& extents, std::uint32_t index) {
  std::string name;
  for (const std::uint16_t extent : extents) {
    name += (name.empty() ? "" : "-") + std::to_string(index % extent);
    index /= extent;
  }
  return name;
}

Fabric build_torus(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                   Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  FabricSettings settings = fabric_settings(parameters, catalogue, place, diagnostics);
  std::vector<std::uint16_t> extents;
  std::uint64_t count = 1;
  std::uint32_t fabric_ports = 0;
  for (const std::int64_t extent : parameters.list("extents")) {
    extents.push_back(static_cast<std::uint16_t>(extent));
    count = std::min<std::uint64_t>(count * static_cast<std::uint64_t>(extent), 2 * std::uint64_t{kMostSwitches});
    fabric_ports += extent == 1 ? 0 : extent == 2 ? 1 : 2;
  }
  if (extents.empty() || extents.size() > kTorusDimensionsMost)
    diagnostics.error(place, "`extents` has " + std::to_string(extents.size()) + " dimensions",
                      "give one to " + std::to_string(kTorusDimensionsMost) + ", such as `[4, 4, 4]`");
  if (count > kMostSwitches)
    diagnostics.error(place, "the torus has more than " + std::to_string(kMostSwitches) + " switches", "lower `extents`");
  const auto p = static_cast<std::uint32_t>(parameters.integer("hosts_per_switch"));
  const std::uint32_t nics = settings.host.nics;
  check_ports(settings.leaf, "a switch", {{p, settings.host.nic_rate}, {fabric_ports, settings.uplink_rate}}, place, diagnostics);
  if (diagnostics.error_count() == errors)
    settings.servers = servers_that_fit(settings, count * p, "raise `extents` or `hosts_per_switch`", place, diagnostics);
  if (diagnostics.error_count() != errors) return {};

  FabricAssembly assembly("torus", Structure::torus);
  Wiring wiring(assembly, settings, catalogue, place, diagnostics);
  assembly.extents() = extents;
  const std::uint32_t row = extents.front();
  std::vector<NodeId> hosts;
  std::vector<std::uint32_t> switch_racks;
  for (std::uint32_t r = 0; r < count / row; ++r) {
    const auto first = static_cast<std::uint32_t>(hosts.size());
    std::uint32_t servers = 0;  // whose first NIC is in this row
    while (first + servers < settings.servers && std::uint64_t{first + servers} * nics / (row * p) == r) ++servers;
    const GroupRacks racks = place_group(settings.grid, servers, row, assembly.racks());
    for (std::uint32_t s = 0; s < servers; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    switch_racks.insert(switch_racks.end(), racks.switches.begin(), racks.switches.end());
  }
  std::vector<NodeId> switches;
  for (std::uint32_t i = 0; i < count; ++i) {
    switches.push_back(assembly.add_switch("switch-" + place_name(extents, i), 1, switch_racks[i], settings.leaf));
    std::uint32_t rest = i;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      assembly.unit(switches.back()).coordinate[d] = static_cast<std::uint16_t>(rest % extents[d]);
      rest /= extents[d];
    }
  }
  for (std::uint32_t s = 0; s < settings.servers; ++s)
    for (std::uint32_t nic = 0; nic < nics; ++nic) wiring.host_cable(hosts[s], switches[(s * nics + nic) / p]);
  std::uint32_t stride = 1;
  for (const std::uint16_t extent : extents) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t here = i / stride % extent;
      if (here + 1u < extent) wiring.fabric_cable(switches[i], switches[i + stride]);
      else if (extent > 2) wiring.fabric_cable(switches[i], switches[i - here * stride]);
    }
    stride *= extent;
  }
  if (diagnostics.error_count() != errors) return {};
  return std::move(assembly).finish();
}

}  // namespace

extern const TopologyKind kind_topology_torus;
const TopologyKind kind_topology_torus = {
    "torus",
    "A grid of one to five dimensions, every switch joined to both neighbours along each, around the edge too.",
    "Dally and Towles 2004, chapter 5; Jouppi et al., ISCA 2023",
    parameters_of_torus,
    build_torus,
};

}  // namespace eastwest
