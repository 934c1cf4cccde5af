// SPDX-License-Identifier: Apache-2.0
// The page's data is JSON that cannot leave its element, its blobs are what they were, and its size is bounded.
#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "analysis/report/deflate.hpp"
#include "core/random.hpp"
#include "tests/analysis/report/report_fixture.hpp"

namespace eastwest::tests {
namespace {

std::string unpacked(const std::string& text, std::size_t size) {
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const char c : text) {
    if (c == '=') break;
    group = group << 6 | static_cast<std::uint32_t>(letters.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 255);
  }
  std::string out(size + 1, '\0');
  uLongf length = out.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) == Z_OK);
  out.resize(length);
  return out;
}

TEST_CASE("report page: base64 as in RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("report page: the data has what the page draws, and its blobs come back as they were") {
  auto trace = star_trace();
  const LinkGrid grid = trace.second.grid;
  const ReportData data = report_data(report_of(trace));
  const nlohmann::json json = nlohmann::json::parse(data.json);
  REQUIRE(json["traces"].size() == 1);
  const nlohmann::json& t = json["traces"][0];
  CHECK(json["comparison"].is_null());
  CHECK(t["label"] == "run.h5");
  CHECK(t["description"] == "two hosts on a switch");
  CHECK(t["seed"] == "7");
  CHECK(t["checks"]["passed"] == 1);
  CHECK(t["fabric"]["nodes"]["name"].size() == 3);
  CHECK(t["fabric"]["links"]["mean"].size() == 4);
  CHECK(t["fabric"]["links"]["margin"][0].is_null());
  CHECK(t["tables"]["collectives"]["rows"][0][0] == "all_reduce");
  CHECK(t["tables"]["cables"]["rows"][0][4].get<double>() == doctest::Approx(20.0));
  for (const auto& [id, table] : t["tables"].items())
    for (const nlohmann::json& row : table["rows"]) CHECK_MESSAGE(row.size() == table["columns"].size(), id);
  CHECK(t["grid"]["bins"] == 8);
  const std::string utilization = unpacked(data.blobs[t["grid"]["utilization"].get<std::size_t>()], grid.utilization.size());
  CHECK(std::equal(utilization.begin(), utilization.end(), grid.utilization.begin(), grid.utilization.end(),
                   [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
  const nlohmann::json& steps = t["steps"];
  REQUIRE(steps["rows"] == 4);
  const std::string columns = unpacked(data.blobs[steps["blob"].get<std::size_t>()], 4 * steps["columns"].size() * 8);
  const auto at = [&](std::size_t column, std::size_t row) {
    std::uint64_t bits = 0;
    for (std::size_t b = 0; b < 8; ++b) bits |= std::uint64_t{static_cast<unsigned char>(columns[(column * 4 + row) * 8 + b])} << (8 * b);
    return std::bit_cast<double>(bits);
  };
  CHECK(steps["columns"][4] == "finish");
  CHECK(at(4, 3) == doctest::Approx(2000e-12));
}

TEST_CASE("report page: names of any kind stay text") {
  auto trace = star_trace(2, "a\"><b>{{data}}{{blobs}}{{script}}.h5");
  const std::string script = "</script><script>window.hacked = 1</script>";
  trace.first.jobs[0].name = script;
  trace.first.scenario_text = "name: <!--<script>\ndescription: \xe2\x80\xa8\xff " + script + "\n";
  trace.first.link_names[0] = "<img src=x onerror=alert(1)>";
  trace.second.nodes[0].name = "&lt;\"'`{{data}}";
  const Report report = report_of(std::move(trace));
  const ReportData data = report_data(report);
  CHECK(data.json.find_first_of("<>&") == std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(data.json);
  CHECK(json["traces"][0]["jobs"][0]["name"] == script);
  CHECK(json["traces"][0]["fabric"]["nodes"]["name"][0] == "&lt;\"'`{{data}}");
  const std::string page = report_html(report);
  CHECK(page.find(script) == std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  // The marks of the page are gone, those in names are still there: in title, label and path, node, and in the footer's path.
  CHECK(page.find("a&quot;&gt;&lt;b&gt;{{data}}{{blobs}}{{script}}.h5") != std::string::npos);
  const auto count = [&](const std::string& part) {
    std::size_t found = 0;
    for (std::size_t i = page.find(part); i != std::string::npos; i = page.find(part, i + 1)) ++found;
    return found;
  };
  CHECK(count("<script") == 3 + data.blobs.size());
  CHECK(count("</script>") == 3 + data.blobs.size());
  CHECK(count("http-equiv=\"Content-Security-Policy\"") == 1);
  CHECK(page.find("Permission is hereby granted") != std::string::npos);  // uPlot's licence travels with it
}

TEST_CASE("report page: nothing is fetched: no address of a server but uPlot's own name") {
  const std::string page = report_html(report_of(star_trace()));
  for (const char* part : {"src=\"http", "href=\"http", "url(http", "@import", "fetch(", "XMLHttpRequest", "import("})
    CHECK_MESSAGE(page.find(part) == std::string::npos, part);
}

TEST_CASE("report page: links over time shrink until they fit, and say so") {
  auto trace = star_trace();
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  RandomStream random(seed, 1);
  LinkGrid& grid = trace.second.grid;
  grid.bins = 4000;
  for (auto* values : {&grid.utilization, &grid.queue, &grid.pause}) {
    values->clear();
    for (std::uint64_t i = 0; i < grid.links * grid.bins; ++i) values->push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  PageLimits limits;
  limits.grid_bytes = 20'000;
  const ReportData data = report_data(report_of(trace), limits);
  const nlohmann::json grid_json = nlohmann::json::parse(data.json)["traces"][0]["grid"];
  CHECK(grid_json["merged"] == true);
  CHECK(grid_json["bins"] == 1000);  // 3 x 4 x 1000 random bytes are 16 kB in base64; 2000 would be 32
  std::size_t size = 0;
  for (const char* which : {"utilization", "queue", "pause"}) size += data.blobs[grid_json[which].get<std::size_t>()].size();
  CHECK(size <= limits.grid_bytes);
  CHECK(grid_json["width"].get<double>() == doctest::Approx(4e-6));
}

TEST_CASE("report page: long tables are thinned, the worst rows stay, and the page says what is left out") {
  auto trace = star_trace();
  trace.first.requests.clear();
  trace.first.steps.clear();
  trace.first.flows.clear();
  for (std::uint64_t i = 0; i < 3000; ++i) {
    trace.first.requests.push_back(request(i));
    trace.first.steps.push_back(step(i));
    trace.first.flows.push_back(flow(i));
  }
  trace.first.requests[1234].finish = trace.first.requests[1234].arrival + Duration{9'000'000'000};
  PageLimits limits;
  limits.requests = 100;
  limits.steps = 500;
  limits.flows = 7;
  const nlohmann::json t = nlohmann::json::parse(report_data(report_of(trace), limits).json)["traces"][0];
  CHECK(t["requests"]["rows"].get<int>() <= 100);
  CHECK(t["requests"]["rows"].get<int>() >= 90);
  CHECK(t["requests"]["note"].get<std::string>().find("of 3000 requests") != std::string::npos);
  CHECK(t["steps"]["rows"].get<int>() <= 500);
  CHECK(t["steps"]["rows"].get<int>() >= 400);
  CHECK(t["steps"]["note"].get<std::string>().find("last one of each step") != std::string::npos);
  CHECK(t["tables"]["slowest_flows"]["rows"].size() == 7);
  CHECK(t["tables"]["slowest_flows"]["note"] == "The 7 slowest of 3000 messages.");
  CHECK(t["tables"]["slowest_flows"]["rows"][0][10].get<double>() == doctest::Approx(506.0 / 500));
}

TEST_CASE("report page: two traces are compared, and equal file names told apart by their folders") {
  auto one = star_trace(2, "a/run.h5");
  auto two = star_trace(2, "b/run.h5");
  two.first.scenario_text += "jobs: {}\n";
  std::vector<TraceData> traces = {one.first, two.first};
  std::vector<TraceDetail> details = {one.second, two.second};
  const nlohmann::json json = nlohmann::json::parse(report_data(make_report(traces, details)).json);
  CHECK(json["traces"][0]["label"] == "a/run.h5");
  CHECK(json["traces"][1]["label"] == "b/run.h5");
  CHECK(json["comparison"]["designs"].size() == 2);
  CHECK(json["compared"].size() == 1);
}

TEST_CASE("report page: the same traces give the same page") {
  CHECK(report_html(report_of(star_trace())) == report_html(report_of(star_trace())));
}

}  // namespace
}  // namespace eastwest::tests
