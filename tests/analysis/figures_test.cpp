// SPDX-License-Identifier: Apache-2.0
// Figures of a run against closed forms, and the columns against what a table needs: fixed, distinct, with their units in their names.
#include "analysis/figures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include "scenarios/runner.hpp"

using namespace eastwest;

namespace {

struct Run {
  Built built;
  RunResult result;
  std::vector<JobFlows> flows;
};

Run play(const std::string& text) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "s.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  Progress progress;
  FlowTally tally(built->workload);
  Result<RunResult> result =
      simulate(*built->fabric, built->workload, built->options, [&](RecordBatch&& batch) { tally.add(batch.flows); }, progress);
  REQUIRE(result.has_value());
  return {std::move(*built), std::move(result).value(), tally.jobs()};
}

double value(const std::vector<std::string>& jobs, const Run& run, const std::string& name) {
  const auto columns = figure_columns(jobs);
  const auto figures = run_figures(jobs, *run.built.fabric, {}, run.built.workload, run.result, run.flows);
  REQUIRE(columns.size() == figures.size());
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].name == name) return figures[c];
  FAIL("no column " << name);
  return 0;
}

}  // namespace

TEST_CASE("figures: columns are distinct and end in their unit") {
  const std::vector<std::string> jobs = {"train", "serve"};
  const auto columns = figure_columns(jobs);
  std::set<std::string> names;
  for (const FigureColumn& column : columns) {
    CAPTURE(column.name);
    CHECK(names.insert(column.name).second);
    CHECK(column.name == column.subject + "." + std::string(column.figure));
    CHECK_FALSE(column.meaning.empty());
    const std::string unit(column.unit);
    if (unit == "s") CHECK((column.name.ends_with("_s") && !column.name.ends_with("_per_s")));
    if (unit == "B") CHECK(column.name.ends_with("_B"));
    if (unit == "W") CHECK(column.name.ends_with("_W"));
    if (unit == "m") CHECK(column.name.ends_with("_m"));
    if (column.scale == 1e9) CHECK(column.name.ends_with("_GBps"));
  }
}

TEST_CASE("figures: a ring all-reduce has its closed form, and the site is counted") {
  const Run run = play(
      "fidelity: flow\nsite: {topology: rail_optimised, servers: 4, server: dgx-h100}\n"
      "jobs:\n  a: {kind: collective, algorithm: ring_all_reduce, size: 64 MiB}\n");
  const std::vector<std::string> jobs = {"a", "other"};
  // busbw = 2 (N - 1) / N S / t, in 1e9 B/s.
  const double time = value(jobs, run, "a.time_s");
  const double ranks = static_cast<double>(run.built.workload.jobs[0].rank_count);
  CHECK(value(jobs, run, "a.collective_time_mean_s") == doctest::Approx(time));
  CHECK(value(jobs, run, "a.busbw_GBps") == doctest::Approx(2 * (ranks - 1) / ranks * (64 << 20) / time * 1e-9));
  CHECK(std::isnan(value(jobs, run, "a.step_time_mean_s")));
  CHECK(std::isnan(value(jobs, run, "other.time_s")));
  CHECK(value(jobs, run, "site.servers") == 4);
  CHECK(value(jobs, run, "site.gpus") == 32);
  CHECK(value(jobs, run, "site.cables") == static_cast<double>(run.built.fabric->cables.size()));
  // Every cable of a host ends at one switch port, every other at two.
  CHECK(value(jobs, run, "site.switch_ports") == value(jobs, run, "site.cables") + value(jobs, run, "site.fabric_cables"));
  CHECK(value(jobs, run, "site.cables") == 32 + value(jobs, run, "site.fabric_cables"));
  CHECK(value(jobs, run, "site.server_power_W") == 4 * 10'200);  // 10.2 kW each, data/servers.csv
  CHECK(value(jobs, run, "network.drops") == 0);
}

TEST_CASE("figures: a run that stalls has those of its site alone") {
  const Run run = play(
      "fidelity: flow\nsite: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n"
      "faults: [{time: 0 s, link: C0001}]\n");
  REQUIRE(run.result.outcome == Outcome::stalled);
  const std::vector<std::string> jobs = {"a"};
  const auto columns = figure_columns(jobs);
  const auto figures = run_figures(jobs, *run.built.fabric, {}, run.built.workload, run.result, run.flows);
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].subject != "site") CHECK(std::isnan(figures[c]));
  CHECK(value(jobs, run, "site.servers") == 4);
}

TEST_CASE("figures: gaps between tokens are those that requests tell, and as many gaps are behind a mean TPOT") {
  const Run run = play(
      "fidelity: flow\nseed: 3\nduration: 1 s\nsite: {topology: leaf_spine, servers: 2, server: dgx-h100}\njobs:\n  serve: {kind: serving, "
      "model: llama-3-8b, tensor_parallel: 8, arrivals: {rate: 20}}\n");
  const std::vector<std::string> jobs = {"serve"};
  double longest = 0;
  for (const auto& job : run.result.token_gaps)
    for (const TokenGap& gap : job) longest = std::max(longest, gap.gap.seconds());
  CHECK(longest > 0);
  CHECK(value(jobs, run, "serve.itl_max_s") == longest);
  CHECK(value(jobs, run, "serve.itl_p99_s") <= longest);
  // The longest gap is at least the mean one of any request.
  CHECK(longest >= value(jobs, run, "serve.tpot_p99_s") * (1 - 1e-9));
}

// Five pieces: a trunk and two cords on pathways, one of them retired, and two that run through none.
TEST_CASE("figures: pulls are the pieces that run through pathways, trunks those of the plant") {
  Plant plant;
  plant.pieces.resize(5);
  for (std::size_t i = 0; i < 3; ++i) plant.pieces[i].route_count = 2;
  plant.pieces[0].kind = PieceKind::trunk;
  plant.pieces[2].status = PieceStatus::retired;
  const PlantCounts counts = plant_counts(plant);
  CHECK(counts.pulls == 2);
  CHECK(counts.trunks == 1);
  const Run run =
      play("fidelity: flow\nsite: {topology: leaf_spine, servers: 2, server: plain}\njobs:\n  a: {kind: incast, size: 1 KiB}\n");
  const auto columns = figure_columns({});
  const auto figures = site_figures({}, *run.built.fabric, counts);
  const auto unknown = site_figures({}, *run.built.fabric);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].name == "site.pulls") CHECK((figures[c] == 2 && std::isnan(unknown[c])));
    if (columns[c].name == "site.trunks") CHECK((figures[c] == 1 && std::isnan(unknown[c])));
  }
  CHECK(unknown_of_site(*run.built.fabric, "server_power_W") == "the most power of the server server-00 (model `custom`) and 1 more");
  CHECK(unknown_of_site(*run.built.fabric, "cables").empty());
}
