// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/structure_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "topology/plant/checks/rail_check.hpp"

namespace eastwest {

namespace {

NodeId node_at(const Fabric& fabric, PortId port) { return fabric.ports[port.index()].node; }

void tell_tiers(const CheckInput& input, std::vector<Finding>& findings) {
  const Fabric& fabric = input.fabric;
  for (const Cable& cable : fabric.cables) {
    const Node& a = input.node_of(cable.a);
    const Node& b = input.node_of(cable.b);
    if (std::abs(a.tier - b.tier) == 1) continue;
    Finding finding;
    finding.level = FindingLevel::fail;
    finding.rule = "structure.tiers";
    finding.item = cable.name;
    finding.items = {cable.name};
    finding.sentence = "joins " + input.port_text(cable.a) + " and " + input.port_text(cable.b) +
                       (a.tier == b.tier ? ", two devices of one tier" : ", whose tiers are not neighbours");
    finding.limit = "a cable of `" + fabric.topology + "` joins neighbouring tiers: paths go up, then down";
    finding.remedy = "plug the end that is wrong into a switch of the tier between, or a host into a leaf";
    findings.push_back(std::move(finding));
  }
}

/// Links of a switch to each switch of a higher tier.
using Spread = std::map<std::uint32_t, std::uint32_t>;

std::vector<std::uint32_t> pattern_of(const Spread& spread) {
  std::vector<std::uint32_t> counts;
  for (const auto& [above, count] : spread) counts.push_back(count);
  std::sort(counts.begin(), counts.end());
  return counts;
}

bool is_even(const std::vector<std::uint32_t>& pattern) { return pattern.empty() || pattern.front() == pattern.back(); }

std::string pattern_text(const std::vector<std::uint32_t>& pattern) {
  if (pattern.empty()) return "none";
  if (is_even(pattern)) return std::to_string(pattern.front()) + " to each of " + std::to_string(pattern.size()) + " switches above";
  std::string text;
  for (const std::uint32_t count : pattern) text += (text.empty() ? "" : ", ") + std::to_string(count);
  return text;
}

/// "7 links to spine-1, 9 to spine-0": where `spread` is not as `usual` says; all of it where that is not one number.
std::string difference_text(const Fabric& fabric, const Spread& spread, const std::vector<std::uint32_t>& usual) {
  std::string text;
  std::uint32_t told = 0;
  for (const auto& [above, count] : spread) {
    if (!usual.empty() && is_even(usual) && count == usual.front()) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) +
            (told++ > 0   ? " to "
             : count == 1 ? " link to "
                          : " links to ") +
            fabric.nodes[above].name;
  }
  if (!text.empty()) return text;
  return "links to " + std::to_string(spread.size()) + " of the switches above";
}

void tell_uplinks(const CheckInput& input, std::vector<Finding>& findings) {
  const Fabric& fabric = input.fabric;
  std::vector<Spread> spreads(fabric.nodes.size());
  for (const Cable& cable : fabric.cables) {
    const NodeId a = node_at(fabric, cable.a);
    const NodeId b = node_at(fabric, cable.b);
    if (fabric.nodes[a.index()].kind == NodeKind::host || fabric.nodes[b.index()].kind == NodeKind::host) continue;
    const bool up = fabric.nodes[a.index()].tier < fabric.nodes[b.index()].tier;
    if (fabric.nodes[a.index()].tier != fabric.nodes[b.index()].tier) ++spreads[(up ? a : b).index()][(up ? b : a).value];
  }
  std::map<std::uint8_t, std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>>> tiers;  // tier, pattern, switches
  for (const Switch& unit : fabric.switches)
    tiers[fabric.nodes[unit.node.index()].tier][pattern_of(spreads[unit.node.index()])].push_back(unit.node.value);
  const std::uint8_t top = tiers.empty() ? std::uint8_t{0} : tiers.rbegin()->first;
  for (const auto& [tier, patterns] : tiers) {
    // The kinds of this program spread evenly; of an import most switches of a tier say what is usual.
    const bool even = fabric.topology != "htsim_topology";
    auto usual = patterns.end();
    for (auto one = patterns.begin(); one != patterns.end(); ++one)
      if ((!even || is_even(one->first)) && (usual == patterns.end() || one->second.size() > usual->second.size())) usual = one;
    for (const auto& [pattern, switches] : patterns) {
      if (usual != patterns.end() && pattern == usual->first) continue;
      if (pattern.empty() && tier < top) continue;  // `structure.unjoined`
      for (const std::uint32_t node : switches) {
        const std::vector<std::uint32_t> none;
        const std::vector<std::uint32_t>& expected = usual == patterns.end() ? none : usual->first;
        Finding finding;
        finding.level = FindingLevel::warn;
        finding.rule = "structure.uplinks";
        finding.item = fabric.nodes[node].name;
        finding.items = {finding.item};
        finding.sentence = "has " + difference_text(fabric, spreads[node], expected) +
                           (usual == patterns.end() ? ", which is no even spread" : "; others of its tier have " + pattern_text(expected));
        finding.limit = "switches of a tier spread their uplinks alike, or evenly spread traffic waits at some of them";
        finding.remedy = "move or add links until its uplinks are as those of the others; the schedule names both ends of each";
        findings.push_back(std::move(finding));
      }
    }
  }
}

/// Switches that no link reaches, and tiers that are not joined: what is left of a schedule that was cut off.
void tell_unjoined(const CheckInput& input, std::vector<Finding>& findings) {
  const Fabric& fabric = input.fabric;
  CaseGroups idle, loose;
  std::uint8_t top = 0;
  for (const Switch& unit : fabric.switches) top = std::max(top, fabric.nodes[unit.node.index()].tier);
  for (const Switch& unit : fabric.switches) {
    const Node& node = fabric.nodes[unit.node.index()];
    bool any = false, up = false;
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!out.exists()) continue;
      any = true;
      up = up || fabric.nodes[node_at(fabric, fabric.links[out.index()].target).index()].tier > node.tier;
    }
    if (!any) idle.add("", unit.node.value);
    else if (!up && node.tier < top) loose.add("", unit.node.value);
  }
  const auto name = [&](std::uint32_t n) { return fabric.nodes[n].name; };
  for (const auto& [groups, sentence] : {std::pair{&idle, "has no link at all"}, std::pair{&loose, "has no link to the switches above it"}})
    for (const CaseGroups::Group& group : groups->sorted()) {
      Finding finding = finding_of(group, FindingLevel::fail, "structure.unjoined", name);
      finding.sentence = std::string(sentence) + ": what hangs on it reaches nobody beyond";
      finding.limit = "every switch of `" + fabric.topology + "` is joined to the others";
      finding.remedy = "complete the schedule: was it cut off? `eastwest expand` of the generated site writes all of it";
      findings.push_back(std::move(finding));
    }
}

void tell_phases(const CheckInput& input, std::vector<Finding>& findings) {
  const Fabric& fabric = input.fabric;
  const Plant& plant = input.plant;
  if (plant.phases.size() < 2) return;
  CaseGroups late, partly, idle;
  std::vector<std::uint32_t> first(fabric.nodes.size(), kNone);  // phase of its first link
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    const Node& node = fabric.nodes[n];
    std::uint32_t links = 0, there = 0;
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!out.exists()) continue;
      const std::uint32_t phase = plant.channels[fabric.links[out.index()].cable.index()].phase;
      first[n] = first[n] == kNone ? phase : std::min(first[n], phase);
      ++links;
      there += phase <= plant.devices[n].phase ? 1 : 0;
    }
    if (links == 0 || there == links) continue;
    const std::string key = std::to_string(plant.devices[n].phase) + " " + std::to_string(there) + " " + std::to_string(first[n]);
    if (node.kind == NodeKind::host) (there == 0 ? late : partly).add(key, n, links - there);
    else if (there == 0) idle.add(key, n);
  }
  // A cord that is plugged before its trunk is there carries nothing till then; a trunk may well be there before its cords.
  CaseGroups early;
  std::map<std::uint32_t, std::uint32_t> waits_for;
  for (const PlantChannel& channel : plant.channels)
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      const std::uint32_t piece = plant.steps[channel.first_step + s].piece;
      if (plant.pieces[piece].kind == PieceKind::trunk || plant.pieces[piece].phase >= channel.phase) continue;
      for (std::uint32_t other = 0; other < channel.step_count; ++other) {
        const std::uint32_t late_piece = plant.steps[channel.first_step + other].piece;
        if (plant.pieces[late_piece].phase == channel.phase) waits_for[piece] = late_piece;
      }
      early.add(std::to_string(plant.pieces[piece].phase) + " " + plant.pieces[waits_for[piece]].id, piece);
    }
  const auto name = [&](std::uint32_t n) { return fabric.nodes[n].name; };
  const auto phase_text = [&](std::uint32_t p) { return "phase " + std::to_string(p + 1) + " (" + plant.phases[p].name + ")"; };
  for (const auto& [groups, level] :
       {std::pair{&late, FindingLevel::fail}, std::pair{&partly, FindingLevel::warn}, std::pair{&idle, FindingLevel::warn}})
    for (const CaseGroups::Group& group : groups->sorted()) {
      Finding finding = finding_of(group, level, "structure.phase", name);
      const std::uint32_t own = plant.devices[group.worst].phase;
      finding.sentence =
          "comes in " + phase_text(own) +
          (groups == &partly ? ", and " + std::to_string(static_cast<std::uint32_t>(group.badness)) + " of its links come later"
                             : ", and its first link in " + phase_text(first[group.worst]));
      finding.remedy = groups == &idle ? "buy it with its first link, or give its cables the phase of the device"
                                       : "give its cables the phase of the server in the schedule, or the server that of its cables";
      findings.push_back(std::move(finding));
    }
  for (const CaseGroups::Group& group : early.sorted()) {
    Finding finding = finding_of(group, FindingLevel::warn, "structure.phase", [&](std::uint32_t one) { return plant.pieces[one].id; });
    const Piece& piece = plant.pieces[group.worst];
    const Piece& other = plant.pieces[waits_for[group.worst]];
    finding.sentence = "is plugged in " + phase_text(piece.phase) + ", and " + other.id + " of the same link comes in " +
                       phase_text(other.phase) + ": it carries nothing till then";
    finding.remedy = "give all pieces of a link one phase in the schedule; a trunk may come earlier";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<Finding> check_structure(const CheckInput& input) {
  std::vector<Finding> findings = check_rails(input);
  if (input.plant.design.structure == Structure::tiers) {
    tell_tiers(input, findings);
    tell_uplinks(input, findings);
    tell_unjoined(input, findings);
  }
  tell_phases(input, findings);
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.level < b.level; });
  return findings;
}

}  // namespace eastwest
