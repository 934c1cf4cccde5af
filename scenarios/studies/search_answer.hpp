// SPDX-License-Identifier: Apache-2.0
// The answer of a search: which points keep the limits, the cheapest of them, and the Pareto front.
//
// A limit is kept when the mean over the seeds, and with several seeds the whole 95 % interval, keeps it; broken when the whole interval breaks it;
// and not shown when the interval straddles it. The front is that of analysis/pareto_front.hpp. A point without a cost is never the cheapest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

struct SearchLimit {
  std::string column;
  double value = 0;
  bool at_most = true;
};

/// Of `at_most` and `at_least`; mistakes go to `diagnostics`. Names of jobs are checked later (study_columns.hpp).
std::vector<SearchLimit> search_limits(const Study& study, Diagnostics& diagnostics);

/// From the best to the worst, so that the worst of several is their maximum.
enum class LimitState : std::uint8_t { kept, not_shown, no_result, broken };
LimitState limit_state(const StudyTable& table, std::size_t point, const SearchLimit& limit);
/// Of all limits: broken when one is.
LimitState limits_state(const StudyTable& table, std::size_t point, const std::vector<SearchLimit>& limits);

/// Points on the front of cost and the limited figures, by rising cost.
std::vector<std::size_t> search_front(const StudyTable& table, const std::vector<SearchLimit>& limits);

std::string search_answer(const StudyTable& table);

}  // namespace eastwest
