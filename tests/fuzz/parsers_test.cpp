// SPDX-License-Identifier: Apache-2.0
// Every parser over its corpus, once: what was found by fuzzing stays found, without clang.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "tests/fuzz/parsers.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

std::filesystem::path corpora() { return std::filesystem::path(source_directory()) / "tests/fuzz/corpus"; }

TEST_CASE("fuzz: every parser has a corpus and takes what is good in it") {
  for (const FuzzParser& parser : fuzz_parsers()) {
    CAPTURE(std::string(parser.name));
    const std::filesystem::path corpus = corpora() / parser.name;
    REQUIRE(std::filesystem::is_directory(corpus));
    std::size_t good = 0;
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
      CAPTURE(entry.path().filename().string());
      const std::size_t records = parser.read(read_file(entry.path()));
      if (entry.path().filename().string().starts_with("bad-")) {
        CHECK(records == 0);
      } else {
        CHECK(records > 0);
        ++good;
      }
    }
    CHECK(good > 0);
  }
}

TEST_CASE("fuzz: every corpus has a parser") {
  std::set<std::string> names;
  for (const FuzzParser& parser : fuzz_parsers()) CHECK(names.emplace(parser.name).second);
  for (const auto& entry : std::filesystem::directory_iterator(corpora())) CHECK(names.contains(entry.path().filename().string()));
}

TEST_CASE("fuzz: every parser survives the beginnings of its corpus and changed bytes") {
  for (const FuzzParser& parser : fuzz_parsers()) {
    CAPTURE(std::string(parser.name));
    for (const auto& entry : std::filesystem::directory_iterator(corpora() / parser.name)) {
      const std::string text = read_file(entry.path());
      if (text.empty() || text.size() > 4000) continue;
      CAPTURE(entry.path().filename().string());
      survive_damage(text, 5, [&](const std::string& damaged) { (void)parser.read(damaged); });
    }
  }
}

}  // namespace
}  // namespace eastwest::tests
