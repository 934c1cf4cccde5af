// SPDX-License-Identifier: Apache-2.0
// Plant report: the text counts what it lists and stays within its width; the JSON object says the same.
#include "analysis/plant_report.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::contains;

TEST_CASE("plant report: text and JSON count and list the same findings, in the same order") {
  CheckedSite site;
  site.set_length(0, {110'000});
  site.set_length(1, {70'000});
  const PlantCheck check = check_plant(site.input());
  const CheckInput input = site.input();
  const PlantReport report{"site.yaml", input, check};
  const std::string text = plant_report_text(report, false);
  const auto json = nlohmann::json::parse(plant_report_json(report));
  CHECK(contains(text, "1 failed, 1 warning, "));
  CHECK(json["counts"]["failed"] == 1);
  CHECK(json["counts"]["warnings"] == 1);
  CHECK(json["passed"] == false);
  REQUIRE(json["findings"].size() == check.findings.size());
  std::size_t at = 0;
  for (const auto& finding : json["findings"]) {
    const std::string level = finding["level"] == "fail" ? "FAIL" : finding["level"].get<std::string>();
    at = text.find("\n" + level + "  " + finding["rule"].get<std::string>() + "\n", at);
    REQUIRE(at != std::string::npos);
    ++at;
  }
  CHECK(json["links"].size() == site.built.fabric.cables.size());
  CHECK(json["links"][0]["length_m"] == 110.0);
}

TEST_CASE("plant report: sentences are wrapped, rows that say the same are one") {
  const CheckedSite site;
  const PlantCheck check = check_plant(site.input());
  const CheckInput input = site.input();
  const std::string text = plant_report_text({"site.yaml", input, check}, false);
  std::istringstream lines(text.substr(0, text.find("\nLinks by optics")));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 120);
  CHECK(contains(text, "leaf-0 (and 1 alike)"));
  CHECK(contains(text, "A01 (and 1 alike)"));
  CHECK_FALSE(contains(text, "leaf-1"));
}

TEST_CASE("plant report: latency is itemised, and its items add up to the total") {
  const CheckedSite site;
  const PlantCheck check = check_plant(site.input());
  const CheckInput input = site.input();
  const auto json = nlohmann::json::parse(plant_report_json({"site.yaml", input, check}));
  REQUIRE(json["latency"].size() == 2);
  for (const auto& path : json["latency"]) {
    double sum = 0;
    for (const auto& item : path["items"]) sum += item["ns"].get<double>();
    CHECK(sum == doctest::Approx(path["total_ns"].get<double>()).epsilon(1e-9));
  }
}
