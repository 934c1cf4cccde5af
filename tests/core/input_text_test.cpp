// SPDX-License-Identifier: Apache-2.0
// Laws: words keep line and column; numbers are exact or refused; of one file twenty mistakes are told and the others counted.
#include <doctest/doctest.h>

#include "core/input_text.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

TEST_CASE("input text: words with their places, line by line and across lines") {
  WordReader reader("a  bc # no\r\n\n\td\n");
  std::vector<Word> words;
  REQUIRE(reader.next_line(words, '#'));
  REQUIRE(words.size() == 2);
  CHECK(words[1].text == "bc");
  CHECK(words[1].line == 1);
  CHECK(words[1].column == 4);
  REQUIRE(reader.next_line(words, '#'));
  CHECK(words[0].text == "d");
  CHECK(words[0].line == 3);
  CHECK(words[0].column == 2);
  CHECK_FALSE(reader.next_line(words));
  WordReader stream("x\n  y");
  CHECK(stream.next().text == "x");
  const Word second = stream.next();
  CHECK(second.line == 2);
  CHECK(second.column == 3);
  CHECK(stream.next().text.empty());
}

TEST_CASE("input text: decimals are scaled exactly and rounded to the nearest") {
  CHECK(scaled_number("12", 1'000) == 12'000);
  CHECK(scaled_number("936.25", 1'000) == 936'250);
  CHECK(scaled_number("50331648.0", 1) == 50'331'648);
  CHECK(scaled_number("0.0000015", 1'000'000) == 2);  // 1.5 rounds up
  CHECK(scaled_number("1e9", 1) == 1'000'000'000);
  CHECK(scaled_number("2.5E-3", 1'000) == 3);
  CHECK(scaled_number("-0.5", 10) == -5);
  CHECK(scaled_number(".5", 10) == 5);
  CHECK(scaled_number("123456789012345678901234567890e-20", 1) == 1'234'567'890);
  for (const char* wrong : {"", ".", "-", "1x", "0x10", "1e", "1e99", "nan", "1.2.3", "99999999999999999999"}) {
    CAPTURE(wrong);
    CHECK_FALSE(scaled_number(wrong, 1).has_value());
  }
  CHECK(whole_number("18", 0, 20) == 18);
  for (const char* wrong : {"", "21", "-1", "+1", "1.0", "1234567890123456789"}) CHECK_FALSE(whole_number(wrong, 0, 20).has_value());
}

TEST_CASE("input text: files that no text reader can take are refused by name") {
  CHECK(not_a_text("", "x")->message == "the file is empty");
  CHECK(not_a_text(" \r\n", "x")->message == "the file is empty");
  CHECK(not_a_text("\x1f\x8b\x08", "x")->message == "the file is compressed with gzip");
  CHECK(not_a_text(std::string_view("a\0b", 3), "x")->message == "the file is not a text file");
  CHECK_FALSE(not_a_text("a", "x").has_value());
  const tests::TemporaryDirectory folder;
  CHECK(read_input_file(folder.file("none")).error().message.starts_with("there is no file"));
  CHECK(read_input_file(folder.path().string()).error().message.ends_with("is not a file that can be read"));
  CHECK(read_input_file(folder.write("big", std::string(2 << 20, 'x')), 1 << 20).error().message.ends_with("is larger than 1 MiB"));
  CHECK(*read_input_file(folder.write("empty", "")) == "");
}

TEST_CASE("input text: twenty mistakes are told, the rest counted; what is quoted is printable") {
  Diagnostics diagnostics;
  const std::string text = "first\n\x1b[31m red\n";
  InputErrors errors("f", text, diagnostics);
  for (int i = 0; i < 25; ++i) errors.error(2, 3, "wrong", "right");
  errors.finish();
  CHECK(diagnostics.error_count() == 21);
  CHECK(diagnostics.all().back().message == "5 further errors from here on are not shown");
  CHECK(diagnostics.all().front().source_line == "?[31m red");
  CHECK(quote_input("\x07" + std::string(60, 'x')) == "`?" + std::string(39, 'x') + "...`");
}
