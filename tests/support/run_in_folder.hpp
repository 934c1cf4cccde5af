// SPDX-License-Identifier: Apache-2.0
// Runs of the program in a folder of their own.
#pragma once

#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {

inline ProgramOptions in(const TemporaryDirectory& folder) {
  ProgramOptions options;
  options.directory = folder.path().string();
  return options;
}

}  // namespace eastwest::tests
