// SPDX-License-Identifier: Apache-2.0
// Replications: what several seeds say of one figure, and whether two designs differ by more than the seeds scatter.
//
// Both designs are run with the same seeds (common random numbers), so the difference is taken seed by seed and the interval is that of
// the mean difference: d +- t(0.975, n - 1) s / sqrt(n). A difference whose interval holds zero is none. One seed has no spread: then
// nothing is claimed. Source: Law, Simulation Modeling and Analysis, 5th ed., sections 10.2 (paired t) and 11.2 (common random numbers).
// LIMITATIONS: normal differences are assumed; each comparison has its own 5 %, so of a hundred equal pairs about five are called
// different. Rare and huge effects (a timeout of seconds in one seed of ten) are far from normal: their interval holds zero because it is
// huge, which shows no equality (`is_undecided`). Runs that do not depend on the seed have no scatter, and any difference then counts.
#pragma once

#include <span>

namespace eastwest {

/// The 0.975 quantile of Student's t with `degrees` degrees of freedom (at least 1).
double student_t_975(unsigned degrees);

struct Estimate {
  unsigned runs = 0;      // values that are numbers
  double mean = 0;        // NaN without any
  double half_width = 0;  // of the 95 % interval; NaN with fewer than two
};
/// NaN values are runs without the figure and are left out.
Estimate estimate(std::span<const double> values);

enum class PairVerdict : unsigned char { unknown, none, lower, higher };
struct PairedDifference {
  Estimate estimate;                           // of value - reference over the seeds that both have
  double reference_mean = 0;                   // over the same seeds
  PairVerdict verdict = PairVerdict::unknown;  // unknown: fewer than two common seeds
};
/// An interval that holds zero and reaches further from it than half of the reference's mean (a choice): a halving, or half as much again, would
/// hide in it, so that nothing is shown, neither a difference nor that there is none. Any interval about a reference of 0 is such.
bool is_undecided(const PairedDifference& difference);

/// `values[i]` and `reference[i]` are of the same seed.
PairedDifference paired_difference(std::span<const double> values, std::span<const double> reference);

}  // namespace eastwest
