// SPDX-License-Identifier: Apache-2.0
// Laws: the reader takes the published Azure traces as they are (CRLF, seven fraction digits, last line without a line
// end), finds columns by name, and says exactly what is wrong where.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/serving/arrival.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

std::vector<Arrival> read(std::string_view text, Diagnostics& diagnostics) { return read_azure_trace(text, "trace.csv", diagnostics); }

std::vector<Arrival> read_good(std::string_view text) {
  Diagnostics diagnostics;
  const auto arrivals = read(text, diagnostics);
  CHECK(diagnostics.all().empty());
  return arrivals;
}

struct Broken {
  std::string what;
  std::string text;
  std::uint32_t line;
  std::uint32_t column;
  std::string message;
  std::string remedy;
};

const std::string kHeader = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
const std::string kStampRemedy = "write it as `2023-11-16 18:15:46.6805900`";

}  // namespace

TEST_CASE("rows as published: CRLF, seven digits, offsets from the first row") {
  const auto arrivals =
      read_good("TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109");
  CHECK(arrivals == std::vector<Arrival>{{0_ps, 374, 44}, {Duration{4'314'579'000'000}, 396, 109}});
}

TEST_CASE("columns by name, other columns ignored, zones and rows out of order understood") {
  CHECK(read_good("Model,GeneratedTokens,TIMESTAMP,ContextTokens\nx,7,2024-02-29 23:59:59,5\n\ny,8,2024-03-01T00:00:00.5Z,6\n") ==
        std::vector<Arrival>{{0_ps, 5, 7}, {1500_ms, 6, 8}});
  CHECK(read_good(kHeader + "2024-05-10 01:00:00.009930+01:00,2,2\n2024-05-10 00:00:00+00:00,1,1\n") ==
        std::vector<Arrival>{{0_ps, 1, 1}, {9930_us, 2, 2}});
  CHECK(read_good("\xef\xbb\xbf" + kHeader + "2023-12-31 23:59:59,1,1\n2024-01-01 00:00:00,2,2\n").back().offset == 1_s);
}

TEST_CASE("every mistake has its line, column, message and remedy") {
  const std::string good = "2023-11-16 18:15:46.6805900,374,44";
  const Broken cases[] = {
      {"empty", "", 0, 0, "the trace is empty", "start it with `TIMESTAMP,ContextTokens,GeneratedTokens`"},
      {"binary", std::string("\x89HDF\0\0", 6), 0, 0, "the trace is not a text file", "give a CSV file in the Azure LLM trace format"},
      {"header alone", kHeader, 1, 0, "the trace has a header but no rows", "add at least one request"},
      {"column missing", "TIMESTAMP,ContextToken,GeneratedTokens\n", 1, 1, "the header has no column `ContextTokens`",
       "is column `ContextToken` meant? Rename it"},
      {"another file", "site: {topology: leaf_spine}\n", 1, 1, "the first line is not the header of a trace in the Azure LLM format",
       "start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`"},
      {"semicolons", "TIMESTAMP;ContextTokens;GeneratedTokens\n", 1, 1,
       "the first line is not the header of a trace in the Azure LLM format",
       "separate the columns by commas: `TIMESTAMP,ContextTokens,GeneratedTokens`"},
      {"lower case", "TIMESTAMP,contexttokens,GeneratedTokens\n", 1, 1, "the header has no column `ContextTokens`",
       "is column `contexttokens` meant? Rename it"},
      {"no such columns", "TIMESTAMP,a,GeneratedTokens\n", 1, 1, "the header has no column `ContextTokens`",
       "start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`"},
      {"too few fields", kHeader + good + "\n2023-11-16 18:15:46.6805900,374\n", 3, 1, "the row has 2 fields, the header 3",
       "give every row one field per column"},
      {"too many fields", kHeader + good + ",1\n", 2, 1, "the row has 4 fields, the header 3", "give every row one field per column"},
      {"no date", kHeader + "yesterday,374,44\n", 2, 1, "`yesterday` is not a timestamp", kStampRemedy},
      {"30 February", kHeader + "2023-02-30 10:00:00,374,44\n", 2, 1, "`2023-02-30 10:00:00` is not a timestamp", kStampRemedy},
      {"29 February 2023", kHeader + "2023-02-29 10:00:00,374,44\n", 2, 1, "`2023-02-29 10:00:00` is not a timestamp", kStampRemedy},
      {"24 o'clock", kHeader + "2023-02-20 24:00:00,374,44\n", 2, 1, "`2023-02-20 24:00:00` is not a timestamp", kStampRemedy},
      {"13 digits", kHeader + "2023-02-20 10:00:00.0123456789012,374,44\n", 2, 1, "`2023-02-20 10:00:00.0123456789012` is not a timestamp",
       kStampRemedy},
      {"bare point", kHeader + "2023-02-20 10:00:00.,374,44\n", 2, 1, "`2023-02-20 10:00:00.` is not a timestamp", kStampRemedy},
      {"bad zone", kHeader + "2023-02-20 10:00:00+1,374,44\n", 2, 1, "`2023-02-20 10:00:00+1` is not a timestamp", kStampRemedy},
      {"no tokens", kHeader + "2023-11-16 18:15:46.6805900,,44\n", 2, 29, "`ContextTokens` is ``, not a whole number of at least 1",
       "give the number of tokens, such as `374`"},
      {"zero tokens", kHeader + "2023-11-16 18:15:46.6805900,374,0\n", 2, 33, "`GeneratedTokens` is `0`, not a whole number of at least 1",
       "give the number of tokens, such as `374`"},
      {"negative", kHeader + "2023-11-16 18:15:46.6805900,-3,44\n", 2, 29, "`ContextTokens` is `-3`, not a whole number of at least 1",
       "give the number of tokens, such as `374`"},
      {"decimal", kHeader + "2023-11-16 18:15:46.6805900,374.5,44\n", 2, 29, "`ContextTokens` is `374.5`, not a whole number of at least 1",
       "give the number of tokens, such as `374`"},
      {"huge", kHeader + "2023-11-16 18:15:46.6805900,374,99999999999999999999\n", 2, 33,
       "`GeneratedTokens` is `99999999999999999999`, more than 100000000", "give the number of tokens, such as `374`"},
      {"too long a span", kHeader + good + "\n2025-11-16 18:15:46,1,1\n", 0, 0, "the trace spans 731 days; at most 100 can be simulated",
       "cut it"},
  };
  for (const Broken& broken : cases) {
    CAPTURE(broken.what);
    Diagnostics diagnostics;
    CHECK(read(broken.text, diagnostics).empty());
    REQUIRE(diagnostics.all().size() == 1);
    const Diagnostic& found = diagnostics.all().front();
    CHECK(found.place.file == "trace.csv");
    CHECK(found.place.line == broken.line);
    CHECK(found.place.column == broken.column);
    CHECK(found.message == broken.message);
    CHECK(found.remedy == broken.remedy);
  }
}

TEST_CASE("all mistakes in one pass, quoted with their line; beyond twenty they are counted") {
  Diagnostics two;
  CHECK(read(kHeader + "never,0,44\n", two).empty());
  CHECK(two.all().size() == 2);
  CHECK(two.all().front().source_line == "never,0,44");
  Diagnostics many;
  std::string text = kHeader;
  for (int i = 0; i < 50; ++i) text += "bad,1,1\n";
  CHECK(read(text, many).empty());
  REQUIRE(many.all().size() == 21);
  CHECK(many.all().back().message == "30 further errors from here on are not shown");
  CHECK(many.all().back().place.line == 22);  // after what is shown
}

TEST_CASE("the published conversation trace: 19,366 requests, means 1155 and 211 tokens, 5.53 per second") {
  std::ifstream in(eastwest::tests::shared_directory() / "data/traces/azure_llm_2023/AzureLLMInferenceTrace_conv.csv", std::ios::binary);
  if (!in) {
    MESSAGE("skipped: no trace; set EASTWEST_SHARED to the folder that holds data/traces");
    return;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto arrivals = read_good(text);
  REQUIRE(arrivals.size() == 19'366);
  double prompts = 0;
  double outputs = 0;
  for (const Arrival& arrival : arrivals) {
    prompts += arrival.prompt_tokens;
    outputs += arrival.output_tokens;
  }
  CHECK(std::lround(prompts / 19'366) == 1155);
  CHECK(std::lround(outputs / 19'366) == 211);
  CHECK(19'366 / arrivals.back().offset.seconds() == doctest::Approx(5.53).epsilon(0.001));
}

TEST_CASE("the shipped synthetic trace: 600 requests in two minutes with chat-like lengths") {
  Diagnostics diagnostics;
  const auto arrivals = read(eastwest::tests::read_file(std::filesystem::path(eastwest::tests::source_directory()) /
                                                        "scenarios/library/data/synthetic-conversation.csv"),
                             diagnostics);
  CHECK(diagnostics.all().empty());
  REQUIRE(arrivals.size() == 600);
  double prompts = 0;
  double outputs = 0;
  for (const Arrival& arrival : arrivals) {
    prompts += arrival.prompt_tokens;
    outputs += arrival.output_tokens;
  }
  CHECK(prompts / 600 == doctest::Approx(1150).epsilon(0.1));
  CHECK(outputs / 600 == doctest::Approx(210).epsilon(0.1));
  CHECK(arrivals.back().offset.seconds() == doctest::Approx(120).epsilon(0.05));
}
