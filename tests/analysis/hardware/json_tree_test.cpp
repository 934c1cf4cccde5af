// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/json_tree.hpp"

#include <doctest/doctest.h>

namespace eastwest {
namespace {

struct Read {
  JsonTree tree;
  std::string told;
};

Read read(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("x.json", text, diagnostics);
  Read result{read_json(text, errors), {}};
  errors.finish();
  result.told = diagnostics.print();
  return result;
}

TEST_CASE("json tree: a name given twice is there twice, found by its kind") {
  const Read one = read("{\"t\": 51.5, \"t\": {\"high\": 80}}");
  REQUIRE(one.tree.roots.size() == 1);
  const JsonValue root(one.tree, one.tree.roots[0]);
  CHECK(root.children().size() == 2);
  CHECK(root.member("t", JsonKind::number).real() == 51.5);
  CHECK(root.member("t", JsonKind::object).member("high").count() == 80u);
  CHECK(!root.member("u").member("v").single().real().has_value());
}

TEST_CASE("json tree: several texts in one file, and the line of each value") {
  const Read several = read("[1,\n 2]\n{\"a\":\n \"b\"}\n7\n\"x\"");
  CHECK(several.told == "");
  REQUIRE(several.tree.roots.size() == 4);
  const JsonValue list(several.tree, several.tree.roots[0]);
  CHECK(list.children()[1].place().line == 2);
  CHECK(JsonValue(several.tree, several.tree.roots[1]).member("a").place().line == 4);
  CHECK(JsonValue(several.tree, several.tree.roots[2]).count() == 7u);
  CHECK(JsonValue(several.tree, several.tree.roots[3]).words() == "x");
}

TEST_CASE("json tree: what is no JSON is told with its line, and what ends too early as such") {
  CHECK(read("[1]\n{\"a\": tru}").told.find("x.json:2:") != std::string::npos);
  CHECK(read("[1]\n{\"a\": tru}").told.find("this is not JSON") != std::string::npos);
  CHECK(read("[1]\n{\"a\": tru}").tree.roots.size() == 1);
  CHECK(read("{\"a\": [1, 2").told.find("ends before it is complete") != std::string::npos);
  CHECK(read(std::string(65, '[')).told.find("deeper than 64") != std::string::npos);
}

TEST_CASE("json tree: counts of 64 bits keep every digit") {
  const Read big = read("[18446744073709551615, 9007199254740993, -1, 1.5]");
  const auto items = JsonValue(big.tree, big.tree.roots[0]).children();
  CHECK(items[0].count() == 18446744073709551615u);
  CHECK(items[1].count() == 9007199254740993u);
  CHECK(!items[2].count().has_value());
  CHECK(!items[3].count().has_value());
  CHECK(items[2].real() == -1.0);
}

}  // namespace
}  // namespace eastwest
