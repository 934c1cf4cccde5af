// SPDX-License-Identifier: Apache-2.0
// Plane groups: fabrics of equal planes side by side, each a two-tier Clos whose leaves serve groups of servers by rail.
//
// Every server has `ports_each` ports in every plane, its rails there. Servers form groups as large as a leaf allows; with
// `rails_per_leaf` r, rails r l to r l + r - 1 of a group share leaf l. The leaves of one plane are joined by spines of that plane;
// one leaf alone needs none. Planes never meet. Rail-optimised fabrics are one plane, rail-only fabrics one plane per rail.
// Source: DGX SuperPOD reference designs (S-SP1, S-SP2, S-SP3) for the sizing; the kinds name theirs.
#pragma once

#include "topology/assembly.hpp"
#include "topology/two_tier.hpp"

namespace eastwest {

struct PlaneGroups {
  std::uint32_t planes = 1;
  std::uint32_t rails_per_leaf = 1;
  std::uint32_t leaves_per_group = 1;          // of one plane
  std::vector<std::uint32_t> first_server{0};  // of each group, and one past the last
  TwoTierSize size;                            // of one plane; no spines for a plane of one leaf
  [[nodiscard]] std::uint32_t groups() const { return static_cast<std::uint32_t>(first_server.size()) - 1; }
  [[nodiscard]] std::uint32_t leaves() const { return groups() * leaves_per_group; }  // of one plane
};

/// `servers_per_group` and the `rails_per_leaf` of kinds whose leaves serve rails.
void append_group_parameters(std::vector<ParameterSpec>& list, std::string_view rails_per_leaf_default);

struct PlaneRequest {
  TwoTierRequest two_tier;
  std::uint32_t planes = 1;
  std::uint32_t ports_each = 1;         // of a server, in one plane
  std::uint32_t servers_per_group = 0;  // 0: as many as a leaf takes
  std::uint32_t rails_per_leaf = 1;
};
/// Sizes one plane; reports what does not fit and returns nothing then.
std::optional<PlaneGroups> size_plane_groups(const PlaneRequest& request, const Place& place, Diagnostics& diagnostics);

/// How planes and their switches are called; "%" stands for the plane.
struct PlaneNames {
  std::string_view leaf = "leaf-";
  std::string_view spine = "spine-";
  std::string_view only_leaf = "leaf-";  // when a plane is one leaf; without a number of its own when it has a "%"
};

/// Racks, servers, switches and cables. Port i of a server goes to rail `rail_of(i)` of plane `plane_of(i)`.
struct PortPlace {
  std::uint32_t plane = 0;
  std::uint32_t rail = 0;
};
void assemble_planes(const PlaneGroups& shape, const std::vector<PortPlace>& ports, const FabricSettings& settings, const PlaneNames& names,
                     FabricAssembly& assembly, Wiring& wiring);

}  // namespace eastwest
