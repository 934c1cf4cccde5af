// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostic.hpp"

#include <doctest/doctest.h>

#include <string>

namespace eastwest {
namespace {

TEST_CASE("diagnostics: printed as a compiler prints, with line, caret and remedy") {
  Diagnostics diagnostics;
  diagnostics.remember_source("site.yaml", "site:\n  rate: 400\n");
  diagnostics.error({"site.yaml", 2, 9}, "`rate` has no unit: `400`", "write a rate with its unit, such as `400 Gb/s`");
  CHECK(diagnostics.has_errors());
  CHECK(diagnostics.print() ==
        "site.yaml:2:9: error: `rate` has no unit: `400`\n"
        "    2 |   rate: 400\n"
        "      |         ^\n"
        "remedy: write a rate with its unit, such as `400 Gb/s`\n");
}

TEST_CASE("diagnostics: in order of place, the first named file first, whatever the order of finding") {
  Diagnostics diagnostics;
  diagnostics.warning({"b.yaml", 3, 1}, "late");
  diagnostics.error({"a.yaml", 1, 1}, "other file");
  diagnostics.error({"b.yaml", 1, 5}, "right");
  diagnostics.error({"b.yaml", 1, 2}, "left");
  diagnostics.error({"b.yaml", 0, 0}, "whole file");
  diagnostics.error({}, "no file");
  CHECK(diagnostics.error_count() == 5);
  CHECK(diagnostics.all().size() == 6);
  CHECK(diagnostics.print() ==
        "b.yaml: error: whole file\n"
        "b.yaml:1:2: error: left\n"
        "b.yaml:1:5: error: right\n"
        "b.yaml:3:1: warning: late\n"
        "a.yaml:1:1: error: other file\n"
        "error: no file\n");
}

TEST_CASE("diagnostics: warnings are not errors") {
  Diagnostics diagnostics;
  diagnostics.warning({}, "mind the step");
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("diagnostics: the caret stands under the column, also after letters of several bytes and at the end of a line") {
  Diagnostics diagnostics;
  diagnostics.remember_source("f", "\xc3\xa4\xc3\xb6: x\r\n\ty\n");
  diagnostics.error({"f", 1, 7}, "byte 7 is the x");
  diagnostics.error({"f", 1, 400}, "beyond the end");
  diagnostics.error({"f", 2, 2}, "a tab is one column");
  diagnostics.error({"f", 9, 1}, "no such line");
  CHECK(diagnostics.print() ==
        "f:1:7: error: byte 7 is the x\n"
        "    1 | \xc3\xa4\xc3\xb6: x\n"
        "      |     ^\n"
        "f:1:400: error: beyond the end\n"
        "    1 | \xc3\xa4\xc3\xb6: x\n"
        "      |      ^\n"
        "f:2:2: error: a tab is one column\n"
        "    2 |  y\n"
        "      |  ^\n"
        "f:9:1: error: no such line\n");
}

// The text is a stranger's: a terminal must not obey escapes that stand in it, nor choke on broken UTF-8.
TEST_CASE("diagnostics: nothing that a terminal would obey is printed") {
  Diagnostics diagnostics;
  diagnostics.remember_source("f",
                              "a\x1b[31m\xff\xc2\x9b"
                              "b");
  diagnostics.error({"f\x07", 0, 0}, "bell in \x1b the message", "and \x7f remedy");
  diagnostics.error({"f", 1, 1}, "line");
  CHECK(diagnostics.print() ==
        "f?: error: bell in ? the message\n"
        "remedy: and ? remedy\n"
        "f:1:1: error: line\n"
        "    1 | a?[31m??b\n"
        "      | ^\n");
}

TEST_CASE("diagnostics: a very long line is cut around the caret") {
  Diagnostics diagnostics;
  diagnostics.remember_source("f", std::string(100'000, 'x') + "HERE" + std::string(100'000, 'y'));
  diagnostics.error({"f", 1, 100'001}, "deep inside");
  const std::string text = diagnostics.print();
  CHECK(text.size() < 400);
  const std::size_t quoted = text.find("...x");
  const std::size_t caret = text.find('^') - text.rfind('\n', text.find('^'));
  REQUIRE(quoted != std::string::npos);
  CHECK(text.find("HERE") - text.rfind('\n', text.find("HERE")) == caret);
}

TEST_CASE("diagnostics: a line given with the diagnostic wins over the remembered file") {
  Diagnostics diagnostics;
  diagnostics.remember_source("f", "old");
  diagnostics.remember_source("f", "new");
  diagnostics.error({"f", 1, 1}, "second reading");
  diagnostics.add({Severity::error, {"f", 1, 2}, "own line", {}, "mine"});
  const std::string text = diagnostics.print();
  CHECK(text.find("| new\n") != std::string::npos);
  CHECK(text.find("| mine\n") != std::string::npos);
  CHECK(text.find("| old\n") == std::string::npos);
}

TEST_CASE("nearest name: one slip of the finger is found, whichever slip") {
  const std::vector<std::string> names = {"bandwidth", "latency", "leaf_spine", "rail_optimised", "ring"};
  CHECK(nearest_name("bandwith", names) == "bandwidth");
  CHECK(nearest_name("latnecy", names) == "latency");
  CHECK(nearest_name("leaf-spine", names) == "leaf_spine");
  CHECK(nearest_name("rail_optimized", names) == "rail_optimised");
  CHECK(nearest_name("rings", names) == "ring");
  CHECK(nearest_name("ring", names) == "ring");
}

TEST_CASE("nearest name: what is far from everything has no neighbour") {
  CHECK(nearest_name("colour", {"rate", "delay"}).empty());
  CHECK(nearest_name("", {"a"}).empty());
  CHECK(nearest_name("x", {"y"}).empty());
  CHECK(nearest_name("x", {}).empty());
  CHECK(nearest_name(std::string(100'000, 'a'), {std::string(100'000, 'b')}).empty());
}

// A swap of neighbours counts as one edit (Damerau, CACM 7(3), 1964): "tp" is one slip from "pt", not two.
TEST_CASE("nearest name: a swap of neighbours is one slip") {
  CHECK(nearest_name("mut", {"mtu"}) == "mtu");
  CHECK(nearest_name("umt", {"mtu"}).empty());
}

TEST_CASE("nearest name: among equals the first candidate is taken") { CHECK(nearest_name("rank0", {"rank1", "rank2"}) == "rank1"); }

}  // namespace
}  // namespace eastwest
