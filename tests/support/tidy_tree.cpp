// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/tidy_rules.hpp"

namespace eastwest::tests {

std::vector<SourceFile> read_tree(const std::string& root) {
  namespace fs = std::filesystem;
  static constexpr std::string_view kFolders[] = {"core",  "topology", "workloads", "sim",  "analysis", "scenarios", "cli",
                                                  "tests", "bench",    "cmake",     "docs", "web",      ".ci"};
  static constexpr std::string_view kEndings[] = {".cpp", ".hpp", ".txt", ".cmake", ".in", ".md", ".py", ".json", ".yaml"};
  std::vector<SourceFile> files;
  const auto take = [&](const fs::path& path) {
    const std::string relative = path.lexically_relative(root).generic_string();
    const bool known =
        relative == "dev" || relative == ".ci/run" ||
        std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view ending) { return relative.ends_with(ending); });
    // Inputs that are broken on purpose are data, not house style.
    if (known && relative.find("/broken/") == std::string::npos) files.push_back({relative, read_file(path)});
  };
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_regular_file()) take(entry.path());
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(fs::path(root) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / folder))
      if (entry.is_regular_file()) take(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

Breaches check_links(const SourceFile& file, const std::string& root) {
  Breaches breaches;
  if (!file.path.ends_with(".md")) return breaches;
  for (std::size_t at = file.text.find("]("); at != std::string::npos; at = file.text.find("](", at + 2)) {
    const std::size_t end = file.text.find(')', at);
    if (end == std::string::npos) break;
    const std::string target = file.text.substr(at + 2, std::min(file.text.find('#', at), end) - at - 2);
    if (target.empty() || target.find("://") != std::string::npos) continue;
    if (!std::filesystem::exists(std::filesystem::path(root) / std::filesystem::path(file.path).parent_path() / target))
      breaches.push_back(file.path + ": the link to " + target + " leads nowhere");
  }
  return breaches;
}

}  // namespace eastwest::tests
