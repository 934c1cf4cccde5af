// SPDX-License-Identifier: Apache-2.0
// Search: the cheapest design of a space that keeps stated limits, and the Pareto front of cost against the limited figures.
//
// Every combination of `space` is built and priced first, which costs little; the `evaluations` cheapest are then played, cheapest first, equal
// costs in the order of the space. A limit holds when the mean over the seeds, and with several seeds the whole 95 % interval, keeps it. With
// at most `evaluations` combinations the answer is exact; else it is the cheapest of those played, and the answer says so. LIMITATIONS: no
// gradient, no guess: a space is listed, not explored.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/text_table.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/site_builder.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/search_answer.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kCombinationsMost = 20'000;  // each is built once

std::vector<ParameterSpec> parameters() {
  using enum ParameterType;
  return {
      {"evaluations", quantity, Dimension::none, "100", 1, 100000, "points that are played at most: the cheapest of the space", "eastwest"},
      {"price_file", text, Dimension::none, "none", 0, 0, "table of the user's prices: columns figure,price", "eastwest"},
  };
}

std::vector<StudyPart> parts() {
  return {{"space", StudyPartShape::grid, true, "what may be chosen: paths with lists of values, or names with settings"},
          {"at_most", StudyPartShape::numbers, false, "limits from above: columns and numbers, in the unit of the column"},
          {"at_least", StudyPartShape::numbers, false, "limits from below: columns and numbers, in the unit of the column"},
          {"prices", StudyPartShape::numbers, false, "the user's prices by figure of the site, such as `switches: 30000`"}};
}

struct Candidate {
  std::size_t point = 0;
  double cost = 0;
};

/// Builds each site of the space once and prices it; points whose site cannot be built come last.
std::vector<Candidate> price_points(const Study& study, const std::vector<std::pair<std::string, double>>& prices,
                                    Diagnostics& diagnostics) {
  const std::vector<FigureColumn> columns = figure_columns({});
  std::map<std::string, double> known;
  std::vector<Candidate> out;
  for (std::size_t point = 0; point < study.points(); ++point) {
    Diagnostics own;
    const std::optional<Scenario> scenario = load_point(study, point, 0, own);
    double cost = std::nan("");
    if (scenario) {
      const std::string key = scenario->site.directory + "\n" + expand_site(scenario->site);
      const auto found = known.find(key);
      if (found != known.end()) {
        cost = found->second;
      } else {
        if (std::optional<BuiltSite> whole = build_site(scenario->site, own)) {
          const BuiltSite site = part_built(std::move(*whole));
          refuse_unknown_prices(study, prices, site.fabric, "for the design `" + study.label(point) + "`", diagnostics);
          cost = cost_of(prices, columns, site_figures({}, site.fabric, plant_counts(site.plant)));
        }
        known.emplace(key, cost);
      }
    }
    out.push_back({point, cost});
  }
  std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    if (std::isnan(a.cost) || std::isnan(b.cost)) return !std::isnan(a.cost) && std::isnan(b.cost);
    return a.cost < b.cost;
  });
  return out;
}

void plan(Study& study, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const std::vector<std::pair<std::string, double>> prices = read_prices(study, diagnostics);
  if (prices.empty() && diagnostics.error_count() == errors)
    diagnostics.error(study.place, "a search needs prices: the cheapest of what is not priced is unknown",
                      "write `prices: {switches: 30000, cables: 150}` with your own, or name a `price_file`");
  const std::vector<SearchLimit> limits = search_limits(study, diagnostics);
  if (limits.empty() && diagnostics.error_count() == errors)
    diagnostics.error(study.place, "a search needs limits: without any the cheapest design is the smallest",
                      "write `at_most: {train.step_time_mean_s: 1.5}`");
  study.axes = read_grid(study, *study.root.find("space"), diagnostics);
  if (diagnostics.error_count() != errors) return;
  take_all_combinations(study, diagnostics);
  if (study.points() > kCombinationsMost)
    diagnostics.error(
        study.root.find("space")->place,
        "the space has " + std::to_string(study.points()) + " combinations, the limit is " + std::to_string(kCombinationsMost),
        "leave choices out");
  if (diagnostics.error_count() != errors) return;
  const auto evaluations = static_cast<std::size_t>(study.parameters.values.integer("evaluations"));
  std::vector<std::uint32_t> chosen;
  const std::vector<Candidate> candidates = price_points(study, prices, diagnostics);
  if (diagnostics.error_count() != errors) return;
  for (std::size_t i = 0; i < std::min(evaluations, candidates.size()); ++i)
    for (std::size_t axis = 0; axis < study.axes.size(); ++axis)
      chosen.push_back(study.choices[candidates[i].point * study.axes.size() + axis]);
  study.choices = std::move(chosen);
}

std::optional<std::size_t> reference(const Study&, std::size_t point) { return point == 0 ? std::nullopt : std::optional<std::size_t>(0); }

std::vector<std::string_view> results() {
  return {"site.cost",    "*.step_time_mean_s",       "*.ttft_p99_s",           "*.tpot_p99_s",
          "*.busbw_GBps", "network.utilization_mean", "site.switch_ports_free", "site.switch_power_W"};
}

}  // namespace

extern const StudyKind kind_study_search;
const StudyKind kind_study_search{.name = "search",
                                  .summary = "the cheapest design of a space that keeps stated limits, and the Pareto front",
                                  .source = "eastwest",
                                  .parameters = parameters,
                                  .parts = parts,
                                  .plan = plan,
                                  .reference = reference,
                                  .answer = search_answer,
                                  .results = results};

}  // namespace eastwest
