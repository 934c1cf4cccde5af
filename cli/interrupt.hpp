// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and termination: the first asks the run to end cleanly, the second ends the program at once.
#pragma once

#include <atomic>

namespace eastwest::cli {

/// While it lives, SIGINT and SIGTERM set `cancel`. One at a time: signals belong to the process.
class InterruptGuard {
 public:
  explicit InterruptGuard(std::atomic<bool>& cancel);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

}  // namespace eastwest::cli
