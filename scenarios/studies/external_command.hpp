// SPDX-License-Identifier: Apache-2.0
// Runs another program to its end and takes what it says: no shell, no terminal signals, and no wait without an end.
#pragma once

#include <string>
#include <vector>

namespace eastwest {

struct CommandResult {
  int code = 127;  // 128 + signal when it was killed; 127: it could not be started
  std::string output;
  std::string errors;
};

/// `command[0]` is looked for in PATH. It runs in a process group of its own, so that Ctrl-C reaches us alone; after
/// `seconds_most` it is killed.
CommandResult run_external(const std::vector<std::string>& command, double seconds_most = 60);

}  // namespace eastwest
