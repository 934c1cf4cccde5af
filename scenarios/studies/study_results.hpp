// SPDX-License-Identifier: Apache-2.0
// The results of a finished study: rows in order, means and paired differences, the answer in words; and the files that hold them.
//
// Files: points.csv (every row), summary.csv (one line per point and wanted figure: mean, interval, difference to its reference),
// table.txt (the answer), study.h5 (the same as columns). All are functions of the rows alone. docs/studies-format.md has every column.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/replications.hpp"
#include "core/result.hpp"
#include "scenarios/studies/study_folder.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

/// One wanted figure at one point.
struct SummaryLine {
  std::size_t point = 0;
  std::size_t column = 0;  // into StudyTable::columns
  Estimate estimate;
  std::optional<std::size_t> reference;  // the point that it is compared with
  PairedDifference difference;           // of that; unknown without one
};
std::vector<SummaryLine> summarise_study(const StudyTable& table);

/// "1.23 ms +- 0.05 ms" as people read it, "-" without a value.
std::string estimate_text(const FigureColumn& column, const Estimate& estimate);
/// "+12.3 %" or "none", "?" with one seed.
std::string difference_text(const PairedDifference& difference);

/// The rows of `folder` in order; an error when one is missing.
Result<StudyTable> complete_table(const Study& study, std::vector<FigureColumn> columns, std::vector<StudyRow> rows);

/// The answer of the kind, then what every reader must know: points without a result, seeds.
std::string study_answer(const StudyTable& table);

/// Writes all files under their final names and removes what only a running study needs.
Status write_results(const StudyTable& table, const StudyFolder& folder, std::string_view program_version);
/// study.h5 alone.
Status write_study_hdf5(const StudyTable& table, const std::vector<SummaryLine>& summary, const std::string& path,
                        std::string_view program_version);

}  // namespace eastwest
