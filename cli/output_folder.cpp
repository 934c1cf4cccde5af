// SPDX-License-Identifier: Apache-2.0
#include "cli/output_folder.hpp"

#include <filesystem>
#include <fstream>

namespace eastwest::cli {

namespace fs = std::filesystem;

Status write_folder(const std::string& folder, const std::vector<OutputFile>& files) {
  for (const OutputFile& file : files) {
    const fs::path path = fs::path(folder) / file.path;
    std::error_code failure;
    fs::create_directories(path.parent_path(), failure);
    if (!fs::is_directory(path.parent_path(), failure))
      return Error{"the folder `" + path.parent_path().string() + "` cannot be made", "name a folder with -o that exists or can be made"};
    fs::path temporary = path;
    temporary += ".part";
    std::ofstream out(temporary, std::ios::binary);
    out.write(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
    out.close();
    if (out) fs::rename(temporary, path, failure);
    if (!out || failure) {
      fs::remove(temporary, failure);
      return Error{"`" + path.string() + "` cannot be written", "check the folder's permissions and the space on the disk"};
    }
  }
  return Done{};
}

}  // namespace eastwest::cli
