// SPDX-License-Identifier: Apache-2.0
// Custom: a fabric spelled out as named hosts, switches and links, in the order in which the site writes them.
//
// A link's delay is, in this order: its own, that of its length (optic of the catalogue), or `link_delay`. Every link of a host
// is one of its NIC ports. A switch's tier is one more than its distance to the nearest host's switch.
// Racks stand in one row, in the order in which hosts and then switches name them.
// LIMITATIONS: host-to-host links are refused since hosts do not forward.
#include <algorithm>
#include <map>
#include <set>

#include "topology/assembly.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

namespace {

constexpr std::uint8_t kTierUnset = 255;

std::vector<ParameterSpec> parameters_of_custom() {
  std::vector<ParameterSpec> list;
  append_host_parameters(list, "plain");
  append_switch_parameters(list);
  list.push_back(
      {"link_rate", ParameterType::quantity, Dimension::rate, "400 Gb/s", 1, 1e14, "Rate of links that give none.", "today's NICs", {}});
  list.push_back({"link_delay",
                  ParameterType::quantity,
                  Dimension::time,
                  "1 us",
                  0,
                  1e12,
                  "One-way delay of links that give neither delay nor length.",
                  "common in simulator papers",
                  {}});
  list.push_back({"link_optic",
                  ParameterType::text,
                  Dimension::none,
                  "automatic",
                  0,
                  0,
                  "Optic of links that give a length: an id of the catalogue, or `automatic`.",
                  "data/optics.csv",
                  {}});
  return list;
}

/// One build, so that the steps share what the entries mean.
class CustomBuild {
 public:
  CustomBuild(const ParameterSet& parameters, const ExplicitGraph& graph, const Catalogue& catalogue, const Place& place,
              Diagnostics& diagnostics)
      : parameters_(parameters), graph_(graph), catalogue_(catalogue), place_(place), diagnostics_(diagnostics) {}

  Fabric build() {
    const std::size_t errors = diagnostics_.error_count();
    if (graph_.hosts.empty()) diagnostics_.error(place_, "a custom fabric has no hosts", "list at least one under `hosts`");
    declare_nodes();
    check_links();
    if (diagnostics_.error_count() == errors) {
      check_ports();
      check_reach();
    }
    if (diagnostics_.error_count() != errors) return {};
    return assemble();
  }

 private:
  struct End {
    bool exists = false;
    bool host = false;
    std::uint32_t index = 0;  // into graph.hosts or graph.switches
  };
  struct Wire {
    End a;
    End b;
    BitRate rate;
    CableParts parts;
    double frame_loss = 0;
  };

  [[nodiscard]] const Place& at(const Place& own) const { return own.file.empty() && own.line == 0 ? place_ : own; }

  void declare(const std::string& name, const Place& own, End end) {
    if (name.empty()) {
      diagnostics_.error(at(own), end.host ? "a host has no name" : "a switch has no name", "give every device a `name`");
    } else if (!ends_.emplace(name, end).second) {
      diagnostics_.error(at(own), "two devices are called `" + name + "`", "rename one of them");
    }
  }

  void declare_nodes() {
    host_ = host_settings(parameters_, catalogue_, place_, diagnostics_);
    for (std::uint32_t i = 0; i < graph_.hosts.size(); ++i) {
      const ExplicitGraph::HostEntry& entry = graph_.hosts[i];
      declare(entry.name, entry.place, {true, true, i});
      if (entry.gpus == 0 || entry.gpus > 1'024)
        diagnostics_.error(at(entry.place), "host `" + entry.name + "` has " + std::to_string(entry.gpus) + " GPUs", "give 1 to 1024");
    }
    const std::string& shared = parameters_.text("switch");
    std::map<std::string, SwitchSettings> known;  // looked up once per model, so that each mistake is told once
    for (std::uint32_t i = 0; i < graph_.switches.size(); ++i) {
      const ExplicitGraph::SwitchEntry& entry = graph_.switches[i];
      declare(entry.name, entry.place, {true, false, i});
      const std::string& model = entry.model.empty() ? shared : entry.model;
      if (!known.contains(model))
        known.emplace(model, switch_settings(parameters_, model, entry.model.empty() ? "switch" : "model", catalogue_, at(entry.place),
                                             diagnostics_));
      switches_.push_back(known.at(model));
    }
  }

  End find_end(const std::string& name, const Place& place) {
    const auto found = ends_.find(name);
    if (found != ends_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [known, end] : ends_) names.push_back(known);
    diagnostics_.error(place, "a link names the device `" + name + "`, which does not exist",
                       name_remedy(name, names, "list it under `hosts` or `switches`"));
    return {};
  }

  void check_links() {
    CableRule by_length;
    by_length.delay_parameter = "delay";
    by_length.optic_parameter = "link_optic";
    by_length.optic = parameters_.text("link_optic");
    if (by_length.optic != "automatic" && catalogue_.find_optic(by_length.optic) == nullptr) {
      diagnostics_.error(place_, "`link_optic`: there is no optic `" + by_length.optic + "` in the catalogue",
                         name_remedy(by_length.optic, ids_of(catalogue_.optics()), "take `automatic` or an id of data/optics.csv"));
      by_length.optic = "automatic";
    }
    std::vector<bool> linked(graph_.hosts.size());
    for (const ExplicitGraph::LinkEntry& entry : graph_.links) {
      const Place& place = at(entry.place);
      const std::size_t errors = diagnostics_.error_count();
      Wire wire;
      wire.a = find_end(entry.a, place);
      wire.b = find_end(entry.b, place);
      const std::string name = "link from `" + entry.a + "` to `" + entry.b + "`";
      if (wire.a.exists && wire.b.exists && entry.a == entry.b)
        diagnostics_.error(place, name + " joins a device to itself", "name two devices");
      else if (wire.a.exists && wire.b.exists && wire.a.host && wire.b.host)
        diagnostics_.error(place, name + " joins two hosts, which do not forward", "put a switch between them");
      if (!(entry.frame_loss >= 0 && entry.frame_loss <= 1))
        diagnostics_.error(place, name + " has a frame loss outside 0 to 1", "give a probability");
      wire.rate = entry.rate.bits_per_second > 0 ? entry.rate : parameters_.rate("link_rate");
      wire.frame_loss = entry.frame_loss;
      wire.parts = cable_with_delay(entry.delay.ps >= 0 ? entry.delay : parameters_.duration("link_delay"));
      if (entry.delay.ps < 0 && entry.length.mm >= 0) {
        const Result<CableParts> parts = choose_cable(catalogue_, by_length, wire.rate, entry.length);
        if (parts) wire.parts = *parts;
        else diagnostics_.error(place, name + ": " + parts.error().message, parts.error().remedy);
      }
      if (wire.a.exists && wire.a.host) linked[wire.a.index] = true;
      if (wire.b.exists && wire.b.host) linked[wire.b.index] = true;
      if (diagnostics_.error_count() == errors) wires_.push_back(std::move(wire));
    }
    for (std::size_t i = 0; i < linked.size(); ++i)
      if (!linked[i])
        diagnostics_.error(at(graph_.hosts[i].place), "host `" + graph_.hosts[i].name + "` has no link", "link it to a switch");
  }

  void check_ports() {
    std::vector<std::map<std::uint64_t, std::uint32_t>> used(switches_.size());  // ports per rate
    for (const Wire& wire : wires_)
      for (const End& end : {wire.a, wire.b})
        if (!end.host) ++used[end.index][wire.rate.bits_per_second];
    for (std::size_t i = 0; i < used.size(); ++i) {
      double share = 0;
      for (const auto& [rate, count] : used[i]) {
        const std::uint32_t ports = switches_[i].ports_at({rate});
        if (ports == 0)
          diagnostics_.error(
              at(graph_.switches[i].place),
              "switch `" + graph_.switches[i].name + "` (`" + switches_[i].model + "`) has no ports of " + to_string(BitRate{rate}),
              "choose a faster model or lower the rate");
        else share += static_cast<double>(count) / ports;
        if (ports > 0 && count > ports)
          diagnostics_.error(at(graph_.switches[i].place),
                             "switch `" + graph_.switches[i].name + "` has " + std::to_string(count) + " links of " +
                                 to_string(BitRate{rate}) + "; `" + switches_[i].model + "` has " + std::to_string(ports) + " such ports",
                             "use a larger model or `custom`");
        else if (share > 1 + 1e-9)
          diagnostics_.error(
              at(graph_.switches[i].place),
              "the links of switch `" + graph_.switches[i].name + "` do not fit together into the ports of `" + switches_[i].model + "`",
              "use a larger model or `custom`");
      }
    }
  }

  /// Every two hosts must share a part of the fabric; hosts whose NICs sit in separate planes are told so.
  void check_reach() {
    part_.resize(switches_.size());
    for (std::uint32_t i = 0; i < part_.size(); ++i) part_[i] = i;
    const auto root = [&](std::uint32_t i) {
      while (part_[i] != i) i = part_[i] = part_[part_[i]];
      return i;
    };
    for (const Wire& wire : wires_)
      if (!wire.a.host && !wire.b.host) part_[root(wire.a.index)] = root(wire.b.index);
    std::vector<std::set<std::uint32_t>> parts(graph_.hosts.size());
    std::set<std::uint32_t> all;
    for (const Wire& wire : wires_) {
      if (wire.a.host == wire.b.host) continue;
      const std::uint32_t part = root(wire.a.host ? wire.b.index : wire.a.index);
      parts[wire.a.host ? wire.a.index : wire.b.index].insert(part);
      all.insert(part);
    }
    if (all.size() <= 1) return;
    std::map<std::set<std::uint32_t>, std::size_t> first_with;  // hosts of equal parts behave alike
    for (std::size_t h = 0; h < parts.size(); ++h) first_with.emplace(parts[h], h);
    for (auto one = first_with.begin(); one != first_with.end(); ++one)
      for (auto two = std::next(one); two != first_with.end(); ++two) {
        std::vector<std::uint32_t> common;
        std::set_intersection(one->first.begin(), one->first.end(), two->first.begin(), two->first.end(), std::back_inserter(common));
        if (!common.empty()) continue;
        const auto [low, high] = std::minmax(one->second, two->second);
        diagnostics_.error(at(graph_.hosts[high].place),
                           "host `" + graph_.hosts[high].name + "` cannot reach host `" + graph_.hosts[low].name + "`",
                           "link their switches");
        return;
      }
    diagnostics_.warning(
        place_, "the fabric has " + std::to_string(all.size()) + " separate planes; NICs of different planes cannot reach each other",
        "link the planes if traffic must cross");
  }

  Fabric assemble() {
    std::vector<std::uint8_t> tier(switches_.size(), kTierUnset);
    for (const Wire& wire : wires_)
      if (wire.a.host != wire.b.host) tier[wire.a.host ? wire.b.index : wire.a.index] = 1;
    for (std::uint8_t level = 1; level < kTierUnset - 1; ++level) {
      bool grew = false;
      for (const Wire& wire : wires_) {
        if (wire.a.host || wire.b.host) continue;
        for (const auto& [near, far] : {std::pair{wire.a.index, wire.b.index}, std::pair{wire.b.index, wire.a.index}}) {
          if (tier[near] != level || tier[far] != kTierUnset) continue;
          tier[far] = static_cast<std::uint8_t>(level + 1);
          grew = true;
        }
      }
      if (!grew) break;
    }
    std::replace(tier.begin(), tier.end(), kTierUnset, std::uint8_t{1});  // a switch that no host reaches
    FabricAssembly assembly("custom");
    std::map<std::string, std::uint32_t> racks;
    const auto rack_of = [&](const std::string& name) {
      const auto [found, fresh] = racks.try_emplace(name.empty() ? "A01" : name, static_cast<std::uint32_t>(racks.size()));
      if (fresh) assembly.racks().push_back({found->first, 0, found->second});
      return found->second;
    };
    std::vector<NodeId> hosts;
    std::vector<NodeId> switches;
    for (const ExplicitGraph::HostEntry& entry : graph_.hosts) {
      HostSettings settings = host_;
      settings.gpu_count = entry.gpus;
      hosts.push_back(assembly.add_host(entry.name, rack_of(entry.rack), settings));
    }
    for (std::size_t i = 0; i < switches_.size(); ++i)
      switches.push_back(assembly.add_switch(graph_.switches[i].name, tier[i], rack_of(graph_.switches[i].rack), switches_[i]));
    const auto node = [&](const End& end) { return end.host ? hosts[end.index] : switches[end.index]; };
    for (const Wire& wire : wires_) assembly.connect(node(wire.a), node(wire.b), wire.rate, wire.parts, wire.frame_loss);
    for (std::size_t i = 0; i < switches_.size(); ++i) assembly.keep_ports(switches[i], graph_.switches[i].ports);
    return std::move(assembly).finish();
  }

  const ParameterSet& parameters_;
  const ExplicitGraph& graph_;
  const Catalogue& catalogue_;
  const Place& place_;
  Diagnostics& diagnostics_;
  HostSettings host_;
  std::map<std::string, End> ends_;
  std::vector<SwitchSettings> switches_;
  std::vector<Wire> wires_;
  std::vector<std::uint32_t> part_;
};

Fabric build_custom(const ParameterSet& parameters, const ExplicitGraph& graph, const Catalogue& catalogue, const Place& place,
                    Diagnostics& diagnostics) {
  return CustomBuild(parameters, graph, catalogue, place, diagnostics).build();
}

}  // namespace

extern const TopologyKind kind_topology_custom;
const TopologyKind kind_topology_custom = {
    "custom",
    "A fabric spelled out: named hosts, switches and links.",
    "for set-ups of textbooks, papers and existing sites",
    parameters_of_custom,
    build_custom,
};

}  // namespace eastwest
