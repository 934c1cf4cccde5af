// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/recabling.hpp"

#include <algorithm>
#include <cstdlib>

namespace eastwest {

std::vector<LinkFacts> link_facts(const Fabric& fabric) {
  std::vector<LinkFacts> facts(fabric.cables.size());
  for (const Link& link : fabric.links) {
    LinkFacts& fact = facts[link.cable.index()];
    fact.rate = link.rate;
    (link.source == fabric.cables[link.cable.index()].a ? fact.loss_ab : fact.loss_ba) = link.frame_loss;
  }
  return facts;
}

Status relink(Fabric& fabric, const std::vector<LinkFacts>& facts) {
  EASTWEST_CHECK(facts.size() == fabric.cables.size(), "every cable has its facts");
  for (Port& port : fabric.ports) port.out = port.in = LinkId{};
  fabric.links.clear();
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const Cable& cable = fabric.cables[c];
    for (const PortId end : {cable.a, cable.b}) {
      const LinkId other = fabric.ports[end.index()].out;
      if (other.exists() || cable.a == cable.b)
        return Error{"port " + fabric.port_name(end) + " is the end of `" +
                         (other.exists() ? fabric.cables[fabric.links[other.index()].cable.index()].name : cable.name) + "` and of `" +
                         cable.name + "`",
                     "give each its own port"};
    }
    const Duration delay = cable.delay_medium + cable.delay_modules + cable.delay_fec;
    const LinkId forward{2 * c};
    const LinkId backward{2 * c + 1};
    fabric.links.push_back({cable.a, cable.b, facts[c].rate, delay, CableId{c}, facts[c].loss_ab});
    fabric.links.push_back({cable.b, cable.a, facts[c].rate, delay, CableId{c}, facts[c].loss_ba});
    fabric.ports[cable.a.index()].out = forward;
    fabric.ports[cable.a.index()].in = backward;
    fabric.ports[cable.b.index()].out = backward;
    fabric.ports[cable.b.index()].in = forward;
  }
  return Done{};
}

void review_structure(Fabric& fabric) {
  if (fabric.structure != Structure::tiers) return;
  for (const Cable& cable : fabric.cables) {
    const int a = fabric.nodes[fabric.ports[cable.a.index()].node.index()].tier;
    const int b = fabric.nodes[fabric.ports[cable.b.index()].node.index()].tier;
    if (std::abs(a - b) != 1) fabric.structure = Structure::irregular;
  }
}

}  // namespace eastwest
