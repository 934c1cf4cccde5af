// SPDX-License-Identifier: Apache-2.0
#include "cli/output_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/input_text.hpp"
#include "topology/csv.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kListBytesMost = std::uint64_t{64} << 20;

Error cannot_write(const fs::path& path) {
  return {"`" + path.string() + "` cannot be written", "check the folder's permissions and the space on the disk"};
}

/// A new empty folder beside `folder`.
Result<fs::path> folder_beside(const fs::path& folder) {
  std::error_code failure;
  const fs::path parent = folder.parent_path().empty() ? fs::path(".") : folder.parent_path();
  fs::create_directories(parent, failure);
  if (!fs::is_directory(parent, failure))
    return Error{"the folder `" + parent.string() + "` cannot be made", "name a folder with -o that exists or can be made"};
  for (int i = 0; i < 1000; ++i) {
    const fs::path beside = parent / ("." + folder.filename().string() + ".partial-" + std::to_string(getpid()) + "-" + std::to_string(i));
    if (fs::create_directory(beside, failure)) return beside;
    if (failure) break;
  }
  return cannot_write(parent);
}

Status write_all(const fs::path& folder, const std::vector<FolderFile>& files) {
  for (const auto& [name, bytes] : files) {
    const fs::path path = folder / name;
    std::error_code failure;
    fs::create_directories(path.parent_path(), failure);
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) return cannot_write(path);
  }
  return Done{};
}

/// What an earlier call wrote, by its list; names that leave the folder are not believed.
std::vector<std::string> written_before(const fs::path& list) {
  std::error_code failure;
  std::vector<std::string> names;
  if (!fs::is_regular_file(list, failure)) return names;
  const Result<std::string> text = read_input_file(list.string(), kListBytesMost);
  if (!text) return names;
  const Result<CsvTable> table = parse_csv(*text);
  if (!table || !table->column("file")) return names;
  for (const auto& row : table->rows) {
    const std::string& name = row[*table->column("file")];
    const fs::path path(name);
    const bool inside = !name.empty() && path.is_relative() && name.find('\0') == std::string::npos &&
                        std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
    if (inside) names.push_back(name);
  }
  return names;
}

Status move_files(const fs::path& from, const fs::path& folder, const std::vector<FolderFile>& files) {
  for (const auto& [name, bytes] : files) {
    std::error_code failure;
    fs::create_directories((folder / name).parent_path(), failure);
    fs::rename(from / name, folder / name, failure);
    if (failure) return cannot_write(folder / name);
  }
  return Done{};
}

}  // namespace

Status write_folder(const std::string& folder, const std::vector<FolderFile>& files, const std::string& list) {
  fs::path target = fs::path(folder).lexically_normal();
  if (target.filename().empty()) target = target.parent_path();  // "DIR/"
  std::error_code failure;
  const bool exists = fs::exists(target, failure);
  if (exists && !fs::is_directory(target, failure))
    return Error{"`" + target.string() + "` is a file, not a folder", "name a folder with -o that exists or can be made"};
  Result<fs::path> beside =
      folder_beside(target.filename() == "." || target.filename() == ".." ? fs::absolute(target).lexically_normal() : target);
  if (!beside) return beside.error();
  Status status = write_all(*beside, files);
  if (status && !exists) {
    fs::rename(*beside, target, failure);
    if (failure) status = cannot_write(target);
  } else if (status) {
    std::vector<std::string> stale = list.empty() ? std::vector<std::string>{} : written_before(target / list);
    std::set<std::string> current;
    for (const auto& [name, bytes] : files) current.insert(name);
    status = move_files(*beside, target, files);
    if (status)
      for (const std::string& name : stale)
        if (!current.contains(name) && fs::is_regular_file(fs::symlink_status(target / name, failure))) fs::remove(target / name, failure);
  }
  fs::remove_all(*beside, failure);
  return status;
}

}  // namespace eastwest::cli
