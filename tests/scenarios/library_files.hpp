// SPDX-License-Identifier: Apache-2.0
// The scenarios and the studies that are shipped, in order of name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {

inline std::vector<std::filesystem::path> library_yaml(bool studies) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(eastwest::tests::source_directory()) / "scenarios/library")) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "jobs.yaml") continue;  // jobs.yaml is a part
    if (entry.path().parent_path().filename() == "sites") continue;                               // sites alone: tests/cli/check_test.cpp
    if ((read_file(entry.path()).find("\nstudy: ") != std::string::npos) == studies) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}
inline std::vector<std::filesystem::path> library_files() { return library_yaml(false); }
inline std::vector<std::filesystem::path> library_studies() { return library_yaml(true); }

}  // namespace eastwest::tests
