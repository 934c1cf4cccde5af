// SPDX-License-Identifier: Apache-2.0
// The page of a study: one HTML file whose first screen answers the study's question, in words and in one picture.
//
// Same frame, look and rules as the page of traces (analysis/report/report.hpp): no network, names are text, same record, same page. Units in
// the data: those of the columns' units (s, B/s, W, m), not of their names (`_GBps`). Size: points beyond the limit are left out of pictures
// and tables, in order, and the page says so; the words are of all points.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/report/study_record.hpp"

namespace eastwest {

struct StudyPageLimits {
  std::size_t points = 5'000;
  std::size_t runs = 20'000;     // rows of the table of runs
  std::size_t troubles = 2'000;  // rows of runs without a result
  std::size_t failures = 1'000;  // lines of the ranking
};

/// A JSON object that can stand inside a <script> element.
std::string study_page_data(const StudyRecord& record, const StudyPageLimits& limits = {});
std::string study_html(const StudyRecord& record, const StudyPageLimits& limits = {});

}  // namespace eastwest
