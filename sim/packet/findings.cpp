// SPDX-License-Identifier: Apache-2.0
// Findings: what a network engineer should know of a run that ended well or not: routes on which lossless buffers may wait for
// each other in a circle, and pause storms, each named by where it began.
//
// A pause storm is a link that was stopped for the watchdog's time at a stretch. A stopped link makes those stop that feed it,
// so storms come as trees; the root is a stopped link beyond which nothing was stopped at that time. LIMITATIONS: of many
// thousand stops only the longest are looked at, since every one is compared with every other.
#include <algorithm>
#include <tuple>

#include "sim/packet/run_state.hpp"

namespace eastwest::packet {

namespace {

constexpr std::size_t kNamedMax = 3;
constexpr std::size_t kStopsMax = 4096;

/// The longest first.
std::vector<StoppedLink> stopped_links(const RunState& run) {
  std::vector<StoppedLink> all;
  for (const Domain& domain : run.domains) all.insert(all.end(), domain.stopped.begin(), domain.stopped.end());
  const std::int64_t end = std::max(run.clock, run.switch_clock);
  for (std::size_t p = 0; p < run.ports.size(); ++p) {
    const PortState& port = run.ports[p];
    if (port.paused != 0 && end - port.stopped_at >= run.plan.network.pfc_watchdog.ps)
      all.push_back({run.plan.ports[p].link, port.stopped_at, end});
  }
  std::sort(all.begin(), all.end(), [](const StoppedLink& a, const StoppedLink& b) {
    return std::tuple(b.end - b.start, a.link, a.start) < std::tuple(a.end - a.start, b.link, b.start);
  });
  if (all.size() > kStopsMax) all.resize(kStopsMax);
  return all;
}

NodeId source_of(const Fabric& fabric, std::uint32_t link) { return fabric.ports[fabric.links[link].source.index()].node; }
NodeId target_of(const Fabric& fabric, std::uint32_t link) { return fabric.ports[fabric.links[link].target.index()].node; }
bool overlap(const StoppedLink& a, const StoppedLink& b) { return a.start <= b.end && b.start <= a.end; }

/// Stopped links that feed `root`, directly or through others.
std::size_t count_behind(const Fabric& fabric, const std::vector<StoppedLink>& all, std::size_t root) {
  std::vector<bool> seen(all.size());
  std::vector<std::size_t> stack{root};
  seen[root] = true;
  std::size_t count = 0;
  while (!stack.empty()) {
    const StoppedLink at = all[stack.back()];
    stack.pop_back();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (seen[i] || target_of(fabric, all[i].link) != source_of(fabric, at.link) || !overlap(all[i], at)) continue;
      seen[i] = true;
      ++count;
      stack.push_back(i);
    }
  }
  return count;
}

void add_storms(const RunState& run, std::vector<std::string>& findings) {
  const Fabric& fabric = *run.fabric;
  const std::vector<StoppedLink> all = stopped_links(run);
  std::vector<std::size_t> roots;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool fed_on = std::any_of(all.begin(), all.end(), [&](const StoppedLink& next) {
      return source_of(fabric, next.link) == target_of(fabric, all[i].link) && overlap(next, all[i]);
    });
    if (!fed_on) roots.push_back(i);
  }
  for (std::size_t r = 0; r < roots.size() && r < kNamedMax; ++r) {
    const StoppedLink& root = all[roots[r]];
    const std::size_t behind = count_behind(fabric, all, roots[r]);
    const Node& target = fabric.nodes[target_of(fabric, root.link).index()];
    findings.push_back(
        "pause storm: `" + target.name + "` stopped the link " + fabric.link_name(LinkId{root.link}) + " for " +
        to_readable(Duration{root.end - root.start}) + ", from " + to_readable(Duration{root.start}) + " on; " +
        (behind == 0 ? "nothing else stood still for so long" : std::to_string(behind) + " stops of links behind it followed") +
        (target.kind == NodeKind::host ? "; a host that does not take its data: look at its NIC" : ""));
  }
  if (roots.size() > kNamedMax) findings.push_back("pause storms began at " + std::to_string(roots.size() - kNamedMax) + " more links");
  if (!all.empty() && roots.empty())
    findings.push_back("pause storm: " + std::to_string(all.size()) + " links stopped each other in a circle, among them " +
                       fabric.link_name(LinkId{all.front().link}) + " for " + to_readable(Duration{all.front().end - all.front().start}));
}

}  // namespace

std::vector<std::string> describe_findings(const RunState& run) {
  std::vector<std::string> findings;
  for (std::size_t v = 0; v < run.plan.routes.size(); ++v) {
    const RouteVersion& version = run.plan.routes[v];
    if (version.buffer_cycle.empty()) continue;
    findings.push_back("cyclic buffer dependency" + (v == 0 ? std::string{} : " from " + to_readable(Duration{version.time.ps}) + " on") +
                       ": on these routes " + version.buffer_cycle +
                       "; lossless links can deadlock here (network.paths: up_down or minimal has no such circle)");
    break;  // the first says it all
  }
  add_storms(run, findings);
  return findings;
}

}  // namespace eastwest::packet
