// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

Status write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{"`" + path + "` cannot be written: " + reason(), "make room, then continue with --resume"};
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return Done{};
}

/// A rename is on disk when the folder is.
void sync_folder(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

/// The first line in which the stored study differs from this one, in words.
std::string first_difference(std::string_view was, std::string_view is) {
  std::size_t line = 1;
  while (!was.empty() || !is.empty()) {
    const std::size_t a = std::min(was.find('\n'), was.size());
    const std::size_t b = std::min(is.find('\n'), is.size());
    if (was.substr(0, a) != is.substr(0, b))
      return "line " + std::to_string(line) + " of study.yaml was `" + std::string(was.substr(0, a)) + "` and would be `" +
             std::string(is.substr(0, b)) + "`";
    was.remove_prefix(std::min(a + 1, was.size()));
    is.remove_prefix(std::min(b + 1, is.size()));
    ++line;
  }
  return {};
}

constexpr std::string_view kIdentityMark = "# identity: ";
constexpr int kHeadLines = 3;  // identity, version, and the points, so that whoever finds it unfinished knows how far it is

std::string stored_text(const Study& study, std::string_view program_version) {
  return std::string(kIdentityMark) + study_identity(study, program_version) + "\n# eastwest " + std::string(program_version) +
         "\n# points: " + std::to_string(study.points()) + "\n" + expand(study);
}

Status check_same_study(const std::string& folder, const std::string& now) {
  const Result<std::string> was = read_input_file(folder + "/study.yaml");
  if (!was) return Error{"`" + folder + "` holds no study that could be continued: " + was.error().message, "start it without --resume"};
  if (*was == now) return Done{};
  const auto after_lines = [](std::string_view text, int lines) {
    for (; lines > 0; --lines) text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    return text;
  };
  const std::string remedy = "undo the change, or start anew in another folder with -o";
  const std::string difference = first_difference(after_lines(*was, kHeadLines), after_lines(now, kHeadLines));
  if (!difference.empty()) return Error{"the study in `" + folder + "` is another one: " + difference, remedy};
  const auto version = [&](std::string_view text) {
    text = after_lines(text, 1);
    return text.substr(0, text.find('\n'));
  };
  if (version(*was) != version(now))
    return Error{"the study in `" + folder + "` was begun by another version of eastwest",
                 "finish it with that version, or start anew in another folder with -o"};
  return Error{"a scenario, site or jobs file of the study in `" + folder + "` has changed since it was begun", remedy};
}

}  // namespace

Status write_whole_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".tmp";
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return Error{"`" + temporary + "` cannot be written: " + reason(), "check the folder and its permissions"};
  Status status = write_all(descriptor, text, temporary);
  if (status && fsync(descriptor) != 0) status = Error{"`" + temporary + "` cannot be written: " + reason(), "check the disk"};
  close(descriptor);
  if (status && rename(temporary.c_str(), path.c_str()) != 0)
    status = Error{"`" + path + "` cannot be written: " + reason(), "check the folder and its permissions"};
  if (!status) unlink(temporary.c_str());
  else sync_folder(path);
  return status;
}

RowJournal::RowJournal(RowJournal&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
RowJournal& RowJournal::operator=(RowJournal&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}
RowJournal::~RowJournal() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<RowJournal> RowJournal::open(const std::string& path) {
  RowJournal journal;
  journal.path_ = path;
  journal.descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (journal.descriptor_ < 0) return Error{"`" + path + "` cannot be written: " + reason(), "check its permissions"};
  return journal;
}

Status RowJournal::append(std::string_view lines) {
  if (Status status = write_all(descriptor_, lines, path_); !status) return status;
  if (fdatasync(descriptor_) != 0) return Error{"`" + path_ + "` cannot be written: " + reason(), "make room, then continue with --resume"};
  return Done{};
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
  FolderLock lock;
  const std::string path = folder + "/study.lock";
  lock.descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock.descriptor_ < 0) return Error{"`" + path + "` cannot be written: " + reason(), "check the folder and its permissions"};
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return Error{"another eastwest is at work on the study in `" + folder + "`", "wait for it to end, or name another folder with -o"};
  return lock;  // a file system without locks is used without
}

Result<std::vector<StudyRow>> read_rows(const Study& study, std::size_t figures, std::string_view text, const std::string& header,
                                        const std::string& file, std::size_t& end) {
  end = 0;
  std::vector<StudyRow> rows;
  if (!text.starts_with(header)) {
    if (header.starts_with(text)) return rows;  // torn in its first line
    return Error{"`" + file + "` is damaged: its first line is not the header of this study", "remove it, or start anew in another folder"};
  }
  end = header.size();
  std::vector<bool> seen(study.rows());
  for (std::size_t line = 2; end < text.size(); ++line) {
    const std::size_t feed = text.find('\n', end);
    if (feed == std::string_view::npos) break;
    Result<StudyRow> row = read_csv_line(study, figures, text.substr(end, feed - end));
    if (!row)
      return Error{"`" + file + "` is damaged in line " + std::to_string(line) + ": " + row.error().message,
                   "remove that line; its point is then run again"};
    end = feed + 1;
    if (seen[row->row]) continue;
    seen[row->row] = true;
    rows.push_back(std::move(*row));
  }
  return rows;
}

Result<StudyFolder> open_study_folder(const Study& study, const std::vector<FigureColumn>& columns, const std::string& path,
                                      std::string_view program_version, bool resume) {
  std::error_code code;
  StudyFolder folder;
  folder.path = path;
  const bool stored = fs::exists(folder.file("study.yaml"), code);
  if (stored && !resume) return Error{"`" + path + "` holds a study already", "continue it with --resume, or name another folder with -o"};
  if (fs::exists(path, code) && !fs::is_directory(path, code)) return Error{"`" + path + "` is not a folder", "name a folder with -o"};
  if (!stored && fs::exists(path, code) && !fs::is_empty(path, code) && !fs::exists(folder.file("study.lock"), code))
    return Error{"the folder `" + path + "` is not empty and holds no study", "name a new folder with -o"};
  if (!fs::is_directory(path, code) && !fs::create_directories(path, code))
    return Error{"the folder `" + path + "` cannot be made: " + code.message(), "name another with -o"};
  Result<FolderLock> lock = FolderLock::take(path);
  if (!lock) return lock.error();
  folder.lock = std::move(*lock);
  // Files that were being written when a program was killed; nobody else is here.
  for (const auto& entry : fs::directory_iterator(path, code))
    if (entry.path().extension() == ".tmp") fs::remove(entry.path(), code);
  const std::string now = stored_text(study, program_version);
  const std::string journal = folder.file("points.csv.partial");
  const std::string header = csv_header(study, columns);
  if (stored) {
    if (Status same = check_same_study(path, now); !same) return same.error();
    if (!fs::exists(journal, code) && fs::exists(folder.file("points.csv"), code)) {
      folder.finished = true;
      return folder;
    }
  }
  // A study that was killed before it began has nothing yet: the journal comes first, study.yaml says that it is there.
  if (!stored) {
    if (Status status = write_whole_file(journal, header); !status) return status.error();
    if (Status status = write_whole_file(folder.file("study.yaml"), now); !status) return status.error();
    return folder;
  }
  const Result<std::string> text = read_input_file(journal, std::uint64_t{1} << 40);
  if (!text)
    return Error{"the rows of the study in `" + path + "` cannot be read: " + text.error().message, "start anew in another folder with -o"};
  std::size_t end = 0;
  Result<std::vector<StudyRow>> rows = read_rows(study, columns.size(), *text, header, journal, end);
  if (!rows) return rows.error();
  folder.done = std::move(*rows);
  folder.torn_bytes = text->size() - end;
  if (end == 0) {
    if (Status status = write_whole_file(journal, header); !status) return status.error();
    return folder;
  }
  if (folder.torn_bytes > 0 && truncate(journal.c_str(), static_cast<off_t>(end)) != 0)
    return Error{"`" + journal + "` cannot be cut after its last whole line: " + reason(), "check its permissions"};
  return folder;
}

}  // namespace eastwest
