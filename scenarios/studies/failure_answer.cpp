// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/failure_answer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kLinesShown = 30;
constexpr double kStall = 1e300;

/// One failure: what the wanted figures lose with new routes, and without.
struct Line {
  std::size_t failed = 0;  // setting of the first axis
  double worst = 0;        // relative loss with new routes, over the wanted figures; kStall: it does not finish
  double stubborn = 0;     // the same without
  std::vector<std::string> cells;
  std::size_t alike = 0;  // others with the same cells
};

/// What the figures of a point lose against the first point; kStall when a run of it has no result.
double loss(const StudyTable& table, std::size_t point, const std::vector<std::size_t>& wanted, std::vector<std::string>& cells) {
  // With some seeds only: no hash led a flow over what failed under the others.
  std::size_t stopped = 0;
  for (std::size_t r = 0; r < table.study->replications(); ++r) stopped += table.row(point, r).outcome == RowOutcome::complete ? 0 : 1;
  if (stopped > 0) {
    std::string text = trouble_word(table, point);
    if (text.empty()) text = "stalled " + std::to_string(stopped) + " of " + std::to_string(table.study->replications());
    for (std::size_t i = 0; i < wanted.size(); ++i) cells.push_back(i == 0 ? text : "");
    return kStall;
  }
  double worst = 0;
  for (const std::size_t column : wanted) {
    const PointFigure figure = point_figure(table, point, column);
    cells.push_back(difference_text(figure.difference));
    if (figure.difference.estimate.runs == 0 || figure.difference.reference_mean == 0 || figure.difference.verdict == PairVerdict::none)
      continue;
    const double share = figure.difference.estimate.mean / figure.difference.reference_mean;
    worst = std::max(worst, table.columns[column].better == FigureColumn::Better::higher ? -share : share);
  }
  return worst;
}

std::string class_of(const std::string& name) { return name.substr(0, name.find(' ')); }

std::string share_text(double share) { return share >= kStall ? "does not finish" : (share < 0 ? "" : "+") + percent(share); }

/// "64 cables: 3 stop the work, the worst other +12 %, half of them at most +1 %; without new routes 40 stop it".
std::string class_line(const std::string& name, const std::vector<Line>& lines, const Study& study, bool both) {
  std::vector<double> losses;
  std::size_t stops = 0;
  std::size_t stubborn_stops = 0;
  for (const Line& line : lines) {
    if (class_of(study.axes[0].settings[line.failed].label) != name) continue;
    stops += line.worst >= kStall ? 1 : 0;
    stubborn_stops += line.stubborn >= kStall ? 1 : 0;
    losses.push_back(line.worst);
  }
  std::sort(losses.begin(), losses.end());
  const std::size_t count = losses.size();
  std::string text =
      "  " + std::to_string(count) + " x " + name + ": " + (stops == 0 ? "none stops" : std::to_string(stops) + " stop") + " the work";
  if (stops < count) text += ", the worst of the others costs " + share_text(losses[count - stops - 1]);
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
    line.worst = loss(table, point, wanted, line.cells);
    if (both) {
      std::vector<std::string> cells;
      line.stubborn = loss(table, point + 1, wanted, cells);
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

  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.worst != b.worst ? a.worst > b.worst : a.stubborn > b.stubborn; });
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
