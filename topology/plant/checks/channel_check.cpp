// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/channel_check.hpp"

#include "topology/plant/polarity.hpp"

namespace eastwest {

std::vector<Finding> check_channels(const CheckInput& input) {
  CaseGroups groups, unknown;
  std::map<std::string, PlantViolation> violations;
  for (std::uint32_t c = 0; c < input.links.size(); ++c) {
    if (!input.is_glass(c)) continue;
    bool plugs_fail = false;
    const ChannelEnd end = channel_end_of(*input.links[c].optic);
    for (PlantViolation& violation : check_channel(channel_of(input.plant, c), end, end, input.catalogue)) {
      if (violation.rule == "fibre") continue;  // piece_check.hpp names the piece
      plugs_fail = plugs_fail || violation.rule == "connector";
      const std::string key = violation.rule + "\n" + violation.sentence;
      groups.add(key, c, violation.verdict == Verdict::fail ? 1 : 0);
      violations.try_emplace(key, std::move(violation));
    }
    const PlantChannel& channel = input.plant.channels[c];
    bool glass = true;  // else channel.piece says what is wrong
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      const PieceKind kind = input.plant.pieces[input.plant.steps[channel.first_step + s].piece].kind;
      glass = glass && (kind == PieceKind::cord || kind == PieceKind::trunk);
    }
    if (!input.links[c].trouble.empty() && glass && !plugs_fail) unknown.add(input.links[c].trouble, c);
  }
  std::vector<Finding> findings;
  for (const CaseGroups::Group& group : groups.sorted()) {
    const PlantViolation& violation = violations.at(group.key);
    Finding finding = finding_of(group, violation.verdict == Verdict::fail ? FindingLevel::fail : FindingLevel::note,
                                 "channel." + violation.rule, [&](std::uint32_t c) { return input.fabric.cables[c].name; });
    const PlantChannel& channel = input.plant.channels[group.worst];
    std::string pieces;
    for (std::uint32_t s = 0; s < channel.step_count; ++s)
      pieces += (s == 0 ? "" : ", ") + input.plant.pieces[input.plant.steps[channel.first_step + s].piece].id;
    finding.sentence = "(" + pieces + "): " + violation.sentence;
    finding.remedy = violation.remedy;
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : unknown.sorted()) {
    Finding finding = finding_of(group, FindingLevel::fail, "channel.loss", [&](std::uint32_t c) { return input.fabric.cables[c].name; });
    finding.sentence = "has no known loss: " + group.key;
    finding.remedy = "fibre and plugs that the optics at its ends take";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
