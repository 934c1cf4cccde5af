// SPDX-License-Identifier: Apache-2.0
// The answer of a search: which points keep the limits, the cheapest of them, and the Pareto front.
//
// A point is on the front when no other that finished is at most as dear and at least as good in every limited figure, and
// cheaper or better in one. Figures that differ by a thousandth at most, or by less than the seeds scatter, are as good.
#pragma once

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

/// Of `at_most` and `at_least`; mistakes go to `diagnostics`. Columns of jobs are checked when the study has run.
std::vector<SearchLimit> search_limits(const Study& study, Diagnostics& diagnostics);

/// Points on the front of cost and the limited figures, by rising cost.
std::vector<std::size_t> pareto_front(const StudyTable& table, const std::vector<SearchLimit>& limits);

std::string search_answer(const StudyTable& table);

}  // namespace eastwest
