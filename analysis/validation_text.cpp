// SPDX-License-Identifier: Apache-2.0
// The Markdown of a validation: a line for each table, remarks on what stands off, and every point.
#include <cmath>

#include "analysis/text_table.hpp"
#include "analysis/validation.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kClassNames[] = {"below 1 MiB", "1 to 64 MiB", "256 MiB and more"};

std::string joined(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string whole_percent(double share) { return std::to_string(std::llround(100 * share)) + " %"; }

std::string error_cell(const ErrorGroup& group) {
  return group.points == 0 ? std::string() : whole_percent(group.error) + " (" + std::to_string(group.points) + ")";
}

std::string class_cell(const ErrorGroup& group, SizeClass size_class) {
  if (group.points == 0) return {};
  return error_cell(group) + (within_bar(group, size_class) ? "" : " **over**");
}

std::string ranking_cell(std::uint32_t rankings, std::uint32_t misranked) {
  return rankings == 0 ? std::string() : std::to_string(rankings - misranked) + " of " + std::to_string(rankings);
}

template <typename Groups>
std::string summary_line(const std::string& name, const Groups& groups) {
  std::vector<std::string> cells = {name};
  for (unsigned c = 0; c < kSizeClassCount; ++c) cells.push_back(class_cell(groups.classes[c], SizeClass(c)));
  cells.push_back(error_cell(groups.all));
  cells.push_back(error_cell(groups.held_out));
  cells.push_back(groups.all.points == 0 ? "" : fixed(groups.all.worst, 2));
  cells.push_back(ranking_cell(groups.rankings, groups.misranked));
  return joined(cells);
}

std::string title_of(const ValidatedTable& table) {
  const std::string title = describe_measured_table(table.name).title;
  return title.empty() ? table.name : title;
}

std::string point_line(const ValidatedPoint& point) {
  const Measurement& m = point.measurement;
  std::vector<std::string> cells = {print_quantity(m.size.count, Dimension::bytes), std::to_string(m.gpus), m.operation, m.algorithm};
  cells.push_back(readable(point.measured, "s"));
  cells.push_back(point.simulated > 0 ? readable(point.simulated, "s") : "");
  cells.push_back(point.simulated > 0 ? fixed(point.simulated / point.measured, 2) : "");
  cells.push_back(point.simulated > 0 ? point.algorithm : point.diagnosis);
  cells.push_back(m.fitted ? "yes" : "");
  return joined(cells);
}

std::string points_of(const ValidatedTable& table) {
  std::string text = "\n**" + title_of(table) + "** (`" + table.name + "`)\n\n";
  text += joined({"size", "GPUs", "operation", "asked for", "measured", "simulated", "ratio", "played", "fitted"});
  text += "| ---: | ---: | --- | --- | ---: | ---: | ---: | --- | --- |\n";
  for (const ValidatedPoint& point : table.points) text += point_line(point);
  return text;
}

}  // namespace

std::string validation_markdown(const Validation& validation) {
  std::vector<std::string> heading = {"table"};
  for (unsigned c = 0; c < kSizeClassCount; ++c) heading.push_back(std::string(kClassNames[c]) + ", bar " + whole_percent(kErrorBars[c]));
  for (const char* rest : {"all sizes", "not fitted on", "worst ratio", "ranked alike"}) heading.emplace_back(rest);
  std::string text = joined(heading) + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const ValidatedTable& table : validation.tables) text += summary_line(title_of(table), table);
  if (validation.tables.size() > 1) text += summary_line("all", validation);
  if (validation.failed != 0) text += "\n" + std::to_string(validation.failed) + " points could not be simulated; they say why below.\n";
  std::string remarks;
  for (const ValidatedTable& table : validation.tables) {
    const std::string remark = describe_measured_table(table.name).remark;
    if (!remark.empty()) remarks += "* " + title_of(table) + ": " + remark + "\n";
  }
  if (!remarks.empty()) text += "\n" + remarks;
  for (const ValidatedTable& table : validation.tables) text += points_of(table);
  return text;
}

}  // namespace eastwest
