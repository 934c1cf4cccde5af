// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/failure_answer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kLinesShown = 30;
constexpr double kStall = 1e300;
constexpr double kNoResult = -1e300;  // refused, or not to be used: says nothing of the failure, and stands below all

/// One failure: what the wanted figures lose with new routes, and without.
struct Line {
  std::size_t failed = 0;  // setting of the first axis
  double worst = 0;        // relative loss with new routes, over the wanted figures; kStall: it does not finish; kNoResult
  double stubborn = 0;     // the same without
  std::vector<std::string> cells;
  std::size_t alike = 0;  // others with the same cells
  bool open = false;      // a figure's seeds show neither a cost nor that there is none
};

/// What the figures of a point lose against the first point; kStall when a run of it does not finish, kNoResult when one has no result.
double loss(const StudyTable& table, std::size_t point, const std::vector<std::size_t>& wanted, std::vector<std::string>& cells,
            bool& open) {
  // With some seeds only: no hash led a flow over what failed under the others.
  std::size_t stopped = 0;
  std::optional<RowOutcome> useless;
  for (std::size_t r = 0; r < table.study->replications(); ++r) {
    const RowOutcome outcome = table.row(point, r).outcome;
    stopped += outcome == RowOutcome::stalled ? 1 : 0;
    if (outcome == RowOutcome::refused || outcome == RowOutcome::unsound) useless = outcome;
  }
  if (stopped > 0) {
    std::string text = trouble_word(table, point);
    if (text != to_string(RowOutcome::stalled))
      text = "stalled " + std::to_string(stopped) + " of " + std::to_string(table.study->replications());
    for (std::size_t i = 0; i < wanted.size(); ++i) cells.push_back(i == 0 ? text : "");
    return kStall;
  }
  if (useless) {
    for (std::size_t i = 0; i < wanted.size(); ++i) cells.push_back(i == 0 ? std::string(to_string(*useless)) : "");
    return kNoResult;
  }
  double worst = 0;
  for (const std::size_t column : wanted) {
    const PointFigure figure = point_figure(table, point, column);
    cells.push_back(difference_text(figure.difference));
    open = open || is_undecided(figure.difference);
    if (figure.difference.estimate.runs == 0 || figure.difference.reference_mean == 0 || figure.difference.verdict == PairVerdict::none)
      continue;
    const double share = figure.difference.estimate.mean / figure.difference.reference_mean;
    worst = std::max(worst, table.columns[column].better == FigureColumn::Better::higher ? -share : share);
  }
  return worst;
}

std::string class_of(const std::string& name) { return name.substr(0, name.find(' ')); }

/// "64 x cable: 3 stop the work, the worst of the other 61 costs +12.0 % (the largest of 61: partly chance); without new routes 40 stop it".
std::string class_line(const std::string& name, const std::vector<Line>& lines, const Study& study, bool both) {
  std::size_t count = 0;
  std::size_t stops = 0;
  std::size_t stubborn_stops = 0;
  std::size_t useless = 0;
  std::size_t open = 0;
  double worst = 0;
  for (const Line& line : lines) {
    if (class_of(study.axes[0].settings[line.failed].label) != name) continue;
    ++count;
    stubborn_stops += line.stubborn >= kStall ? 1 : 0;
    if (line.worst >= kStall) ++stops;
    else if (line.worst <= kNoResult) ++useless;
    else worst = std::max(worst, line.worst), open += line.open ? 1 : 0;
  }
  const std::size_t others = count - stops - useless;
  std::string text =
      "  " + std::to_string(count) + " x " + name + ": " + (stops == 0 ? "none stops" : std::to_string(stops) + " stop") + " the work";
  const std::string doubt = study.replications() == 1 ? " ?" : "";
  if (others > 0 && worst == 0) {
    text += others == 1 && stops + useless == 0 ? ", nor is it shown to cost anything" + doubt
                                                : ", none of the other " + std::to_string(others) + " is shown to cost anything" + doubt;
  } else if (others > 0) {
    text += others == 1 && stops + useless == 0 ? ", it costs " : ", the worst of the other " + std::to_string(others) + " costs ";
    text += "+" + percent(worst) + doubt;
    // The largest of many draws is large by being chosen.
    if (others > 1) text += " (the largest of " + std::to_string(others) + ": partly chance)";
  }
  if (open > 0) text += ", of " + std::to_string(open) + " it is not shown";
  if (useless > 0) text += ", " + std::to_string(useless) + " without a result";
  if (both)
    text += "; without new routes " + (stubborn_stops == 0 ? std::string("none stops it") : std::to_string(stubborn_stops) + " stop it");
  return text + "\n";
}

}  // namespace

std::string failure_answer(const StudyTable& table) {
  const Study& study = *table.study;
  const std::vector<std::size_t> wanted = table.wanted();
  const bool both = study.axes[1].settings.size() > 1;
  std::vector<Line> lines;
  for (std::size_t point = 1; point < study.points(); point += both ? 2 : 1) {
    Line line;
    line.failed = study.choices[point * study.axes.size()];
    line.worst = loss(table, point, wanted, line.cells, line.open);
    if (both) {
      std::vector<std::string> cells;
      bool ignored = false;
      line.stubborn = loss(table, point + 1, wanted, cells, ignored);
      line.cells.insert(line.cells.end(), cells.begin(), cells.end());
    }
    lines.push_back(std::move(line));
  }
  std::vector<std::string> classes;
  for (const Line& line : lines) {
    const std::string name = class_of(study.axes[0].settings[line.failed].label);
    if (std::find(classes.begin(), classes.end(), name) == classes.end()) classes.push_back(name);
  }
  std::string text = "undisturbed: ";
  for (const std::size_t column : wanted)
    text += (column == wanted.front() ? "" : ", ") + figure_heading(table.columns[column]) + " " +
            estimate_text(table.columns[column], point_figure(table, 0, column).estimate);
  text += "\n";
  for (const std::string& name : classes) text += class_line(name, lines, study, both);

  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    if (a.worst != b.worst) return a.worst > b.worst;
    return a.open != b.open ? a.open : a.stubborn > b.stubborn;
  });
  std::vector<Line> ranked;
  for (Line& line : lines) {
    const auto alike = std::find_if(ranked.begin(), ranked.end(), [&](const Line& other) {
      return other.cells == line.cells &&
             class_of(study.axes[0].settings[other.failed].label) == class_of(study.axes[0].settings[line.failed].label);
    });
    if (alike == ranked.end()) ranked.push_back(std::move(line));
    else ++alike->alike;
  }
  std::vector<TextTable::Column> columns = {{"rank", TextTable::Align::right}, {"failed"}, {"alike", TextTable::Align::right}};
  for (const char* how : {"", "no new routes: "}) {
    if (*how != '\0' && !both) continue;
    for (const std::size_t column : wanted) columns.push_back({how + figure_heading(table.columns[column]), TextTable::Align::right});
  }
  TextTable out(std::move(columns));
  for (std::size_t i = 0; i < std::min(ranked.size(), kLinesShown); ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1), study.axes[0].settings[ranked[i].failed].label,
                                      ranked[i].alike == 0 ? "" : "+" + std::to_string(ranked[i].alike)};
    cells.insert(cells.end(), ranked[i].cells.begin(), ranked[i].cells.end());
    out.add_row(std::move(cells));
  }
  text += "\nranked by what it costs" + std::string(both ? ", with new routes and without" : "") + "\n" + out.print("  ");
  if (ranked.size() > kLinesShown) text += "  and " + std::to_string(ranked.size() - kLinesShown) + " lines more, in summary.csv\n";
  return text;
}

}  // namespace eastwest
