// SPDX-License-Identifier: Apache-2.0
// Chunks: the rows of a study packed into tasks for a batch system, and the file that each leaves.
//
// A chunk is a set of rows; its file is named by them, is written under a name of its own task and renamed, and is not made again while it
// is there: a task may run twice, or at two places at once, without harm. Its content is that of a journal: header and whole lines.
// Files lie in DIR/chunks/, at most 1,000 in a folder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_folder.hpp"

namespace eastwest {

struct Chunk {
  std::vector<std::uint64_t> rows;  // ascending
};

/// `rows` (ascending) in chunks of `size`, in order.
std::vector<Chunk> pack_rows(std::span<const std::uint64_t> rows, std::size_t size);

/// "0-15,20": the rows as a task list has them.
std::string rows_text(const Chunk& chunk);
Result<Chunk> read_rows_text(std::string_view text);

/// "chunks/000/rows-0-15-16.csv": relative to the study's folder.
std::string chunk_file(const Chunk& chunk);

/// Plays a chunk and leaves its file; at once when it is there already. False: cancelled.
Result<bool> play_chunk(const Study& study, const std::string& folder, const Chunk& chunk, const PlayOptions& options,
                        StudyProgress& progress);
/// The rows of a chunk's file, nothing while it is not there; an error when it is damaged.
Result<std::optional<std::vector<StudyRow>>> read_chunk(const Study& study, const std::string& folder, const Chunk& chunk);

/// Whether `folder` holds this very study, with the reason when not.
Status check_chunk_folder(const Study& study, const std::string& folder, std::string_view program_version);

}  // namespace eastwest
