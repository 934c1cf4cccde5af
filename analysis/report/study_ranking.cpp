// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/study_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "analysis/pareto_front.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kFrontMost = 5000;  // designs that are held against each other

double lost_share(const FigureColumn& column, const PairedDifference& difference) {
  if (difference.estimate.runs == 0 || difference.reference_mean == 0 || difference.verdict == PairVerdict::none) return 0;
  const double share = difference.estimate.mean / difference.reference_mean;
  return column.better == FigureColumn::Better::higher ? -share : share;
}

FailureCost cost_of_failure(const StudyRecord& record, std::size_t point) {
  FailureCost out{point, 0, record.troubled(point), {}};
  for (const std::size_t column : record.wanted) {
    out.figures.push_back(record.figure(point, column));
    out.loss = std::max(out.loss, lost_share(record.columns[column], out.figures.back().difference));
  }
  if (out.stopped > 0) out.loss = std::numeric_limits<double>::infinity();
  return out;
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= 1e-9 * std::fabs(a); }

/// What differs by less than the seeds scatter is one line; so are all that do not finish.
bool same_cost(const FailureCost& a, const FailureCost& b) {
  if (a.stopped != b.stopped) return false;
  if (a.stopped > 0) return true;
  for (std::size_t i = 0; i < a.figures.size(); ++i) {
    const PairedDifference &x = a.figures[i].difference, &y = b.figures[i].difference;
    if (x.verdict != y.verdict) return false;
    if (x.verdict != PairVerdict::none && !same_number(x.estimate.mean, y.estimate.mean)) return false;
  }
  return true;
}

bool same_rank(const FailureRank& a, const FailureRank& b) {
  return a.sort == b.sort && same_cost(a.rerouted, b.rerouted) && a.stubborn.has_value() == b.stubborn.has_value() &&
         (!a.stubborn || same_cost(*a.stubborn, *b.stubborn));
}

/// The design for the front: figures by limit and seed so that less is better.
ParetoDesign design_of(const StudyRecord& record, const SearchVerdict& verdict) {
  ParetoDesign design{verdict.point, verdict.cost, {}};
  for (const RecordedLimit& limit : record.limits) {
    std::vector<double> values = record.values(verdict.point, *record.find_column(limit.column));
    if (!limit.at_most)
      for (double& value : values) value = -value;
    design.figures.push_back(std::move(values));
  }
  return design;
}

}  // namespace

std::vector<FailureRank> ranked_failures(const StudyRecord& record) {
  std::vector<FailureRank> all;
  if (record.kind != "failure" || record.axes.empty() || record.points.empty() || record.points[0].number != 0) return all;
  std::map<std::uint32_t, std::size_t> places;  // by setting of the first axis
  const bool both = record.axes.size() > 1;
  for (std::size_t p = 1; p < record.points.size(); ++p) {
    const bool stubborn = both && record.points[p].choices[1] != record.points[0].choices[1];
    const auto [place, is_new] = places.emplace(record.points[p].choices[0], all.size());
    if (is_new) {
      const std::string& name = record.setting(p, 0);
      all.push_back({name, name.substr(0, name.find(' ')), {}, FailureCost{}, std::nullopt});
    }
    FailureRank& rank = all[place->second];
    if (stubborn) rank.stubborn = cost_of_failure(record, p);
    else rank.rerouted = cost_of_failure(record, p);
  }
  // Of an unfinished study one half of a failure may be missing.
  std::erase_if(all, [](const FailureRank& rank) { return rank.rerouted.point == 0; });
  std::stable_sort(all.begin(), all.end(), [](const FailureRank& a, const FailureRank& b) {
    if (a.rerouted.loss != b.rerouted.loss) return a.rerouted.loss > b.rerouted.loss;
    return (a.stubborn ? a.stubborn->loss : 0) > (b.stubborn ? b.stubborn->loss : 0);
  });
  std::vector<FailureRank> ranked;
  for (FailureRank& rank : all) {
    const auto alike = std::find_if(ranked.begin(), ranked.end(), [&](const FailureRank& other) { return same_rank(other, rank); });
    if (alike == ranked.end()) ranked.push_back(std::move(rank));
    else alike->alike.push_back(rank.name);
  }
  return ranked;
}

SearchOutcome search_outcome(const StudyRecord& record) {
  SearchOutcome out;
  const std::optional<std::size_t> cost = record.find_column("site.cost");
  std::vector<std::size_t> whole;
  for (std::size_t p = 0; p < record.points.size(); ++p) {
    SearchVerdict verdict{p, cost ? estimate(record.values(p, *cost)).mean : std::nan(""), {}, {}, true, false};
    bool known = !std::isnan(verdict.cost);
    for (const RecordedLimit& limit : record.limits) {
      const std::optional<std::size_t> column = record.find_column(limit.column);
      const Estimate e = column ? estimate(record.values(p, *column)) : Estimate{0, std::nan(""), std::nan("")};
      const double spread = std::isnan(e.half_width) ? 0 : e.half_width;
      const bool all_runs = e.runs == record.replications;
      const double slack = limit.at_most ? limit.value - (e.mean + spread) : (e.mean - spread) - limit.value;
      verdict.slack.push_back(all_runs ? slack : std::nan(""));
      verdict.means.push_back(e.mean);
      verdict.kept = verdict.kept && all_runs && slack >= 0;
      known = known && all_runs;
    }
    if (known && whole.size() < kFrontMost) whole.push_back(p);
    if (verdict.kept && known && (!out.chosen || verdict.cost < out.points[*out.chosen].cost)) out.chosen = p;
    out.points.push_back(std::move(verdict));
  }
  std::vector<ParetoDesign> designs;
  for (const std::size_t p : whole) designs.push_back(design_of(record, out.points[p]));
  for (const std::size_t p : pareto_front(std::move(designs))) out.points[p].front = true;
  return out;
}

}  // namespace eastwest
