// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_results.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kTroublesShown = 20;

std::string_view verdict_word(const FigureColumn& column, const PairedDifference& difference) {
  switch (difference.verdict) {
    case PairVerdict::unknown: return "unknown";
    case PairVerdict::none: return is_undecided(difference) ? "not shown" : "none";
    case PairVerdict::lower:
      return column.better == FigureColumn::Better::lower ? "better" : column.better == FigureColumn::Better::higher ? "worse" : "lower";
    case PairVerdict::higher:
      return column.better == FigureColumn::Better::higher ? "better" : column.better == FigureColumn::Better::lower ? "worse" : "higher";
  }
  return "unknown";
}

std::string summary_csv(const StudyTable& table, const std::vector<SummaryLine>& lines) {
  const Study& study = *table.study;
  std::string text = "point";
  for (const StudyAxis& axis : study.axes) text += "," + csv_cell(axis.name);
  text += ",figure,runs,mean,ci95,reference,difference,difference_ci95,relative,verdict\n";
  for (const SummaryLine& line : lines) {
    text += std::to_string(line.point);
    for (std::size_t axis = 0; axis < study.axes.size(); ++axis) text += "," + csv_cell(study.setting(line.point, axis).label);
    text += "," + csv_cell(table.columns[line.column].name) + "," + std::to_string(line.estimate.runs) + "," +
            number_text(line.estimate.mean) + "," + number_text(line.estimate.half_width) + ",";
    if (line.reference && line.difference.estimate.runs > 0) {
      const PairedDifference& d = line.difference;
      text += std::to_string(*line.reference) + "," + number_text(d.estimate.mean) + "," + number_text(d.estimate.half_width) + "," +
              number_text(d.reference_mean == 0 ? std::nan("") : d.estimate.mean / d.reference_mean) + "," +
              std::string(verdict_word(table.columns[line.column], d)) + "\n";
    } else {
      text += ",,,,reference\n";
    }
  }
  return text;
}

std::string points_csv(const StudyTable& table) {
  std::vector<std::size_t> used;
  std::vector<FigureColumn> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto has = [&](const StudyRow& row) { return !std::isnan(row.figures[c]); };
    if (std::none_of(table.rows.begin(), table.rows.end(), has)) continue;
    used.push_back(c);
    columns.push_back(table.columns[c]);
  }
  std::string text = csv_header(*table.study, columns);
  for (const StudyRow& row : table.rows) text += csv_line(*table.study, row, used);
  return text;
}

/// Every point that has no result, once, with why.
std::string troubles(const StudyTable& table) {
  std::size_t count = 0;
  TextTable list({{"point", TextTable::Align::right}, {"setting"}, {"seed", TextTable::Align::right}, {"outcome"}, {"why"}});
  for (const StudyRow& row : table.rows) {
    if (row.outcome == RowOutcome::complete) continue;
    if (row.outcome == RowOutcome::stalled && table.study->kind->stalls_are_answers) continue;
    if (++count > kTroublesShown) continue;
    const std::size_t point = row.row / table.study->replications();
    const std::string why = row.diagnosis.size() > 160 ? row.diagnosis.substr(0, 160) + "..." : row.diagnosis;
    list.add_row({std::to_string(point), table.study->label(point),
                  std::to_string(table.study->first_seed() + row.row % table.study->replications()), std::string(to_string(row.outcome)),
                  why});
  }
  if (count == 0) return {};
  std::string text =
      "\nwithout a result: " + std::to_string(count) + " of " + std::to_string(table.rows.size()) + " runs\n" + list.print("  ");
  if (count > kTroublesShown) text += "  and " + std::to_string(count - kTroublesShown) + " more, in points.csv\n";
  return text;
}

/// Patterns of `results` whose columns no run has.
std::string without_values(const StudyTable& table) {
  const std::vector<std::size_t> wanted = table.wanted();
  std::string text;
  for (const PlacedText& pattern : table.study->results) {
    const auto matches = [&](std::size_t c) { return matches_pattern(pattern.text, table.columns[c].name); };
    if (std::none_of(wanted.begin(), wanted.end(), matches)) text += "no run has a figure `" + pattern.text + "`\n";
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::vector<SummaryLine> summarise_study(const StudyTable& table) {
  const Study& study = *table.study;
  const std::vector<std::size_t> wanted = table.wanted();
  std::vector<SummaryLine> lines;
  for (std::size_t point = 0; point < study.points(); ++point)
    for (const std::size_t column : wanted) {
      const std::vector<double> values = table.values(point, column);
      SummaryLine line{point, column, estimate(values), study.kind->reference(study, point), {}};
      if (line.estimate.runs == 0) continue;
      if (line.reference) line.difference = paired_difference(values, table.values(*line.reference, column));
      lines.push_back(line);
    }
  return lines;
}

std::string estimate_text(const FigureColumn& column, const Estimate& estimate) {
  if (estimate.runs == 0) return "-";
  // What rounding alone makes of equal runs is no spread.
  if (std::isnan(estimate.half_width) || estimate.half_width <= 1e-9 * std::fabs(estimate.mean)) return figure_value(column, estimate.mean);
  return figure_value(column, estimate.mean) + " +- " + figure_value(column, estimate.half_width);
}

std::string difference_text(const PairedDifference& difference) {
  if (difference.estimate.runs == 0) return "-";
  if (difference.verdict == PairVerdict::none) return is_undecided(difference) ? "not shown" : "none";
  if (difference.reference_mean == 0) return difference.estimate.mean > 0 ? "more" : difference.estimate.mean < 0 ? "less" : "none";
  const double share = difference.estimate.mean / difference.reference_mean;
  const std::string text = (share < 0 ? "" : "+") + percent(share);
  return difference.verdict == PairVerdict::unknown ? text + " ?" : text;
}

Result<StudyTable> complete_table(const Study& study, std::vector<FigureColumn> columns, std::vector<StudyRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const StudyRow& a, const StudyRow& b) { return a.row < b.row; });
  rows.erase(std::unique(rows.begin(), rows.end(), [](const StudyRow& a, const StudyRow& b) { return a.row == b.row; }), rows.end());
  if (rows.size() != study.rows())
    return Error{std::to_string(study.rows() - rows.size()) + " of " + std::to_string(study.rows()) + " runs are missing",
                 "continue with --resume"};
  // What a run says that is not to be used enters no mean, limit, front or rank.
  for (StudyRow& row : rows)
    for (std::size_t c = 0; row.outcome != RowOutcome::complete && c < columns.size(); ++c)
      if (columns[c].subject != "site") row.figures[c] = std::nan("");
  StudyTable table{&study, std::move(columns), std::move(rows)};
  add_cost(table);
  return table;
}

std::string study_answer(const StudyTable& table) {
  const Study& study = *table.study;
  std::string text = study.name() + ": " + std::string(study.kind->name) + ", " + std::to_string(study.points()) + " points x " +
                     std::to_string(study.replications()) + (study.replications() == 1 ? " seed\n" : " seeds\n");
  if (study.parameters.values.text("description") != "none") text += study.parameters.values.text("description") + "\n";
  text += "\n" + study.kind->answer(table) + without_values(table) + troubles(table);
  if (study.replications() == 1)
    text += "\n?: one seed has no spread, so no difference is claimed; `replications: 5` tells a difference from chance\n";
  else
    text += "\n+-: 95 % interval over " + std::to_string(study.replications()) +
            " seeds; differences are paired by seed; none: the interval holds zero; not shown: it holds zero and is wider than half of\n"
            "what it is compared with, either way, so that more seeds must decide\n";
  return text;
}

Status write_results(const StudyTable& table, const StudyFolder& folder, std::string_view program_version) {
  const std::vector<SummaryLine> summary = summarise_study(table);
  const std::string hdf5 = folder.file("study.h5");
  std::error_code code;
  if (Status status = write_study_hdf5(table, summary, hdf5 + ".tmp", program_version); !status) return status;
  std::filesystem::rename(hdf5 + ".tmp", hdf5, code);
  if (code) return Error{"`" + hdf5 + "` cannot be written: " + code.message(), "check the folder, then continue with --resume"};
  if (Status status = write_whole_file(folder.file("summary.csv"), summary_csv(table, summary)); !status) return status;
  if (Status status = write_whole_file(folder.file("table.txt"), study_answer(table)); !status) return status;
  if (Status status = write_whole_file(folder.file("points.csv"), points_csv(table)); !status) return status;
  // Last: without the journal the study counts as finished.
  std::filesystem::remove_all(folder.file("chunks"), code);
  std::filesystem::remove(folder.file("points.csv.partial"), code);
  return Done{};
}

}  // namespace eastwest
