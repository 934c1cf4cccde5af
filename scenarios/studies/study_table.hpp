// SPDX-License-Identifier: Apache-2.0
// The rows of a study: what each run gave, as a line of CSV, and all of them as a table.
//
// A line is: point, replication, seed, one cell per axis, outcome, diagnosis, digest, simulated_s, one cell per figure (empty: the run
// has none). Nothing in it depends on machine, threads or time. Numbers are the shortest text that reads back as the same double.
// Outcomes: complete; unsound (a sanity check failed: do not use it); stalled; refused (the point cannot be built or played).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/figures.hpp"
#include "core/result.hpp"
#include "scenarios/studies/study.hpp"

namespace eastwest {

enum class RowOutcome : std::uint8_t { complete, unsound, stalled, refused };
std::string_view to_string(RowOutcome outcome);

struct StudyRow {
  std::uint64_t row = 0;
  RowOutcome outcome = RowOutcome::refused;
  std::string diagnosis;  // one line; empty when complete
  std::string digest;
  double simulated = 0;         // s
  std::vector<double> figures;  // one per column; NaN: none
};

/// All rows in order, once the study is done.
struct StudyTable {
  const Study* study = nullptr;
  std::vector<FigureColumn> columns;
  std::vector<StudyRow> rows;  // by row number, complete

  [[nodiscard]] const StudyRow& row(std::size_t point, std::size_t replication) const {
    return rows[point * study->replications() + replication];
  }
  /// The figure of every replication of a point, NaN where it has none.
  [[nodiscard]] std::vector<double> values(std::size_t point, std::size_t column) const;
  /// Columns that match `results` of the file, or of the kind, and have a value somewhere; in the order of the patterns.
  [[nodiscard]] std::vector<std::size_t> wanted() const;
};

/// `*` stands for any text.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// The header, with a line feed. `columns` may be fewer than all.
std::string csv_header(const Study& study, const std::vector<FigureColumn>& columns);
std::string csv_line(const Study& study, const StudyRow& row);
/// The same with the figures `used` alone.
std::string csv_line(const Study& study, const StudyRow& row, const std::vector<std::size_t>& used);
/// The row of a line without its line feed; an error for one that is not a line of this study.
Result<StudyRow> read_csv_line(const Study& study, std::size_t figures, std::string_view line);

/// The outcome in a line, however many figures follow it; nothing when there is none.
std::optional<RowOutcome> outcome_of_line(const Study& study, std::string_view line);

/// Shortest text that reads back as the same number; "" for NaN.
std::string number_text(double value);
/// A cell, quoted where it must be (RFC 4180); line feeds become blanks.
std::string csv_cell(std::string_view text);

}  // namespace eastwest
