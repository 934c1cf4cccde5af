// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_chunks.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMost = std::uint64_t{1} << 34;
constexpr std::uint64_t kFoldersOfChunks = 1000;

bool read_whole(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// A name that no other task writes, on this machine or another.
std::string task_name() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + "-" + std::to_string(getpid());
}

}  // namespace

std::vector<Chunk> pack_rows(std::span<const std::uint64_t> rows, std::size_t size) {
  std::vector<Chunk> chunks;
  for (std::size_t at = 0; at < rows.size(); at += size) {
    const std::span<const std::uint64_t> part = rows.subspan(at, std::min(size, rows.size() - at));
    chunks.push_back({{part.begin(), part.end()}});
  }
  return chunks;
}

std::string rows_text(const Chunk& chunk) {
  std::string text;
  for (std::size_t i = 0; i < chunk.rows.size();) {
    std::size_t last = i;
    while (last + 1 < chunk.rows.size() && chunk.rows[last + 1] == chunk.rows[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(chunk.rows[i]);
    if (last > i) text += "-" + std::to_string(chunk.rows[last]);
    i = last + 1;
  }
  return text;
}

Result<Chunk> read_rows_text(std::string_view text) {
  Chunk chunk;
  const Error wrong{"`" + std::string(text.substr(0, 80)) + "` is no list of rows", "write `0-15,20`"};
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t dash = part.find('-');
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (!read_whole(part.substr(0, dash), first)) return wrong;
    if (dash == std::string_view::npos) last = first;
    else if (!read_whole(part.substr(dash + 1), last)) return wrong;
    if (last < first || last - first > kStudyRowsMost || (!chunk.rows.empty() && first <= chunk.rows.back())) return wrong;
    for (std::uint64_t row = first; row <= last; ++row) chunk.rows.push_back(row);
  }
  if (chunk.rows.empty()) return wrong;
  return chunk;
}

std::string chunk_file(const Chunk& chunk) {
  std::string folder = std::to_string(chunk.rows.front() % kFoldersOfChunks);
  folder.insert(0, 3 - std::min<std::size_t>(3, folder.size()), '0');
  return "chunks/" + folder + "/rows-" + std::to_string(chunk.rows.front()) + "-" + std::to_string(chunk.rows.back()) + "-" +
         std::to_string(chunk.rows.size()) + ".csv";
}

Result<bool> play_chunk(const Study& study, const std::string& folder, const Chunk& chunk, const PlayOptions& options,
                        StudyProgress& progress) {
  const std::string path = folder + "/" + chunk_file(chunk);
  std::error_code code;
  if (fs::exists(path, code)) return true;
  if (chunk.rows.back() >= study.rows()) return Error{"the study has no row " + std::to_string(chunk.rows.back()), {}};
  const std::vector<FigureColumn> columns = figure_columns(study.jobs);
  std::vector<std::string> lines(chunk.rows.size());
  progress.total = chunk.rows.size();
  const PlayedRows played = play_rows(study, chunk.rows, options, progress, [&](const StudyRow& row) {
    const auto at = std::lower_bound(chunk.rows.begin(), chunk.rows.end(), row.row) - chunk.rows.begin();
    lines[static_cast<std::size_t>(at)] = csv_line(study, row);
    return Status(Done{});
  });
  if (played.cancelled) return false;
  if (!played.status) return played.status.error();
  if (played.out_of_memory != 0)
    return Error{std::to_string(played.out_of_memory) + " runs found no memory", "ask for more memory for each task"};
  std::string text = csv_header(study, columns);
  for (const std::string& line : lines) text += line;
  fs::create_directories(fs::path(path).parent_path(), code);
  const std::string own = path + "." + task_name();
  if (Status status = write_whole_file(own, text); !status) return status.error();
  fs::rename(own, path, code);
  if (code) return Error{"`" + path + "` cannot be written: " + code.message(), "check the folder and its permissions"};
  return true;
}

Result<std::optional<std::vector<StudyRow>>> read_chunk(const Study& study, const std::string& folder, const Chunk& chunk) {
  const std::string path = folder + "/" + chunk_file(chunk);
  std::error_code code;
  if (!fs::exists(path, code)) return std::optional<std::vector<StudyRow>>();
  const Result<std::string> text = read_input_file(path, kFileBytesMost);
  if (!text) return text.error();
  const std::vector<FigureColumn> columns = figure_columns(study.jobs);
  std::size_t end = 0;
  Result<std::vector<StudyRow>> rows = read_rows(study, columns.size(), *text, csv_header(study, columns), path, end);
  if (!rows) return rows.error();
  if (end != text->size() || rows->size() != chunk.rows.size())
    return Error{"`" + path + "` is damaged: it does not hold its rows", "remove it"};
  return std::optional(std::move(*rows));
}

Status check_chunk_folder(const Study& study, const std::string& folder, std::string_view program_version) {
  const Result<std::string> stored = read_input_file(folder + "/study.yaml");
  if (!stored) return stored.error();
  const std::string mark = "# identity: " + study_identity(study, program_version) + "\n";
  if (stored->starts_with(mark)) return Done{};
  return Error{"the study or its scenarios have changed since the tasks were made, or this is another version of eastwest",
               "start the study again with --resume to hear what"};
}

}  // namespace eastwest
