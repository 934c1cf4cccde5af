// SPDX-License-Identifier: Apache-2.0
// Failure studies: which sets of cables there are, and what their loss costs where that is known in closed form.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "scenarios/site_builder.hpp"
#include "scenarios/studies/failure_groups.hpp"
#include "scenarios/studies/failure_sets.hpp"
#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_results.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

BuiltSite site_of(const TemporaryDirectory& folder, const std::string& text) {
  Diagnostics diagnostics;
  const auto site = load_site(folder.write("site.yaml", text), {}, diagnostics);
  REQUIRE_MESSAGE(site.has_value(), diagnostics.print());
  auto built = build_site(*site, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  return part_built(std::move(*built));
}

const std::vector<ParameterSpec>& failure_specs() {
  static const std::vector<ParameterSpec> kSpecs = find_study_kind("failure")->parameters();
  return kSpecs;
}

std::vector<FailureSet> sets_of(const BuiltSite& site, const std::string& components, std::int64_t pairs, std::uint64_t seed = 1) {
  ParameterSet parameters = ParameterSet::defaults(failure_specs());
  parameters.set("components", components);
  parameters.set("pairs", pairs);
  Diagnostics diagnostics;
  auto sets = failure_sets(site.fabric, site.plant, parameters, seed, {"s.yaml", 1, 1}, diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  return sets;
}

StudyTable play(const Study& study) {
  StudyProgress progress;
  std::vector<StudyRow> rows;
  std::vector<std::uint64_t> all;
  for (std::uint64_t row = 0; row < study.rows(); ++row) all.push_back(row);
  const PlayedRows played = play_rows(study, all, {2, 0}, progress, [&](const StudyRow& row) {
    rows.push_back(row);
    return Status(Done{});
  });
  REQUIRE(played.status.has_value());
  Result<StudyTable> table = complete_table(study, figure_columns(study.jobs), std::move(rows));
  REQUIRE(table.has_value());
  return std::move(*table);
}

}  // namespace

TEST_CASE("failure sets: every cable, switch and shared risk once, with all of its links") {
  const TemporaryDirectory folder;
  const BuiltSite site = site_of(folder, "topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  const Fabric& fabric = site.fabric;
  const auto cables = sets_of(site, "cables", 0);
  CHECK(cables.size() == fabric.cables.size());
  CHECK(sets_of(site, "host_cables", 0).size() == 64);
  CHECK(sets_of(site, "fabric_cables", 0).size() == fabric.cables.size() - 64);
  const auto switches = sets_of(site, "switches", 0);
  CHECK(switches.size() == fabric.switches.size());
  // Every cable has a switch at one end at least, those between switches at both.
  std::size_t ends = 0;
  for (const FailureSet& set : switches) ends += set.cables.size();
  CHECK(ends == 64 + 2 * (fabric.cables.size() - 64));
  // Every link of a rack ends in it; every rack that holds something is there.
  for (const FailureSet& set : sets_of(site, "racks", 0))
    for (const CableId cable : set.cables) {
      const Cable& c = fabric.cables[cable.index()];
      const std::string rack = set.name.substr(5);
      const auto at = [&](PortId port) { return site.plant.racks[fabric.nodes[fabric.ports[port.index()].node.index()].rack].name; };
      CHECK((at(c.a) == rack || at(c.b) == rack));
    }
  // A tray holds links whose ends are in different racks.
  const auto trays = sets_of(site, "trays", 0);
  CHECK_FALSE(trays.empty());
  for (const FailureSet& set : trays)
    for (const CableId cable : set.cables) {
      const Cable& c = fabric.cables[cable.index()];
      CHECK(fabric.nodes[fabric.ports[c.a.index()].node.index()].rack != fabric.nodes[fabric.ports[c.b.index()].node.index()].rack);
    }
  CHECK(sets_of(site, "cables, switches", 0).size() == cables.size() + switches.size());
}

TEST_CASE("failure sets: links in a trunk fail together") {
  const TemporaryDirectory folder;
  const BuiltSite site = site_of(
      folder,
      "topology: leaf_spine\nservers: 4\nleaves: 2\nswitch: nv-qm9700\nfabric_optic: 400g-dr4\nplant: {cabling: structured_fabric}\n");
  const auto trunks = sets_of(site, "trunks", 0);
  REQUIRE_FALSE(trunks.empty());
  std::set<std::uint32_t> seen;
  for (const FailureSet& set : trunks) {
    CHECK(set.cables.size() > 1);
    for (const CableId cable : set.cables) CHECK(seen.insert(cable.value).second);  // a link runs in one trunk
  }
}

// A QM9700 has 64 ports of 400 Gb/s in 32 twin cages, a DGX H100 eight NICs in four; data/switches.csv, data/servers.csv.
TEST_CASE("failure sets: an optic in a twin cage takes both of its links") {
  const TemporaryDirectory folder;
  const BuiltSite site = site_of(
      folder,
      "topology: leaf_spine\nservers: 4\nserver: dgx-h100\nleaves: 2\nswitch: nv-qm9700\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n");
  const auto optics = sets_of(site, "optics", 0);
  std::size_t of_servers = 0;
  for (const FailureSet& set : optics) {
    CAPTURE(set.name);
    CHECK(set.cables.size() == 2);
    of_servers += set.name.starts_with("optic server") ? 1 : 0;
  }
  CHECK(of_servers == 4 * 4);
  // The other ends: 16 host links on each leaf, and both ends of every link between switches.
  CHECK(optics.size() - of_servers == (32 + 2 * (site.fabric.cables.size() - 32)) / 2);
  // Copper has no optics.
  const BuiltSite copper =
      site_of(folder, "topology: leaf_spine\nservers: 2\nserver: dgx-h100\nleaves: 1\nswitch: nv-qm9700\nhost_optic: dac-400g\n");
  Diagnostics diagnostics;
  ParameterSet parameters = ParameterSet::defaults(failure_specs());
  parameters.set("components", std::string("optics"));
  CHECK(failure_sets(copper.fabric, copper.plant, parameters, 1, {"s.yaml", 1, 1}, diagnostics).empty());
  CHECK(diagnostics.has_errors());
}

TEST_CASE("failure sets: pairs are distinct, of the given sets, and follow from the seed") {
  const TemporaryDirectory folder;
  const BuiltSite site = site_of(folder, "topology: leaf_spine\nservers: 4\nserver: plain\n");
  const std::size_t single = sets_of(site, "cables", 0).size();
  const auto names = [&](std::int64_t pairs, std::uint64_t seed) {
    std::vector<std::string> out;
    for (const FailureSet& set : sets_of(site, "cables", pairs, seed)) out.push_back(set.name);
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(single));
    return out;
  };
  const auto some = names(5, 1);
  CHECK(some.size() == 5);
  CHECK(std::set<std::string>(some.begin(), some.end()).size() == 5);
  CHECK(names(5, 1) == some);
  CHECK(names(5, 2) != some);
  CHECK(names(1'000'000, 1).size() == single * (single - 1) / 2);
}

// Two hosts on two leaves with two spines, one flow of S each way on its own path or both on one: a flow alone takes S / R; with one spine
// left, both share a link and take twice as long. A host's only cable leaves no way at all.
TEST_CASE("failure study: half the spines cost what they carried, a host's cable stops it, and without new routes both stop") {
  const TemporaryDirectory folder;
  folder.write("base.yaml",
               "fidelity: flow\nsite:\n  topology: custom\n  hosts: [h0, h1, h2, h3]\n  switches: [leaf-0, leaf-1, spine-0, spine-1]\n"
               "  links: [h0 - leaf-0, h1 - leaf-0, h2 - leaf-1, h3 - leaf-1, leaf-0 - spine-0, leaf-0 - spine-1, leaf-1 - spine-0, leaf-1 "
               "- spine-1]\n"
               "  link_rate: 100 Gb/s\n  link_delay: 1 us\n"
               "jobs:\n  a: {kind: permutation, size: 64 MiB, destinations: [2, 3, 0, 1]}\n"
               "network: {routing: spray, reroute_delay: 1 us}\n");
  Diagnostics diagnostics;
  const auto study = load_study_text("study: failure\nbase: base.yaml\ncomponents: cables, switches\n", folder.file("s.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  CHECK(study->points() == 1 + 2 * (8 + 4));
  const StudyTable table = play(*study);
  const auto column = [&](const std::string& name) {
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].name == name) return c;
    FAIL("no column");
    return std::size_t{0};
  };
  const double undisturbed = table.row(0, 0).figures[column("a.time_s")];
  CHECK(undisturbed == doctest::Approx((64 << 20) * 8 / 100e9).epsilon(0.03));
  for (std::size_t point = 1; point < study->points(); ++point) {
    const std::string label = study->label(point);
    CAPTURE(label);
    const StudyRow& row = table.row(point, 0);
    const bool rerouted = label.find(", rerouted") != std::string::npos;
    const bool host = label.find("(h") != std::string::npos || label.find("switch leaf") != std::string::npos;
    if (host || !rerouted) {
      CHECK(row.outcome == RowOutcome::stalled);
    } else {
      CHECK(row.outcome == RowOutcome::complete);
      CHECK(row.figures[column("a.time_s")] / undisturbed == doctest::Approx(2).epsilon(0.02));
    }
  }
  const std::string answer = study_answer(table);
  CHECK_MESSAGE(answer.find("8 x cable: 4 stop the work, the worst of the other 4 costs +") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("4 x switch: 2 stop the work") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("without new routes 8 stop it") != std::string::npos, answer);
  CHECK_MESSAGE(answer.find("without a result") == std::string::npos, answer);  // a stall is an answer here
}

TEST_CASE("failure study: wrong words are told with the nearest right one") {
  const TemporaryDirectory folder;
  folder.write("base.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  Diagnostics diagnostics;
  CHECK_FALSE(load_study_text("study: failure\nbase: base.yaml\ncomponents: cabels\n", folder.file("s.yaml"), diagnostics).has_value());
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].place.line == 3);
  CHECK(diagnostics.all()[0].remedy == "did you mean `cables`?");
}

// Faults of the base stay beside those of the study.
TEST_CASE("failure study: what the base lets fail fails at every point") {
  const TemporaryDirectory folder;
  folder.write("base.yaml",
               "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\nfaults:\n  - {time: 1 "
               "s, link: C0001}\n");
  Diagnostics diagnostics;
  const auto study =
      load_study_text("study: failure\nbase: base.yaml\ncomponents: host_cables\ntime: 2 ms\n", folder.file("s.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  const auto scenario = load_point(*study, 3, 0, diagnostics);
  REQUIRE(scenario.has_value());
  REQUIRE(scenario->faults.size() == 2);
  CHECK(scenario->faults[0].link == "C0001");
  CHECK(scenario->faults[1].time == Time{2'000'000'000});
}

TEST_CASE("failure sets: declared groups take down what hangs on them, by device, rack, cable and pattern") {
  const TemporaryDirectory folder;
  const BuiltSite site = site_of(folder, "topology: leaf_spine\nservers: 8\nserver: plain\nleaves: 4\n");
  Diagnostics diagnostics;
  const auto yaml =
      parse_yaml("feed A: [leaf-0, 'leaf-1']\nall servers: ['server-*']\nthree: [C0001, C0003, C0003]\nfirst rack: [rack A01]\n", "g.yaml",
                 diagnostics);
  REQUIRE(yaml.has_value());
  const auto groups = declared_groups(*yaml, site.fabric, site.plant, diagnostics);
  REQUIRE_MESSAGE(groups.size() == 4, diagnostics.print());
  const auto switches = sets_of(site, "switches", 0);
  std::set<std::uint32_t> both;
  for (const FailureSet& set : switches)
    if (set.name == "switch leaf-0" || set.name == "switch leaf-1")
      for (const CableId cable : set.cables) both.insert(cable.value);
  CHECK(groups[0].name == "group feed A");
  CHECK(groups[0].cables.size() == both.size());
  for (const CableId cable : groups[0].cables) CHECK(both.count(cable.value) == 1);
  CHECK(groups[1].cables.size() == sets_of(site, "host_cables", 0).size());
  CHECK(groups[2].cables.size() == 2);
  for (const FailureSet& rack : sets_of(site, "racks", 0))
    if (rack.name == "rack A01") CHECK(groups[3].cables.size() == rack.cables.size());

  const auto wrong = parse_yaml("a: [laef-0]\nb: leaf-0\nc: [{x: 1}]\n", "g.yaml", diagnostics);
  CHECK(declared_groups(*wrong, site.fabric, site.plant, diagnostics).empty());
  REQUIRE(diagnostics.all().size() == 3);
  CHECK(diagnostics.all()[0].message == "`laef-0` is no device, rack or cable of this site");
  CHECK(diagnostics.all()[0].remedy == "did you mean `leaf-0`?");
  CHECK(diagnostics.all()[1].place.line == 2);
  CHECK(diagnostics.all()[2].place.line == 3);
}

TEST_CASE("failure study: groups alone are played where components are none") {
  const TemporaryDirectory folder;
  folder.write("base.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  Diagnostics diagnostics;
  const auto study =
      load_study_text("study: failure\nbase: base.yaml\ncomponents: none\nwithout_rerouting: false\ngroups:\n  feed A: [leaf-0]\n",
                      folder.file("s.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  CHECK(study->points() == 2);
  CHECK(study->label(1) == "group feed A, rerouted");
}

// The base's `up` brought the cable back, and the failure cost nothing.
TEST_CASE("failure study: a base that would revive what fails is refused at its fault") {
  const TemporaryDirectory folder;
  const std::string base =
      folder.write("base.yaml",
                   "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 "
                   "KiB}\nfaults:\n  - {time: 1 ms, link: C0001, action: down}\n  - {time: 5 ms, link: C0001, action: up}\n");
  Diagnostics diagnostics;
  CHECK_FALSE(
      load_study_text("study: failure\nbase: base.yaml\ncomponents: host_cables\n", folder.file("s.yaml"), diagnostics).has_value());
  REQUIRE_MESSAGE(diagnostics.all().size() == 1, diagnostics.print());
  CHECK(diagnostics.all()[0].place.line == 6);
  CHECK(diagnostics.all()[0].message.find("brings C0001 up again") != std::string::npos);
  // After it, or of other cables, nothing is in the way.
  Diagnostics later;
  const auto after =
      load_study_text("study: failure\nbase: base.yaml\ncomponents: host_cables\ntime: 6 ms\n", folder.file("s.yaml"), later);
  CHECK_MESSAGE(after.has_value(), later.print());
  const auto other = load_study_text("study: failure\nbase: base.yaml\ncomponents: fabric_cables\n", folder.file("s.yaml"), later);
  CHECK_MESSAGE(other.has_value(), later.print());
}

TEST_CASE("failure study: a run that is refused or not to be used stops no work, and its figures enter nothing") {
  const TemporaryDirectory folder;
  folder.write("base.yaml", "site: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  Diagnostics diagnostics;
  const auto study = load_study_text("study: failure\nbase: base.yaml\ncomponents: host_cables\nwithout_rerouting: false\n",
                                     folder.file("s.yaml"), diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  REQUIRE(study->points() == 5);
  const std::vector<FigureColumn> columns = figure_columns(study->jobs);
  const RowOutcome outcomes[] = {RowOutcome::complete, RowOutcome::stalled, RowOutcome::unsound, RowOutcome::refused, RowOutcome::complete};
  std::vector<StudyRow> rows;
  for (std::size_t point = 0; point < 5; ++point) {
    StudyRow row;
    row.row = point;
    row.outcome = outcomes[point];
    for (const FigureColumn& c : columns) row.figures.push_back(c.name == "a.time_s" ? 1 + static_cast<double>(point) : std::nan(""));
    rows.push_back(std::move(row));
  }
  const Result<StudyTable> table = complete_table(*study, columns, std::move(rows));
  REQUIRE(table.has_value());
  for (std::size_t c = 0; c < table->columns.size(); ++c)
    if (table->columns[c].name == "a.time_s") {
      CHECK(std::isnan(table->row(2, 0).figures[c]));
      CHECK(table->row(4, 0).figures[c] == 5);
    }
  const std::string answer = study_answer(*table);
  CHECK_MESSAGE(
      answer.find("4 x cable: 1 stop the work, the worst of the other 1 costs +400.0 % ?, 2 without a result") != std::string::npos,
      answer);
}
