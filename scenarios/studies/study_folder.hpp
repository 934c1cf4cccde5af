// SPDX-License-Identifier: Apache-2.0
// The folder of a study: its files, who may write there, and rows that survive a kill.
//
//   study.yaml           the study with every default; what `--resume` compares
//   points.csv.partial   header, then one line per finished row in the order in which they finished; each is on disk before it counts
//   points.csv           at the end: the same lines in order of point and replication, without columns that no row has
//   summary.csv, study.h5, table.txt   at the end
// Invariants: a line counts when its line feed is there: a torn last line is cut off; every other file is written under a temporary name
// and renamed; one program at a time works in a folder (flock on study.lock). LIMITATIONS: locks of network file systems are only as good
// as the file system.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

/// Writes `text` to `path` by way of a temporary name in the same folder, safe on disk before it is renamed.
Status write_whole_file(const std::string& path, std::string_view text);

/// An open file to which whole lines are added, each safe on disk when `append` returns.
class RowJournal {
 public:
  RowJournal() = default;
  RowJournal(RowJournal&& other) noexcept;
  RowJournal& operator=(RowJournal&& other) noexcept;
  ~RowJournal();
  static Result<RowJournal> open(const std::string& path);
  Status append(std::string_view lines);

 private:
  int descriptor_ = -1;
  std::string path_;
};

/// The lock on a folder; gone with the process, however it ends.
class FolderLock {
 public:
  FolderLock() = default;
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();
  static Result<FolderLock> take(const std::string& folder);

 private:
  int descriptor_ = -1;
};

struct StudyFolder {
  std::string path;
  FolderLock lock;
  std::vector<StudyRow> done;  // rows that stand in the journal, each once
  bool finished = false;       // points.csv is there, nothing is left to do
  std::size_t torn_bytes = 0;  // of a last line that was cut off
  [[nodiscard]] std::string file(std::string_view name) const { return path + "/" + std::string(name); }
};

/// Makes the folder, or with `resume` takes up the one that is there. Refuses: a folder with a study without `resume`, another study or
/// changed files with it, a damaged journal, a folder in use.
Result<StudyFolder> open_study_folder(const Study& study, const std::vector<FigureColumn>& columns, const std::string& path,
                                      std::string_view program_version, bool resume);

/// The rows of a file of lines under `header`, whole lines only; `end` is where the last whole line ends.
Result<std::vector<StudyRow>> read_rows(const Study& study, std::size_t figures, std::string_view text, const std::string& header,
                                        const std::string& file, std::size_t& end);

}  // namespace eastwest
