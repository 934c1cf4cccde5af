// SPDX-License-Identifier: Apache-2.0
#include "analysis/pareto_front.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/replications.hpp"

namespace eastwest {

namespace {

constexpr double kSameShare = 1e-3;  // nobody pays for less

/// Below 0: `a` is better; 0: as good.
double compared(const std::vector<double>& a, const std::vector<double>& b) {
  const PairedDifference d = paired_difference(a, b);
  const bool same = d.verdict == PairVerdict::none || std::fabs(d.estimate.mean) <= kSameShare * std::fabs(d.reference_mean);
  return same ? 0.0 : d.estimate.mean;
}

/// `a` leaves `b` out; it costs no more.
bool dominates(const ParetoDesign& a, const ParetoDesign& b) {
  bool better = a.cost < b.cost;
  for (std::size_t i = 0; i < a.figures.size(); ++i) {
    const double sign = compared(a.figures[i], b.figures[i]);
    if (sign > 0) return false;
    better = better || sign < 0;
  }
  return better;
}

/// Of designs of one cost: takes those that none of the rest leaves out, drops what they leave out, and so on with what remains.
void settle(const std::vector<const ParetoDesign*>& group, std::vector<const ParetoDesign*>& front) {
  std::vector<std::vector<std::size_t>> leaves_out(group.size());
  std::vector<std::size_t> opposed(group.size(), 0);  // by how many that are still open
  for (std::size_t a = 0; a < group.size(); ++a)
    for (std::size_t b = 0; b < group.size(); ++b)
      if (a != b && dominates(*group[a], *group[b])) {
        leaves_out[a].push_back(b);
        ++opposed[b];
      }
  std::vector<bool> open(group.size(), true);
  std::vector<bool> taken(group.size(), false);
  const auto close = [&](std::size_t one) {
    open[one] = false;
    for (const std::size_t b : leaves_out[one]) --opposed[b];
  };
  while (true) {
    std::size_t next = group.size();
    for (std::size_t i = 0; i < group.size(); ++i)
      if (open[i] && (next == group.size() || (opposed[i] == 0 && opposed[next] != 0))) next = i;
    if (next == group.size()) break;
    // Noise can make a circle, in which each is better than the next: then the first of it stands for all.
    taken[next] = true;
    const std::vector<std::size_t> dropped = leaves_out[next];
    close(next);
    for (const std::size_t b : dropped)
      if (open[b]) close(b);
  }
  for (std::size_t i = 0; i < group.size(); ++i)
    if (taken[i]) front.push_back(group[i]);
}

}  // namespace

std::vector<std::size_t> pareto_front(std::vector<ParetoDesign> designs) {
  std::erase_if(designs, [](const ParetoDesign& one) { return std::isnan(one.cost); });
  std::stable_sort(designs.begin(), designs.end(), [](const ParetoDesign& a, const ParetoDesign& b) { return a.cost < b.cost; });
  std::vector<const ParetoDesign*> front;
  for (std::size_t first = 0; first < designs.size();) {
    std::size_t end = first;
    std::vector<const ParetoDesign*> group;
    for (; end < designs.size() && designs[end].cost == designs[first].cost; ++end) {
      const auto leaves_out = [&](const ParetoDesign* member) { return dominates(*member, designs[end]); };
      if (std::none_of(front.begin(), front.end(), leaves_out)) group.push_back(&designs[end]);
    }
    settle(group, front);
    first = end;
  }
  std::vector<std::size_t> points;
  for (const ParetoDesign* one : front) points.push_back(one->point);
  return points;
}

}  // namespace eastwest
