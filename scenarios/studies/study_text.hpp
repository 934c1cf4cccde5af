// SPDX-License-Identifier: Apache-2.0
// Tables of a study for people, shared by the kinds.
//
// A figure is its mean and, with several seeds, the half width of its 95 % interval; a difference stands beside it in percent of the
// reference, `none` where the seeds scatter more, `?` behind it where one seed cannot tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/studies/study_results.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

/// A figure of a point and its difference to that point's reference.
struct PointFigure {
  Estimate estimate;
  std::optional<std::size_t> reference;
  PairedDifference difference;
};
PointFigure point_figure(const StudyTable& table, std::size_t point, std::size_t column);

/// The outcome of a point that has no figure: "stalled", "refused"; "" when a replication is complete.
std::string trouble_word(const StudyTable& table, std::size_t point);

/// One line per point, at most `most`: its settings, then every wanted figure with its difference.
std::string points_table(const StudyTable& table, std::size_t most);

/// The point with the best mean of a column, and nothing for a column that has no better side or no values. A point that is not shown to differ
/// from its reference is left out: the reference stands for it.
std::optional<std::size_t> best_point(const StudyTable& table, std::size_t column);

}  // namespace eastwest
