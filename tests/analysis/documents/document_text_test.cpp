// SPDX-License-Identifier: Apache-2.0
// Text of documents: what a hostile name may not do, and figures in any locale.
#include "analysis/documents/document_text.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace eastwest;

TEST_CASE("document text: markup of a name stays a name") {
  CHECK(escape_markup("<script>alert('x')</script>") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  CHECK(escape_markup("a\" onload=\"b & c") == "a&quot; onload=&quot;b &amp; c");
  CHECK(escape_markup(std::string("a\n\x01\0b", 5)) == "a   b");
  CHECK(anchor("port", "leaf-0:swp1 s\"0") == "port-leaf-0_3Aswp1_20s_220");
  CHECK(anchor("a", "x_y") != anchor("a", "x y"));
  CHECK(file_stem("../../etc/passwd") == "_.._2F.._2Fetc_2Fpasswd");
  CHECK(file_stem(std::string(500, 'a')).size() == 80);
}

TEST_CASE("document text: no cell starts a formula, and numbers stay numbers") {
  CHECK(safe_cell("=HYPERLINK(\"http://x\")") == "'=HYPERLINK(\"http://x\")");
  CHECK(safe_cell("+1+cmd") == "'+1+cmd");
  CHECK(safe_cell("@SUM(A1)") == "'@SUM(A1)");
  CHECK(safe_cell("-cmd") == "'-cmd");
  CHECK(safe_cell("\tx") == "'\tx");
  CHECK(safe_cell("-0.25") == "-0.25");
  CHECK(safe_cell("+0.25") == "'+0.25");
  CHECK(safe_cell("") == "");
  CHECK(safe_row({"=a,b", "c\"d", "-1"}) == "\"'=a,b\",\"c\"\"d\",-1\n");
}

TEST_CASE("document text: digits are fixed, minus zero is zero, unknown is empty") {
  CHECK(fixed_digits(1234.5, 2) == "1234.50");
  CHECK(fixed_digits(-0.001, 2) == "0.00");
  CHECK(fixed_digits(-0.01, 2) == "-0.01");
  CHECK(fixed_digits(std::nan(""), 2).empty());
  CHECK(document_percent(0.253) == "25.3 %");
}

TEST_CASE("document text: ids that follow each other are a range") {
  CHECK(id_ranges({"C0001", "C0002", "C0003", "C0007", "C0008", "T0001"}) == "C0001-C0003 C0007 C0008 T0001");
  CHECK(id_ranges({"C0009", "C0010", "C0011"}) == "C0009-C0011");
  CHECK(id_ranges({"C9", "C10", "C11"}) == "C9 C10 C11");  // widths differ: C9 and C10 are not of one series
  CHECK(id_ranges({"C0001A", "C0001B"}) == "C0001A C0001B");
  CHECK(id_ranges({}).empty());
}
