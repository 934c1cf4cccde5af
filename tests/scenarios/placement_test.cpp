// SPDX-License-Identifier: Apache-2.0
// Placement: order of ranks by policy, and that no GPU is ever given twice.
#include "scenarios/placement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"

using namespace eastwest;

namespace {

/// `servers` hosts of `gpus` GPUs each; placement looks at nothing else of a fabric.
Fabric hosts_only(std::uint32_t servers, std::uint32_t gpus) {
  Fabric fabric;
  for (std::uint32_t i = 0; i < servers; ++i) {
    Node node;
    node.name = "server-" + std::to_string(i);
    node.detail = i;
    fabric.nodes.push_back(node);
    Host host;
    host.node = NodeId{i};
    host.gpu_count = gpus;
    host.first_gpu = i * gpus;
    fabric.hosts.push_back(host);
  }
  fabric.gpu_count = servers * gpus;
  return fabric;
}

ScenarioJob job(const std::string& name, std::uint32_t ranks, PlacementPolicy policy = PlacementPolicy::packed) {
  ScenarioJob job;
  job.name = name;
  job.ranks = ranks;
  job.placement.policy = policy;
  return job;
}

std::vector<std::uint32_t> numbers(const std::vector<GpuId>& gpus) {
  std::vector<std::uint32_t> list;
  for (const GpuId gpu : gpus) list.push_back(gpu.value);
  return list;
}

}  // namespace

TEST_CASE("placement: index ranges") {
  CHECK(parse_index_range("7") == std::pair<std::uint32_t, std::uint32_t>{7, 7});
  CHECK(parse_index_range("0-7") == std::pair<std::uint32_t, std::uint32_t>{0, 7});
  for (const char* text : {"", "-", "7-", "-7", "7-0", "a", "1-b", "1 - 2", "99999999999", "1-2-3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_index_range(text).has_value());
  }
}

TEST_CASE("placement: packed fills server after server, strided takes one of each in turn") {
  const Fabric fabric = hosts_only(3, 2);
  Scenario scenario;
  Diagnostics diagnostics;
  scenario.jobs = {job("a", 4)};
  CHECK(numbers(place_jobs(scenario, fabric, diagnostics)[0]) == std::vector<std::uint32_t>{0, 1, 2, 3});
  scenario.jobs = {job("a", 4, PlacementPolicy::strided)};
  CHECK(numbers(place_jobs(scenario, fabric, diagnostics)[0]) == std::vector<std::uint32_t>{0, 2, 4, 1});
  scenario.jobs = {job("a", 0)};
  CHECK(place_jobs(scenario, fabric, diagnostics)[0].size() == 6);
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("placement: scattered is a permutation that the seed decides") {
  const Fabric fabric = hosts_only(8, 8);
  Scenario scenario;
  Diagnostics diagnostics;
  scenario.jobs = {job("a", 64, PlacementPolicy::scattered)};
  scenario.seed = 1;
  const auto first = numbers(place_jobs(scenario, fabric, diagnostics)[0]);
  CHECK(numbers(place_jobs(scenario, fabric, diagnostics)[0]) == first);
  scenario.seed = 2;
  CHECK(numbers(place_jobs(scenario, fabric, diagnostics)[0]) != first);
  CHECK(std::set<std::uint32_t>(first.begin(), first.end()).size() == 64);
  CHECK_FALSE(std::is_sorted(first.begin(), first.end()));
}

TEST_CASE("placement: rail aligned takes all GPUs of one leaf, then those of the next") {
  // Two groups of two servers: GPU i of the servers of a group hangs on leaf i of that group.
  const Fabric fabric = tests::good_fabric("rail_optimised", {{"servers", "4"}, {"servers_per_group", "2"}});
  Scenario scenario;
  Diagnostics diagnostics;
  scenario.jobs = {job("a", 20, PlacementPolicy::rail_aligned)};
  std::vector<std::uint32_t> expected;
  for (std::uint32_t rail = 0; rail < 8; ++rail) expected.insert(expected.end(), {rail, 8 + rail});
  expected.insert(expected.end(), {16, 24, 17, 25});
  CHECK(numbers(place_jobs(scenario, fabric, diagnostics)[0]) == expected);
  // Where a server has all its NICs on one leaf, leaf after leaf is server after server.
  const Fabric spine = tests::good_fabric("leaf_spine", {{"servers", "4"}, {"leaves", "2"}});
  const auto by_leaf = place_jobs(scenario, spine, diagnostics);
  scenario.jobs = {job("a", 20)};
  CHECK(by_leaf == place_jobs(scenario, spine, diagnostics));
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("placement: explicit lists are served first and keep their order") {
  const Fabric fabric = hosts_only(2, 4);
  Scenario scenario;
  Diagnostics diagnostics;
  scenario.jobs = {job("rest", 0), job("picked", 0)};
  scenario.jobs[1].placement.gpus = {{"6", {}}, {"0-1", {}}};
  const auto placed = place_jobs(scenario, fabric, diagnostics);
  CHECK(numbers(placed[1]) == std::vector<std::uint32_t>{6, 0, 1});
  CHECK(numbers(placed[0]) == std::vector<std::uint32_t>{2, 3, 4, 5, 7});
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("placement: two jobs that name the same GPU are both shown") {
  const Fabric fabric = hosts_only(2, 4);
  Scenario scenario;
  Diagnostics diagnostics;
  scenario.jobs = {job("a", 0), job("b", 0)};
  scenario.jobs[0].placement.gpus = {{"0-3", {"t.yaml", 4, 9}}};
  scenario.jobs[1].placement.gpus = {{"3-5", {"t.yaml", 8, 9}}};
  place_jobs(scenario, fabric, diagnostics);
  REQUIRE(diagnostics.error_count() == 1);
  const Diagnostic& error = diagnostics.all().front();
  CHECK(error.place.line == 8);
  CHECK(error.message == "GPU 3 (server-0) is used by job `b` and by job `a` (t.yaml:4)");
}

TEST_CASE("placement: random mixes of jobs never share a GPU and never leave the site") {
  constexpr std::uint64_t kSeed = 77;
  CAPTURE(kSeed);
  int placed_rounds = 0;
  for (std::uint64_t round = 0; round < 500; ++round) {
    RandomStream random(kSeed, round);
    const Fabric fabric = hosts_only(1 + static_cast<std::uint32_t>(random.below(9)), 1 + static_cast<std::uint32_t>(random.below(8)));
    Scenario scenario;
    scenario.seed = round;
    const std::uint64_t jobs = 1 + random.below(4);
    for (std::uint64_t i = 0; i < jobs; ++i) {
      ScenarioJob next =
          job("j" + std::to_string(i), static_cast<std::uint32_t>(random.below(12)), static_cast<PlacementPolicy>(random.below(3)));
      if (random.below(4) == 0) next.placement.servers = {{std::to_string(random.below(9)), {}}};
      if (random.below(4) == 0) {
        const std::uint64_t first = random.below(40);
        next.placement.gpus = {{std::to_string(first) + "-" + std::to_string(first + random.below(9)), {}}};
        next.placement.servers.clear();
      }
      scenario.jobs.push_back(next);
    }
    Diagnostics diagnostics;
    const auto placed = place_jobs(scenario, fabric, diagnostics);
    std::set<std::uint32_t> seen;
    CAPTURE(round);
    for (std::size_t i = 0; i < placed.size(); ++i) {
      for (const GpuId gpu : placed[i]) {
        CHECK(gpu.value < fabric.gpu_count);
        CHECK(seen.insert(gpu.value).second);
      }
      if (!diagnostics.has_errors() && scenario.jobs[i].ranks != 0) CHECK(placed[i].size() == scenario.jobs[i].ranks);
    }
    if (!diagnostics.has_errors()) ++placed_rounds;
  }
  CHECK(placed_rounds > 50);  // the mix must exercise the good case as well
}
