// SPDX-License-Identifier: Apache-2.0
// Where seeds differ too much for a mean: in how many of them a point is worse than its reference, the middle one and the worst.
//
// A loss that is rare and huge (a lost packet that costs a timeout of seconds) hurts some seeds and leaves the others alone: the mean describes
// neither, and its interval holds zero. Then counts are told. A seed is hurt when its figure is worse than the reference's at the same seed by
// more than a tenth (a choice), or by anything where that is 0. Told of figures with a better side, of points whose mean difference is not shown
// (is_undecided of analysis/replications.hpp) or whose worst seed loses five times what the middle one does (a choice).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "analysis/figures.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

struct SeedSpread {
  std::size_t runs = 0;      // seeds that both have
  std::size_t hurt = 0;      // of them
  double median = 0;         // of the point's figure; with an even number the mean of the two in the middle
  double worst = 0;          // of the point's figure, where it loses most against the same seed
  double worst_before = 0;   // the reference's at that seed
  std::size_t worst_at = 0;  // index into the values
};

/// Nothing when a mean tells it, when no seed is hurt, or with fewer than three common seeds.
std::optional<SeedSpread> seed_spread(FigureColumn::Better better, std::span<const double> values, std::span<const double> reference);

/// A table with a line for each point and wanted figure of which there is something to tell; "" without any.
std::string spread_table(const StudyTable& table);

}  // namespace eastwest
