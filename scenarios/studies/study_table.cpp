// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "analysis/csv_line.hpp"
#include "scenarios/studies/study_kind.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 4> kOutcomes = {"complete", "unsound", "stalled", "refused"};

template <class Number>
bool read_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string leading_cells(const Study& study, const StudyRow& row) {
  const std::size_t point = row.row / study.replications();
  const std::size_t replication = row.row % study.replications();
  std::string line = std::to_string(point) + "," + std::to_string(replication) + "," + std::to_string(study.first_seed() + replication);
  for (std::size_t axis = 0; axis < study.axes.size(); ++axis) line += "," + csv_cell(study.setting(point, axis).label);
  line += "," + std::string(to_string(row.outcome)) + "," + csv_cell(row.diagnosis) + "," + row.digest + "," + number_text(row.simulated);
  return line;
}

}  // namespace

std::string_view to_string(RowOutcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

std::string number_text(double value) {
  if (std::isnan(value)) return {};
  std::array<char, 40> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::string(text.data(), end) : std::string();
}

std::string csv_cell(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (clean.find_first_of(",\"") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char c : clean) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<double> StudyTable::values(std::size_t point, std::size_t column) const {
  std::vector<double> out;
  for (std::size_t r = 0; r < study->replications(); ++r) out.push_back(row(point, r).figures[column]);
  return out;
}

std::vector<std::size_t> StudyTable::wanted() const {
  std::vector<std::string> patterns;
  for (const PlacedText& text : study->results) patterns.push_back(text.text);
  if (patterns.empty())
    for (const std::string_view text : study->kind->results()) patterns.emplace_back(text);
  const auto used = [&](std::size_t c) {
    return std::any_of(rows.begin(), rows.end(), [&](const StudyRow& row) { return !std::isnan(row.figures[c]); });
  };
  std::vector<std::size_t> out;
  for (const std::string& pattern : patterns)
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (matches_pattern(pattern, columns[c].name) && std::find(out.begin(), out.end(), c) == out.end() && used(c)) out.push_back(c);
  // A job of which nothing else is known has at least a time.
  if (study->results.empty())
    for (const std::string& job : study->jobs) {
      const bool told = std::any_of(out.begin(), out.end(), [&](std::size_t c) { return columns[c].subject == job; });
      for (std::size_t c = 0; c < columns.size() && !told; ++c)
        if (columns[c].subject == job && columns[c].figure == "time_s" && used(c)) out.push_back(c);
    }
  return out;
}

std::string csv_header(const Study& study, const std::vector<FigureColumn>& columns) {
  std::string line = "point,replication,seed";
  for (const StudyAxis& axis : study.axes) line += "," + csv_cell(axis.name);
  line += ",outcome,diagnosis,digest,simulated_s";
  for (const FigureColumn& column : columns) line += "," + csv_cell(column.name);
  return line + "\n";
}

std::string csv_line(const Study& study, const StudyRow& row) {
  std::string line = leading_cells(study, row);
  for (const double value : row.figures) line += "," + number_text(value);
  return line + "\n";
}

std::string csv_line(const Study& study, const StudyRow& row, const std::vector<std::size_t>& used) {
  std::string line = leading_cells(study, row);
  for (const std::size_t column : used) line += "," + number_text(row.figures[column]);
  return line + "\n";
}

std::optional<RowOutcome> outcome_of_line(const Study& study, std::string_view line) {
  const std::optional<std::vector<std::string>> cells = csv_cells(line);
  const std::size_t leading = 3 + study.axes.size();
  if (!cells || cells->size() <= leading) return std::nullopt;
  const auto outcome = std::find(kOutcomes.begin(), kOutcomes.end(), (*cells)[leading]);
  return outcome == kOutcomes.end() ? std::nullopt : std::optional(static_cast<RowOutcome>(outcome - kOutcomes.begin()));
}

Result<StudyRow> read_csv_line(const Study& study, std::size_t figures, std::string_view line) {
  const std::optional<std::vector<std::string>> cells = csv_cells(line);
  const std::size_t leading = 3 + study.axes.size();
  if (!cells || cells->size() != leading + 4 + figures) return Error{"it has another number of cells than this study's header", {}};
  std::uint64_t point = 0;
  std::uint64_t replication = 0;
  if (!read_number((*cells)[0], point) || !read_number((*cells)[1], replication) || point >= study.points() ||
      replication >= study.replications())
    return Error{"it names a point or replication that this study does not have", {}};
  StudyRow row;
  row.row = point * study.replications() + replication;
  const auto outcome = std::find(kOutcomes.begin(), kOutcomes.end(), (*cells)[leading]);
  if (outcome == kOutcomes.end()) return Error{"`" + (*cells)[leading] + "` is no outcome", {}};
  row.outcome = static_cast<RowOutcome>(outcome - kOutcomes.begin());
  row.diagnosis = (*cells)[leading + 1];
  row.digest = (*cells)[leading + 2];
  if (!read_number((*cells)[leading + 3], row.simulated)) return Error{"its simulated time is no number", {}};
  for (std::size_t i = 0; i < figures; ++i) {
    const std::string& text = (*cells)[leading + 4 + i];
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!text.empty() && !read_number(text, value)) return Error{"`" + text + "` is no number", {}};
    row.figures.push_back(value);
  }
  return row;
}

}  // namespace eastwest
