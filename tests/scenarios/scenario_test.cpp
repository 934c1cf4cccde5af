// SPDX-License-Identifier: Apache-2.0
// The scenario as a whole: defaults, parts in other files, and what the runner makes of it.
#include "scenarios/scenario.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "scenarios/kinds_text.hpp"
#include "scenarios/runner.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/workload.hpp"

using namespace eastwest;

TEST_CASE("scenario: a site and one job are enough") {
  Diagnostics diagnostics;
  const auto scenario =
      load_scenario_text("site: {topology: leaf_spine}\njobs: {a: {kind: incast}}\n", "folder/first.yaml", "folder", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  CHECK(scenario->name == "first");
  CHECK(scenario->directory == "folder");
  CHECK(scenario->seed == 1);
  CHECK(scenario->duration == Duration{});
  CHECK(scenario->fidelity == Fidelity::packet);
  CHECK(scenario->jobs.size() == 1);
  CHECK(scenario->network.values.text("routing") == "automatic");
}

TEST_CASE("scenario: site and jobs may stand in files of their own, each with its own folder") {
  const tests::TemporaryDirectory folder;
  folder.write("sites/small.yaml", "topology: leaf_spine\nservers: 4\nserver: plain\n");
  folder.write("loads/flows.txt", "0 -> 1 size 1 MiB\n");
  folder.write("loads/jobs.yaml", "a:\n  kind: flows\n  file: flows.txt\n");
  const std::string path = folder.write("runs/run.yaml", "site: ../sites/small.yaml\njobs: ../loads/jobs.yaml\n");
  Diagnostics diagnostics;
  const std::vector<std::string> overrides{"site.servers=6"};
  const auto scenario = load_scenario(path, overrides, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  CHECK(scenario->site.parameters.values.integer("servers") == 6);
  CHECK(scenario->jobs[0].parameters.values.text("file") == "../loads/flows.txt");  // seen from the scenario
  const auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  CHECK(built->workload.ranks.size() == 6);
}

TEST_CASE("scenario: faults name cables by cable, port or pair of nodes, and are sorted by time") {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(
      "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 2}\njobs: {a: {kind: incast}}\n"
      "faults:\n  - {time: 3 ms, link: C0001}\n  - {time: 2 ms, link: \"leaf-0:0\", action: up}\n  - {time: 1 ms, link: \"server-00 - "
      "leaf-0\"}\n",
      "t.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  const auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  REQUIRE(built->options.faults.size() == 3);
  CHECK(built->options.faults[0].time == Time{1'000'000'000});
  CHECK_FALSE(built->options.faults[0].up);
  CHECK(built->options.faults[1].up);
  // Three names of one cable.
  CHECK(built->options.faults[0].cable == built->options.faults[1].cable);
  CHECK(built->options.faults[1].cable == built->options.faults[2].cable);
}

TEST_CASE("scenario: no kind declares a name that every job or site already has") {
  const std::set<std::string_view> job_names{"kind", "ranks", "start", "class", "placement"};
  for (const JobKind* kind : job_kinds()) {
    CAPTURE(kind->name);
    for (const ParameterSpec& spec : kind->parameters()) CHECK_FALSE(job_names.contains(spec.name.substr(0, spec.name.find('.'))));
  }
  const std::set<std::string_view> site_names{"topology", "hosts", "switches", "links"};
  for (const TopologyKind* kind : topology_kinds()) {
    CAPTURE(kind->name);
    for (const ParameterSpec& spec : kind->parameters()) CHECK_FALSE(site_names.contains(spec.name));
  }
}

TEST_CASE("kinds: every kind has a text that names all its parameters") {
  const std::string all = kinds_text();
  for (const JobKind* kind : job_kinds()) {
    CAPTURE(kind->name);
    CHECK(all.find(std::string(kind->name)) != std::string::npos);
    const Result<std::string> text = kind_text(kind->name);
    REQUIRE(text.has_value());
    for (const ParameterSpec& spec : kind->parameters()) CHECK(text->find(std::string(spec.name)) != std::string::npos);
  }
  CHECK(kind_text("incats").error().remedy == "did you mean `incast`?");
}
