// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/pfc_check.hpp"

#include "topology/plant/pfc_headroom.hpp"

namespace eastwest {

std::vector<PfcUse> pfc_uses(const CheckInput& input) {
  const Fabric& fabric = input.fabric;
  std::vector<PfcUse> uses;
  for (const Switch& unit : fabric.switches) {
    PfcUse use;
    use.node = unit.node.value;
    const SwitchModel* model = input.catalogue.find_switch(unit.model);
    use.buffer = unit.buffer;
    use.assumed = model != nullptr && model->buffer.count == 0;
    const Node& node = fabric.nodes[unit.node.index()];
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const PortId port{node.first_port + p};
      const LinkId out = fabric.ports[port.index()].out;
      if (!out.exists()) continue;
      const Link& link = fabric.links[out.index()];
      const Bytes need = planning_headroom(fabric.cables[link.cable.index()].delay_medium, link.rate, kDesignFrame);
      use.total += need;
      if (need > use.of_worst) {
        use.of_worst = need;
        use.worst = port;
      }
    }
    uses.push_back(use);
  }
  return uses;
}

std::vector<Finding> check_pfc(const CheckInput& input, const std::vector<PfcUse>& uses) {
  CaseGroups broken, thin, unknown;
  for (std::uint32_t i = 0; i < uses.size(); ++i) {
    const std::string& model = input.fabric.switches[input.fabric.nodes[uses[i].node].detail].model;
    if (uses[i].buffer.count == 0) continue;
    if (uses[i].assumed) unknown.add(model, i);
    const double share = static_cast<double>(uses[i].total.count) / static_cast<double>(uses[i].buffer.count);
    if (share > 1) broken.add(model, i, share);
    else if (share > kHeadroomShareWarn) thin.add(model, i, share);
  }
  const auto name = [&](std::uint32_t i) { return input.fabric.nodes[uses[i].node].name; };
  std::vector<Finding> findings;
  for (const auto& [groups, level] : {std::pair{&broken, FindingLevel::fail}, std::pair{&thin, FindingLevel::warn}})
    for (const CaseGroups::Group& group : groups->sorted()) {
      const PfcUse& use = uses[group.worst];
      Finding finding = finding_of(group, level, "pfc.headroom", name);
      const Cable& cable = input.fabric.cables[input.fabric.links[input.fabric.ports[use.worst.index()].out.index()].cable.index()];
      finding.sentence = "needs " + std::to_string(use.total.count) + " octets of headroom for one lossless priority, " +
                         percent_text(group.badness) + " of its buffer; the most at " + input.port_text(use.worst) + ": " +
                         std::to_string(use.of_worst.count) + " octets for " + length_text(cable.length);
      const SwitchModel* model = input.catalogue.find_switch(group.key);
      finding.limit = to_string(use.buffer) + " of buffer (" +
                      (use.assumed        ? "assumed"
                       : model == nullptr ? "site"
                                          : source_of(model->origin, "buffer")) +
                      ")" + (level == FindingLevel::warn ? "; more than half is a warning" : "");
      finding.remedy = "shorter cables, fewer lossless ports, or a switch with a larger buffer";
      findings.push_back(std::move(finding));
    }
  for (const CaseGroups::Group& group : unknown.sorted()) {
    Finding finding = finding_of(group, FindingLevel::note, "pfc.unknown", name);
    finding.sentence = "is of `" + group.key + "`, whose buffer the catalogue does not know: headroom was held against the " +
                       to_string(uses[group.worst].buffer) + " that the site says or the simulator assumes";
    finding.remedy = "`switch_buffer` of the site, if the vendor tells it";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
