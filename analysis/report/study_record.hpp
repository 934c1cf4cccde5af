// SPDX-License-Identifier: Apache-2.0
// The record of a study: what its folder holds of it, finished or not, with means, intervals and paired differences of its points.
//
// Units: those of the columns (analysis/figures.hpp). Invariants: points by number, runs by point and replication; of a finished study every
// point has all its runs, and summary.csv says of them what they say themselves. Source: docs/studies-format.md, "The folder".
// LIMITATIONS: the folder is read, not the scenarios that it came from; how many runs an unfinished study will have stands in its study.yaml,
// and where it does not, nobody knows; what tasks on a cluster have left and nobody has taken in is not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/figures.hpp"
#include "analysis/replications.hpp"
#include "core/diagnostic.hpp"

namespace eastwest {

struct RecordedAxis {
  std::string name;
  std::vector<std::string> settings;  // in the order in which points have them first
};

struct RecordedRun {
  std::uint64_t point = 0;
  std::uint64_t replication = 0;
  std::uint64_t seed = 0;
  std::string outcome;  // complete, unsound, stalled, refused
  std::string diagnosis;
  std::vector<double> figures;  // one per column; NaN: none
};

struct RecordedPoint {
  std::uint64_t number = 0;
  std::vector<std::uint32_t> choices;  // one setting per axis
  std::size_t first = 0;               // of its runs
  std::size_t count = 0;
  std::optional<std::size_t> reference;  // index of the point that it is compared with
};

struct RecordedLimit {
  std::string column;
  double value = 0;
  bool at_most = true;
};

/// Of one column at one point.
struct RecordedFigure {
  Estimate estimate;
  std::optional<std::size_t> reference;  // index of a point; none: it is one, or that point has no run yet
  PairedDifference difference;
};

struct StudyRecord {
  std::string folder;
  std::string kind;
  std::string name;
  std::string description;
  std::string program_version;
  std::uint64_t replications = 1;
  std::uint64_t points_planned = 0;  // 0: not known
  bool finished = false;
  bool listed = false;  // a sweep over a list: all points are compared with the first
  std::vector<RecordedLimit> limits;
  std::string study_text;   // study.yaml
  std::string answer_text;  // table.txt; empty while unfinished
  std::vector<RecordedAxis> axes;
  std::vector<FigureColumn> columns;
  std::vector<std::size_t> wanted;  // columns that the study is about
  std::vector<RecordedPoint> points;
  std::vector<RecordedRun> runs;

  [[nodiscard]] const std::string& setting(std::size_t point, std::size_t axis) const {
    return axes[axis].settings[points[point].choices[axis]];
  }
  /// "rail, together": its settings.
  [[nodiscard]] std::string label(std::size_t point) const;
  /// By replication; NaN where a run has no such figure, or is not there.
  [[nodiscard]] std::vector<double> values(std::size_t point, std::size_t column) const;
  [[nodiscard]] RecordedFigure figure(std::size_t point, std::size_t column) const;
  [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;
  /// How many of its runs have no result.
  [[nodiscard]] std::size_t troubled(std::size_t point) const;
};

/// Whether `path` names a study: its folder, or study.h5, points.csv, summary.csv or study.yaml in it. Then the folder.
std::optional<std::string> study_folder_of(const std::string& path);

/// Every mistake of the folder's files goes to `diagnostics`.
std::optional<StudyRecord> read_study_record(const std::string& folder, Diagnostics& diagnostics);

// The parts of it, for texts from anywhere.
void read_study_head(std::string_view text, const std::string& file, StudyRecord& record, Diagnostics& diagnostics);
/// Needs the head. `whole`: points.csv of a finished study; else its journal, whose last line may be torn.
void read_study_points(std::string_view text, const std::string& file, bool whole, StudyRecord& record, Diagnostics& diagnostics);
/// Needs the points; sets `wanted`.
void read_study_summary(std::string_view text, const std::string& file, StudyRecord& record, Diagnostics& diagnostics);

}  // namespace eastwest
