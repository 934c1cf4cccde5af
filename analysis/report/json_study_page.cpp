// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/figure_text.hpp"
#include "analysis/report/json_page.hpp"
#include "analysis/report/study_page.hpp"
#include "analysis/report/study_ranking.hpp"
#include "analysis/report/study_words.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

/// NaN becomes null.
Json scaled(const FigureColumn& column, double value) { return std::isfinite(value) ? Json(value * column.scale) : Json(nullptr); }

Json columns_json(const StudyRecord& record) {
  const std::vector<std::size_t> chief = chief_columns(record);
  Json list = Json::array();
  for (const std::size_t c : record.wanted) {
    const FigureColumn& column = record.columns[c];
    const char* better = column.better == FigureColumn::Better::lower    ? "lower"
                         : column.better == FigureColumn::Better::higher ? "higher"
                                                                         : "neither";
    list.push_back({{"name", column.name},
                    {"label", figure_heading(column)},
                    {"subject", column.subject},
                    {"figure", column.figure},
                    {"unit", column.unit},
                    {"meaning", column.meaning},
                    {"better", better},
                    {"chief", std::find(chief.begin(), chief.end(), c) != chief.end()}});
  }
  return list;
}

/// [mean, half width, difference, its half width, share of the reference, verdict, runs], the form that the page reads.
Json figure_json(const FigureColumn& column, const RecordedFigure& figure) {
  const PairedDifference& d = figure.difference;
  const bool compared = figure.reference.has_value() && d.estimate.runs > 0;
  const double share = compared && d.reference_mean != 0 ? d.estimate.mean / d.reference_mean : std::nan("");
  // What rounding alone makes of equal runs is no spread.
  const auto width = [&](const Estimate& e) { return e.half_width <= 1e-9 * std::fabs(e.mean) && e.runs > 1 ? 0.0 : e.half_width; };
  return Json::array({scaled(column, figure.estimate.mean), scaled(column, width(figure.estimate)),
                      compared ? scaled(column, d.estimate.mean) : Json(nullptr),
                      compared ? scaled(column, d.estimate.half_width) : Json(nullptr), std::isfinite(share) ? Json(share) : Json(nullptr),
                      verdict_of(column, figure), figure.estimate.runs});
}

Json points_json(const StudyRecord& record, std::size_t most) {
  Json list = Json::array();
  for (std::size_t p = 0; p < std::min(most, record.points.size()); ++p) {
    Json figures = Json::array();
    for (const std::size_t c : record.wanted) figures.push_back(figure_json(record.columns[c], record.figure(p, c)));
    const RecordedPoint& point = record.points[p];
    list.push_back({{"number", point.number},
                    {"settings", point.choices},
                    {"reference", point.reference ? Json(record.points[*point.reference].number) : Json(nullptr)},
                    {"runs", point.count},
                    {"troubled", record.troubled(p)},
                    {"figures", std::move(figures)}});
  }
  return list;
}

/// Runs as rows of the page's tables: point, settings, seed, outcome, why, and the wanted figures.
Json runs_json(const StudyRecord& record, std::size_t most, bool troubled) {
  Json rows = Json::array();
  for (std::size_t p = 0; p < record.points.size(); ++p)
    for (std::size_t i = record.points[p].first; i < record.points[p].first + record.points[p].count && rows.size() < most; ++i) {
      const RecordedRun& run = record.runs[i];
      if (troubled && run.outcome == "complete") continue;
      Json row = Json::array({run.point});
      for (std::size_t a = 0; a < record.axes.size(); ++a) row.push_back(record.setting(p, a));
      row.push_back(std::to_string(run.seed));
      row.push_back(run.outcome);
      row.push_back(run.diagnosis);
      for (const std::size_t c : record.wanted)
        if (!troubled) row.push_back(scaled(record.columns[c], run.figures[c]));
      rows.push_back(std::move(row));
    }
  return rows;
}

Json cost_json(const StudyRecord& record, const FailureCost& cost) {
  Json figures = Json::array();
  for (std::size_t i = 0; i < cost.figures.size(); ++i) figures.push_back(figure_json(record.columns[record.wanted[i]], cost.figures[i]));
  return {{"point", record.points[cost.point].number},
          {"loss", std::isfinite(cost.loss) ? Json(cost.loss) : Json(nullptr)},
          {"stopped", cost.stopped},
          {"figures", std::move(figures)}};
}

Json failures_json(const StudyRecord& record, std::size_t most) {
  if (record.kind != "failure") return nullptr;
  Json list = Json::array();
  for (const FailureRank& rank : ranked_failures(record)) {
    if (list.size() >= most) break;
    list.push_back({{"name", rank.name},
                    {"sort", rank.sort},
                    {"alike", rank.alike},
                    {"rerouted", cost_json(record, rank.rerouted)},
                    {"stubborn", rank.stubborn ? cost_json(record, *rank.stubborn) : Json(nullptr)}});
  }
  return list;
}

Json search_json(const StudyRecord& record, std::size_t most) {
  if (record.kind != "search") return nullptr;
  const SearchOutcome outcome = search_outcome(record);
  Json limits = Json::array(), points = Json::array();
  for (const RecordedLimit& limit : record.limits) {
    const std::optional<std::size_t> c = record.find_column(limit.column);
    limits.push_back({{"label", c ? figure_heading(record.columns[*c]) : limit.column},
                      {"unit", c ? std::string(record.columns[*c].unit) : "count"},
                      {"value", c ? scaled(record.columns[*c], limit.value) : Json(limit.value)},
                      {"at_most", limit.at_most}});
  }
  for (std::size_t p = 0; p < std::min(most, outcome.points.size()); ++p) {
    const SearchVerdict& v = outcome.points[p];
    Json values = Json::array(), spreads = Json::array(), broken = Json::array();
    for (std::size_t i = 0; i < record.limits.size(); ++i) {
      const std::optional<std::size_t> c = record.find_column(record.limits[i].column);
      const Estimate e = c ? estimate(record.values(p, *c)) : Estimate{};
      values.push_back(c ? scaled(record.columns[*c], e.mean) : Json(nullptr));
      spreads.push_back(c ? scaled(record.columns[*c], e.half_width) : Json(nullptr));
      if (!(v.slack[i] >= 0)) broken.push_back(i);
    }
    points.push_back({{"cost", std::isfinite(v.cost) ? Json(v.cost) : Json(nullptr)},
                      {"values", std::move(values)},
                      {"spreads", std::move(spreads)},
                      {"broken", std::move(broken)},
                      {"kept", v.kept},
                      {"front", v.front}});
  }
  return {{"limits", std::move(limits)}, {"points", std::move(points)}, {"chosen", outcome.chosen ? Json(*outcome.chosen) : Json(nullptr)}};
}

}  // namespace

std::string study_page_data(const StudyRecord& record, const StudyPageLimits& limits) {
  const StudyWords words = study_words(record);
  Json sentences = Json::array(), axes = Json::array();
  for (const StudySentence& s : words.sentences) sentences.push_back({{"tone", to_string(s.tone)}, {"text", s.text}});
  for (const RecordedAxis& axis : record.axes) axes.push_back({{"name", axis.name}, {"settings", axis.settings}});
  std::size_t troubled = 0;
  for (std::size_t p = 0; p < record.points.size(); ++p) troubled += record.troubled(p);
  const Json object = {{"format", 1},
                       {"study",
                        {{"kind", record.kind},
                         {"name", record.name},
                         {"description", record.description},
                         {"program_version", record.program_version},
                         {"replications", record.replications},
                         {"finished", record.finished},
                         {"done", record.runs.size()},
                         {"planned", record.points_planned * record.replications},
                         {"points_all", record.points.size()},
                         {"troubled", troubled},
                         {"headline", words.headline},
                         {"sentences", std::move(sentences)},
                         {"axes", std::move(axes)},
                         {"columns", columns_json(record)},
                         {"points", points_json(record, limits.points)},
                         {"runs", runs_json(record, limits.runs, false)},
                         {"troubles", runs_json(record, limits.troubles, true)},
                         {"failures", failures_json(record, limits.failures)},
                         {"search", search_json(record, limits.points)},
                         {"study", record.study_text},
                         {"answer", record.answer_text}}}};
  return text_for_script(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace eastwest
