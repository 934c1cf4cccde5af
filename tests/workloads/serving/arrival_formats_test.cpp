// SPDX-License-Identifier: Apache-2.0
// Laws: each published form of a request trace is known by its first line and read exactly; prefix reuse takes whole blocks that came
// before, and leaves a token; every mistake stands at its column.
#include <doctest/doctest.h>

#include "tests/support/input_truncation.hpp"
#include "workloads/serving/arrival_formats.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

std::vector<Arrival> read(const std::string& text, Diagnostics& diagnostics, ArrivalFormat format = ArrivalFormat::automatic,
                          bool reuse = false) {
  return read_arrivals(format, {reuse, nullptr}, text, "trace", diagnostics);
}

std::vector<Arrival> read_good(const std::string& text, bool reuse = false) {
  Diagnostics diagnostics;
  const auto arrivals = read(text, diagnostics, ArrivalFormat::automatic, reuse);
  CHECK_MESSAGE(diagnostics.all().empty(), diagnostics.print());
  return arrivals;
}

std::string complaint(const std::string& text, ArrivalFormat format = ArrivalFormat::automatic) {
  Diagnostics diagnostics;
  CHECK(read(text, diagnostics, format).empty());
  REQUIRE(diagnostics.has_errors());
  const Diagnostic& first = diagnostics.all().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + " " + first.message;
}

const std::string kBurst = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n";
const std::string kMooncake =
    "{\"timestamp\": 100, \"input_length\": 1100, \"output_length\": 5, \"hash_ids\": [1, 2, 3]}\n"
    "{\"timestamp\": 120.5, \"input_length\": 1024, \"output_length\": 6, \"hash_ids\": [1, 2]}\n"
    "{\"timestamp\": 130, \"input_length\": 1500, \"output_length\": 7, \"hash_ids\": [1, 9, 3]}\n";

}  // namespace

TEST_CASE("arrival formats: BurstGPT by column name, whatever stands between; failed requests are left out") {
  CHECK(read_good(kBurst + "5,ChatGPT,472,18,490,Conversation log\r\n45.25,GPT-4,1087,230,1317,API log\n") ==
        std::vector<Arrival>{{0_s, 472, 18}, {40'250_ms, 1087, 230}});
  CHECK(read_good("Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n9,a,1,m,2,3,5,x\n") ==
        std::vector<Arrival>{{0_s, 2, 3}});
  Diagnostics diagnostics;
  CHECK(read(kBurst + "1,m,0,0,0,x\n2,m,5,1,6,x\n", diagnostics).size() == 1);
  CHECK(diagnostics.all().front().message == "1 requests got no answer in the trace and are left out");
}

TEST_CASE("arrival formats: Vidur's columns, Azure's with images, rows out of order") {
  CHECK(read_good("arrived_at,num_prefill_tokens,num_decode_tokens\n0.5,10,20\n0.25,30,40\n") ==
        std::vector<Arrival>{{0_s, 30, 40}, {250_ms, 10, 20}});
  CHECK(read_good("TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15 00:00:01.5,1,7,8\n") == std::vector<Arrival>{{0_s, 7, 8}});
}

TEST_CASE("arrival formats: Mooncake in milliseconds; an ideal prefix cache saves whole blocks from the front") {
  CHECK(read_good(kMooncake) == std::vector<Arrival>{{0_ms, 1100, 5}, {20'500_us, 1024, 6}, {30_ms, 1500, 7}});
  // The second prompt is known whole, so one token is computed; of the third only block 1: block 3 stands behind a new one.
  CHECK(read_good(kMooncake, true) == std::vector<Arrival>{{0_ms, 1100, 5}, {20'500_us, 1, 6}, {30_ms, 1500 - 512, 7}});
  CHECK(read_good("{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 1}").size() == 1);
}

TEST_CASE("arrival formats: every mistake has its place and words") {
  CHECK(complaint(kBurst) == "0:0 the trace has no requests");
  CHECK(complaint("Timestamp,Request tokens\n1,2\n") == "1:1 the header has no column `Response tokens`");
  CHECK(complaint(kBurst + "1,m,5,6\n") == "2:1 the row has 4 fields, the header 6");
  CHECK(complaint(kBurst + "soon,m,5,6,11,x\n") == "2:1 `soon` is not a time in seconds of at most 106 days");
  CHECK(complaint(kBurst + "1,m,0,6,6,x\n") == "2:5 `Request tokens` is `0`");
  CHECK(complaint("{\"timestamp\": 1, \"input_length\": 5, \"output_length\"\n").starts_with("1:"));
  CHECK(complaint("{\"timestamp\": 1, \"input_length\": 0, \"output_length\": 5}\n") == "1:18 `input_length` is not a number of tokens");
  CHECK(complaint("{\"timestamp\": -1, \"input_length\": 1, \"output_length\": 5}\n") == "1:2 `timestamp` is not a time in ms");
  CHECK(complaint("{\"timestamp\": 1, \"input_length\": 1}\n") == "1:1 the request has no `output_length`");
  CHECK(complaint("{\"timestamp\": 1, \"input_length\": 1, \"output_length\": 1, \"hash_ids\": [-1]}\n") ==
        "1:57 `hash_ids` is not a list of block numbers");
  CHECK(complaint("7\n", ArrivalFormat::mooncake) == "1:1 the line is no JSON object");
  CHECK(complaint("\x1f\x8b\x08") == "0:0 the trace is compressed with gzip");
  Diagnostics diagnostics;
  CHECK(read(kBurst + "1,m,5,6,11,x\n", diagnostics, ArrivalFormat::automatic, true).empty());
  CHECK(diagnostics.all().front().message.starts_with("`arrivals.prefix_reuse` needs the block hashes"));
}

TEST_CASE("arrival formats: damaged files are refused or read, never fatal") {
  tests::survive_damage(kMooncake, 31, [](const std::string& text) {
    Diagnostics diagnostics;
    read(text, diagnostics, ArrivalFormat::mooncake, true);
  });
  tests::survive_damage(kBurst + "5,m,472,18,490,x\n", 37, [](const std::string& text) {
    Diagnostics diagnostics;
    read(text, diagnostics, ArrivalFormat::burstgpt);
  });
}
