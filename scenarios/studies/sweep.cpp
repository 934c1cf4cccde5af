// SPDX-License-Identifier: Apache-2.0
// Sweep: one scenario with some of its values varied, over a grid or a list of points.
//
// A point of a grid is compared with the one that has the first value of the first key and is else the same; of a list, with the first.
#include <string>
#include <utility>

#include "analysis/figure_text.hpp"
#include "scenarios/studies/seed_spread.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kPointsShown = 100;

std::vector<ParameterSpec> parameters() { return {}; }

std::vector<StudyPart> parts() {
  return {{"grid", StudyPartShape::grid, false,
           "what varies: paths with lists of values; every combination is a point, the last key varies fastest"},
          {"list", StudyPartShape::points, false, "the points themselves, one map of changes each; instead of `grid`"}};
}

void plan(Study& study, Diagnostics& diagnostics) {
  const YamlValue* grid = study.root.find("grid");
  const YamlValue* list = study.root.find("list");
  if ((grid == nullptr) == (list == nullptr)) {
    diagnostics.error(list == nullptr ? study.place : list->place,
                      list == nullptr ? "a sweep needs `grid` or `list`: what varies" : "`grid` and `list` both say what varies",
                      list == nullptr ? "write `grid: {PATH: [VALUE, VALUE]}`" : "keep one of them");
    return;
  }
  if (list != nullptr) {
    read_points(study, *list, diagnostics);
    return;
  }
  study.axes = read_grid(study, *grid, diagnostics);
  take_all_combinations(study, diagnostics);
}

std::optional<std::size_t> reference(const Study& study, std::size_t point) {
  const bool grid = study.root.find("grid") != nullptr;
  const std::size_t apart = grid ? study.points() / study.axes.front().settings.size() : study.points();
  const std::size_t first = grid ? point % apart : 0;
  return point == first ? std::nullopt : std::optional<std::size_t>(first);
}

std::vector<std::string_view> results() {
  return {"*.step_time_mean_s",       "*.mfu",        "*.ttft_p99_s",         "*.tpot_p99_s",
          "*.collective_time_mean_s", "*.busbw_GBps", "*.flow_*_slowdown_p99"};
}

/// The best of a column, where seeds tell it from what it is compared with.
std::string best_line(const StudyTable& table, std::size_t column) {
  const Study& study = *table.study;
  const FigureColumn& c = table.columns[column];
  const std::optional<std::size_t> best = best_point(table, column);
  if (!best) return {};
  const PointFigure figure = point_figure(table, *best, column);
  std::size_t references = 0;
  bool differs = false;
  for (std::size_t point = 0; point < study.points(); ++point) {
    const PointFigure one = point_figure(table, point, column);
    references += one.reference ? 0 : 1;
    differs = differs || (one.reference && one.difference.estimate.runs > 0 && one.difference.verdict != PairVerdict::none);
  }
  const std::string value = estimate_text(c, figure.estimate);
  if (!differs && study.points() > references)
    return figure_heading(c) + ": no point is shown to differ from the one that it is compared with" +
           (references == 1 ? " (point " + std::to_string(*best) + ", " + value + ")" : std::string()) + "\n";
  std::string text = "best " + figure_heading(c) + ": " + value + " at point " + std::to_string(*best) + " (" + study.label(*best) + ")";
  if (figure.reference) text += ", " + difference_text(figure.difference) + " against point " + std::to_string(*figure.reference);
  else if (study.replications() == 1) text += " ?";
  return text + "\n";
}

std::string answer(const StudyTable& table) {
  std::string text;
  for (const std::size_t column : table.wanted()) text += best_line(table, column);
  return text + "\n" + points_table(table, kPointsShown) + spread_table(table);
}

}  // namespace

extern const StudyKind kind_study_sweep;
const StudyKind kind_study_sweep{.name = "sweep",
                                 .summary = "some values of a scenario varied, over a grid or a list of points",
                                 .source = "eastwest",
                                 .parameters = parameters,
                                 .parts = parts,
                                 .plan = plan,
                                 .reference = reference,
                                 .answer = answer,
                                 .results = results};

}  // namespace eastwest
