// SPDX-License-Identifier: Apache-2.0
// Runs a program and captures what it says: no shell, so no quoting, and no wait without an end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace eastwest::tests {

struct ProgramResult {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string output;  // standard output
  std::string errors;  // standard error
  bool timed_out = false;
};

struct ProgramOptions {
  std::string directory;                 // to run in; "" is the current one
  std::vector<std::string> environment;  // "NAME=value", added to ours
  double timeout_s = 300;                // then SIGKILL
  double kill_after_s = 0;               // above 0: send `kill_signal` after so long, for crash and Ctrl-C tests
  int kill_signal = 9;
  std::function<bool()> kill_when;    // with it, `kill_after_s` counts from when this first holds
  std::uint64_t file_size_limit = 0;  // above 0: RLIMIT_FSIZE of the program, in bytes
};

/// Runs `command[0]` (a path, or a name found in PATH) with standard input empty.
ProgramResult run_command(const std::vector<std::string>& command, const ProgramOptions& options = {});

/// Runs the built `eastwest` with `arguments`.
ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

}  // namespace eastwest::tests
