// SPDX-License-Identifier: Apache-2.0
// The verb `check`: verdicts of the shipped sites, the same bytes every time, JSON for other programs, and mistakes that are located.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/places.hpp"
#include "tests/support/run_in_folder.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

std::string site(const std::string& name) { return source_directory() + "/scenarios/library/sites/" + name + ".yaml"; }

nlohmann::json check_json(std::vector<std::string> arguments, int expected) {
  arguments.insert(arguments.begin(), {"check", "--json"});
  const ProgramResult result = run_program(arguments);
  CHECK(result.exit_code == expected);
  return nlohmann::json::parse(result.output);
}

std::set<std::string> failed_rules(const nlohmann::json& check) {
  std::set<std::string> rules;
  for (const auto& finding : check["findings"])
    if (finding["level"] == "fail") rules.insert(finding["rule"].get<std::string>());
  return rules;
}

}  // namespace

TEST_CASE("check: the shipped good sites pass without a warning, and without a word beside") {
  for (const char* name : {"site-64", "site-512"}) {
    const ProgramResult result = run_program({"check", site(name)});
    CHECK(result.exit_code == 0);
    CHECK(result.errors.empty());
    CHECK(result.output.find("0 failed, 0 warnings") != std::string::npos);
    CHECK(run_program({"check", site(name)}).output == result.output);
  }
}

TEST_CASE("check: the site of 512 GPUs has the counts of a DGX SuperPOD of two units: 16 leaves, 8 spines, 512 and 512 links (S-SP1)") {
  const auto check = check_json({site("site-512")}, 0);
  CHECK(check["counts"]["gpus"] == 512);
  CHECK(check["counts"]["switches"] == 24);
  std::map<std::string, int> links;
  for (const auto& link : check["links"]) ++links[link["optics"].get<std::string>()];
  CHECK(links == std::map<std::string, int>{{"400g-dr4", 512}, {"400g-sr4", 512}});
  CHECK(check["phases"] == nlohmann::json::parse("[32, 64, 128, 256, 512]"));
  for (const auto& link : check["links"]) {
    CHECK(link["headroom_db"].get<double>() == doctest::Approx(link["loss_limit_db"].get<double>() - link["loss_worst_db"].get<double>()));
    CHECK(link["loss_statistical_db"].get<double>() <= link["loss_worst_db"].get<double>());
  }
}

TEST_CASE("check: the site of mistakes fails by every mistake that its comment names, and each repair takes its failure away") {
  const auto check = check_json({site("mistakes-128")}, 1);
  const std::set<std::string> planted{"optics.loss", "optics.power", "latency.budget",   "pathways.fill",
                                      "racks.units", "racks.power",  "switches.reserve", "optics.frame_loss"};
  CHECK(failed_rules(check) == planted);
  CHECK(check["passed"] == false);
  const auto without = [&](const std::vector<std::string>& repairs, const std::set<std::string>& rules) {
    std::vector<std::string> arguments{site("mistakes-128")};
    for (const std::string& repair : repairs) {
      arguments.emplace_back("--set");
      arguments.push_back(repair);
    }
    const std::set<std::string> left = failed_rules(check_json(arguments, rules.size() == planted.size() ? 0 : 1));
    for (const std::string& rule : rules) CHECK(left.count(rule) == 0);
  };
  without({"plant.connector_grade=low_loss"}, {"optics.loss", "optics.power"});
  without({"plant.tray_width=300mm", "plant.tray_depth=100mm"}, {"pathways.fill"});
  without({"servers_per_rack=4"}, {"racks.units", "racks.power"});
  without({"site.plant.latency_budget=8us"}, {"latency.budget"});
  without({"plant.port_reserve=0"}, {"switches.reserve"});
  without({"plant.measured=none"}, {"optics.frame_loss"});
  without({"plant.connector_grade=low_loss", "plant.tray_width=300mm", "plant.tray_depth=100mm", "servers_per_rack=4",
           "plant.latency_budget=8us", "plant.port_reserve=0", "plant.measured=none"},
          planted);
}

TEST_CASE("check: --links prints a row for every link, a scenario is checked by its site") {
  const ProgramResult plain = run_program({"check", site("site-64")});
  const ProgramResult links = run_program({"check", site("site-64"), "--links"});
  CHECK(links.output.starts_with(plain.output));
  const std::string rows = links.output.substr(plain.output.size());
  for (const char* id : {"C0001 ", "C0064 ", "C0128 "}) CHECK(rows.find(std::string("\n  ") + id) != std::string::npos);
  CHECK(run_program({"check", source_directory() + "/scenarios/library/allreduce-64-rail.yaml"}).exit_code == 0);
}

TEST_CASE("check: links with given delays are said to be unchecked, which is no failure") {
  const TemporaryDirectory folder;
  const std::string file = folder.write("site.yaml",
                                        "topology: custom\nserver: plain\nhosts: [h0, h1]\nswitches: [s]\nlinks: [h0 - s, h1 - s]\n"
                                        "link_rate: 400 Gb/s\nlink_delay: 1 us\n");
  const ProgramResult result = run_program({"check", file});
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("(0 with known optics)") != std::string::npos);
  CHECK(result.output.find("not checked") != std::string::npos);
}

TEST_CASE("check: a site that cannot be read is told with its place, and nothing is printed") {
  const TemporaryDirectory folder;
  const std::string file = folder.write("site.yaml", "topology: rail_optimised\nservers: 8\nplant:\n  cablling: structured\n");
  const ProgramResult result = run_program({"check", file});
  CHECK(result.exit_code == 2);
  CHECK(result.output.empty());
  CHECK(result.errors.find(":4:3: error:") != std::string::npos);
  CHECK(result.errors.find("did you mean `cabling`?") != std::string::npos);
  CHECK(run_program({"check", folder.file("not-there.yaml")}).exit_code == 2);
}
