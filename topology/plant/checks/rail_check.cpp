// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/rail_check.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace eastwest {

namespace {

/// What a leaf of the design serves.
struct Served {
  std::set<std::uint32_t> ports;            // NIC ports of a server
  std::uint32_t first_host = 0xffff'ffffu;  // stands for the group of servers
};

/// A NIC port with a cable to a switch.
struct Plugging {
  std::uint32_t endpoint = 0;
  std::uint32_t host = 0;
  std::uint32_t port = 0;  // within the server
  std::uint32_t leaf = 0;  // node
  std::uint32_t cable = 0;
  PortId near;
  PortId far;
};

class Rails {
 public:
  explicit Rails(const CheckInput& input) : input_(input) {}

  std::vector<Finding> check() {
    gather();
    settle_homes();
    for (std::uint32_t i = 0; i < pluggings_.size(); ++i)
      if (is_wrong(i)) by_places_[{designed(i), home_.at(pluggings_[i].leaf)}].push_back(i);
    for (std::uint32_t i = 0; i < pluggings_.size(); ++i)
      if (is_wrong(i) && !told_.contains(i)) tell(i);
    tell_groups();
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::uint32_t designed(std::uint32_t i) const { return input_.plant.design.leaf[pluggings_[i].endpoint]; }

  void gather() {
    const Fabric& fabric = input_.fabric;
    for (std::uint32_t h = 0; h < fabric.hosts.size(); ++h)
      for (std::uint32_t e = 0; e < fabric.hosts[h].endpoint_count; ++e) {
        const std::uint32_t endpoint = fabric.hosts[h].first_endpoint + e;
        const std::uint32_t design = input_.plant.design.leaf[endpoint];
        if (design == kNone) continue;
        Served& served = served_[design];
        served.ports.insert(e);
        served.first_host = std::min(served.first_host, h);
        const PortId near = fabric.endpoints[endpoint].port;
        const LinkId out = fabric.ports[near.index()].out;
        if (!out.exists()) continue;
        const PortId far = fabric.links[out.index()].target;
        const NodeId leaf = fabric.ports[far.index()].node;
        if (fabric.nodes[leaf.index()].kind != NodeKind::network_switch) continue;
        pluggings_.push_back({endpoint, h, e, leaf.value, fabric.links[out.index()].cable.value, near, far});
      }
  }

  /// Which leaf of the design each switch stands for: what most of its cables say, the design where they are even.
  void settle_homes() {
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint32_t>> votes;
    for (std::uint32_t i = 0; i < pluggings_.size(); ++i) ++votes[pluggings_[i].leaf][designed(i)];
    for (const auto& [leaf, counts] : votes) {
      const auto own = counts.find(leaf);
      std::uint32_t best = own == counts.end() ? kNone : leaf;
      std::uint32_t most = own == counts.end() ? 0 : own->second;
      for (const auto& [design, count] : counts)
        if (count > most) {
          best = design;
          most = count;
        }
      home_[leaf] = best;
    }
  }

  [[nodiscard]] bool is_wrong(std::uint32_t i) const {
    return !served_.at(home_.at(pluggings_[i].leaf)).ports.contains(pluggings_[i].port);
  }

  /// "rail0 to rail3", by the names of the server's ports.
  [[nodiscard]] std::string rails_text(const Plugging& at, const Served& served) const {
    const std::uint32_t first = input_.fabric.nodes[input_.fabric.hosts[at.host].node.index()].first_port;
    const std::string& low = input_.plant.ports[first + *served.ports.begin()];
    const std::string& high = input_.plant.ports[first + *served.ports.rbegin()];
    if (served.ports.size() == 1) return low;
    return low + (served.ports.size() == 2 ? " and " : " to ") + high;
  }

  /// Another cable that is wrong the other way round, of the same server if there is one; kNone.
  [[nodiscard]] std::uint32_t partner_of(std::uint32_t i) const {
    std::uint32_t found = kNone;
    const auto others = by_places_.find({home_.at(pluggings_[i].leaf), designed(i)});
    if (others == by_places_.end()) return found;
    for (const std::uint32_t j : others->second) {
      if (told_.contains(j)) continue;
      if (pluggings_[j].host == pluggings_[i].host) return j;
      if (found == kNone) found = j;
    }
    return found;
  }

  [[nodiscard]] std::string leaf_for(std::uint32_t design) const {
    for (const auto& [leaf, home] : home_)
      if (home == design) return input_.fabric.nodes[leaf].name;
    return input_.fabric.nodes[design].name;
  }

  void tell(std::uint32_t i) {
    const Plugging& at = pluggings_[i];
    const auto cable = [&](const Plugging& one) { return input_.fabric.cables[one.cable].name; };
    Finding finding;
    finding.level = FindingLevel::fail;
    finding.rule = "structure.rails";
    finding.item = cable(at);
    finding.items = {finding.item};
    finding.sentence = "joins " + input_.port_text(at.near) + " to " + input_.port_text(at.far) + ", and " + input_.node_of(at.far).name +
                       " serves " + rails_text(at, served_.at(home_.at(at.leaf)));
    const std::uint32_t other = partner_of(i);
    if (other != kNone) {
      const Plugging& with = pluggings_[other];
      finding.items.push_back(cable(with));
      finding.sentence += "; " + cable(with) + " joins " + input_.port_text(with.near) + " to " + input_.port_text(with.far);
      finding.remedy = "swap the two ends: " + cable(at) + " into " + input_.port_text(with.far) + ", " + cable(with) + " into " +
                       input_.port_text(at.far);
      told_.insert(other);
    } else {
      finding.remedy = "plug its end into a free port of " + leaf_for(designed(i)) + ", which serves this rail";
    }
    finding.limit = "`" + input_.fabric.topology + "`: " +
                    (input_.fabric.topology == "multi_plane" ? "port p of every NIC is in plane p, and planes never meet"
                                                             : "NICs of a rail meet at one leaf of their group") +
                    (input_.fabric.topology == "multi_plane" ? " (S-ERA3)" : " (S-SP1, S-SP2, S-SP3)");
    findings_.push_back(std::move(finding));
  }

  /// NICs on the right rail, but beside those of other servers.
  void tell_groups() {
    for (std::size_t begin = 0, end = 0; begin < pluggings_.size(); begin = end) {
      while (end < pluggings_.size() && pluggings_[end].host == pluggings_[begin].host) ++end;
      const auto group = [&](std::size_t i) { return served_.at(home_.at(pluggings_[i].leaf)).first_host; };
      std::map<std::uint32_t, std::uint32_t> count;
      for (std::size_t i = begin; i < end; ++i) ++count[group(i)];
      if (count.size() < 2) continue;
      const auto most = std::max_element(count.begin(), count.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
      for (std::size_t i = begin; i < end; ++i) {
        if (group(i) == most->first || is_wrong(static_cast<std::uint32_t>(i))) continue;
        const Plugging& at = pluggings_[i];
        Finding finding;
        finding.level = FindingLevel::warn;
        finding.rule = "structure.group";
        finding.item = input_.fabric.cables[at.cable].name;
        finding.items = {finding.item};
        finding.sentence = "joins " + input_.port_text(at.near) + " to " + input_.port_text(at.far) +
                           ", a leaf of other servers: " + std::to_string(most->second) +
                           " of its NIC ports are on leaves of one group, this one is not";
        finding.limit = "NICs of a server are on the leaves of one group, or a rail of it is three switches away from its neighbours";
        finding.remedy = "plug its end into " + leaf_for(designed(static_cast<std::uint32_t>(i)));
        findings_.push_back(std::move(finding));
      }
    }
  }

  const CheckInput& input_;
  std::map<std::uint32_t, Served> served_;  // by leaf of the design
  std::vector<Plugging> pluggings_;         // host after host
  std::map<std::uint32_t, std::uint32_t> home_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> by_places_;  // designed leaf, and the one it is on
  std::set<std::uint32_t> told_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_rails(const CheckInput& input) {
  const std::string& kind = input.fabric.topology;
  if (kind != "rail_optimised" && kind != "rail_only" && kind != "multi_plane") return {};
  if (input.plant.design.leaf.size() != input.fabric.endpoints.size()) return {};
  return Rails(input).check();
}

}  // namespace eastwest
