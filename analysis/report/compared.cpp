// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "analysis/report/findings.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 8> kDeciding = {"step time mean", "TTFT p99",          "TPOT p99", "output tokens per s",
                                                       "goodput",        "flow slowdown p99", "job time", "E2E p99"};
constexpr double kEqual = 0.005;  // a smaller difference is called none

bool decides(const Comparison::Row& row, const Comparison& comparison) {
  // What waited for a timeout is in no mean that hides it.
  if (row.subject == "network")
    return row.metric == "timeouts" && row.values[0] &&
           std::any_of(row.values.begin(), row.values.end(), [](const auto& v) { return v && v->mean > 0; });
  if (std::find(kDeciding.begin(), kDeciding.end(), row.metric) == kDeciding.end()) return false;
  // The time of a job says less than its steps or requests, where there are any.
  if (row.metric != "job time" && row.metric != "flow slowdown p99") return true;
  return std::none_of(comparison.rows.begin(), comparison.rows.end(), [&](const Comparison::Row& other) {
    return other.subject == row.subject && (other.metric == "step time mean" || other.metric == "TTFT p99");
  });
}

std::string figure(double value, const std::string& unit) {
  if (unit == "s") return readable(value, "s");
  if (unit.empty()) return value == std::floor(value) ? fixed(value, 0) : fixed(value, 1);
  return fixed(value, 2) + (unit == "x" ? " x" : "");
}

}  // namespace

std::vector<PageFinding> compared(const Comparison& comparison) {
  std::vector<PageFinding> out;
  for (std::size_t d = 1; d < comparison.designs.size(); ++d) {
    std::string differences, same, chance;
    bool worse = false;
    const bool judged = comparison.designs[0].seeds.size() > 1 && comparison.designs[d].seeds.size() > 1;
    for (const Comparison::Row& row : comparison.rows) {
      if (!decides(row, comparison) || !row.values[0] || !row.values[d]) continue;
      const std::string name = row.subject + " " + row.metric;
      if (row.metric == "timeouts") {
        if (row.values[d]->mean == row.values[0]->mean) continue;
        differences +=
            (differences.empty() ? "" : "; ") + figure(row.values[d]->mean, "") + " timeouts against " + figure(row.values[0]->mean, "");
        worse = worse || row.values[d]->mean > row.values[0]->mean;
        continue;
      }
      if (!row.ratio[d]) continue;
      const double ratio = *row.ratio[d];
      if (judged && row.marks[d] != Comparison::Mark::differs) {
        chance += (chance.empty() ? "" : ", ") + name;
      } else if (std::abs(ratio - 1) < kEqual) {
        same += (same.empty() ? "" : ", ") + name;
      } else {
        const bool better = (ratio < 1) == row.lower_is_better;
        worse = worse || !better;
        differences += (differences.empty() ? "" : "; ") + name + " " + figure(row.values[d]->mean, row.unit) + " against " +
                       figure(row.values[0]->mean, row.unit) + " (" + fixed(ratio, ratio < 10 ? 2 : 0) + " times, " +
                       (better ? "better" : "worse") + ")";
      }
    }
    std::string text = comparison.designs[d].label + " against " + comparison.designs[0].label + ": ";
    if (!differences.empty()) text += differences + ". ";
    if (!same.empty()) text += "Within 0.5 % in " + same + ". ";
    if (!chance.empty()) text += "No difference beyond the spread over seeds in " + chance + ". ";
    if (differences.empty() && same.empty() && chance.empty()) text += "they share no figure that decides. ";
    if (!judged) text += "One of them has a single seed, so chance is not ruled out.";
    while (text.ends_with(' ')) text.pop_back();
    out.push_back({worse ? Weight::warning : Weight::note, std::move(text), "compare", 0xffff'ffffu});
  }
  return out;
}

}  // namespace eastwest
