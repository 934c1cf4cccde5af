// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/search_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "analysis/pareto_front.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kOpenShown = 5;

void read_limits(const Study& study, const char* key, bool at_most, std::vector<SearchLimit>& limits, Diagnostics& diagnostics) {
  const YamlValue* value = study.root.find(key);
  if (value == nullptr || value->is_null()) return;
  if (!value->is_map()) {
    diagnostics.error(value->place, "`" + std::string(key) + "` must be a map from columns to numbers, not " + describe(*value),
                      "write `train.step_time_mean_s: 1.5` lines below it");
    return;
  }
  std::vector<std::string> figures;
  for (const FigureColumn& column : figure_columns(std::vector<std::string>{"job"})) figures.emplace_back(column.figure);
  figures.emplace_back("cost");
  for (const YamlEntry& entry : value->entries) {
    const std::size_t dot = entry.key.rfind('.');
    const std::string figure = entry.key.substr(dot == std::string::npos ? 0 : dot + 1);
    if (dot == std::string::npos || std::find(figures.begin(), figures.end(), figure) == figures.end()) {
      diagnostics.error(entry.key_place, "`" + entry.key + "` is no column of results",
                        dot == std::string::npos ? "write JOB.FIGURE, such as `train.step_time_mean_s`" : suggest(figure, figures));
      continue;
    }
    double number = 0;
    const std::string& text = entry.value.text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
      diagnostics.error(entry.value.place, "the limit of `" + entry.key + "` is " + describe(entry.value) + ", not a number",
                        "write a plain number in the unit at the end of the column's name");
      continue;
    }
    limits.push_back({entry.key, number, at_most});
  }
}

std::optional<std::size_t> find_column(const StudyTable& table, const std::string& name) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name == name) return c;
  return std::nullopt;
}

double mean_of(const StudyTable& table, std::size_t point, const std::string& column) {
  const std::optional<std::size_t> found = find_column(table, column);
  return found ? estimate(table.values(point, *found)).mean : std::nan("");
}

std::string_view word_of(LimitState state) {
  switch (state) {
    case LimitState::kept: return "kept";
    case LimitState::not_shown: return "not shown";
    case LimitState::broken: return "broken";
    case LimitState::no_result: break;
  }
  return "no result";
}

}  // namespace

LimitState limit_state(const StudyTable& table, std::size_t point, const SearchLimit& limit) {
  const std::optional<std::size_t> column = find_column(table, limit.column);
  if (!column) return LimitState::no_result;
  const Estimate e = estimate(table.values(point, *column));
  if (e.runs < table.study->replications()) return LimitState::no_result;
  const double spread = std::isnan(e.half_width) ? 0 : e.half_width;
  const double sign = limit.at_most ? 1 : -1;
  const double inside = sign * (limit.value - e.mean);  // of the mean
  return inside >= spread ? LimitState::kept : inside < -spread ? LimitState::broken : LimitState::not_shown;
}

LimitState limits_state(const StudyTable& table, std::size_t point, const std::vector<SearchLimit>& limits) {
  LimitState worst = LimitState::kept;
  for (const SearchLimit& limit : limits) worst = std::max(worst, limit_state(table, point, limit));
  return worst;
}

std::vector<SearchLimit> search_limits(const Study& study, Diagnostics& diagnostics) {
  std::vector<SearchLimit> limits;
  read_limits(study, "at_most", true, limits, diagnostics);
  read_limits(study, "at_least", false, limits, diagnostics);
  return limits;
}

std::vector<std::size_t> search_front(const StudyTable& table, const std::vector<SearchLimit>& limits) {
  std::vector<ParetoDesign> designs;
  for (std::size_t point = 0; point < table.study->points(); ++point) {
    ParetoDesign design{point, mean_of(table, point, "site.cost"), {}};
    bool whole = !std::isnan(design.cost);
    for (const SearchLimit& limit : limits) {
      const std::optional<std::size_t> column = find_column(table, limit.column);
      std::vector<double> values = column ? table.values(point, *column) : std::vector<double>{std::nan("")};
      for (double& value : values) {
        whole = whole && !std::isnan(value);
        if (!limit.at_most) value = -value;
      }
      design.figures.push_back(std::move(values));
    }
    if (whole) designs.push_back(std::move(design));  // one without a result is none
  }
  return pareto_front(std::move(designs));
}

std::string search_answer(const StudyTable& table) {
  const Study& study = *table.study;
  Diagnostics ignored;
  const std::vector<SearchLimit> limits = search_limits(study, ignored);
  const std::vector<std::size_t> front = search_front(table, limits);
  const auto on_front = [&](std::size_t point) { return std::find(front.begin(), front.end(), point) != front.end(); };
  const auto cost_at = [&](std::size_t point) { return mean_of(table, point, "site.cost"); };
  const std::string doubt = study.replications() == 1 ? " ?" : "";
  std::string text;
  std::optional<std::size_t> cheapest;
  std::vector<std::size_t> open;  // dearer or cheaper than the cheapest, whose intervals straddle a limit
  for (std::size_t point = 0; point < study.points(); ++point) {
    if (std::isnan(cost_at(point))) continue;  // what has no cost is not the cheapest
    const LimitState state = limits_state(table, point, limits);
    if (state == LimitState::not_shown) open.push_back(point);
    if (state != LimitState::kept) continue;
    const bool ahead = !cheapest || cost_at(point) < cost_at(*cheapest);
    if (ahead || (cost_at(point) == cost_at(*cheapest) && on_front(point) && !on_front(*cheapest))) cheapest = point;
  }
  if (cheapest) {
    text += "cheapest that keeps every limit: point " + std::to_string(*cheapest) + " (" + study.label(*cheapest) + "), cost " +
            fixed(cost_at(*cheapest), 0) + doubt + "\n";
  } else {
    text += "no point that was played keeps every limit" + doubt + "\n";
  }
  std::erase_if(open, [&](std::size_t point) { return cheapest && cost_at(point) >= cost_at(*cheapest); });
  for (std::size_t i = 0; i < std::min(open.size(), kOpenShown); ++i)
    text += "  not shown to keep or to break them: point " + std::to_string(open[i]) + " (" + study.label(open[i]) + "), cost " +
            fixed(cost_at(open[i]), 0) + (cheapest ? ", which costs less" : "") + ": more seeds (`replications`) can tell\n";
  if (open.size() > kOpenShown) text += "  and so of " + std::to_string(open.size() - kOpenShown) + " more\n";
  std::size_t space = 1;
  for (const StudyAxis& axis : study.axes) space *= axis.settings.size();
  text += std::to_string(study.points()) + " of " + std::to_string(space) + " designs were played" +
          (study.points() < space ? ": the cheapest; `evaluations` plays more" : "") + "\n";
  text += "prices are those of the study, and the user's alone\n";

  std::vector<std::size_t> shown = front;
  if (cheapest && !on_front(*cheapest)) {
    const auto dearer = [&](std::size_t point) { return cost_at(point) > cost_at(*cheapest); };
    shown.insert(std::find_if(shown.begin(), shown.end(), dearer), *cheapest);
  }
  std::vector<TextTable::Column> columns = {{"point", TextTable::Align::right}, {"design"}, {"cost", TextTable::Align::right}};
  for (const SearchLimit& limit : limits)
    columns.push_back({limit.column + (limit.at_most ? " <= " : " >= ") + number_text(limit.value), TextTable::Align::right});
  columns.push_back({"limits"});
  TextTable out(std::move(columns));
  for (const std::size_t point : shown) {
    std::vector<std::string> cells = {std::to_string(point), study.label(point), fixed(cost_at(point), 0)};
    for (const SearchLimit& limit : limits) {
      const std::optional<std::size_t> column = find_column(table, limit.column);
      cells.push_back(column ? estimate_text(table.columns[*column], estimate(table.values(point, *column))) : "-");
    }
    const LimitState state = limits_state(table, point, limits);
    std::string word(word_of(state));
    if (point == cheapest) word += ", cheapest";
    else if (cheapest && state == LimitState::kept && cost_at(point) == cost_at(*cheapest)) word += ", as cheap";
    if (!on_front(point)) word += "; one above is as good for less";
    cells.push_back(word + doubt);
    out.add_row(std::move(cells));
  }
  text += "\nPareto front of cost and the limited figures, cheapest first\n" + out.print("  ");
  text +=
      "  kept: the whole interval keeps the limit; broken: the whole interval breaks it; not shown: it straddles it, more seeds can tell\n";
  if (study.points() > shown.size())
    text += "  of each of the other " + std::to_string(study.points() - shown.size()) +
            " played one on the front costs no more, and in no limited figure is it shown to be better\n"
            "  than that one by over a thousandth; or it has no result; all are in summary.csv\n";
  return text;
}

}  // namespace eastwest
