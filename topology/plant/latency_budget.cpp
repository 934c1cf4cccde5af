// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/latency_budget.hpp"

#include "core/check.hpp"

namespace eastwest {

std::string_view name_of(LatencyPart part) {
  switch (part) {
    case LatencyPart::nic: return "NIC";
    case LatencyPart::medium: return "medium";
    case LatencyPart::fec: return "FEC";
    case LatencyPart::module: return "module";
    case LatencyPart::network_switch: return "switch";
    case LatencyPart::serialisation: return "serialisation";
  }
  return "";
}

Duration LatencyBudget::of(LatencyPart part) const {
  Duration sum;
  for (const LatencyItem& item : items)
    if (item.part == part) sum += item.value;
  return sum;
}

LatencyBudget latency_budget(const LatencyPath& path) {
  EASTWEST_CHECK(path.links.size() == path.switches.size() + 1, "a path has one link more than switches");
  LatencyBudget budget;
  const auto add = [&budget](LatencyPart part, std::string what, Duration value) {
    if (value.ps == 0) return;
    budget.items.push_back({part, std::move(what), value});
    budget.total += value;
  };
  const auto serialise = [&](const LatencyLink& link) {
    add(LatencyPart::serialisation, to_string(path.frame) + " at " + to_string(link.rate), serialisation(path.frame, link.rate));
  };
  add(LatencyPart::nic, "sending NIC", path.nic_near);
  for (std::size_t i = 0; i < path.links.size(); ++i) {
    const LatencyLink& link = path.links[i];
    add(LatencyPart::module, "sending module of " + link.name, link.module_near);
    add(LatencyPart::medium, link.name, link.propagation);
    add(LatencyPart::module, "receiving module of " + link.name, link.module_far);
    add(LatencyPart::fec, "FEC of " + link.name, link.fec);
    if (i == path.switches.size()) {
      serialise(link);
      break;
    }
    const LatencySwitch& node = path.switches[i];
    // Egress faster than ingress would run dry in the middle of the frame.
    if (node.mode == ForwardingMode::store_and_forward || path.links[i + 1].rate > link.rate) serialise(link);
    add(LatencyPart::network_switch, node.name, node.latency);
  }
  add(LatencyPart::nic, "receiving NIC", path.nic_far);
  return budget;
}

}  // namespace eastwest
