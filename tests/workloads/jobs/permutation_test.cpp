// SPDX-License-Identifier: Apache-2.0
// Permutation job: one flow out of and into every rank, seeded or spelled out; exact words for each mistake.
#include <doctest/doctest.h>

#include <vector>

#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"

using namespace eastwest;
using tests::run_job;

namespace {

/// Destination of each rank.
std::vector<std::uint32_t> destinations(const Schedule& schedule, std::uint32_t n) {
  std::vector<std::uint32_t> to(n, n);
  for (const Operation& operation : schedule.operations)
    if (operation.kind == OperationKind::send) to[operation.rank.index()] = operation.peer;
  return to;
}

}  // namespace

TEST_CASE("permutation: seeded, every rank sends one flow to a distinct other rank") {
  const Fabric fabric = tests::star_fabric({.hosts = 16});
  const auto run = run_job("permutation", fabric, {{"size", "16 MiB"}});
  CHECK(run.said == "");
  CHECK(run.schedule.operations.size() == 32);
  CHECK(run.schedule.successors.empty());
  std::vector<int> received(16, 0);
  const auto to = destinations(run.schedule, 16);
  for (std::uint32_t i = 0; i < 16; ++i) {
    REQUIRE(to[i] < 16);
    CHECK(to[i] != i);
    ++received[to[i]];
  }
  CHECK(received == std::vector<int>(16, 1));
  REQUIRE(run.schedule.collectives.size() == 1);
  const Collective& record = run.schedule.collectives[0];
  CHECK(record.name == "permutation");
  CHECK(record.operation == "point_to_point");
  CHECK(record.bytes.count == 16 << 20);
  CHECK(record.bus_factor == 1);
  CHECK(record.operations == 32);
  CHECK(record.lower_bound.ps == std::int64_t{16 << 20} * 20);  // 400 Gb/s
  // Another job or another seed draws another permutation; the same ones draw the same.
  CHECK(destinations(run_job("permutation", fabric, {}).schedule, 16) == to);
  CHECK(destinations(run_job("permutation", fabric, {}, {.seed = 2}).schedule, 16) != to);
  CHECK(destinations(run_job("permutation", fabric, {}, {.job = 1}).schedule, 16) != to);
}

TEST_CASE("permutation: a job's ranks start where the workload puts them") {
  const auto run = run_job("permutation", tests::star_fabric({.hosts = 2}), {}, {.first_rank = 40});
  REQUIRE(run.schedule.operations.size() == 4);
  CHECK(run.schedule.operations[0].rank.value == 40);
  CHECK(run.schedule.operations[0].peer == 41);
}

TEST_CASE("permutation: destinations as written") {
  const auto run = run_job("permutation", tests::star_fabric({.hosts = 4}), {{"destinations", "[1, 2, 3, 0]"}, {"size", "1 KiB"}});
  CHECK(run.said == "");
  CHECK(destinations(run.schedule, 4) == std::vector<std::uint32_t>{1, 2, 3, 0});
}

TEST_CASE("permutation: each mistake in its own words, all in one pass") {
  const Fabric fabric = tests::star_fabric({.hosts = 4});
  CHECK(run_job("permutation", fabric, {{"destinations", "[1, 0]"}}).said ==
        "scenario.yaml:7:3: error: job `test`: `destinations` has 2 entries for 4 ranks\n"
        "remedy: write one destination per rank, or leave it empty\n");
  CHECK(run_job("permutation", fabric, {{"destinations", "[0, 9, 3, 3]"}}).said ==
        "scenario.yaml:7:3: error: job `test`: rank 0 sends to itself\n"
        "remedy: every rank must send to another one\n"
        "scenario.yaml:7:3: error: job `test`: rank 1 sends to rank 9, which does not exist\n"
        "remedy: ranks of this job are 0 to 3\n"
        "scenario.yaml:7:3: error: job `test`: rank 3 sends to itself\n"
        "remedy: every rank must send to another one\n"
        "scenario.yaml:7:3: error: job `test`: ranks 2 and 3 both send to rank 3\n"
        "remedy: use the job kind `flows` for patterns that are no permutation\n");
  CHECK(run_job("permutation", fabric, {}, {.ranks = 1}).said ==
        "scenario.yaml:7:3: error: job `test` has 1 rank and needs at least 2\n"
        "remedy: place it on more GPUs\n");
}
