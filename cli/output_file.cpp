// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.hpp"

#include <unistd.h>

#include <filesystem>

namespace eastwest::cli {

namespace fs = std::filesystem;

Result<std::string> settle_output(const std::string& output, const std::string& input, const std::string& ending) {
  std::error_code code;
  fs::path path(output);
  if (output.empty()) {
    const fs::path source(input);
    path = source.stem();
    // A trace that is run again must not replace itself.
    if (source.extension() == ending) path += "-again";
    path += ending;
  }
  if (path.filename().empty() || fs::is_directory(path, code))
    return Error{"`" + path.string() + "` is a folder, not a file to write",
                 "add a file name, such as `" + (path / ("run" + ending)).string() + "`"};
  if (fs::exists(path, code) && !fs::is_regular_file(path, code))
    return Error{"`" + path.string() + "` is not a plain file", "name a file that may be replaced"};
  if (fs::equivalent(path, input, code) && !code)
    return Error{"`" + path.string() + "` is the scenario itself", "name another file with -o"};
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::exists(folder, code))
    return Error{"the folder `" + folder.string() + "` does not exist", "make it first, or name another with -o"};
  if (!fs::is_directory(folder, code)) return Error{"`" + folder.string() + "` is not a folder", "name a folder that exists with -o"};
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    return Error{"the folder `" + folder.string() + "` cannot be written", "check its permissions, or name another with -o"};
  return path.string();
}

}  // namespace eastwest::cli
