// SPDX-License-Identifier: Apache-2.0
#include "topology/group_links.hpp"

#include <algorithm>

namespace eastwest {

namespace {

/// How far up (mod g) the group of each port is, for arrangements that look alike from every group.
std::vector<std::uint32_t> offsets(GroupArrangement arrangement, std::uint32_t groups, std::uint32_t ports) {
  std::vector<std::uint32_t> nearest;  // 1, g - 1, 2, g - 2, ...
  for (std::uint32_t step = 1; 2 * step <= groups; ++step) {
    nearest.push_back(step);
    if (2 * step != groups) nearest.push_back(groups - step);
  }
  std::vector<std::uint32_t> list;
  for (std::uint32_t first = 0; first < ports; first += groups - 1) {
    const std::uint32_t count = std::min(ports - first, groups - 1);
    std::vector<std::uint32_t> round(nearest.begin(), nearest.begin() + count);
    // A lone end of a pair has no partner; the group opposite is its own partner.
    if (count < groups - 1 && count % 2 == 1) {
      round.pop_back();
      if (groups % 2 == 0) round.push_back(groups / 2);
    }
    if (arrangement != GroupArrangement::circulant) std::sort(round.begin(), round.end());
    list.insert(list.end(), round.begin(), round.end());
  }
  return list;
}

}  // namespace

std::vector<GroupLink> group_links(GroupArrangement arrangement, std::uint32_t groups, std::uint32_t ports) {
  std::vector<GroupLink> links;
  if (groups < 2) return links;
  const std::vector<std::uint32_t> up = offsets(arrangement, groups, ports);
  for (std::uint32_t group = 0; group < groups; ++group) {
    std::uint32_t round = 0;
    for (std::uint32_t port = 0; port < up.size(); ++port) {
      if (port != 0 && port % (groups - 1) == 0) round = port;
      const std::uint32_t other = (group + up[port]) % groups;
      if (other < group) continue;
      // The partner is the port of the same round that leads back.
      const std::uint32_t end = std::min<std::uint32_t>(round + groups - 1, static_cast<std::uint32_t>(up.size()));
      const auto back = std::find(up.begin() + round, up.begin() + end, groups - up[port]);
      EASTWEST_CHECK(back != up.begin() + end, "a global port leads to a group that has none back");
      links.push_back({group, port, other, static_cast<std::uint32_t>(back - up.begin())});
    }
  }
  if (arrangement != GroupArrangement::absolute) return links;
  // Within its round, a port goes by the number of the group it leads to: count those below it.
  const auto renumber = [&](std::uint32_t group, std::uint32_t port) {
    const std::uint32_t round = port / (groups - 1) * (groups - 1);
    const std::uint32_t end = std::min<std::uint32_t>(round + groups - 1, static_cast<std::uint32_t>(up.size()));
    const std::uint32_t target = (group + up[port]) % groups;
    std::uint32_t below = 0;
    for (std::uint32_t p = round; p < end; ++p) below += (group + up[p]) % groups < target ? 1 : 0;
    return round + below;
  };
  for (GroupLink& link : links) {
    link.port_a = renumber(link.group_a, link.port_a);
    link.port_b = renumber(link.group_b, link.port_b);
  }
  std::sort(links.begin(), links.end(),
            [](const GroupLink& a, const GroupLink& b) { return a.group_a != b.group_a ? a.group_a < b.group_a : a.port_a < b.port_a; });
  return links;
}

void append_group_link_parameters(std::vector<ParameterSpec>& list) {
  list.push_back({"groups",
                  ParameterType::quantity,
                  Dimension::none,
                  "0",
                  0,
                  65'536,
                  "Groups; 0: the most, one more than a group has global ports.",
                  "g = a h + 1 (ISCA 2008, section 3.1)",
                  {}});
  list.push_back({"global_arrangement", ParameterType::choice, Dimension::none, "relative", 0, 0,
                  "Which group a global port leads to: the k-th next one, the k-th one, or alternately up and down.",
                  "IEEE CLUSTER 2015 (Hastings et al.), section II", "relative, absolute, circulant"});
  list.push_back({"global_rate",
                  ParameterType::quantity,
                  Dimension::rate,
                  "0 b/s",
                  0,
                  1e14,
                  "Rate of links between groups; 0 b/s: that of links inside groups, `uplink_rate`.",
                  "one rate for all links (ISCA 2008)",
                  {}});
}

GroupPlan group_plan(const ParameterSet& parameters, const FabricSettings& settings, std::uint32_t ports_of_group, const Place& place,
                     Diagnostics& diagnostics) {
  GroupPlan plan;
  const std::string& arrangement = parameters.text("global_arrangement");
  if (arrangement == "absolute") plan.arrangement = GroupArrangement::absolute;
  if (arrangement == "circulant") plan.arrangement = GroupArrangement::circulant;
  plan.groups = static_cast<std::uint32_t>(parameters.integer("groups"));
  if (plan.groups == 0) plan.groups = ports_of_group + 1;
  plan.global_rate = parameters.integer("global_rate") > 0 ? parameters.rate("global_rate") : settings.uplink_rate;
  if (plan.groups > ports_of_group + 1)
    diagnostics.error(place,
                      std::to_string(plan.groups) + " groups cannot all be joined: a group has " + std::to_string(ports_of_group) +
                          " global ports, enough for " + std::to_string(ports_of_group + 1) + " groups",
                      "lower `groups` or raise `global_links`");
  return plan;
}

void check_ports(const SwitchSettings& unit, std::string_view role, std::initializer_list<std::pair<std::uint32_t, BitRate>> wanted,
                 const Place& place, Diagnostics& diagnostics) {
  double share = 0;
  std::string list;
  for (const auto& [count, rate] : wanted) {
    if (count == 0) continue;
    const std::uint32_t ports = unit.ports_at(rate);
    if (ports == 0) {
      diagnostics.error(place, "switch `" + unit.model + "` has no ports of " + to_string(rate),
                        "choose a faster switch or lower the rate");
      return;
    }
    share += static_cast<double>(count) / ports;
    list += (list.empty() ? "" : " and ") + std::to_string(count) + " of " + to_string(rate);
  }
  if (share > 1 + 1e-9)
    diagnostics.error(place, std::string(role) + " needs ports: " + list + "; they do not fit into `" + unit.model + "`",
                      "use fewer or slower links, or a larger `switch`");
}

std::uint32_t servers_that_fit(const FabricSettings& settings, std::uint64_t capacity, std::string_view remedy, const Place& place,
                               Diagnostics& diagnostics) {
  const std::uint64_t most = capacity / settings.host.nics;
  if (settings.servers == 0 && most > 0 && most * settings.host.nics <= kMostEndpoints) return static_cast<std::uint32_t>(most);
  if (most * settings.host.nics > kMostEndpoints && settings.servers == 0)
    diagnostics.error(place,
                      std::to_string(most) + " servers of " + std::to_string(settings.host.nics) + " NICs are more than " +
                          std::to_string(kMostEndpoints) + " endpoints",
                      "give `servers`, or " + std::string(remedy));
  else if (settings.servers == 0 || settings.servers > most)
    diagnostics.error(place,
                      "there are " + std::to_string(capacity) + " host ports; " + std::to_string(std::max(settings.servers, 1u)) +
                          " servers of " + std::to_string(settings.host.nics) + " NICs need " +
                          std::to_string(std::uint64_t{std::max(settings.servers, 1u)} * settings.host.nics),
                      "lower `servers`, or " + std::string(remedy));
  return settings.servers;
}

}  // namespace eastwest
