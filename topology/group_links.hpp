// SPDX-License-Identifier: Apache-2.0
// Group links: which groups the global ports of a group are cabled to, for dragonflies of g groups with n global ports each.
//
// Ports 0 to n - 1 of a group are dealt in rounds of g - 1, one port to every other group a round; what is left of the last
// round goes to the nearest groups on both sides alike, so that both ends of every cable agree. A port that then has no
// partner stays empty: at most one of a group.
//   relative: in a round, port k of group i leads to group i + k + 1 (mod g).
//   absolute: port k leads to group k, or k + 1 from group i = k on.
//   circulant: ports lead alternately to the next group up and down: i + 1, i - 1, i + 2, i - 2, ...
// Source: the three arrangements of Hastings et al., "Comparing global link arrangements for dragonfly networks", IEEE
// CLUSTER 2015, section II; one round is the maximal dragonfly of Kim et al., ISCA 2008, where n = a h = g - 1.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/settings.hpp"

namespace eastwest {

enum class GroupArrangement : std::uint8_t { relative, absolute, circulant };

struct GroupLink {
  std::uint32_t group_a = 0;
  std::uint32_t port_a = 0;  // global port of that group, 0 to ports - 1
  std::uint32_t group_b = 0;
  std::uint32_t port_b = 0;
};

/// All cables between `groups` groups of `ports` global ports, by group and port of the lower end.
std::vector<GroupLink> group_links(GroupArrangement arrangement, std::uint32_t groups, std::uint32_t ports);

/// `groups`, `global_arrangement` and `global_rate`, which both dragonflies share.
void append_group_link_parameters(std::vector<ParameterSpec>& list);

struct GroupPlan {
  GroupArrangement arrangement = GroupArrangement::relative;
  std::uint32_t groups = 0;
  BitRate global_rate;
};
/// The groups there are to be: as many as asked for, or as ports allow. Reports numbers that cannot be.
GroupPlan group_plan(const ParameterSet& parameters, const FabricSettings& settings, std::uint32_t ports_of_group, const Place& place,
                     Diagnostics& diagnostics);

/// Reports a switch without room for so many ports at these rates. `role` names it: "a router", "a leaf".
void check_ports(const SwitchSettings& unit, std::string_view role, std::initializer_list<std::pair<std::uint32_t, BitRate>> wanted,
                 const Place& place, Diagnostics& diagnostics);

/// Servers that `capacity` NIC ports are there for: as many as asked for, or as fit; reports when they do not.
std::uint32_t servers_that_fit(const FabricSettings& settings, std::uint64_t capacity, std::string_view remedy, const Place& place,
                               Diagnostics& diagnostics);

}  // namespace eastwest
