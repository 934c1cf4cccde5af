// SPDX-License-Identifier: Apache-2.0
#include "topology/plane_groups.hpp"

#include <algorithm>

namespace eastwest {

namespace {

std::string name_in_plane(std::string_view pattern, std::uint32_t plane) {
  const std::size_t mark = pattern.find('%');
  if (mark == std::string_view::npos) return std::string(pattern);
  return std::string(pattern.substr(0, mark)) + std::to_string(plane) + std::string(pattern.substr(mark + 1));
}

}  // namespace

void append_group_parameters(std::vector<ParameterSpec>& list, std::string_view rails_per_leaf_default) {
  list.push_back({"servers_per_group",
                  ParameterType::quantity,
                  Dimension::none,
                  "0",
                  0,
                  65'536,
                  "Servers that share one set of rail leaves; 0: as many as a leaf takes, groups of even size.",
                  "scalable unit of S-SP1 (32), S-SP2 (64), S-SP3 (72)",
                  {}});
  list.push_back({"rails_per_leaf",
                  ParameterType::quantity,
                  Dimension::none,
                  rails_per_leaf_default,
                  1,
                  128,
                  "Rails that share a leaf.",
                  "S-AST2",
                  {}});
}

std::optional<PlaneGroups> size_plane_groups(const PlaneRequest& request, const Place& place, Diagnostics& diagnostics) {
  const FabricSettings& settings = *request.two_tier.settings;
  const std::uint32_t servers_per_group = request.servers_per_group;
  PlaneGroups shape;
  shape.planes = request.planes;
  shape.rails_per_leaf = std::min(request.rails_per_leaf, request.ports_each);
  shape.leaves_per_group = (request.ports_each + shape.rails_per_leaf - 1) / shape.rails_per_leaf;
  const bool one_group = servers_per_group == 0 || servers_per_group >= settings.servers;
  const bool star = one_group && shape.leaves_per_group == 1 && request.two_tier.spines == 0 && request.two_tier.uplinks_per_leaf == 0 &&
                    leaf_fits(settings, settings.servers * request.ports_each, 0);
  if (!check_rates(settings, !star, place, diagnostics)) return std::nullopt;
  if (star) {
    shape.first_server.push_back(settings.servers);
    return shape;
  }
  if (servers_per_group > 0) {
    for (std::uint32_t first = servers_per_group; first < settings.servers; first += servers_per_group) shape.first_server.push_back(first);
    shape.first_server.push_back(settings.servers);
  } else {
    const std::uint32_t most = std::max(1u, units_per_leaf(request.two_tier, shape.rails_per_leaf, settings.servers));
    const std::uint32_t groups = (settings.servers + most - 1) / most;
    for (std::uint32_t g = 1; g <= groups; ++g) shape.first_server.push_back(first_of_part(g, groups, settings.servers));
  }
  std::uint32_t largest = 0;
  for (std::uint32_t g = 0; g < shape.groups(); ++g) largest = std::max(largest, shape.first_server[g + 1] - shape.first_server[g]);
  const std::optional<TwoTierSize> size =
      size_two_tier(request.two_tier, shape.leaves(), largest * shape.rails_per_leaf, place, diagnostics);
  if (!size) return std::nullopt;
  if (std::uint64_t{shape.planes} * shape.leaves() * size->uplinks_per_leaf > kMostCables) {
    diagnostics.error(place,
                      std::to_string(shape.planes) + " planes of " + std::to_string(shape.leaves()) + " leaves with " +
                          std::to_string(size->uplinks_per_leaf) + " uplinks are more than " + std::to_string(kMostCables) + " cables",
                      "raise `oversubscription` or lower `servers`");
    return std::nullopt;
  }
  shape.size = *size;
  return shape;
}

void assemble_planes(const PlaneGroups& shape, const std::vector<PortPlace>& ports, const FabricSettings& settings, const PlaneNames& names,
                     FabricAssembly& assembly, Wiring& wiring) {
  std::vector<std::vector<std::uint32_t>> leaf_racks(shape.planes);
  std::vector<NodeId> hosts;
  for (std::uint32_t g = 0; g < shape.groups(); ++g) {
    const std::uint32_t first = shape.first_server[g];
    const std::uint32_t count = shape.first_server[g + 1] - first;
    const GroupRacks racks = place_group(settings.grid, count, shape.leaves_per_group * shape.planes, assembly.racks());
    for (std::uint32_t s = 0; s < count; ++s)
      hosts.push_back(assembly.add_host(server_name(first + s, settings.servers), racks.servers[s], settings.host));
    for (std::uint32_t i = 0; i < racks.switches.size(); ++i) leaf_racks[i / shape.leaves_per_group].push_back(racks.switches[i]);
  }
  const bool alone = shape.leaves() == 1 && shape.size.spines == 0;
  std::vector<std::vector<NodeId>> leaves(shape.planes);
  std::vector<std::vector<NodeId>> spines(shape.planes);
  for (std::uint32_t plane = 0; plane < shape.planes; ++plane)
    for (std::uint32_t l = 0; l < shape.leaves(); ++l) {
      std::string name = name_in_plane(alone ? names.only_leaf : names.leaf, plane);
      if (!alone || names.only_leaf.find('%') == std::string_view::npos) name += std::to_string(l);
      leaves[plane].push_back(assembly.add_switch(std::move(name), 1, leaf_racks[plane][l], settings.leaf));
    }
  const GroupRacks spine_racks = place_group(settings.grid, 0, shape.size.spines * shape.planes, assembly.racks());
  for (std::uint32_t plane = 0; plane < shape.planes; ++plane)
    for (std::uint32_t s = 0; s < shape.size.spines; ++s)
      spines[plane].push_back(assembly.add_switch(name_in_plane(names.spine, plane) + std::to_string(s), 2,
                                                  spine_racks.switches[plane * shape.size.spines + s], settings.spine));

  for (std::uint32_t g = 0; g < shape.groups(); ++g)
    for (std::uint32_t s = shape.first_server[g]; s < shape.first_server[g + 1]; ++s)
      for (const PortPlace& port : ports)
        wiring.host_cable(hosts[s], leaves[port.plane][g * shape.leaves_per_group + port.rail / shape.rails_per_leaf]);
  for (std::uint32_t plane = 0; plane < shape.planes; ++plane)
    for (const NodeId leaf : leaves[plane])
      for (const NodeId spine : spines[plane])
        for (std::uint32_t cable = 0; cable < shape.size.uplinks_per_leaf / shape.size.spines; ++cable) wiring.fabric_cable(leaf, spine);
}

}  // namespace eastwest
