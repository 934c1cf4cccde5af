// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and termination: the first asks the run to end cleanly, the second ends the program at once.
#pragma once

#include <atomic>

namespace eastwest::cli {

/// From now on the first SIGINT or SIGTERM waits for a run to end: a trace that is open will be finished.
void catch_interrupts();

/// While it lives, SIGINT and SIGTERM set `cancel`; so does one that was caught before. One at a time: signals belong to the process.
class InterruptGuard {
 public:
  explicit InterruptGuard(std::atomic<bool>& cancel);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

}  // namespace eastwest::cli
