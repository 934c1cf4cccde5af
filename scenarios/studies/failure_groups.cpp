// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/failure_groups.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "scenarios/parameter_reader.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

namespace {

/// What can be a member, and the cables that it takes down.
struct Member {
  std::string name;
  std::vector<std::uint32_t> cables;
};

std::vector<Member> members_of(const Fabric& fabric, const Plant& plant) {
  std::vector<Member> out;
  for (const Node& node : fabric.nodes) out.push_back({node.name, {}});
  for (const PlantRack& rack : plant.racks) out.push_back({"rack " + rack.name, {}});
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    for (const PortId port : {fabric.cables[c].a, fabric.cables[c].b}) {
      const std::uint32_t node = fabric.ports[port.index()].node.value;
      out[node].cables.push_back(c);
      out[fabric.nodes.size() + fabric.nodes[node].rack].cables.push_back(c);
    }
    out.push_back({fabric.cables[c].name, {c}});
  }
  return out;
}

void add_member(const std::string& text, const std::vector<Member>& members, const Place& place, std::set<std::uint32_t>& cables,
                Diagnostics& diagnostics) {
  bool found = false;
  for (const Member& member : members) {
    if (!matches_pattern(text, member.name)) continue;
    found = true;
    cables.insert(member.cables.begin(), member.cables.end());
  }
  if (found) return;
  std::vector<std::string> names;
  for (const Member& member : members) names.push_back(member.name);
  const std::string near = suggest(text, names);
  diagnostics.error(
      place, "`" + text + "` is no device, rack or cable of this site",
      near.empty() ? "name a device (`" + names.front() + "`), a rack (`rack A01`) or a cable; `*` stands for any text" : near);
}

}  // namespace

std::vector<FailureSet> declared_groups(const YamlValue& groups, const Fabric& fabric, const Plant& plant, Diagnostics& diagnostics) {
  std::vector<FailureSet> sets;
  if (groups.is_null()) return sets;
  if (!groups.is_map()) {
    diagnostics.error(groups.place, "`groups` must be a map from names to lists of devices, racks and cables, not " + describe(groups),
                      "write `feed A: [rack A01, leaf-0]` lines below it");
    return sets;
  }
  const std::vector<Member> members = members_of(fabric, plant);
  for (const YamlEntry& entry : groups.entries) {
    if (!entry.value.is_list() || entry.value.items.empty()) {
      diagnostics.error(entry.value.place,
                        "the group `" + entry.key + "` needs a list of what fails together, not " + describe(entry.value),
                        "write `" + entry.key + ": [rack A01, leaf-0]`");
      continue;
    }
    const std::size_t errors = diagnostics.error_count();
    std::set<std::uint32_t> cables;
    for (const YamlValue& item : entry.value.items) {
      if (item.is_scalar()) add_member(item.text, members, item.place, cables, diagnostics);
      else
        diagnostics.error(item.place, "a member of a group is a name, not " + describe(item), "write the name of a device, rack or cable");
    }
    if (diagnostics.error_count() != errors) continue;
    if (cables.empty()) {
      diagnostics.error(entry.value.place, "nothing in the group `" + entry.key + "` has a link that could go down", "name other members");
      continue;
    }
    FailureSet set{"group " + entry.key, {}};
    for (const std::uint32_t cable : cables) set.cables.push_back(CableId{cable});
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace eastwest
