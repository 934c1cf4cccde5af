// SPDX-License-Identifier: Apache-2.0
// What the kinds of study come to: failures ranked by what they cost, and designs held against the limits of a search.
//
// A failure's loss is the largest relative loss over the wanted figures that is more than the seeds' scatter; infinite when a run of it does
// not finish. Failures of one class (first word of the name) with equal figures are one line. A limit holds when the mean over all seeds, and
// with several the whole 95 % interval, keeps it. The front is that of cost and the limited figures: a design leaves it when another is as
// cheap and as good (within a thousandth or the scatter of the seeds) and better in one of them. Same rules as the studies' own answers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/study_record.hpp"

namespace eastwest {

struct FailureCost {
  std::size_t point = 0;                // where it was played
  double loss = 0;                      // infinite: the work does not finish
  std::size_t stopped = 0;              // of its runs
  std::vector<RecordedFigure> figures;  // per wanted column
};

struct FailureRank {
  std::string name;
  std::string sort;                // "cable", "switch", "pair of ..."
  std::vector<std::string> alike;  // others of the sort with the same figures
  FailureCost rerouted;
  std::optional<FailureCost> stubborn;  // with switches that find no other way
};

/// Worst first; equal ones in order of points. Empty for a study of another kind.
std::vector<FailureRank> ranked_failures(const StudyRecord& record);

struct SearchVerdict {
  std::size_t point = 0;
  double cost = 0;            // NaN: unknown
  std::vector<double> slack;  // per limit, in the unit of its column, above 0: kept; NaN: no result
  std::vector<double> means;  // per limit
  bool kept = false;          // all limits
  bool front = false;
};
struct SearchOutcome {
  std::vector<SearchVerdict> points;
  std::optional<std::size_t> chosen;  // the cheapest that keeps all limits
};
SearchOutcome search_outcome(const StudyRecord& record);

}  // namespace eastwest
