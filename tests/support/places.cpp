// SPDX-License-Identifier: Apache-2.0
#include "tests/support/places.hpp"

namespace eastwest::tests {

const std::string& source_directory() {
  static const std::string kDirectory = EASTWEST_SOURCE_DIR;
  return kDirectory;
}

const std::string& program() {
  static const std::string kProgram = EASTWEST_PROGRAM;
  return kProgram;
}

}  // namespace eastwest::tests
