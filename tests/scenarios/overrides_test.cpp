// SPDX-License-Identifier: Apache-2.0
// --set: values land where the path says, and mistakes name the override.
#include "scenarios/overrides.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scenarios/scenario.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

namespace {

constexpr const char* kText =
    "site: {topology: leaf_spine, servers: 4, server: plain}\n"
    "jobs:\n"
    "  pair: {kind: incast, ranks: 2}\n"
    "  rest: {kind: permutation}\n"
    "faults: [{time: 1 ms, link: C0001}]\n";

std::optional<Scenario> load(const std::vector<std::string>& overrides, Diagnostics& diagnostics) {
  return load_scenario_text(kText, "t.yaml", ".", overrides, diagnostics);
}

Scenario good(const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  auto scenario = load(overrides, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  return *scenario;
}

std::string bad(const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  CHECK_FALSE(load(overrides, diagnostics).has_value());
  return diagnostics.print();
}

}  // namespace

TEST_CASE("overrides: values replace, are added in groups, and reach into lists") {
  const Scenario scenario = good({"site.servers=6", "network.dcqcn.g=0.5", "jobs.pair.size=2 MiB", "faults.0.time=3ms", "seed=9",
                                  "jobs.rest.placement.policy=strided", "duration=300s"});
  CHECK(scenario.site.parameters.values.integer("servers") == 6);
  CHECK(scenario.network.values.real("dcqcn.g") == 0.5);
  CHECK(scenario.jobs[0].parameters.values.bytes("size") == Bytes{2 << 20});
  CHECK(scenario.faults[0].time == Time{3'000'000'000});
  CHECK(scenario.seed == 9);
  CHECK(scenario.jobs[1].placement.policy == PlacementPolicy::strided);
  CHECK(scenario.duration == Duration{300'000'000'000'000});
}

TEST_CASE("overrides: a list is written in brackets") {
  const Scenario scenario = good({"jobs.pair.placement.gpus=[0, 2-3]", "jobs.pair.ranks=3"});
  REQUIRE(scenario.jobs[0].placement.gpus.size() == 2);
  CHECK(scenario.jobs[0].placement.gpus[1].text == "2-3");
}

TEST_CASE("overrides: the last of several wins") { CHECK(good({"seed=2", "seed=3"}).seed == 3); }

TEST_CASE("overrides: an unknown path names itself and the nearest name") {
  CHECK(bad({"network.ruting=spray"}) ==
        "--set network.ruting=spray: error: `ruting` is not a parameter of `network`\nremedy: did you mean `routing`?\n");
  CHECK(bad({"jobs.par.size=1 MiB"}) == "--set jobs.par.size=1 MiB: error: no job is named `par`\nremedy: did you mean `pair`?\n");
  CHECK(bad({"site.server.name=x"}).find("`site.server` is one value") != std::string::npos);
  CHECK(bad({"faults.3.time=1 ms"}).find("count from 0 to 0") != std::string::npos);
  CHECK(bad({"sead=1"}).find("did you mean `seed`?") != std::string::npos);
}

TEST_CASE("overrides: a wrong value is reported as any other") {
  CHECK(bad({"duration=300"}).find("--set duration=300: error: `duration`: `300` has no unit") == 0);
  CHECK(bad({"seed"}).find("an override needs a path and a value") != std::string::npos);
  CHECK(bad({"=1"}).find("an override needs a path and a value") != std::string::npos);
  CHECK(bad({"seed="}).find("no value after `=`") != std::string::npos);
  CHECK(bad({"network..mtu=1 KiB"}).find("empty part") != std::string::npos);
  CHECK(bad({"name=\"open"}).find("close the quote") != std::string::npos);
}

TEST_CASE("overrides: a path on the command line starts at the current folder, one in the file at the file's") {
  const tests::TemporaryDirectory folder;
  folder.write("data/flows.txt", "0 -> 1 size 1 MiB\n");
  const std::string path =
      folder.write("s.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: flows, file: data/flows.txt}\n");
  Diagnostics diagnostics;
  const auto in_file = load_scenario(path, {}, diagnostics);
  REQUIRE(in_file.has_value());
  CHECK(in_file->jobs[0].parameters.values.text("file") == "data/flows.txt");
  CHECK(in_file->directory == folder.path().string());
  // A name that exists here is made absolute; tests run in the source tree, where this file exists.
  const std::string here = "scenarios/scenario.hpp";
  if (!std::filesystem::exists(here)) return;
  const std::vector<std::string> overrides{"jobs.a.file=" + here};
  const auto overridden = load_scenario(path, overrides, diagnostics);
  REQUIRE(overridden.has_value());
  CHECK(overridden->jobs[0].parameters.values.text("file") == std::filesystem::absolute(here).string());
}
