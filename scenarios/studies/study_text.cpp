// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_text.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

PointFigure point_figure(const StudyTable& table, std::size_t point, std::size_t column) {
  PointFigure out;
  const std::vector<double> values = table.values(point, column);
  out.estimate = estimate(values);
  out.reference = table.study->kind->reference(*table.study, point);
  if (out.reference) out.difference = paired_difference(values, table.values(*out.reference, column));
  return out;
}

std::string trouble_word(const StudyTable& table, std::size_t point) {
  for (std::size_t r = 0; r < table.study->replications(); ++r)
    if (table.row(point, r).outcome == RowOutcome::complete) return {};
  return std::string(to_string(table.row(point, 0).outcome));
}

std::string points_table(const StudyTable& table, std::size_t most) {
  const Study& study = *table.study;
  const std::vector<std::size_t> wanted = table.wanted();
  std::vector<TextTable::Column> columns = {{"point", TextTable::Align::right}};
  for (const StudyAxis& axis : study.axes) columns.push_back({axis.name});
  std::vector<bool> compared;
  for (const std::size_t c : wanted) {
    bool any = false;
    for (std::size_t point = 0; point < study.points() && !any; ++point) any = study.kind->reference(study, point).has_value();
    compared.push_back(any && table.columns[c].subject != "site");
    columns.push_back({figure_heading(table.columns[c]), TextTable::Align::right});
    if (compared.back()) columns.push_back({"", TextTable::Align::right});
  }
  TextTable out(std::move(columns));
  for (std::size_t point = 0; point < std::min(study.points(), most); ++point) {
    std::vector<std::string> cells = {std::to_string(point)};
    for (std::size_t axis = 0; axis < study.axes.size(); ++axis) cells.push_back(study.setting(point, axis).label);
    const std::string trouble = trouble_word(table, point);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const PointFigure figure = point_figure(table, point, wanted[i]);
      cells.push_back(figure.estimate.runs == 0 && !trouble.empty() && i == 0 ? trouble
                                                                              : estimate_text(table.columns[wanted[i]], figure.estimate));
      if (compared[i]) cells.push_back(figure.reference ? difference_text(figure.difference) : "");
    }
    out.add_row(std::move(cells));
  }
  std::string text = out.print("  ");
  if (study.points() > most) text += "  and " + std::to_string(study.points() - most) + " more points, in summary.csv\n";
  return text;
}

std::optional<std::size_t> best_point(const StudyTable& table, std::size_t column) {
  const FigureColumn::Better better = table.columns[column].better;
  if (better == FigureColumn::Better::neither) return std::nullopt;
  std::optional<std::size_t> best;
  double value = 0;
  for (std::size_t point = 0; point < table.study->points(); ++point) {
    const PointFigure figure = point_figure(table, point, column);
    const Estimate& e = figure.estimate;
    if (e.runs == 0 || figure.difference.verdict == PairVerdict::none) continue;
    const bool ahead = better == FigureColumn::Better::lower ? e.mean < value : e.mean > value;
    if (best && !ahead) continue;
    best = point;
    value = e.mean;
  }
  return best;
}

}  // namespace eastwest
