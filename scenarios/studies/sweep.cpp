// SPDX-License-Identifier: Apache-2.0
// Sweep: one scenario with some of its values varied, over a grid or a list of points.
//
// A point of a grid is compared with the one that has the first value of the first key and is else the same; of a list, with the first.
#include <string>
#include <utility>

#include "analysis/figure_text.hpp"
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

std::string answer(const StudyTable& table) {
  std::string text;
  for (const std::size_t column : table.wanted()) {
    const std::optional<std::size_t> best = best_point(table, column);
    if (!best) continue;
    const PointFigure figure = point_figure(table, *best, column);
    text += "best " + figure_heading(table.columns[column]) + ": " + estimate_text(table.columns[column], figure.estimate) + " at point " +
            std::to_string(*best) + " (" + table.study->label(*best) + ")";
    if (figure.reference) text += ", " + difference_text(figure.difference) + " against point " + std::to_string(*figure.reference);
    text += "\n";
  }
  return text + "\n" + points_table(table, kPointsShown);
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
