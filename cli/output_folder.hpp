// SPDX-License-Identifier: Apache-2.0
// Writing several files into one folder, each to a temporary name first, so that no half file is ever seen.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"

namespace eastwest::cli {

struct OutputFile {
  std::string path;  // within the folder; folders on the way are made
  const std::string& bytes;
};

/// Makes `folder` when it is not there. The error names what could not be made or written.
Status write_folder(const std::string& folder, const std::vector<OutputFile>& files);

}  // namespace eastwest::cli
