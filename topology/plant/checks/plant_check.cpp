// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/plant_check.hpp"

#include <algorithm>
#include <iterator>

#include "topology/plant/checks/cage_check.hpp"
#include "topology/plant/checks/channel_check.hpp"
#include "topology/plant/checks/label_check.hpp"
#include "topology/plant/checks/length_check.hpp"
#include "topology/plant/checks/optics_check.hpp"
#include "topology/plant/checks/piece_check.hpp"
#include "topology/plant/checks/route_check.hpp"
#include "topology/plant/checks/structure_check.hpp"

namespace eastwest {

std::size_t PlantCheck::count(FindingLevel level) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.level == level; }));
}

PlantCheck check_plant(const CheckInput& input) {
  PlantCheck check;
  check.latency = worst_latencies(input);
  check.pfc = pfc_uses(input);
  check.pathways = pathway_uses(input);
  check.racks = rack_uses(input);
  check.switches = switch_uses(input);
  const auto take = [&](std::vector<Finding> findings) { std::move(findings.begin(), findings.end(), std::back_inserter(check.findings)); };
  take(check_structure(input));
  take(check_optics(input));
  take(check_pieces(input));
  take(check_channels(input));
  take(check_cages(input));
  take(check_latency(input, check.latency));
  take(check_pfc(input, check.pfc));
  take(check_routes(input));
  take(check_lengths(input));
  take(check_pathways(input, check.pathways));
  take(check_racks(input, check.racks));
  take(check_switches(input, check.switches));
  take(check_labels(input));
  std::stable_sort(check.findings.begin(), check.findings.end(), [](const Finding& a, const Finding& b) { return a.level < b.level; });
  return check;
}

}  // namespace eastwest
