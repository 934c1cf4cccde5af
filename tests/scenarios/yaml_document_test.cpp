// SPDX-License-Identifier: Apache-2.0
// The door to YAML: places, order, repeated keys, and every way in which a file can be no scenario.
#include "scenarios/yaml_document.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "core/random.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

std::string first_error(const std::string& text) {
  Diagnostics diagnostics;
  CHECK_FALSE(parse_yaml(text, "t.yaml", diagnostics).has_value());
  REQUIRE(diagnostics.has_errors());
  const Diagnostic& first = diagnostics.all().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + " " + first.message;
}

}  // namespace

TEST_CASE("yaml: values keep their order and their 1-based places") {
  Diagnostics diagnostics;
  const auto root = parse_yaml("b: 1\na:\n  deep: [x, \"y z\"]\n", "t.yaml", diagnostics);
  REQUIRE(root.has_value());
  REQUIRE(root->entries.size() == 2);
  CHECK(root->entries[0].key == "b");
  CHECK(root->entries[1].key == "a");
  const YamlValue* deep = root->find("a")->find("deep");
  REQUIRE(deep != nullptr);
  REQUIRE(deep->items.size() == 2);
  CHECK(deep->items[1].text == "y z");
  CHECK(deep->items[1].place.line == 3);
  CHECK(deep->items[1].place.column == 13);
  CHECK(root->find("a")->entries[0].key_place.column == 3);
  CHECK(root->find("none") == nullptr);
}

TEST_CASE("yaml: a key without a value is nothing, a quoted null is text") {
  Diagnostics diagnostics;
  const auto root = parse_yaml("a:\nb: ~\nc: null\nd: \"null\"\n", "t.yaml", diagnostics);
  REQUIRE(root.has_value());
  CHECK(root->find("a")->is_null());
  CHECK(root->find("b")->is_null());
  CHECK(root->find("c")->is_null());
  CHECK(root->find("d")->is_scalar());
}

TEST_CASE("yaml: a repeated key is an error at the second place") {
  CHECK(first_error("a: 1\nb: 2\na: 3\n") == "3:1 `a` is given twice in the same map (first in line 1)");
}

TEST_CASE("yaml: several repeated keys are all reported in one pass") {
  Diagnostics diagnostics;
  CHECK_FALSE(parse_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\n", "t.yaml", diagnostics).has_value());
  CHECK(diagnostics.error_count() == 2);
}

TEST_CASE("yaml: what is not plain data is refused where it stands") {
  CHECK(first_error("a: 1\n---\nb: 2\n").substr(0, 2) == "2:");
  CHECK(first_error("a: !!python/object 1\n").find("tag") != std::string::npos);
  CHECK(first_error("b: &x {c: 1}\na:\n  <<: *x\n").find("merge keys") != std::string::npos);
  CHECK(first_error("[1, 2]: 3\n").find("plain word") != std::string::npos);
  CHECK(first_error("a: *nowhere\n").find("not defined") != std::string::npos);
}

TEST_CASE("yaml: an alias is a copy") {
  Diagnostics diagnostics;
  const auto root = parse_yaml("a: &x {k: 1}\nb: *x\n", "t.yaml", diagnostics);
  REQUIRE(root.has_value());
  CHECK(root->find("b")->find("k")->text == "1");
}

TEST_CASE("yaml: nested aliases cannot multiply without limit") {
  // Nine levels of nine copies are 3.9e8 values from half a kilobyte; the budget of values stops it at the place.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 9; ++level) {
    const std::string before = "*a" + std::to_string(level - 1);
    bomb += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + before;
    for (int i = 1; i < 9; ++i) bomb += ", " + before;
    bomb += "]\n";
  }
  CHECK(first_error(bomb).find("more than 1000000 values") != std::string::npos);
}

TEST_CASE("yaml: an alias inside its own anchor is refused, not followed") {
  CHECK(first_error("a: &x [1, *x]\n").find("alias") != std::string::npos);
}

TEST_CASE("yaml: depth is bounded, for brackets and for indentation") {
  CHECK(first_error(std::string(70, '[') + "x" + std::string(70, ']')).find("deep") != std::string::npos);
  CHECK(first_error(std::string(10'000, '[')).substr(0, 4) == "1:1 ");  // never closed: whatever it is, it ends
  std::string steps;
  for (int i = 0; i < 300; ++i) steps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(first_error(steps).find("deep") != std::string::npos);
}

TEST_CASE("yaml: empty, blank and comment-only files are empty") {
  for (const char* text : {"", "\n\n", "# nothing here\n", "---\n"}) {
    CAPTURE(text);
    CHECK(first_error(text).find("the file is empty") != std::string::npos);
  }
}

TEST_CASE("yaml: binary and broken UTF-8 are named with place and never quoted") {
  CHECK(first_error(std::string("ab\0c", 4)) == "1:3 the file is not text: byte 0 cannot stand here");
  CHECK(first_error("a: 1\nb: \xff\n") == "2:4 the file is not text: byte 255 cannot stand here");
  CHECK(first_error("\x1b[31m: 1\n").find("byte 27") != std::string::npos);
  CHECK(first_error("a: \xe2\x82").find("byte 226") != std::string::npos);  // cut off inside a character
  Diagnostics diagnostics;
  CHECK(parse_yaml("name: \xe2\x82\xac\n", "t.yaml", diagnostics).has_value());
}

TEST_CASE("yaml: a file over the limit is refused before it is parsed") {
  Diagnostics diagnostics;
  CHECK_FALSE(parse_yaml(std::string(kYamlBytesMax + 1, ' '), "t.yaml", diagnostics).has_value());
  CHECK(diagnostics.all().front().message.find("16 MiB") != std::string::npos);
}

TEST_CASE("yaml: files that cannot be read say why") {
  const tests::TemporaryDirectory folder;
  const auto message = [&](const std::string& path) {
    Diagnostics diagnostics;
    CHECK_FALSE(read_yaml_file(path, diagnostics).has_value());
    REQUIRE(diagnostics.error_count() == 1);
    CHECK(diagnostics.all().front().place.file == path);
    return diagnostics.all().front().message;
  };
  CHECK(message(folder.file("none.yaml")) == "the file does not exist");
  CHECK(message(folder.path().string()) == "the file is a folder, not a file");
  CHECK(message("/dev/zero").find("more than 16 MiB") != std::string::npos);  // endless
}

TEST_CASE("yaml: scalars that are written read back as the same text") {
  for (const std::string text : {"plain",
                                 "64 MiB",
                                 "a: b",
                                 "a #b",
                                 "- x",
                                 "[1]",
                                 "{}",
                                 "",
                                 " lead",
                                 "trail ",
                                 "quote\"back\\slash",
                                 "null",
                                 "line\nbreak",
                                 "tab\there",
                                 "*alias",
                                 "&anchor",
                                 "!tag",
                                 "%x",
                                 "@x",
                                 "`x`",
                                 "?",
                                 "leaf-0 - spine-1",
                                 "0 -> 1 size 1 MiB; 2 -> 1",
                                 "it's",
                                 "a:b",
                                 "key:"}) {
    CAPTURE(text);
    Diagnostics diagnostics;
    const auto root = parse_yaml("k: " + std::string(yaml_scalar(text)) + "\nl: [" + yaml_scalar(text) + "]\n", "t.yaml", diagnostics);
    REQUIRE_MESSAGE(root.has_value(), diagnostics.print());
    REQUIRE(root->find("k")->is_scalar());
    CHECK(root->find("k")->text == text);
    CHECK(root->find("l")->items.at(0).text == text);
  }
}

TEST_CASE("yaml: random damage to a good file ends in a tree or in errors, never otherwise") {
  const std::string good =
      "site: {topology: leaf_spine, servers: 4}\njobs:\n  a:\n    kind: incast\n    list: \"x: y\"\n    more: [1, 2, {b: &q 3}, *q]\n# "
      "end\n";
  constexpr std::uint64_t kSeed = 20'240'601;
  CAPTURE(kSeed);
  const std::string spice = "{}[]:,-&*!|>'\"%@#?\n\t \\x0";
  for (std::uint64_t round = 0; round < 3000; ++round) {
    RandomStream random(kSeed, round);
    std::string text = good;
    for (std::uint64_t edit = 0; edit < 1 + random.below(4); ++edit) {
      const std::size_t at = random.below(text.size());
      switch (random.below(3)) {
        case 0: text.erase(at, 1 + random.below(3)); break;
        case 1: text.insert(at, 1, spice[random.below(spice.size())]); break;
        default: text[at] = spice[random.below(spice.size())]; break;
      }
    }
    Diagnostics diagnostics;
    const bool read = parse_yaml(text, "t.yaml", diagnostics).has_value();
    CAPTURE(round);
    CHECK(read != diagnostics.has_errors());
  }
}
