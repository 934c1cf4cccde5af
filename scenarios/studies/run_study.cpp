// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/run_study.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/input_text.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_results.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kFileBytesMost = std::uint64_t{1} << 40;

bool is_failure(const Study& study, RowOutcome outcome) {
  return outcome != RowOutcome::complete && !(outcome == RowOutcome::stalled && study.kind->stalls_are_answers);
}

/// What a finished study said, from its files.
Result<StudyEnd> told_before(const Study& study, const StudyFolder& folder, StudyEnd end) {
  Result<std::string> answer = read_input_file(folder.file("table.txt"), kFileBytesMost);
  if (!answer) return answer.error();
  const Result<std::string> points = read_input_file(folder.file("points.csv"), kFileBytesMost);
  if (!points) return points.error();
  std::string_view rest = *points;
  rest.remove_prefix(std::min(rest.find('\n') + 1, rest.size()));
  while (!rest.empty()) {
    const std::size_t feed = std::min(rest.find('\n'), rest.size());
    const std::optional<RowOutcome> outcome = outcome_of_line(study, rest.substr(0, feed));
    end.failures += outcome && is_failure(study, *outcome) ? 1 : 0;
    rest.remove_prefix(std::min(feed + 1, rest.size()));
  }
  end.done = end.total;
  end.finished = true;
  end.answer = std::move(*answer);
  return end;
}

}  // namespace

Result<StudyEnd> run_study(const Study& study, const StudyRunOptions& options, StudyProgress& progress, const RowsPlayer& play) {
  std::vector<FigureColumn> columns = figure_columns(study.jobs);
  Result<StudyFolder> folder = open_study_folder(study, columns, options.output, options.program_version, options.resume);
  if (!folder) return folder.error();
  StudyEnd end;
  end.total = study.rows();
  if (folder->finished) return told_before(study, *folder, std::move(end));

  std::vector<bool> done(study.rows());
  for (const StudyRow& row : folder->done) {
    done[row.row] = true;
    if (row.outcome != RowOutcome::complete) ++progress.troubled;
  }
  std::vector<std::uint64_t> missing;
  for (std::uint64_t row = 0; row < done.size(); ++row)
    if (!done[row]) missing.push_back(row);
  progress.total = study.rows();
  progress.done = study.rows() - missing.size();

  const std::string path = folder->file("points.csv.partial");
  {
    Result<RowJournal> journal = RowJournal::open(path);
    if (!journal) return journal.error();
    const auto sink = [&](const StudyRow& row) { return journal->append(csv_line(study, row)); };
    const PlayedRows played = play(*folder, missing, progress, sink);
    if (!played.status) return played.status.error();
    end.interrupted = played.cancelled;
    end.out_of_memory = played.out_of_memory;
  }
  // From the file, as a study that is continued would have them.
  const Result<std::string> text = read_input_file(path, kFileBytesMost);
  if (!text) return text.error();
  std::size_t at = 0;
  Result<std::vector<StudyRow>> rows = read_rows(study, columns.size(), *text, csv_header(study, columns), path, at);
  if (!rows) return rows.error();
  end.done = rows->size();
  for (const StudyRow& row : *rows) end.failures += is_failure(study, row.outcome) ? 1 : 0;
  if (end.done < end.total) return end;
  end.interrupted = false;  // it came too late
  Result<StudyTable> table = complete_table(study, std::move(columns), std::move(*rows));
  if (!table) return table.error();
  if (Status status = write_results(*table, *folder, options.program_version); !status) return status.error();
  end.finished = true;
  end.answer = study_answer(*table);
  return end;
}

}  // namespace eastwest
