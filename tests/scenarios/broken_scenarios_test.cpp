// SPDX-License-Identifier: Apache-2.0
// Every file of tests/scenarios/broken is wrong in its own way; what is said about it stands beside it, word for word,
// because a message is part of the interface. EASTWEST_UPDATE=1 writes the .expected files anew, to be read before use.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

namespace fs = std::filesystem;

fs::path broken_folder() { return fs::path(eastwest::tests::source_directory()) / "tests/scenarios/broken"; }

std::vector<fs::path> broken_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(broken_folder())) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The messages with paths as seen from the folder, so that they are the same on every machine.
std::string messages_about(const fs::path& file) {
  Diagnostics diagnostics;
  if (const auto scenario = load_scenario(file.string(), {}, diagnostics)) build(*scenario, diagnostics);
  CHECK_MESSAGE(diagnostics.has_errors(), file.filename().string());
  std::string text = diagnostics.print();
  const std::string prefix = broken_folder().string() + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
  return text;
}

}  // namespace

TEST_CASE("broken scenarios: every mistake is said in the expected words") {
  const bool update = std::getenv("EASTWEST_UPDATE") != nullptr;
  const std::vector<fs::path> files = broken_files();
  CHECK(files.size() >= 40);
  for (const fs::path& file : files) {
    CAPTURE(file.filename().string());
    const std::string text = messages_about(file);
    fs::path expected = file;
    expected.replace_extension(".expected");
    if (update) {
      std::ofstream(expected, std::ios::binary) << text;
    } else {
      CHECK(text == tests::read_file(expected));
    }
  }
}

TEST_CASE("broken scenarios: every error has a place, and a remedy") {
  for (const fs::path& file : broken_files()) {
    CAPTURE(file.filename().string());
    Diagnostics diagnostics;
    if (const auto scenario = load_scenario(file.string(), {}, diagnostics)) build(*scenario, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      CAPTURE(diagnostic.message);
      CHECK_FALSE(diagnostic.place.file.empty());
      CHECK_FALSE(diagnostic.remedy.empty());
    }
  }
}

TEST_CASE("broken scenarios: files that cannot be read") {
  const tests::TemporaryDirectory folder;
  const auto message = [&](const std::string& path) {
    Diagnostics diagnostics;
    CHECK_FALSE(load_scenario(path, {}, diagnostics).has_value());
    REQUIRE(diagnostics.error_count() == 1);
    return diagnostics.all().front().message;
  };
  CHECK(message(folder.file("none.yaml")) == "the file does not exist");
  CHECK(message(folder.path().string()) == "the file is a folder, not a file");
  CHECK(message(folder.write("huge.yaml", std::string((std::size_t{16} << 20) + 1, 'a'))).find("more than 16 MiB") != std::string::npos);
  CHECK(message(folder.write("half.yaml", "site: {topology: leaf_spine, serv")).empty() == false);  // cut off in the middle
}
