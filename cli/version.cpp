// SPDX-License-Identifier: Apache-2.0
// What `--version` says: the version, on a line of its own, and what the program was built from and with.
//
// The version is part of traces and studies; the second line is for a bug report and part of nothing.
#include <string>

#include "cli/program.hpp"
#include "cli/revision.hpp"  // written at build time by cmake/Revision.cmake

namespace eastwest::cli {

std::string version_text() {
  std::string text = "eastwest " EASTWEST_VERSION "\n";
  const std::string revision = EASTWEST_REVISION;
  text += revision.empty() ? std::string("built") : "revision " + revision;
  return text + ", " EASTWEST_COMPILER ", " EASTWEST_BUILD_TYPE ", " EASTWEST_LIBRARIES "\n";
}

}  // namespace eastwest::cli
