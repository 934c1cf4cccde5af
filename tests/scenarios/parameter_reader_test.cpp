// SPDX-License-Identifier: Apache-2.0
// Reading declared parameters: every mistake at its own place, all of them in one pass.
#include "scenarios/parameter_reader.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

namespace {

std::vector<ParameterSpec> specs() {
  using enum ParameterType;
  return {
      {"size", quantity, Dimension::bytes, "1 MiB", 1, 1e12, "bytes to send", "test"},
      {"count", quantity, Dimension::none, "", 1, 10, "how many", "test"},
      {"share", real, Dimension::none, "0.5", 0, 1, "a share", "test"},
      {"mode", choice, Dimension::none, "fast", 0, 0, "a mode", "test", "fast, slow"},
      {"flag", boolean, Dimension::none, "true", 0, 1, "a flag", "test"},
      {"ids", integer_list, Dimension::none, "[]", 0, 100, "some ids", "test"},
      {"group.rate", quantity, Dimension::rate, "400 Gb/s", 1, 1e13, "a rate", "test"},
      {"group.name", text, Dimension::none, "none", 0, 0, "a name", "test"},
  };
}

struct Outcome {
  ReadParameters read;
  Diagnostics diagnostics;
};

Outcome read(const std::string& text) {
  Outcome outcome;
  const auto root = parse_yaml(text, "t.yaml", outcome.diagnostics);
  REQUIRE(root.has_value());
  outcome.read = read_parameters(&*root, {"t.yaml", 0, 0}, "job `x`", specs(), {}, outcome.diagnostics);
  return outcome;
}

std::vector<std::string> messages(const Outcome& outcome) {
  std::vector<std::string> list;
  for (const Diagnostic& diagnostic : outcome.diagnostics.all())
    list.push_back(std::to_string(diagnostic.place.line) + " " + diagnostic.message + " / " + diagnostic.remedy);
  return list;
}

}  // namespace

TEST_CASE("parameter reader: values, nested groups, lists and defaults") {
  const Outcome outcome = read("size: 64 KiB\ncount: 3\nids: [4, 5]\ngroup:\n  rate: 100 Gb/s\n");
  REQUIRE_FALSE(outcome.diagnostics.has_errors());
  CHECK(outcome.read.values.bytes("size") == Bytes{65'536});
  CHECK(outcome.read.values.integer("count") == 3);
  CHECK(outcome.read.values.list("ids") == std::vector<std::int64_t>{4, 5});
  CHECK(outcome.read.values.rate("group.rate").bits_per_second == 100'000'000'000u);
  CHECK(outcome.read.values.text("group.name") == "none");
  CHECK(outcome.read.values.boolean("flag"));
  CHECK(outcome.read.was_given("group.rate"));
  CHECK_FALSE(outcome.read.was_given("flag"));
  CHECK(outcome.read.place_of("group.rate", {}).line == 5);
}

TEST_CASE("parameter reader: a copy outlives its source") {
  // The set points into its declarations, so they must travel with it.
  ReadParameters copy;
  {
    const Outcome outcome = read("count: 3\n");
    copy = outcome.read;
  }
  CHECK(copy.values.integer("count") == 3);
  copy.values.set("count", std::int64_t{4});
  CHECK(copy.values.integer("count") == 4);
}

TEST_CASE("parameter reader: all mistakes are reported together") {
  const Outcome outcome = read("sizes: 1 MiB\nsize: 64\nshare: 2\nmode: slwo\nflag: perhaps\nids: [1, x]\ngroup: 7\n");
  CHECK(outcome.diagnostics.error_count() == 8);  // seven lines, and `count` is missing
  const auto list = messages(outcome);
  CHECK(list[0] == "1 `sizes` is not a parameter of job `x` / did you mean `size`?");
  CHECK(list[1].find("`size`") != std::string::npos);
  CHECK(list[7].find("job `x` needs `count`: how many") != std::string::npos);
}

TEST_CASE("parameter reader: a wrong value is not also a missing one") {
  const Outcome outcome = read("count: eleven\n");
  CHECK(outcome.diagnostics.error_count() == 1);
}

TEST_CASE("parameter reader: unknown keys inside a group name the group's keys") {
  const Outcome outcome = read("count: 1\ngroup:\n  rat: 1 Gb/s\n");
  REQUIRE(outcome.diagnostics.error_count() == 1);
  CHECK(messages(outcome)[0] == "3 `group.rat` is not a parameter of job `x` / did you mean `rate`?");
}

TEST_CASE("parameter reader: a map or a list where one value belongs") {
  const Outcome outcome = read("count: [1]\nsize: {a: 1}\nmode:\n");
  CHECK(outcome.diagnostics.error_count() == 3);
}
