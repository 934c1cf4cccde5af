// SPDX-License-Identifier: Apache-2.0
// Study files: which points they make, under which seeds, and every mistake at its place in one pass.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scenarios/expand.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

/// Jobs share no GPU: two on four plain servers.
constexpr const char* kTwo =
    "site: {topology: leaf_spine, servers: 4, server: plain}\n"
    "jobs:\n  a: {kind: incast, size: 64 KiB, ranks: 2}\n  b: {kind: permutation, size: 1 MiB, ranks: 2}\n";

struct Loaded {
  TemporaryDirectory folder;
  Diagnostics diagnostics;
  std::optional<Study> study;
};
void load(Loaded& out, const std::string& text) {
  out.folder.write("base.yaml", kTwo);
  out.folder.write("other/design.yaml", "site: site.yaml\njobs:\n  c: {kind: incast, size: 64 KiB}\n");
  out.folder.write("other/site.yaml", "topology: leaf_spine\nservers: 6\nserver: plain\n");
  out.study = load_study_text(text, out.folder.file("study.yaml"), out.diagnostics);
}

std::vector<std::string> labels(const Study& study) {
  std::vector<std::string> out;
  for (std::size_t point = 0; point < study.points(); ++point) out.push_back(study.label(point));
  return out;
}

Scenario point(const Study& study, std::size_t number, std::size_t replication = 0) {
  Diagnostics diagnostics;
  std::optional<Scenario> scenario = load_point(study, number, replication, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  return std::move(*scenario);
}

/// "line:column message" of every error, in order of place.
std::string errors_of(const std::string& text) {
  Loaded loaded;
  load(loaded, text);
  CHECK_FALSE(loaded.study.has_value());
  std::string all;
  for (const Diagnostic& d : loaded.diagnostics.all())
    all += std::to_string(d.place.line) + ":" + std::to_string(d.place.column) + " " + d.message + "\n";
  return all;
}

bool has(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("study file: a grid is every combination, the last key fastest, and each seed is the same at every point") {
  Loaded loaded;
  load(loaded,
       "study: sweep\nbase: base.yaml\nreplications: 3\nseed: 40\nset: {fidelity: flow}\n"
       "grid:\n  network.routing: [ecmp, spray]\n  jobs.b.size: [1 MiB, 2 MiB, 4 MiB]\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const Study& study = *loaded.study;
  CHECK(labels(study) ==
        std::vector<std::string>{"ecmp, 1 MiB", "ecmp, 2 MiB", "ecmp, 4 MiB", "spray, 1 MiB", "spray, 2 MiB", "spray, 4 MiB"});
  CHECK(study.rows() == 18);
  CHECK(study.jobs == std::vector<std::string>{"a", "b"});
  for (std::size_t p = 0; p < 6; ++p)
    for (std::size_t r = 0; r < 3; ++r) CHECK(point(study, p, r).seed == 40 + r);
  const Scenario scenario = point(study, 4);
  CHECK(scenario.network.values.text("routing") == "spray");
  CHECK(scenario.jobs[1].parameters.values.bytes("size").count == 2 << 20);
  CHECK(scenario.fidelity == Fidelity::flow);
  // Compared with the first routing at the same size.
  CHECK(study.kind->reference(study, 4) == std::optional<std::size_t>(1));
  CHECK_FALSE(study.kind->reference(study, 2).has_value());
}

TEST_CASE("study file: a point is the scenario that --set would make") {
  Loaded loaded;
  load(loaded, "study: sweep\nbase: base.yaml\ngrid:\n  jobs.a.size: [128 KiB]\n  network.routing: [spray]\n");
  REQUIRE(loaded.study.has_value());
  Diagnostics diagnostics;
  const std::vector<std::string> overrides = {"jobs.a.size=128 KiB", "network.routing=spray"};
  const auto by_hand = load_scenario(loaded.folder.file("base.yaml"), overrides, diagnostics);
  REQUIRE(by_hand.has_value());
  CHECK(expand(point(*loaded.study, 0)) == expand(*by_hand));
}

TEST_CASE("study file: a list names its points, and what a point leaves out is the base") {
  Loaded loaded;
  load(loaded, "study: sweep\nbase: base.yaml\nlist:\n  - {}\n  - {site.servers: 6}\n  - {site.servers: 8, network.routing: spray}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  CHECK(labels(*loaded.study) == std::vector<std::string>{"(base), (base)", "6, (base)", "8, spray"});
  CHECK(point(*loaded.study, 0).site.parameters.values.integer("servers") == 4);
  CHECK(point(*loaded.study, 2).site.parameters.values.integer("servers") == 8);
}

TEST_CASE("study file: designs are changes or scenarios of their own, and paths start where they are written") {
  Loaded loaded;
  load(loaded,
       "study: compare\nbase: base.yaml\n"
       "designs:\n  first: {site.servers: 8}\n  second: {site: other/site.yaml}\n  third: other/design.yaml\n"
       "workloads:\n  as it is: {}\n  later: {network.routing: spray}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const Study& study = *loaded.study;
  CHECK(study.points() == 6);
  CHECK(point(study, 0).site.parameters.values.integer("servers") == 8);
  CHECK(point(study, 2).site.parameters.values.integer("servers") == 6);
  CHECK(point(study, 4).jobs[0].name == "c");
  CHECK(point(study, 5).network.values.text("routing") == "spray");
  CHECK(study.jobs == std::vector<std::string>{"a", "b", "c"});
  // Each design against the first under the same workload.
  CHECK(study.kind->reference(study, 3) == std::optional<std::size_t>(1));
  CHECK(study.kind->reference(study, 4) == std::optional<std::size_t>(0));
}

TEST_CASE("study file: several paths may move together as a named setting of a grid") {
  Loaded loaded;
  load(loaded,
       "study: sweep\nbase: base.yaml\ngrid:\n  load:\n    low: {jobs.a.size: 1 KiB, jobs.b.size: 2 KiB}\n    high: {jobs.a.size: 1 MiB, "
       "jobs.b.size: 2 MiB}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  CHECK(loaded.study->points() == 2);
  CHECK(point(*loaded.study, 1).jobs[1].parameters.values.bytes("size").count == 2 << 20);
}

TEST_CASE("study file: mistakes are told together, each at its place") {
  const std::string errors = errors_of(
      "study: sweep\nbase: base.yaml\nreplication: 3\nset: {fidelity: flows}\n"
      "grid:\n  network.routin: [ecmp, spray]\n  jobs.b.size: [1, 2 MiB]\n  jobs.z.size: [1 MiB]\n");
  CHECK(has(errors, "3:1 `replication` is not a parameter of a study of kind `sweep`"));
  CHECK(has(errors, "4:17 `fidelity`: `flows`"));
  CHECK(has(errors, "6:3 `routin` is not a parameter of `network`"));
  CHECK(has(errors, "7:17 `size`: `1` has no unit"));
  CHECK(has(errors, "8:3 no job is named `z`"));
  CHECK(has(errors_of("study: sweeep\nbase: base.yaml\n"), "1:8 there is no study `sweeep`"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\n"), "a sweep needs `grid` or `list`"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\ngrid: {seed: [1, 2]}\n"), "3:8 `seed` is no path that a study varies"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\ngrid: {site.servers: 4}\n"), "3:22 `site.servers` needs a list"));
  CHECK(has(errors_of("study: sweep\nbase: nowhere.yaml\ngrid: {site.servers: [4]}\n"), "does not exist"));
  CHECK(has(errors_of("study: sweep\ngrid: {site.servers: [4]}\n"), "no scenario is named"));
  CHECK(has(errors_of("study: compare\nbase: base.yaml\n"), "needs `designs`"));
  CHECK(has(errors_of("study: compare\nbase: base.yaml\ndesigns: {a: 7.yaml}\n"), "3:14 the file"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\nresults: {a: b}\ngrid: {site.servers: [4]}\n"), "3:10 `results` is a list"));
  CHECK(has(errors_of("site: {}\njobs: {}\n"), "this is no study"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\nreplications: 0\ngrid: {site.servers: [4]}\n"), "3:15"));
  CHECK(has(errors_of("study: sweep\nbase: base.yaml\ngrid: {site.servers: [4, 4]}\n"), "`site.servers` has `4` twice"));
}

TEST_CASE("study file: a value that fits some points only is no mistake of the file") {
  // ecn_min above ecn_max in one of four combinations.
  Loaded loaded;
  load(loaded, "study: sweep\nbase: base.yaml\ngrid:\n  network.ecn_min: [10 KiB, 900 KiB]\n  network.ecn_max: [100 KiB, 1 MiB]\n");
  CHECK_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  // But where no point can have it, it is.
  CHECK(
      has(errors_of("study: sweep\nbase: base.yaml\ngrid:\n  network.ecn_min: [10 KiB, 900 KiB]\n  network.ecn_max: [100 KiB, 200 KiB]\n"),
          "ecn_min"));
}

TEST_CASE("study file: what explain prints reads back as the same study") {
  Loaded loaded;
  load(loaded,
       "study: compare\ndescription: \"which: one?\"\nbase: base.yaml\nset: {fidelity: flow}\nresults: [\"a.*\", network.drops]\n"
       "designs:\n  one: {}\n  two: {site.servers: 8, \"jobs.a.placement.servers\": [0, 1]}\n");
  REQUIRE_MESSAGE(loaded.study.has_value(), loaded.diagnostics.print());
  const std::string text = expand(*loaded.study);
  Diagnostics diagnostics;
  const auto again = load_study_text(text, loaded.folder.file("study.yaml"), diagnostics);
  REQUIRE_MESSAGE(again.has_value(), diagnostics.print());
  CHECK(expand(*again) == text);
  CHECK(study_identity(*again, "1") == study_identity(*loaded.study, "1"));
  CHECK(study_identity(*again, "1") != study_identity(*loaded.study, "2"));
}

TEST_CASE("study file: a study is refused as a scenario, with the verb that takes it") {
  Diagnostics diagnostics;
  CHECK_FALSE(load_scenario_text("study: sweep\nbase: x.yaml\n", "s.yaml", ".", {}, diagnostics).has_value());
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].remedy == "`eastwest study s.yaml` runs it");
}

// Each gave an empty table and exit code 0.
TEST_CASE("study file: a result that no run can have is told with its line and the nearest one that there is") {
  const std::string head = "study: sweep\nbase: base.yaml\ngrid: {site.servers: [4]}\nresults:\n";
  const auto remedy_of = [&](const std::string& pattern) {
    Loaded loaded;
    load(loaded, head + "  - a.time_s\n  - \"" + pattern + "\"\n");
    CHECK_FALSE(loaded.study.has_value());
    REQUIRE_MESSAGE(loaded.diagnostics.all().size() == 1, pattern);
    CHECK(loaded.diagnostics.all()[0].place.line == 6);
    CHECK(loaded.diagnostics.all()[0].message == "`" + pattern + "` in `results` matches no column of this study's runs");
    return loaded.diagnostics.all()[0].remedy;
  };
  CHECK(remedy_of("*.tmie_s") == "did you mean `*.time_s`?");
  CHECK(remedy_of("*.ttft_p99") == "did you mean `*.ttft_p99_s`?");
  CHECK(remedy_of("a.tmie_s") == "did you mean `a.time_s`?");
  CHECK(remedy_of("netwrok.drops") == "did you mean `network.drops`?");
  CHECK(remedy_of("network.drop") == "did you mean `network.drops`?");
  CHECK(remedy_of("drops").find("did you mean `*.drops`?") != std::string::npos);
  CHECK(remedy_of("zzz.time_s") == "the first half is one of `a`, `b`, `network`, `site`");
  Loaded fine;
  load(fine, head + "  - \"*.ttft_p99_s\"\n  - \"*\"\n");
  CHECK_MESSAGE(fine.study.has_value(), fine.diagnostics.print());
}
