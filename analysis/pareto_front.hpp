// SPDX-License-Identifier: Apache-2.0
// The Pareto front of cost against figures that scatter: which designs nobody would leave out.
//
// "As good" is not transitive where figures have noise (a chain of small steps ends far away), so a design is left out only for one that is
// itself on the front. The walk goes by rising cost: a design is left out when one on the front costs no more, is as good in every figure, and
// is cheaper or better in one. Designs of equal cost are held against each other before any of them is left out. Two figures are as good
// when they differ by a thousandth at most, or when their paired 95 % interval over the seeds holds zero (analysis/replications.hpp).
// Invariants: every design off the front has one on it that leaves it out; none on the front leaves out another, unless noise makes a circle of
// designs of one cost, each better than the next.
#pragma once

#include <cstddef>
#include <vector>

namespace eastwest {

struct ParetoDesign {
  std::size_t point = 0;
  double cost = 0;
  std::vector<std::vector<double>> figures;  // per figure, by seed, without NaN, so that less is better
};

/// Points on the front, by rising cost, equal costs in the order given. Designs whose cost is not a number are not looked at.
std::vector<std::size_t> pareto_front(std::vector<ParetoDesign> designs);

}  // namespace eastwest
