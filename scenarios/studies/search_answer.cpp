// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/search_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "analysis/text_table.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr double kSameShare = 1e-3;  // nobody pays for less

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

/// How far inside its limit the point is, in the unit of the column; below 0: outside; NaN: no result.
double slack(const StudyTable& table, std::size_t point, const SearchLimit& limit) {
  const std::optional<std::size_t> column = find_column(table, limit.column);
  if (!column) return std::nan("");
  const Estimate e = estimate(table.values(point, *column));
  if (e.runs < table.study->replications()) return std::nan("");
  const double spread = std::isnan(e.half_width) ? 0 : e.half_width;
  return limit.at_most ? limit.value - (e.mean + spread) : (e.mean - spread) - limit.value;
}

bool keeps(const StudyTable& table, std::size_t point, const std::vector<SearchLimit>& limits) {
  return std::all_of(limits.begin(), limits.end(), [&](const SearchLimit& limit) { return slack(table, point, limit) >= 0; });
}

}  // namespace

std::vector<SearchLimit> search_limits(const Study& study, Diagnostics& diagnostics) {
  std::vector<SearchLimit> limits;
  read_limits(study, "at_most", true, limits, diagnostics);
  read_limits(study, "at_least", false, limits, diagnostics);
  return limits;
}

std::vector<std::size_t> pareto_front(const StudyTable& table, const std::vector<SearchLimit>& limits) {
  struct Candidate {
    std::size_t point = 0;
    double cost = 0;
    std::vector<std::vector<double>> figures;  // per limit, by seed, so that less is better
  };
  std::vector<Candidate> candidates;
  for (std::size_t point = 0; point < table.study->points(); ++point) {
    Candidate candidate{point, mean_of(table, point, "site.cost"), {}};
    bool whole = !std::isnan(candidate.cost);
    for (const SearchLimit& limit : limits) {
      const std::optional<std::size_t> column = find_column(table, limit.column);
      std::vector<double> values = column ? table.values(point, *column) : std::vector<double>{std::nan("")};
      for (double& value : values) {
        whole = whole && !std::isnan(value);
        if (!limit.at_most) value = -value;
      }
      candidate.figures.push_back(std::move(values));
    }
    if (whole) candidates.push_back(std::move(candidate));  // one without a result is none
  }
  // Below 0: `a` is better; 0: as good, within a thousandth or the scatter of the seeds.
  const auto compare = [](const std::vector<double>& a, const std::vector<double>& b) {
    const PairedDifference d = paired_difference(a, b);
    const bool same = d.verdict == PairVerdict::none || std::fabs(d.estimate.mean) <= kSameShare * std::fabs(d.reference_mean);
    return same ? 0.0 : d.estimate.mean;
  };
  const auto dominates = [&](const Candidate& a, const Candidate& b) {
    if (a.cost > b.cost) return false;
    bool better = a.cost < b.cost;
    for (std::size_t i = 0; i < a.figures.size(); ++i) {
      const double sign = compare(a.figures[i], b.figures[i]);
      if (sign > 0) return false;
      better = better || sign < 0;
    }
    return better;
  };
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
  std::vector<std::size_t> front;
  for (const Candidate& one : candidates)
    if (std::none_of(candidates.begin(), candidates.end(), [&](const Candidate& other) { return dominates(other, one); }))
      front.push_back(one.point);
  return front;
}

std::string search_answer(const StudyTable& table) {
  const Study& study = *table.study;
  Diagnostics ignored;
  const std::vector<SearchLimit> limits = search_limits(study, ignored);
  std::string text;
  std::optional<std::size_t> cheapest;
  for (std::size_t point = 0; point < study.points(); ++point)
    if (keeps(table, point, limits) && (!cheapest || mean_of(table, point, "site.cost") < mean_of(table, *cheapest, "site.cost")))
      cheapest = point;
  if (cheapest) {
    text += "cheapest that keeps every limit: point " + std::to_string(*cheapest) + " (" + study.label(*cheapest) + "), cost " +
            fixed(mean_of(table, *cheapest, "site.cost"), 0) + "\n";
  } else {
    text += "no point that was played keeps every limit\n";
  }
  std::size_t space = 1;
  for (const StudyAxis& axis : study.axes) space *= axis.settings.size();
  text += std::to_string(study.points()) + " of " + std::to_string(space) + " designs were played" +
          (study.points() < space ? ": the cheapest; `evaluations` plays more" : "") + "\n";
  text += "prices are those of the study, and the user's alone\n";

  const std::vector<std::size_t> front = pareto_front(table, limits);
  std::vector<TextTable::Column> columns = {{"point", TextTable::Align::right}, {"design"}, {"cost", TextTable::Align::right}};
  for (const SearchLimit& limit : limits)
    columns.push_back({limit.column + (limit.at_most ? " <= " : " >= ") + number_text(limit.value), TextTable::Align::right});
  columns.push_back({"limits"});
  TextTable out(std::move(columns));
  for (const std::size_t point : front) {
    std::vector<std::string> cells = {std::to_string(point), study.label(point), fixed(mean_of(table, point, "site.cost"), 0)};
    for (const SearchLimit& limit : limits) {
      const std::optional<std::size_t> column = find_column(table, limit.column);
      cells.push_back(column ? estimate_text(table.columns[*column], estimate(table.values(point, *column))) : "-");
    }
    cells.push_back(keeps(table, point, limits) ? (point == cheapest ? "kept, cheapest" : "kept") : "broken");
    out.add_row(std::move(cells));
  }
  text += "\nPareto front of cost and the limited figures, cheapest first\n" + out.print("  ");
  if (study.points() > front.size())
    text += "  every other of the " + std::to_string(study.points()) +
            " played is dearer without being better, or has no result; all are in summary.csv\n";
  return text;
}

}  // namespace eastwest
