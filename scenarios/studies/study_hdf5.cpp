// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_results.hpp"
#include "sim/trace/hdf5.hpp"

namespace eastwest {

namespace {

/// Columns of one group, the first error kept.
struct Columns {
  hdf5::File& file;
  std::string group;
  Status status;
  Columns(hdf5::File& target, std::string path, std::string_view description)
      : file(target), group(std::move(path)), status(target.make_group(group, description)) {}
  template <class T>
  void numbers(const std::string& name, const std::vector<T>& values, std::string_view units, std::string_view description) {
    if (status) status = file.write_numbers(group + "/" + name, values, std::string(units), std::string(description));
  }
  void texts(const std::string& name, const std::vector<std::string>& values, const std::string& description) {
    if (status) status = file.write_texts(group + "/" + name, values, description);
  }
};

/// `/` separates groups in HDF5.
std::string dataset_name(std::string name) {
  for (char& c : name)
    if (c == '/') c = '_';
  return name;
}

/// The unit of what stands in the column: `busbw_GBps` is in 1e9 B/s.
std::string column_units(const FigureColumn& column) {
  return column.scale == 1e9 ? "1e9 " + std::string(column.unit) : std::string(column.unit);
}

template <class Rows, class Get>
auto column_of(const Rows& rows, Get get) {
  std::vector<decltype(get(rows[0]))> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(get(row));
  return out;
}

Status write_points(hdf5::File& file, const StudyTable& table) {
  const Study& study = *table.study;
  const std::size_t n = study.replications();
  Columns out(file, "/points", "one row per point and replication, in that order");
  out.numbers("point", column_of(table.rows, [&](const StudyRow& r) { return r.row / n; }), "1", "number of the point");
  out.numbers("replication", column_of(table.rows, [&](const StudyRow& r) { return r.row % n; }), "1", "number of the replication");
  out.numbers("seed", column_of(table.rows, [&](const StudyRow& r) { return study.first_seed() + r.row % n; }), "1", "seed of the run");
  out.texts("outcome", column_of(table.rows, [](const StudyRow& r) { return std::string(to_string(r.outcome)); }),
            "complete, unsound, stalled or refused");
  out.texts("diagnosis", column_of(table.rows, [](const StudyRow& r) { return r.diagnosis; }), "why it is not complete");
  out.texts("digest", column_of(table.rows, [](const StudyRow& r) { return r.digest; }), "digest of the run, as `eastwest run` prints it");
  out.numbers("simulated", column_of(table.rows, [](const StudyRow& r) { return r.simulated; }), "s", "simulated time");
  if (!out.status) return out.status;
  Columns axes(file, "/points/axes", "one column per axis: the setting of the point");
  for (std::size_t axis = 0; axis < study.axes.size(); ++axis)
    axes.texts(dataset_name(study.axes[axis].name),
               column_of(table.rows, [&](const StudyRow& r) { return study.setting(r.row / n, axis).label; }),
               "setting of the axis " + study.axes[axis].name);
  if (!axes.status) return axes.status;
  Columns figures(file, "/points/figures", "one column per figure; NaN where the run has none");
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::vector<double> values = column_of(table.rows, [&](const StudyRow& r) { return r.figures[c]; });
    bool used = false;
    for (const double value : values) used = used || !std::isnan(value);
    if (used) figures.numbers(dataset_name(table.columns[c].name), values, column_units(table.columns[c]), table.columns[c].meaning);
  }
  return figures.status;
}

Status write_summary(hdf5::File& file, const StudyTable& table, const std::vector<SummaryLine>& lines) {
  static constexpr const char* kVerdicts[] = {"unknown", "none", "lower", "higher"};
  Columns out(file, "/summary", "one row per point and wanted figure: mean over the seeds, and the paired difference to the reference");
  out.numbers("point", column_of(lines, [](const SummaryLine& l) { return static_cast<std::uint64_t>(l.point); }), "1",
              "number of the point");
  out.texts("figure", column_of(lines, [&](const SummaryLine& l) { return table.columns[l.column].name; }), "column of /points/figures");
  out.numbers("runs", column_of(lines, [](const SummaryLine& l) { return l.estimate.runs; }), "1", "runs with the figure");
  out.numbers("mean", column_of(lines, [](const SummaryLine& l) { return l.estimate.mean; }), "as the figure", "mean");
  out.numbers("ci95", column_of(lines, [](const SummaryLine& l) { return l.estimate.half_width; }), "as the figure",
              "half width of the 95 % interval; NaN with one seed");
  out.numbers("reference",
              column_of(lines, [](const SummaryLine& l) { return l.reference ? static_cast<std::int64_t>(*l.reference) : -1; }), "1",
              "point that it is compared with; -1: none");
  const auto has = [](const SummaryLine& l) { return l.reference && l.difference.estimate.runs > 0; };
  out.numbers("difference", column_of(lines, [&](const SummaryLine& l) { return has(l) ? l.difference.estimate.mean : std::nan(""); }),
              "as the figure", "mean of the differences by seed");
  out.numbers("difference_ci95",
              column_of(lines, [&](const SummaryLine& l) { return has(l) ? l.difference.estimate.half_width : std::nan(""); }),
              "as the figure", "half width of its 95 % interval");
  out.texts(
      "verdict",
      column_of(lines,
                [&](const SummaryLine& l) {
                  return std::string(is_undecided(l.difference) ? "not shown" : kVerdicts[static_cast<std::size_t>(l.difference.verdict)]);
                }),
      "unknown (fewer than two common seeds), none, not shown (an interval about zero too wide to tell), lower or higher than the "
      "reference");
  return out.status;
}

}  // namespace

Status write_study_hdf5(const StudyTable& table, const std::vector<SummaryLine>& summary, const std::string& path,
                        std::string_view program_version) {
  Result<hdf5::File> file = hdf5::File::create(path);
  if (!file) return file.error();
  const Study& study = *table.study;
  Status status = Done{};
  const auto then = [&](Status next) {
    if (status && !next) status = std::move(next);
  };
  then(file->write_attribute("/", "format", "eastwest study"));
  then(file->write_attribute("/", "format_version", std::int64_t{1}));
  then(file->write_attribute("/", "program_version", program_version));
  then(file->write_attribute("/", "kind", study.kind->name));
  then(file->write_attribute("/", "name", study.name()));
  then(file->write_attribute("/", "description", study.parameters.values.text("description")));
  then(file->write_attribute("/", "points", static_cast<std::uint64_t>(study.points())));
  then(file->write_attribute("/", "replications", static_cast<std::uint64_t>(study.replications())));
  then(file->write_attribute("/", "identity", study_identity(study, program_version)));
  if (status) status = file->make_group("/meta", "what was asked and answered");
  if (status) status = file->write_text("/meta/study", expand(study), "the study with every default");
  if (status) status = file->write_text("/meta/answer", study_answer(table), "table.txt");
  if (status) status = write_points(*file, table);
  if (status) status = write_summary(*file, table, summary);
  if (status) status = file->close();
  return status;
}

}  // namespace eastwest
