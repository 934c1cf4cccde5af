// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/latency_check.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace eastwest {

namespace {

/// A NIC port and the link that leaves it for the first switch.
struct Uplink {
  LinkId link;
  const Host* host = nullptr;
  [[nodiscard]] Duration cost(const Fabric& fabric) const { return fabric.links[link.index()].delay + host->nic_latency; }
};

/// The slowest NIC port below a switch, and the slowest of another server: inside a server GPUs have a way of their own.
struct Below {
  std::optional<Uplink> first, second;
  void add(const Uplink& uplink, const Fabric& fabric) {
    if (!first || uplink.cost(fabric) > first->cost(fabric)) {
      if (first && first->host != uplink.host) second = first;
      first = uplink;
    } else if (uplink.host != first->host && (!second || uplink.cost(fabric) > second->cost(fabric))) {
      second = uplink;
    }
  }
};

class Paths {
 public:
  explicit Paths(const CheckInput& input) : input_(input), fabric_(input.fabric) {
    below_.resize(fabric_.nodes.size());
    for (const Host& host : fabric_.hosts)
      for (std::uint32_t e = 0; e < host.endpoint_count; ++e) {
        const LinkId out = fabric_.ports[fabric_.endpoints[host.first_endpoint + e].port.index()].out;
        if (!out.exists()) continue;
        const NodeId next = far(out);
        if (fabric_.nodes[next.index()].kind == NodeKind::network_switch) below_[next.index()].add({out, &host}, fabric_);
      }
  }

  LatencyCases worst() {
    LatencyCases out;
    std::optional<LatencyCase> inside, across;
    for (std::uint32_t n = 0; n < fabric_.nodes.size(); ++n) {
      if (!below_[n].first) continue;
      if (below_[n].second) keep(inside, told("within one leaf", *below_[n].first, {}, *below_[n].second));
      search(n);
      std::optional<std::uint32_t> farthest;
      for (std::uint32_t m = 0; m < fabric_.nodes.size(); ++m) {
        if (m == n || !below_[m].first) continue;
        ++out.pairs;
        if (hops_[m] == kNone) ++out.unreached;
        else if (!farthest || total(m) > total(*farthest)) farthest = m;
      }
      if (!farthest) continue;
      const auto [from, to] = ends_of(below_[n], below_[*farthest]);
      keep(across, told("between leaves", from, links_to(*farthest), to));
    }
    if (inside) out.cases.push_back(std::move(*inside));
    if (across) out.cases.push_back(std::move(*across));
    return out;
  }

 private:
  [[nodiscard]] NodeId far(LinkId link) const { return fabric_.ports[fabric_.links[link.index()].target.index()].node; }
  [[nodiscard]] const Switch& unit(std::uint32_t node) const { return fabric_.switches[fabric_.nodes[node].detail]; }
  [[nodiscard]] Duration total(std::uint32_t node) const { return delay_[node] + below_[node].first->cost(fabric_); }

  /// The slowest ends in two servers; in one where there is no other.
  [[nodiscard]] std::pair<Uplink, Uplink> ends_of(const Below& a, const Below& b) const {
    if (a.first->host != b.first->host || (!a.second && !b.second)) return {*a.first, *b.first};
    if (!b.second || (a.second && a.second->cost(fabric_) + b.first->cost(fabric_) >= a.first->cost(fabric_) + b.second->cost(fabric_)))
      return {*a.second, *b.first};
    return {*a.first, *b.second};
  }

  static void keep(std::optional<LatencyCase>& best, LatencyCase other) {
    if (!best || other.budget.total > best->budget.total) best = std::move(other);
  }

  /// From switch `start` to all others over switches: fewest hops, and the slowest of the ways that have them.
  void search(std::uint32_t start) {
    hops_.assign(fabric_.nodes.size(), kNone);
    delay_.assign(fabric_.nodes.size(), {});
    via_.assign(fabric_.nodes.size(), {});
    std::vector<std::uint32_t> level{start};
    hops_[start] = 0;
    delay_[start] = unit(start).latency;
    while (!level.empty()) {
      std::vector<std::uint32_t> next;
      for (const std::uint32_t n : level) {
        const Node& node = fabric_.nodes[n];
        for (std::uint32_t p = 0; p < node.port_count; ++p) {
          const LinkId out = fabric_.ports[node.first_port + p].out;
          if (!out.exists()) continue;
          const NodeId to = far(out);
          if (fabric_.nodes[to.index()].kind == NodeKind::host) continue;
          const Duration there = delay_[n] + fabric_.links[out.index()].delay + unit(to.value).latency;
          if (hops_[to.index()] == kNone) {
            hops_[to.index()] = hops_[n] + 1;
            next.push_back(to.value);
          } else if (hops_[to.index()] != hops_[n] + 1 || there <= delay_[to.index()]) {
            continue;
          }
          delay_[to.index()] = there;
          via_[to.index()] = out;
        }
      }
      level = std::move(next);
    }
  }

  [[nodiscard]] std::vector<LinkId> links_to(std::uint32_t node) const {
    std::vector<LinkId> links;
    for (std::uint32_t at = node; hops_[at] != 0; at = fabric_.ports[fabric_.links[via_[at].index()].source.index()].node.value)
      links.push_back(via_[at]);
    std::reverse(links.begin(), links.end());
    return links;
  }

  [[nodiscard]] LatencyLink link_of(LinkId id) const {
    const Link& link = fabric_.links[id.index()];
    const Cable& cable = fabric_.cables[link.cable.index()];
    const Duration near{cable.delay_modules.ps / 2};
    const bool known = input_.links[link.cable.index()].optic != nullptr;
    return {known ? cable.name + " (" + length_text(cable.length) + ", " + cable.medium + ")" : cable.name,
            cable.delay_medium,
            cable.delay_fec,
            near,
            cable.delay_modules - near,
            link.rate};
  }

  /// A frame goes up `from`, over `middle` and down to the NIC of `to`.
  [[nodiscard]] LatencyCase told(std::string what, const Uplink& from, const std::vector<LinkId>& middle, const Uplink& to) const {
    LatencyPath path;
    path.nic_near = from.host->nic_latency;
    path.nic_far = to.host->nic_latency;
    path.frame = kLatencyFrame;
    path.links.push_back(link_of(from.link));
    NodeId at = far(from.link);
    const auto pass = [&] {
      const Switch& passed = unit(at.value);
      path.switches.push_back({fabric_.nodes[at.index()].name, passed.latency, passed.mode});
    };
    for (const LinkId link : middle) {
      pass();
      path.links.push_back(link_of(link));
      at = far(link);
    }
    pass();
    path.links.push_back(link_of(to.link));  // a cable is alike in both directions
    const auto nic = [&](const Uplink& end) { return input_.port_text(fabric_.links[end.link.index()].source); };
    return {std::move(what), nic(from), nic(to), static_cast<std::uint32_t>(path.switches.size()), latency_budget(path)};
  }

  const CheckInput& input_;
  const Fabric& fabric_;
  std::vector<Below> below_;         // by node
  std::vector<std::uint32_t> hops_;  // of the last search
  std::vector<Duration> delay_;
  std::vector<LinkId> via_;
};

std::string ns(Duration value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ns", static_cast<double>(value.ps) * 1e-3);
  return text;
}

}  // namespace

LatencyCases worst_latencies(const CheckInput& input) { return Paths(input).worst(); }

std::vector<Finding> check_latency(const CheckInput& input, const LatencyCases& latencies) {
  std::vector<Finding> findings;
  const Duration limit = input.settings.latency_budget;
  for (const LatencyCase& one : latencies.cases) {
    if (limit.ps == 0 || one.budget.total <= limit) continue;
    Finding finding;
    finding.level = FindingLevel::fail;
    finding.rule = "latency.budget";
    finding.item = one.from;
    finding.items = {one.from};
    std::string parts;
    for (const LatencyPart part : {LatencyPart::nic, LatencyPart::network_switch, LatencyPart::module, LatencyPart::medium,
                                   LatencyPart::fec, LatencyPart::serialisation})
      parts += (parts.empty() ? "" : ", ") + std::string(name_of(part)) + " " + ns(one.budget.of(part));
    finding.sentence = "reaches " + one.to + " (" + one.what + ", " + count_text(one.switches, "switch", "switches") + ") after " +
                       ns(one.budget.total) + ": " + parts;
    finding.limit = ns(limit) + " (`latency_budget` of the site)";
    const Duration over = one.budget.total - limit;
    finding.remedy =
        over <= one.budget.of(LatencyPart::medium)
            ? "ways shorter by " + ns(over) + " of the " + ns(one.budget.of(LatencyPart::medium)) + " in cables, or faster switches"
            : "faster switches or fewer of them: without any cable the path would still be too slow";
    findings.push_back(std::move(finding));
  }
  if (latencies.unreached > 0) {
    Finding finding;
    // Rails alone are joined by the servers; a Clos by its switches.
    const bool joined =
        input.plant.design.structure == Structure::tiers && input.fabric.topology != "rail_only" && input.fabric.topology != "multi_plane";
    finding.level = joined ? FindingLevel::fail : FindingLevel::note;
    finding.rule = "latency.path";
    finding.item = "site";
    finding.items = {"site"};
    finding.sentence =
        "has " + std::to_string(latencies.unreached) + " of " + std::to_string(latencies.pairs) +
        " pairs of leaves without a path between them over switches: traffic there goes through the servers, and has no budget here";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
