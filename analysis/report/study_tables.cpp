// SPDX-License-Identifier: Apache-2.0
// The files of a study's folder, each held against the form that docs/studies-format.md gives it.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "analysis/csv_line.hpp"
#include "analysis/report/study_record.hpp"
#include "core/input_text.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 5> kKinds = {"compare", "failure", "growth", "search", "sweep"};
constexpr std::array<std::string_view, 4> kOutcomes = {"complete", "unsound", "stalled", "refused"};
constexpr std::uint64_t kPointsMost = 100'000'000;
constexpr const char* kAgain = "the file is damaged: run the study again in another folder";

template <class Number>
bool read_value(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Lines without their line feeds; the last one only when it has one.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::optional<std::string_view> next() {
    const std::size_t feed = text_.find('\n', at_);
    if (feed == std::string_view::npos) return std::nullopt;
    ++number_;
    const std::string_view line = text_.substr(at_, feed - at_);
    at_ = feed + 1;
    return line;
  }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] bool torn() const { return at_ < text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 0;
};

/// A scalar as ParameterWriter writes it: plain, or in quotes with the escapes of YAML.
std::string plain(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      out += text[i];
      if (text[i] == '\'' && text[i + 1] == '\'' && i + 2 < text.size()) ++i;
    }
    return out;
  }
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

/// The column of that name; of a version that has others, none.
std::optional<FigureColumn> known_column(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string subject = name.substr(0, dot);
  if (name == "site.cost") return FigureColumn{name, subject, "cost", "currency", "by the user's prices", 1, FigureColumn::Better::lower};
  const std::vector<std::string> jobs = {subject};
  for (const FigureColumn& column : figure_columns(jobs))
    if (column.name == name) return column;
  return std::nullopt;
}

/// Number of axes, and the columns, from the header of points.csv; nothing with a mistake told.
bool read_header(const std::vector<std::string>& header, StudyRecord& record, InputErrors& errors) {
  static constexpr std::array<std::string_view, 4> kAfterAxes = {"outcome", "diagnosis", "digest", "simulated_s"};
  const auto after = std::search(header.begin(), header.end(), kAfterAxes.begin(), kAfterAxes.end());
  if (header.size() < 3 || header[0] != "point" || header[1] != "replication" || header[2] != "seed" || after == header.end() ||
      after < header.begin() + 3) {
    errors.error(1, 1, "this is not the header of a study's rows: point,replication,seed, the axes, outcome,diagnosis,digest,simulated_s",
                 kAgain);
    return false;
  }
  for (auto axis = header.begin() + 3; axis != after; ++axis) record.axes.push_back({*axis, {}});
  for (auto name = after + static_cast<std::ptrdiff_t>(kAfterAxes.size()); name != header.end(); ++name) {
    std::optional<FigureColumn> column = known_column(*name);
    if (column) record.columns.push_back(std::move(*column));
    else errors.error(1, 1, "this version has no column " + quote_input(*name), "use the version of eastwest that ran the study");
  }
  return !errors.any();
}

std::uint32_t choice(RecordedAxis& axis, std::map<std::string, std::uint32_t>& known, const std::string& setting) {
  const auto [entry, is_new] = known.emplace(setting, static_cast<std::uint32_t>(axis.settings.size()));
  if (is_new) axis.settings.push_back(setting);
  return entry->second;
}

/// The run of one line; nothing with its mistakes told.
std::optional<RecordedRun> read_run(const std::vector<std::string>& cells, const StudyRecord& record, std::uint32_t line,
                                    InputErrors& errors) {
  RecordedRun run;
  const std::size_t axes = record.axes.size();
  bool good = true;
  const auto refuse = [&](const std::string& what, const std::string& cell) {
    errors.error(line, 1, what + ", not " + quote_input(cell), kAgain);
    good = false;
  };
  if (!read_value(cells[0], run.point) || run.point > kPointsMost) refuse("`point` is a number", cells[0]);
  if (!read_value(cells[1], run.replication) || run.replication >= record.replications)
    refuse("`replication` is a number below " + std::to_string(record.replications), cells[1]);
  if (!read_value(cells[2], run.seed)) refuse("`seed` is a number", cells[2]);
  run.outcome = cells[3 + axes];
  if (std::find(kOutcomes.begin(), kOutcomes.end(), run.outcome) == kOutcomes.end())
    refuse("`outcome` is complete, unsound, stalled or refused", run.outcome);
  run.diagnosis = cells[4 + axes];
  for (std::size_t c = 0; c < record.columns.size(); ++c) {
    const std::string& cell = cells[7 + axes + c];
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!cell.empty() && (!read_value(cell, value) || !std::isfinite(value))) refuse("`" + record.columns[c].name + "` is a number", cell);
    run.figures.push_back(value);
  }
  return good ? std::optional(std::move(run)) : std::nullopt;
}

/// Each point's reference: point 0, or the one that has the first setting of the first axis and is else the same.
void set_references(StudyRecord& record) {
  if (record.points.empty() || record.points[0].number != 0) return;
  const bool first_of_all = record.kind == "failure" || record.kind == "search" || record.listed || record.axes.empty();
  std::map<std::vector<std::uint32_t>, std::size_t> first_settings;
  const auto rest = [](const RecordedPoint& point) {
    return point.choices.empty() ? point.choices : std::vector<std::uint32_t>(point.choices.begin() + 1, point.choices.end());
  };
  for (std::size_t p = 0; p < record.points.size() && !first_of_all; ++p)
    if (record.points[p].choices[0] == record.points[0].choices[0]) first_settings.emplace(rest(record.points[p]), p);
  for (std::size_t p = 1; p < record.points.size(); ++p) {
    if (first_of_all) {
      record.points[p].reference = 0;
      continue;
    }
    const auto found = first_settings.find(rest(record.points[p]));
    if (found != first_settings.end() && found->second != p) record.points[p].reference = found->second;
  }
}

/// Points from sorted runs; of a finished study none may lack a run.
void gather_points(StudyRecord& record, const std::map<std::uint64_t, std::vector<std::uint32_t>>& choices, bool whole,
                   InputErrors& errors) {
  for (std::size_t i = 0; i < record.runs.size(); ++i) {
    if (record.points.empty() || record.points.back().number != record.runs[i].point)
      record.points.push_back({record.runs[i].point, choices.at(record.runs[i].point), i, 0, std::nullopt});
    ++record.points.back().count;
  }
  set_references(record);
  if (!whole) return;
  if (record.points.empty()) errors.error(1, 1, "the study has no runs", kAgain);
  for (std::size_t p = 0; p < record.points.size(); ++p)
    if (record.points[p].number != p || record.points[p].count != record.replications) {
      errors.error(1, 1, "point " + std::to_string(p) + " lacks a run: every point has " + std::to_string(record.replications), kAgain);
      break;
    }
}

}  // namespace

void read_study_head(std::string_view text, const std::string& file, StudyRecord& record, Diagnostics& diagnostics) {
  InputErrors errors(file, text, diagnostics);
  Lines lines(text);
  std::string block;
  while (const std::optional<std::string_view> line = lines.next()) {
    if (line->starts_with("# eastwest ")) record.program_version = std::string(line->substr(11));
    if (line->starts_with("# points: ") && !read_value(line->substr(10), record.points_planned))
      errors.error(lines.number(), 1, "the number of points is " + quote_input(line->substr(10)), kAgain);
    const std::size_t colon = line->find(':');
    if (line->starts_with("#") || colon == std::string_view::npos) continue;
    const std::size_t indent = line->find_first_not_of(' ');
    const std::string_view value = line->substr(std::min(line->find_first_not_of(' ', colon + 1), line->size()));
    if (indent == 0) {
      block = std::string(line->substr(0, colon));
      if (block == "study") record.kind = plain(value);
      else if (block == "name") record.name = plain(value);
      else if (block == "description") record.description = value == "none" ? "" : plain(value);
      else if (block == "list") record.listed = true;
      else if (block == "replications" &&
               (!read_value(value, record.replications) || record.replications < 1 || record.replications > 1'000'000))
        errors.error(lines.number(), 1, "`replications` is a number from 1, not " + quote_input(value), kAgain);
    } else if (block == "at_most" || block == "at_least") {
      RecordedLimit limit{plain(line->substr(indent, colon - indent)), 0, block == "at_most"};
      if (read_value(value, limit.value) && std::isfinite(limit.value)) record.limits.push_back(std::move(limit));
      else errors.error(lines.number(), 1, "the limit of `" + limit.column + "` is " + quote_input(value) + ", not a number", kAgain);
    }
  }
  if (errors.any()) record.replications = 1;
  if (std::find(kKinds.begin(), kKinds.end(), record.kind) == kKinds.end())
    errors.error(1, 1,
                 record.kind.empty() ? "this says no kind of study: it has no line `study: KIND`"
                                     : "this version knows no study of the kind " + quote_input(record.kind),
                 kAgain);
  errors.finish();
}

void read_study_points(std::string_view text, const std::string& file, bool whole, StudyRecord& record, Diagnostics& diagnostics) {
  InputErrors errors(file, text, diagnostics);
  Lines lines(text);
  const std::optional<std::string_view> first = lines.next();
  if (!first && !whole) return;  // killed before its first line was on disk
  const std::optional<std::vector<std::string>> header = first ? csv_cells(*first) : std::nullopt;
  if (!header) {
    errors.error(1, 1, "the file has no header", kAgain);
    return errors.finish();
  }
  if (!read_header(*header, record, errors)) return errors.finish();
  std::vector<std::map<std::string, std::uint32_t>> known(record.axes.size());
  std::map<std::uint64_t, std::vector<std::uint32_t>> choices;
  std::vector<std::pair<std::uint32_t, std::vector<std::string>>> kept;
  while (const std::optional<std::string_view> line = lines.next()) {
    if (errors.full()) break;
    std::optional<std::vector<std::string>> cells = csv_cells(*line);
    if (!cells || cells->size() != header->size()) {
      errors.error(
          lines.number(), 1,
          cells ? std::to_string(cells->size()) + " cells where the header has " + std::to_string(header->size()) : "a quote is not closed",
          kAgain);
      continue;
    }
    std::optional<RecordedRun> run = read_run(*cells, record, lines.number(), errors);
    if (!run) continue;
    record.runs.push_back(std::move(*run));
    kept.emplace_back(lines.number(),
                      std::vector<std::string>(cells->begin() + 3, cells->begin() + 3 + static_cast<std::ptrdiff_t>(record.axes.size())));
  }
  if (whole && lines.torn()) errors.error(lines.number() + 1, 1, "the last line is cut off", kAgain);
  // By point: settings are numbered in the order of points, whatever the order in which runs finished.
  std::vector<std::size_t> order(record.runs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const RecordedRun &x = record.runs[a], &y = record.runs[b];
    return x.point != y.point ? x.point < y.point : x.replication < y.replication;
  });
  std::vector<RecordedRun> runs;
  for (const std::size_t i : order) {
    RecordedRun& run = record.runs[i];
    std::vector<std::uint32_t> own;
    for (std::size_t a = 0; a < record.axes.size(); ++a) own.push_back(choice(record.axes[a], known[a], kept[i].second[a]));
    const auto [entry, is_new] = choices.emplace(run.point, own);
    if (!is_new && entry->second != own)
      errors.error(kept[i].first, 1, "point " + std::to_string(run.point) + " has other settings than in a line before", kAgain);
    const bool twice = !runs.empty() && runs.back().point == run.point && runs.back().replication == run.replication;
    if (twice && whole) errors.error(kept[i].first, 1, "a second line for the same run", kAgain);
    if (!twice) runs.push_back(std::move(run));  // in a journal the first counts
  }
  record.runs = std::move(runs);
  if (!errors.any()) gather_points(record, choices, whole, errors);
  errors.finish();
}

void read_study_summary(std::string_view text, const std::string& file, StudyRecord& record, Diagnostics& diagnostics) {
  InputErrors errors(file, text, diagnostics);
  Lines lines(text);
  const std::size_t axes = record.axes.size();
  const std::optional<std::string_view> first = lines.next();
  const std::optional<std::vector<std::string>> header = first ? csv_cells(*first) : std::nullopt;
  if (!header || header->size() != axes + 10 || header->front() != "point" || (*header)[axes + 1] != "figure") {
    errors.error(1, 1, "this is not the header of a summary: point, the axes, figure,runs,mean,ci95,reference,...", kAgain);
    return errors.finish();
  }
  while (const std::optional<std::string_view> line = lines.next()) {
    if (errors.full()) break;
    const std::optional<std::vector<std::string>> cells = csv_cells(*line);
    std::uint64_t point = 0;
    double mean = 0;
    if (!cells || cells->size() != header->size() || !read_value((*cells)[0], point) || point >= record.points.size() ||
        !read_value((*cells)[axes + 3], mean)) {
      errors.error(lines.number(), 1, "this is not a line of the study's summary", kAgain);
      continue;
    }
    const std::optional<std::size_t> column = record.find_column((*cells)[axes + 1]);
    if (!column) {
      errors.error(lines.number(), 1, "points.csv has no column " + quote_input((*cells)[axes + 1]), kAgain);
      continue;
    }
    const RecordedFigure own = record.figure(point, *column);
    const std::string reference = own.reference && own.difference.estimate.runs > 0 ? std::to_string(*own.reference) : "";
    if (!(std::fabs(own.estimate.mean - mean) <= 1e-9 * std::fabs(mean)) || reference != (*cells)[axes + 5])
      errors.error(lines.number(), 1,
                   "`" + record.columns[*column].name + "` of point " + std::to_string(point) + " does not follow from points.csv",
                   "one of the two files was changed: run the study again in another folder");
    if (std::find(record.wanted.begin(), record.wanted.end(), *column) == record.wanted.end()) record.wanted.push_back(*column);
  }
  if (lines.torn()) errors.error(lines.number() + 1, 1, "the last line is cut off", kAgain);
  errors.finish();
}

}  // namespace eastwest
