// SPDX-License-Identifier: Apache-2.0
// Expanding a scenario is a fixpoint: the text reads back to the same scenario, for the whole library and for odd names.
#include "scenarios/expand.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "scenarios/runner.hpp"
#include "tests/scenarios/library_files.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

Scenario read(const std::string& text, const std::string& directory = ".") {
  Diagnostics diagnostics;
  auto scenario = load_scenario_text(text, "t.yaml", directory, {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  return *scenario;
}

}  // namespace

TEST_CASE("expand: the text of every library file reads back to the same text, with and without comments") {
  for (const auto& file : tests::library_files()) {
    CAPTURE(file.string());
    Diagnostics diagnostics;
    const auto scenario = load_scenario(file.string(), {}, diagnostics);
    REQUIRE(scenario.has_value());
    const std::string text = expand(*scenario);
    CHECK(expand(read(text)) == text);
    CHECK(expand(read(expand(*scenario, true))) == text);
  }
}

TEST_CASE("expand: the expanded scenario builds the same fabric and workload") {
  for (const auto& file : tests::library_files()) {
    if (file.filename() == "allreduce-512-rail.yaml") continue;  // only larger, not different
    CAPTURE(file.string());
    Diagnostics diagnostics;
    const auto scenario = load_scenario(file.string(), {}, diagnostics);
    REQUIRE(scenario.has_value());
    const auto first = build(*scenario, diagnostics);
    const auto second = build(read(expand(*scenario), "/somewhere/else"), diagnostics);
    REQUIRE_MESSAGE((first.has_value() && second.has_value()), diagnostics.print());
    CHECK(first->fabric->links.size() == second->fabric->links.size());
    CHECK(first->workload.ranks == second->workload.ranks);
    CHECK(first->workload.schedule.operations.size() == second->workload.schedule.operations.size());
    CHECK(first->workload.drivers.size() == second->workload.drivers.size());
  }
}

TEST_CASE("expand: odd names, lists, custom graphs and faults survive") {
  const std::string text =
      expand(read("name: \"a: b # c\"\ndescription: \"two\\nlines\"\nseed: 7\n"
                  "site:\n  topology: custom\n  switch: custom\n  hosts: [h0, {name: h1, gpus: 2}]\n  switches: [s 0]\n"
                  "  links:\n    - {a: h0, b: s 0, rate: 100 Gb/s, delay: 3 ns}\n    - {a: h1, b: s 0, length: 12 m, frame_loss: 1.0e-9}\n"
                  "jobs:\n  \"my job\":\n    kind: permutation\n    destinations: [1, 2, 0]\n    placement: {gpus: [2, 0-1]}\n"
                  "faults:\n  - {time: 1 ms, link: \"h0 - s 0\"}\n  - {time: 2 ms, link: \"h0 - s 0\", action: up}\n"));
  const Scenario again = read(text);
  CHECK(expand(again) == text);
  CHECK(again.name == "a: b # c");
  CHECK(again.description == "two\nlines");
  CHECK(again.site.graph.hosts.at(1).gpus == 2);
  CHECK(again.site.graph.links.at(0).rate == BitRate{100'000'000'000});
  CHECK(again.site.graph.links.at(0).delay == Duration{3'000});
  CHECK(again.site.graph.links.at(1).length == Length{12'000});
  CHECK(again.site.graph.links.at(1).delay.ps < 0);
  CHECK(again.site.graph.links.at(1).frame_loss == 1e-9);
  CHECK(again.jobs.at(0).name == "my job");
  CHECK(again.jobs.at(0).placement.gpus.at(1).text == "0-1");
  CHECK(again.faults.at(1).action == "up");
}

TEST_CASE("expand: a folder is written only when a relative path needs it") {
  const tests::TemporaryDirectory folder;
  folder.write("flows.txt", "0 -> 1 size 1 MiB\n");
  const std::string site = "site: {topology: leaf_spine, servers: 4, server: plain}\n";
  const Scenario with = read(site + "jobs:\n  a: {kind: flows, file: flows.txt}\n", folder.path().string());
  CHECK(expand(with).find("directory: " + folder.path().string() + "\n") != std::string::npos);
  CHECK(read(expand(with), "/somewhere/else").directory == folder.path().string());
  const Scenario without = read(site + "jobs:\n  a: {kind: incast}\n", folder.path().string());
  CHECK(expand(without).find("directory:") == std::string::npos);
}
