// SPDX-License-Identifier: Apache-2.0
#include "scenarios/fault_schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "topology/plant/link_loss.hpp"

namespace eastwest {

namespace {

/// The cable that the text of a fault means, and whether what it names first is the cable's end b.
struct NamedCable {
  CableId cable;
  bool from_b = false;
};

/// The error says what is wrong with the text.
Result<NamedCable> find_cable(const Fabric& fabric, const std::string& text) {
  for (std::uint32_t i = 0; i < fabric.cables.size(); ++i) {
    const Cable& cable = fabric.cables[i];
    if (cable.name == text || fabric.port_name(cable.a) == text) return NamedCable{CableId{i}, false};
    if (fabric.port_name(cable.b) == text) return NamedCable{CableId{i}, true};
  }
  const auto node_names = [&] {
    std::vector<std::string> names;
    for (const Node& node : fabric.nodes) names.push_back(node.name);
    return names;
  };
  const std::size_t dash = text.find(" - ");
  if (dash == std::string::npos) {
    const std::size_t colon = text.rfind(':');
    for (const Node& node : fabric.nodes) {
      if (colon == std::string::npos || text.substr(0, colon) != node.name) continue;
      return Error{"`" + node.name + "` has no cable at port `" + text.substr(colon + 1) + "`",
                   node.port_count == 0 ? "" : "its ports are 0 to " + std::to_string(node.port_count - 1)};
    }
    if (colon != std::string::npos)
      return Error{"there is no node `" + text.substr(0, colon) + "`", suggest(text.substr(0, colon), node_names())};
    return Error{"there is no cable `" + text + "`", "name a cable (`" +
                                                         (fabric.cables.empty() ? std::string("C0001") : fabric.cables.front().name) +
                                                         "`), a port (`leaf-0:3`) or two nodes (`leaf-0 - spine-1`)"};
  }
  const std::string a = text.substr(0, dash);
  const std::string b = text.substr(dash + 3);
  for (const std::string& name : {a, b}) {
    const std::vector<std::string> names = node_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) return Error{"there is no node `" + name + "`", suggest(name, names)};
  }
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < fabric.cables.size(); ++i) {
    const std::string& one = fabric.nodes[fabric.ports[fabric.cables[i].a.index()].node.index()].name;
    const std::string& other = fabric.nodes[fabric.ports[fabric.cables[i].b.index()].node.index()].name;
    if ((one == a && other == b) || (one == b && other == a)) found.push_back(i);
  }
  if (found.empty()) return Error{"no cable joins `" + a + "` and `" + b + "`", "name two nodes that are joined"};
  if (found.size() > 1) {
    return Error{
        std::to_string(found.size()) + " cables join `" + a + "` and `" + b + "`",
        "name one of them: `" + fabric.cables[found[0]].name + "`, `" + fabric.cables[found[1]].name + (found.size() > 2 ? "`, ..." : "`")};
  }
  const Cable& cable = fabric.cables[found.front()];
  return NamedCable{CableId{found.front()}, fabric.nodes[fabric.ports[cable.a.index()].node.index()].name != a};
}

bool joins_host(const Fabric& fabric, CableId cable) {
  const Cable& c = fabric.cables[cable.index()];
  return fabric.nodes[fabric.ports[c.a.index()].node.index()].kind == NodeKind::host ||
         fabric.nodes[fabric.ports[c.b.index()].node.index()].kind == NodeKind::host;
}

/// A cable as the faults so far have left it.
struct CableState {
  double margin_db = 0;                    // without dirt
  bool stated = false;                     // by a fault: then the margin alone tells what is lost
  std::array<double, 2> added{0, 0};       // dB of dirt, by side that sends
  std::array<double, 2> frame_loss{0, 0};  // without dirt: of the design, measured, or of a fault
};

/// Which of the links that leave the cable's ends a and b a fault is about.
std::array<bool, 2> directions_of(const ScenarioFault& fault, const NamedCable& named) {
  if (fault.direction == "both") return {true, true};
  const bool leaves_first = fault.direction == "a_to_b";
  const bool leaves_a = leaves_first != named.from_b;
  return {leaves_a, !leaves_a};
}

Result<Fault> loss_fault(const ScenarioFault& fault, const NamedCable& named, const Fabric& fabric, const NetworkOptions& network,
                         const Catalogue& catalogue, double margin_exponent, CableState& state) {
  const Cable& cable = fabric.cables[named.cable.index()];
  Fault result{fault.time, named.cable, false, FaultKind::loss};
  const std::array<bool, 2> changes = directions_of(fault, named);
  if (fault.margin) state.margin_db = fault.margin->decibels(), state.stated = true;
  const OpticModel* optic = catalogue.find_optic(cable.medium);
  if (fault.action == "dirty_connector" && optic != nullptr && optic->connector == "integral")
    return Error{
        "the cable `" + cable.name + "` (" + fault.link + ") is `" + cable.medium + "`, which has no connector that could be dirty",
        "name a cable with optics and cords (`fabric_optic: 400g-dr4`), or use `action: frame_loss` with a `probability`"};
  if (fault.action == "dirty_connector" && std::isnan(state.margin_db))
    return Error{"the optical margin of the cable `" + cable.name + "` (" + fault.link + ") is not known, so " + to_string(fault.loss) +
                     " more cannot be turned into frame loss",
                 "name optics of the catalogue that have a power budget (`fabric_optic: 400g-dr4`), give measured figures "
                 "(`plant.measured: FILE.csv`), say `margin: 0.2 dB` in the fault, or use `action: frame_loss` with a `probability`"};
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    if (!changes[side]) continue;
    const Link& link = fabric.links[fabric.ports[(side == 0 ? cable.a : cable.b).index()].out.index()];
    if (fault.action == "frame_loss") {
      result.frame_loss[side] = state.frame_loss[side] = fault.probability;
    } else if (fault.action == "clean") {
      state.added[side] = 0;
      result.frame_loss[side] = state.frame_loss[side] = link.frame_loss;
    } else {
      state.added[side] += fault.loss.decibels();
      const double dirty =
          frame_loss_at_margin(state.margin_db - state.added[side], link_coding(catalogue, cable.medium, link.rate, margin_exponent),
                               network.mtu + network.header);
      // Dirt makes no link better than it was, whatever its losses came from.
      result.frame_loss[side] = state.stated ? dirty : std::max(dirty, state.frame_loss[side]);
    }
  }
  return result;
}

}  // namespace

std::vector<Fault> fault_schedule(const std::vector<ScenarioFault>& faults, const Fabric& fabric, const NetworkOptions& network,
                                  double margin_exponent, Diagnostics& diagnostics) {
  std::vector<ScenarioFault> ordered = faults;
  std::stable_sort(ordered.begin(), ordered.end(), [](const ScenarioFault& a, const ScenarioFault& b) { return a.time < b.time; });
  std::vector<Fault> schedule;
  std::map<std::uint32_t, CableState> states;  // by cable
  const bool dirty =
      std::any_of(faults.begin(), faults.end(), [](const ScenarioFault& fault) { return fault.action == "dirty_connector"; });
  const Catalogue catalogue = dirty ? builtin_catalogue() : Catalogue{};
  for (const ScenarioFault& fault : ordered) {
    const Result<NamedCable> named = find_cable(fabric, fault.link);
    if (!named) {
      diagnostics.error(fault.place, named.error().message, named.error().remedy);
      continue;
    }
    const bool ends = fault.action == "up" || fault.action == "recover";
    const bool hangs = fault.action == "hang" || fault.action == "recover";
    if (hangs && !joins_host(fabric, named->cable))
      diagnostics.error(fault.place, "no end of " + fault.link + " is a NIC that could " + fault.action,
                        "name the cable of a host, or use `action: down`");
    if (fault.action == "down" || hangs || ends) {
      schedule.push_back({fault.time, named->cable, ends, hangs ? FaultKind::receiver : FaultKind::cable});
      continue;
    }
    const auto [at, fresh] = states.try_emplace(named->cable.value);
    CableState& state = at->second;
    if (fresh) {
      const Cable& cable = fabric.cables[named->cable.index()];
      state.margin_db = cable.margin_db;
      state.frame_loss = {fabric.links[fabric.ports[cable.a.index()].out.index()].frame_loss,
                          fabric.links[fabric.ports[cable.b.index()].out.index()].frame_loss};
    }
    const Result<Fault> loss = loss_fault(fault, *named, fabric, network, catalogue, margin_exponent, state);
    if (loss) schedule.push_back(*loss);
    else diagnostics.error(fault.place, loss.error().message, loss.error().remedy);
  }
  return schedule;
}

}  // namespace eastwest
