// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/switch_check.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

std::string ratio_text(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g:1", ratio);
  return text;
}

}  // namespace

std::vector<SwitchUse> switch_uses(const CheckInput& input) {
  const Fabric& fabric = input.fabric;
  const std::size_t phases = input.plant.phases.size();
  std::vector<SwitchUse> uses;
  for (const Switch& unit : fabric.switches) {
    SwitchUse use;
    use.node = unit.node.value;
    const Node& node = fabric.nodes[use.node];
    const SwitchModel* model = input.catalogue.find_switch(unit.model);
    use.used.assign(phases, 0);
    use.share.assign(phases, 0);
    std::vector<double> down(phases, 0);
    std::vector<double> up(phases, 0);
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const LinkId out = fabric.ports[node.first_port + p].out;
      if (!out.exists()) continue;
      const Link& link = fabric.links[out.index()];
      const std::uint32_t ports = model == nullptr ? 0 : model->ports_at(link.rate);
      if (use.ports == 0) use.ports = ports;
      const std::uint8_t other = fabric.nodes[fabric.ports[link.target.index()].node.index()].tier;
      for (std::size_t phase = input.plant.channels[link.cable.index()].phase; phase < phases; ++phase) {
        ++use.used[phase];
        if (ports > 0) use.share[phase] += 1.0 / ports;
        if (other < node.tier) down[phase] += link.rate.bytes_per_second();
        if (other > node.tier) up[phase] += link.rate.bytes_per_second();
      }
    }
    for (std::size_t phase = 0; phase < phases; ++phase)
      use.oversubscription.push_back(down[phase] > 0 && up[phase] > 0 ? down[phase] / up[phase] : 0);
    uses.push_back(std::move(use));
  }
  return uses;
}

std::vector<Finding> check_switches(const CheckInput& input, const std::vector<SwitchUse>& uses) {
  const Fabric& fabric = input.fabric;
  const auto name = [&](std::uint32_t i) { return fabric.nodes[uses[i].node].name; };
  const auto model_of = [&](std::uint32_t i) -> const std::string& { return fabric.switches[fabric.nodes[uses[i].node].detail].model; };
  const double reserve = input.settings.port_reserve;
  CaseGroups over, thin, subscribed, unknown, uneven;
  std::map<std::uint8_t, std::pair<double, double>> spread;  // least and most by tier
  for (std::uint32_t i = 0; i < uses.size(); ++i) {
    const SwitchUse& use = uses[i];
    const double ratio = use.oversubscription.back();
    const Node& node = fabric.nodes[use.node];
    if (ratio > 0) {
      const auto [found, fresh] = spread.try_emplace(node.tier, std::pair{ratio, ratio});
      if (!fresh) found->second = {std::min(found->second.first, ratio), std::max(found->second.second, ratio)};
    }
    if (ratio > 1 + 1e-9) subscribed.add(model_of(i) + " " + ratio_text(ratio), i, ratio);
    if (use.ports == 0) {
      unknown.add(model_of(i), i);
      continue;
    }
    // A sum of reciprocals may miss one by the last bit.
    if (use.share.back() > 1 + 1e-9) over.add(model_of(i), i, use.share.back());
    else if (use.share.back() > 1 - reserve + 1e-9) thin.add(model_of(i), i, use.share.back());
  }
  const auto used_text = [&](const SwitchUse& use) {
    return "has " + std::to_string(use.used.back()) + " links at " + std::to_string(use.ports) + " ports of its rate";
  };
  const auto ports_source = [&](std::uint32_t i) {
    const SwitchModel* model = input.catalogue.find_switch(model_of(i));
    return model == nullptr ? std::string("site") : source_of(model->origin, "ports");
  };
  std::vector<Finding> findings;
  for (const CaseGroups::Group& group : over.sorted()) {
    Finding finding = finding_of(group, FindingLevel::fail, "switches.ports", name);
    finding.sentence = used_text(uses[group.worst]) + ": " + percent_text(group.badness) + " of the switch";
    finding.limit = std::to_string(uses[group.worst].ports) + " ports of `" + group.key + "` (" + ports_source(group.worst) + ")";
    finding.remedy = "more switches, or a model of more ports";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : thin.sorted()) {
    const double spare = std::max(0.0, 1 - group.badness);
    Finding finding = finding_of(group, FindingLevel::fail, "switches.reserve", name);
    finding.sentence = used_text(uses[group.worst]) + ": " + percent_text(spare) + " stay free after the last phase";
    finding.limit = percent_text(reserve) + " (`port_reserve` of the site); " + std::to_string(uses[group.worst].ports) + " ports of `" +
                    group.key + "` (" + ports_source(group.worst) + ")";
    finding.remedy = "more switches of its tier, a model of more ports, or a smaller reserve";
    findings.push_back(std::move(finding));
  }
  for (const auto& [tier, range] : spread) {
    if (range.second <= 1 + 1e-9 || range.second <= range.first * (1 + 1e-9)) continue;
    CaseGroups group;
    for (std::uint32_t i = 0; i < uses.size(); ++i)
      if (fabric.nodes[uses[i].node].tier == tier && uses[i].oversubscription.back() > range.first * (1 + 1e-9))
        group.add("", i, uses[i].oversubscription.back());
    for (const CaseGroups::Group& all : group.sorted()) {
      Finding finding = finding_of(all, FindingLevel::warn, "switches.uneven", name);
      finding.sentence =
          "has " + ratio_text(range.second) + " from below to above, where another switch of its tier has " + ratio_text(range.first);
      finding.limit = "switches of a tier are alike, or traffic that is spread evenly waits at some of them";
      finding.remedy = "as many uplinks on each, or as many servers";
      findings.push_back(std::move(finding));
    }
  }
  for (const CaseGroups::Group& group : subscribed.sorted()) {
    Finding finding = finding_of(group, FindingLevel::note, "switches.oversubscribed", name);
    finding.sentence = "is oversubscribed " + ratio_text(group.badness) + " when the site is complete";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : unknown.sorted()) {
    Finding finding = finding_of(group, FindingLevel::note, "switches.unknown", name);
    finding.sentence = "is of `" + group.key + "`, whose ports at this rate the catalogue does not know: use and reserve are not checked";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
