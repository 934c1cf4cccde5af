// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/finding.hpp"

#include <algorithm>
#include <cstdio>

namespace eastwest {

namespace {

std::string printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string_view to_string(FindingLevel level) {
  return level == FindingLevel::fail ? "fail" : level == FindingLevel::warn ? "warn" : "note";
}

void CaseGroups::add(const std::string& key, std::uint32_t index, double badness) {
  const auto [found, fresh] = at_.try_emplace(key, groups_.size());
  if (fresh) groups_.push_back({key, index, badness, {}});
  Group& group = groups_[found->second];
  if (badness > group.badness) {
    group.badness = badness;
    group.worst = index;
  }
  group.cases.push_back(index);
}

std::vector<CaseGroups::Group> CaseGroups::sorted() const {
  std::vector<Group> groups = groups_;
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.badness > b.badness; });
  return groups;
}

Finding finding_of(const CaseGroups::Group& group, FindingLevel level, std::string rule,
                   const std::function<std::string(std::uint32_t)>& name) {
  Finding finding;
  finding.level = level;
  finding.rule = std::move(rule);
  finding.item = name(group.worst);
  for (const std::uint32_t index : group.cases) finding.items.push_back(name(index));
  return finding;
}

std::string source_of(const Origin& origin, std::string_view column) {
  if (!origin.verifies(column)) return "catalogue value, unverified";
  // General knowledge stands beside the documents of a row; what was read was read in those.
  std::string tags;
  std::string_view rest = origin.source;
  while (!rest.empty()) {
    const std::size_t cut = rest.find(';');
    const std::string_view tag = rest.substr(0, cut);
    rest = cut == std::string_view::npos ? std::string_view{} : rest.substr(cut + 1);
    if (tag != "GK") tags += (tags.empty() ? "" : ", ") + std::string(tag);
  }
  return tags.empty() ? "catalogue value" : tags;
}

std::string length_text(Length length) { return printed("%.1f m", length.metres()); }
std::string decibels_text(double decibels) { return printed("%.3f dB", decibels); }
std::string percent_text(double share) { return printed("%.1f %%", share * 100); }
std::string power_text(Power power) {
  const double watts = static_cast<double>(power.mw) * 1e-3;
  return watts >= 1000 ? printed("%.2f kW", watts * 1e-3) : printed("%.1f W", watts);
}
std::string mass_text(Mass mass) { return printed("%.1f kg", static_cast<double>(mass.grams) * 1e-3); }
std::string probability_text(double probability) { return probability == 0 ? "0" : printed("%.1e", probability); }
std::string count_text(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return std::to_string(count) + " " + std::string(count == 1 ? singular : plural);
}

}  // namespace eastwest
