// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/failure_sets.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "core/random.hpp"
#include "scenarios/parameter_reader.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/plant_builder.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 8> kWords = {"cables",   "host_cables", "fabric_cables", "optics",
                                                    "switches", "trunks",      "trays",         "racks"};
constexpr std::uint64_t kPairStream = 0x7061'6972;  // "pair"

const Node& node_at(const Fabric& fabric, PortId port) { return fabric.nodes[fabric.ports[port.index()].node.index()]; }

bool joins_host(const Fabric& fabric, const Cable& cable) {
  return node_at(fabric, cable.a).kind == NodeKind::host || node_at(fabric, cable.b).kind == NodeKind::host;
}

void add_cables(const Fabric& fabric, bool host, bool between, std::vector<FailureSet>& sets) {
  for (std::uint32_t i = 0; i < fabric.cables.size(); ++i) {
    const Cable& cable = fabric.cables[i];
    if (joins_host(fabric, cable) ? !host : !between) continue;
    sets.push_back(
        {"cable " + cable.name + " (" + node_at(fabric, cable.a).name + " - " + node_at(fabric, cable.b).name + ")", {CableId{i}}});
  }
}

void add_switches(const Fabric& fabric, std::vector<FailureSet>& sets) {
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    if (fabric.nodes[n].kind != NodeKind::network_switch) continue;
    FailureSet set{"switch " + fabric.nodes[n].name, {}};
    for (std::uint32_t i = 0; i < fabric.cables.size(); ++i)
      if (fabric.ports[fabric.cables[i].a.index()].node.index() == n || fabric.ports[fabric.cables[i].b.index()].node.index() == n)
        set.cables.push_back(CableId{i});
    if (!set.cables.empty()) sets.push_back(std::move(set));
  }
}

/// Sets that several links share, by what they share, in its order; a set of one link is a cable and not told again.
void add_shared(const std::vector<std::set<std::uint32_t>>& shared, const std::vector<std::string>& names, std::vector<FailureSet>& sets) {
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i].size() < 2) continue;
    FailureSet set{names[i], {}};
    for (const std::uint32_t cable : shared[i]) set.cables.push_back(CableId{cable});
    sets.push_back(std::move(set));
  }
}

/// Ports of a node that share a cage, by the catalogue; 1 where it knows nothing.
std::uint32_t ports_per_cage(const Fabric& fabric, const Node& node, const Catalogue& catalogue) {
  if (node.kind == NodeKind::host) {
    // "4xOSFP twin": how many cages there are for all NICs.
    const ServerModel* model = catalogue.find_server(fabric.hosts[node.detail].model);
    std::uint32_t cages = 0;
    if (model == nullptr) return 1;
    std::from_chars(model->nic_cages.data(), model->nic_cages.data() + model->nic_cages.size(), cages);
    return cages == 0 ? 1 : std::max(1u, node.port_count / cages);
  }
  return switch_ports_per_cage(fabric, node, catalogue);
}

/// Optics that light several links: a cage with two ports holds one module.
void add_optics(const Fabric& fabric, std::vector<FailureSet>& sets) {
  const Catalogue catalogue = builtin_catalogue();
  std::vector<std::set<std::uint32_t>> links;
  std::vector<std::string> names;
  for (const Node& node : fabric.nodes) {
    const std::uint32_t per_cage = ports_per_cage(fabric, node, catalogue);
    for (std::uint32_t first = 0; per_cage > 1 && first < node.port_count; first += per_cage) {
      links.emplace_back();
      const std::uint32_t last = std::min(first + per_cage, node.port_count) - 1;
      names.push_back("optic " + node.name + ":" + std::to_string(first) + "-" + std::to_string(last));
      for (std::uint32_t p = first; p <= last; ++p) {
        const LinkId out = fabric.ports[node.first_port + p].out;
        if (!out.exists()) continue;
        const CableId cable = fabric.links[out.index()].cable;
        const OpticModel* optic = catalogue.find_optic(fabric.cables[cable.index()].medium);
        if (optic != nullptr && optic->fibres != 0 && optic->connector != "integral") links.back().insert(cable.value);
      }
    }
  }
  add_shared(links, names, sets);
}

void add_trunks(const Plant& plant, std::vector<FailureSet>& sets) {
  std::vector<std::set<std::uint32_t>> links(plant.pieces.size());
  std::vector<std::string> names;
  for (const Piece& piece : plant.pieces) names.push_back("trunk " + piece.id);
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s) links[plant.steps[plant.channels[c].first_step + s].piece].insert(c);
  add_shared(links, names, sets);
}

void add_trays(const Plant& plant, std::vector<FailureSet>& sets) {
  std::vector<std::set<std::uint32_t>> links(plant.pathways.size());
  std::vector<std::string> names;
  for (const Pathway& pathway : plant.pathways) names.push_back("tray " + pathway.name);
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s) {
      const Piece& piece = plant.pieces[plant.steps[plant.channels[c].first_step + s].piece];
      for (std::uint32_t r = 0; r < piece.route_count; ++r) {
        const std::uint32_t pathway = plant.routes[piece.first_route + r];
        if (plant.pathways[pathway].kind != PathwayKind::drop) links[pathway].insert(c);
      }
    }
  add_shared(links, names, sets);
}

void add_racks(const Fabric& fabric, const Plant& plant, std::vector<FailureSet>& sets) {
  std::vector<std::set<std::uint32_t>> links(plant.racks.size());
  std::vector<std::string> names;
  for (const PlantRack& rack : plant.racks) names.push_back("rack " + rack.name);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c)
    for (const PortId port : {fabric.cables[c].a, fabric.cables[c].b}) links[node_at(fabric, port).rack].insert(c);
  add_shared(links, names, sets);
}

void add_pairs(std::uint64_t wanted, std::uint64_t seed, std::vector<FailureSet>& sets) {
  const std::uint64_t count = sets.size();
  const std::uint64_t possible = count * (count - 1) / 2;
  std::set<std::pair<std::uint64_t, std::uint64_t>> taken;
  RandomStream random(seed, kPairStream);
  while (taken.size() < std::min(wanted, possible)) {
    const std::uint64_t a = random.below(count);
    const std::uint64_t b = random.below(count);
    if (a == b || !taken.insert({std::min(a, b), std::max(a, b)}).second) continue;
    const FailureSet& one = sets[std::min(a, b)];
    const FailureSet& other = sets[std::max(a, b)];
    std::set<std::uint32_t> cables;
    for (const FailureSet* set : {&one, &other})
      for (const CableId cable : set->cables) cables.insert(cable.value);
    FailureSet pair{"pair " + one.name + " + " + other.name, {}};
    for (const std::uint32_t cable : cables) pair.cables.push_back(CableId{cable});
    sets.push_back(std::move(pair));
  }
}

}  // namespace

std::vector<FailureSet> failure_sets(const Fabric& fabric, const Plant& plant, const ParameterSet& parameters, std::uint64_t seed,
                                     const Place& place, Diagnostics& diagnostics, std::vector<FailureSet> groups) {
  std::vector<FailureSet> sets;
  const std::string words = parameters.text("components") + ",";
  std::set<std::string> seen;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t comma = words.find(',', at);
    std::string word = words.substr(at, comma - at);
    at = comma + 1;
    word.erase(0, word.find_first_not_of(' '));
    word.erase(word.find_last_not_of(' ') + 1);
    if (word.empty() || word == "none" || !seen.insert(word).second) continue;
    if (word == "cables") add_cables(fabric, true, true, sets);
    else if (word == "host_cables") add_cables(fabric, true, false, sets);
    else if (word == "fabric_cables") add_cables(fabric, false, true, sets);
    else if (word == "optics") add_optics(fabric, sets);
    else if (word == "switches") add_switches(fabric, sets);
    else if (word == "trunks") add_trunks(plant, sets);
    else if (word == "trays") add_trays(plant, sets);
    else if (word == "racks") add_racks(fabric, plant, sets);
    else diagnostics.error(place, "`" + word + "` is nothing that fails", suggest(word, {kWords.begin(), kWords.end()}));
  }
  for (FailureSet& group : groups) sets.push_back(std::move(group));
  if (sets.empty() && !diagnostics.has_errors())
    diagnostics.error(place, "nothing of this site is among `components`", "write `components: cables, switches`");
  if (sets.size() > 1) add_pairs(static_cast<std::uint64_t>(parameters.integer("pairs")), seed, sets);
  return sets;
}

}  // namespace eastwest
