// SPDX-License-Identifier: Apache-2.0
// Plays rows of a study in parallel: each thread takes the next row, equal sites share one fabric, memory is kept within a budget.
//
// A row that stalls or is refused is a row as any other. Rows reach the sink one at a time, in the order in which they finish; what
// they say depends on neither threads nor memory. The need of a row is estimated from its GPUs: 2 MiB each at first, then what
// the process was seen to use; a row too large for the budget runs alone. LIMITATIONS: an estimate, not a limit; rows of very unequal
// workloads on equal sites are taken for equal.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>

#include "core/result.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

/// Shared with whoever watches.
struct StudyProgress {
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> total{0};
  std::atomic<std::uint64_t> troubled{0};  // of those done: not complete
  std::atomic<bool> cancel{false};         // set by the watcher
};

struct PlayOptions {
  unsigned threads = 1;
  std::uint64_t memory = 0;  // bytes; 0: 80 % of what the machine has free
};

struct PlayedRows {
  Status status = Done{};           // the sink's error, which ended everything
  std::uint64_t out_of_memory = 0;  // rows that were left out
  bool cancelled = false;
};

/// `sink` is called by one thread at a time. Rows that were begun when `progress.cancel` is set are lost.
PlayedRows play_rows(const Study& study, std::span<const std::uint64_t> rows, const PlayOptions& options, StudyProgress& progress,
                     const std::function<Status(const StudyRow&)>& sink);

}  // namespace eastwest
