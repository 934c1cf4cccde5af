// SPDX-License-Identifier: Apache-2.0
// Runs a study from its folder: what is done stays, what is missing is played, and at the end the results are written.
//
// How rows are played is the caller's: in this process, or by a batch system. Whatever is interrupted, killed or out of room is continued
// with `resume`, and ends in the same files byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_folder.hpp"

namespace eastwest {

struct StudyRunOptions {
  std::string output;  // folder
  std::string program_version;
  bool resume = false;
};

struct StudyEnd {
  bool finished = false;  // the results are written
  bool interrupted = false;
  std::uint64_t out_of_memory = 0;
  std::uint64_t done = 0;  // rows, those of before included
  std::uint64_t total = 0;
  std::uint64_t failures = 0;  // rows without a result, but for stalls that are answers
  std::string answer;          // table.txt
};

using RowsPlayer = std::function<PlayedRows(const StudyFolder& folder, std::span<const std::uint64_t> rows, StudyProgress& progress,
                                            const std::function<Status(const StudyRow&)>& sink)>;

Result<StudyEnd> run_study(const Study& study, const StudyRunOptions& options, StudyProgress& progress, const RowsPlayer& play);

}  // namespace eastwest
