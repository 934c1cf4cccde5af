// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "topology/csv.hpp"

namespace eastwest {
namespace {

std::string problem(std::string_view text) {
  const Result<CsvTable> table = parse_csv(text);
  return table ? "" : table.error().message;
}

TEST_CASE("csv: quoted cells may hold commas and quotes and line ends, as RFC 4180 says") {
  const Result<CsvTable> table = parse_csv("id,text\r\na,\"x, \"\"y\"\"\nz\"\r\n\nb,\n");
  REQUIRE(table.has_value());
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[0][1] == "x, \"y\"\nz");
  CHECK(table->rows[1] == std::vector<std::string>{"b", ""});
  CHECK(table->lines == std::vector<std::uint32_t>{2, 5});
  CHECK(table->column("text") == 1);
  CHECK(!table->column("Text").has_value());
}

TEST_CASE("csv: the last line needs no line feed") {
  const Result<CsvTable> table = parse_csv("a,b\n1,2");
  REQUIRE(table.has_value());
  CHECK(table->rows.at(0).at(1) == "2");
}

TEST_CASE("csv: what is wrong is told with its line") {
  CHECK(problem("") == "the table is empty");
  CHECK(problem("\n\n") == "the table is empty");
  CHECK(problem("a,,c\n") == "line 1: column 2 has no name");
  CHECK(problem("a,b,a\n") == "line 1: two columns are called `a`");
  CHECK(problem("a,b\n1,2\n1,2,3\n") == "line 3: 3 cells, the header has 2");
  CHECK(problem("a,b\n1,\"2\n3\n") == "line 2: a quoted cell does not end");
  CHECK(problem("a,b\n1,\"2\"3\n") == "line 2: text after a closing quote");
}

TEST_CASE("csv: with another delimiter, every mistake is told and the other rows stand") {
  std::vector<CsvMistake> mistakes;
  const CsvTable table = parse_csv("a;b;;a\n1;2;3;4\n1;2\n5;\"6\";7;8\n9;\"x\"y;1;1\n1;\"z", ';', mistakes);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1] == std::vector<std::string>{"5", "6", "7", "8"});
  CHECK(table.lines == std::vector<std::uint32_t>{2, 4});
  REQUIRE(mistakes.size() == 5);
  CHECK(mistakes[0].message == "column 3 has no name");
  CHECK(mistakes[1].message == "two columns are called `a`");
  CHECK(mistakes[2].line == 3);
  CHECK(mistakes[2].message == "2 cells, the header has 4");
  CHECK(mistakes[3].line == 5);
  CHECK(mistakes[4].line == 6);
}

}  // namespace
}  // namespace eastwest
