// SPDX-License-Identifier: Apache-2.0
// The scenarios that are shipped, in order of name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

#include "tests/support/places.hpp"

namespace eastwest::tests {

inline std::vector<std::filesystem::path> library_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(eastwest::tests::source_directory()) / "scenarios/library")) {
    const bool scenario = entry.path().extension() == ".yaml" && entry.path().filename() != "jobs.yaml";  // jobs.yaml is a part
    if (scenario) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace eastwest::tests
