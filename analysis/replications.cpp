// SPDX-License-Identifier: Apache-2.0
#include "analysis/replications.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace eastwest {

namespace {

// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, column 0.975.
constexpr std::array kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                   2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
constexpr double kNormal = 1.959964;
constexpr double kUndecidedShare = 0.5;  // of the reference's mean

}  // namespace

double student_t_975(unsigned degrees) {
  if (degrees <= kQuantiles.size()) return kQuantiles[std::max(degrees, 1u) - 1];
  // Cornish-Fisher in 1 / degrees (Abramowitz and Stegun 26.7.5), within 1e-4 from 30 on.
  const double z = kNormal;
  const double n = degrees;
  return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

Estimate estimate(std::span<const double> values) {
  Estimate out;
  double sum = 0;
  for (const double v : values) {
    if (std::isnan(v)) continue;
    sum += v;
    ++out.runs;
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  out.mean = out.runs == 0 ? nan : sum / out.runs;
  if (out.runs < 2) {
    out.half_width = nan;
    return out;
  }
  double squares = 0;
  for (const double v : values)
    if (!std::isnan(v)) squares += (v - out.mean) * (v - out.mean);
  out.half_width = student_t_975(out.runs - 1) * std::sqrt(squares / (out.runs - 1) / out.runs);
  return out;
}

bool is_undecided(const PairedDifference& difference) {
  if (difference.verdict != PairVerdict::none) return false;
  return difference.estimate.half_width > kUndecidedShare * std::fabs(difference.reference_mean);
}

PairedDifference paired_difference(std::span<const double> values, std::span<const double> reference) {
  std::vector<double> differences;
  PairedDifference out;
  double scale = 0;
  for (std::size_t i = 0; i < std::min(values.size(), reference.size()); ++i) {
    if (std::isnan(values[i]) || std::isnan(reference[i])) continue;
    differences.push_back(values[i] - reference[i]);
    out.reference_mean += reference[i];
    scale = std::max({scale, std::fabs(values[i]), std::fabs(reference[i])});
  }
  out.estimate = estimate(differences);
  if (differences.empty()) out.reference_mean = out.estimate.mean;
  else out.reference_mean /= static_cast<double>(differences.size());
  if (out.estimate.runs < 2) return out;
  // What rounding alone can make of equal runs is no difference.
  const double least = std::max(out.estimate.half_width, 1e-12 * scale);
  out.verdict = std::fabs(out.estimate.mean) <= least ? PairVerdict::none
                : out.estimate.mean < 0               ? PairVerdict::lower
                                                      : PairVerdict::higher;
  return out;
}

}  // namespace eastwest
