// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/study_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kFiles = {"study.h5", "points.csv", "points.csv.partial", "summary.csv", "study.yaml"};

/// What an unfinished study shows: there is no summary yet that says what it is about.
constexpr std::array<std::string_view, 12> kChief = {"step_time_mean_s", "tokens_per_s_per_gpu",   "ttft_p99_s",    "tpot_p99_s",
                                                     "busbw_GBps",       "collective_time_mean_s", "goodput_per_s", "switches",
                                                     "cables",           "cable_length_m",         "cost",          "flow_large_p99_s"};

void want_chief_figures(StudyRecord& record) {
  const auto used = [&](std::size_t c) {
    return std::any_of(record.runs.begin(), record.runs.end(), [&](const RecordedRun& run) { return !std::isnan(run.figures[c]); });
  };
  for (const std::string_view figure : kChief) {
    // A study of failures is about these two alone, unless the site runs something else.
    if (record.kind == "failure" && figure != "step_time_mean_s" && figure != "ttft_p99_s" && !record.wanted.empty()) continue;
    for (std::size_t c = 0; c < record.columns.size(); ++c)
      if (record.columns[c].figure == figure && used(c)) record.wanted.push_back(c);
  }
  for (std::size_t c = 0; c < record.columns.size() && record.wanted.empty(); ++c)
    if (record.columns[c].figure == "time_s" && used(c)) record.wanted.push_back(c);
}

}  // namespace

std::string StudyRecord::label(std::size_t point) const {
  std::string text;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) text += (axis == 0 ? "" : ", ") + setting(point, axis);
  return text;
}

std::vector<double> StudyRecord::values(std::size_t point, std::size_t column) const {
  std::vector<double> out(replications, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = points[point].first; i < points[point].first + points[point].count; ++i)
    out[runs[i].replication] = runs[i].figures[column];
  return out;
}

RecordedFigure StudyRecord::figure(std::size_t point, std::size_t column) const {
  RecordedFigure out;
  const std::vector<double> own = values(point, column);
  out.estimate = estimate(own);
  out.reference = points[point].reference;
  if (out.reference) out.difference = paired_difference(own, values(*out.reference, column));
  return out;
}

std::optional<std::size_t> StudyRecord::find_column(std::string_view wanted_name) const {
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].name == wanted_name) return c;
  return std::nullopt;
}

std::size_t StudyRecord::troubled(std::size_t point) const {
  std::size_t count = 0;
  for (std::size_t i = points[point].first; i < points[point].first + points[point].count; ++i)
    count += runs[i].outcome == "complete" ? 0 : 1;
  return count;
}

std::optional<std::string> study_folder_of(const std::string& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) return path;
  const fs::path file(path);
  if (std::find(kFiles.begin(), kFiles.end(), file.filename().string()) == kFiles.end()) return std::nullopt;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return fs::exists(folder / "study.yaml", code) ? std::optional<std::string>(folder.string()) : std::nullopt;
}

std::optional<StudyRecord> read_study_record(const std::string& folder, Diagnostics& diagnostics) {
  StudyRecord record;
  record.folder = folder;
  const std::size_t errors = diagnostics.error_count();
  std::error_code code;
  const auto file = [&](const char* name) { return (fs::path(folder) / name).string(); };
  if (!fs::exists(file("study.yaml"), code)) {
    diagnostics.error({folder, 0, 0}, "this folder holds no study: it has no study.yaml",
                      "name the folder that `eastwest study` made, such as STUDY.study");
    return std::nullopt;
  }
  const auto text_of = [&](const char* name, const char* remedy) -> std::string {
    Result<std::string> text = read_input_file(file(name));
    if (text) return std::move(text).value();
    diagnostics.error({file(name), 0, 0}, text.error().message, remedy);
    return {};
  };
  record.study_text = text_of("study.yaml", "run the study again in another folder");
  if (diagnostics.error_count() == errors) read_study_head(record.study_text, file("study.yaml"), record, diagnostics);
  // The journal goes last: while it is there, the study has not ended.
  record.finished = !fs::exists(file("points.csv.partial"), code);
  const char* again = "continue the study with --resume, or run it again in another folder";
  const char* table = record.finished ? "points.csv" : "points.csv.partial";
  const std::string rows = text_of(table, again);
  if (diagnostics.error_count() == errors) read_study_points(rows, file(table), record.finished, record, diagnostics);
  if (record.finished) {
    const std::string summary = text_of("summary.csv", again);
    record.answer_text = text_of("table.txt", again);
    if (diagnostics.error_count() == errors) read_study_summary(summary, file("summary.csv"), record, diagnostics);
  } else {
    want_chief_figures(record);
  }
  if (diagnostics.error_count() != errors) return std::nullopt;
  return record;
}

}  // namespace eastwest
