// SPDX-License-Identifier: Apache-2.0
#include "analysis/text_table.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

TEST_CASE("text table: columns are as wide as their widest cell, numbers to the right, no blanks at line ends") {
  TextTable table({{"job"}, {"time", TextTable::Align::right}, {"note"}});
  table.add_row({"train", "1.25 ms", ""});
  table.add_row({"a", "9 s"});
  CHECK(table.print("  ") ==
        "  job       time  note\n"
        "  -----  -------  ----\n"
        "  train  1.25 ms\n"
        "  a          9 s\n");
}

TEST_CASE("text table: width counts characters, not bytes") {
  TextTable table({{"n"}, {"x"}});
  table.add_row({"Z\u00fcrich", "1"});
  table.add_row({"Berlin", "2"});
  CHECK(table.print() == "n       x\n------  -\nZ\u00fcrich  1\nBerlin  2\n");
}

TEST_CASE("readable numbers: three significant digits, and the prefix changes before 1000 would be printed") {
  CHECK(readable(0.00125, "s") == "1.25 ms");
  CHECK(readable(4.31e10, "B/s") == "43.1 GB/s");
  CHECK(readable(0, "s") == "0 s");
  CHECK(readable(0.9996e-3, "s") == "1.00 ms");
  CHECK(readable(999.4, "s") == "999 s");
  CHECK(readable(999.6, "s") == "1.00 ks");
  CHECK(readable(9.996, "s") == "10.0 s");
  CHECK(readable(-2.5e-6, "s") == "-2.50 us");
  CHECK(percent(0.1234) == "12.3 %");
}
