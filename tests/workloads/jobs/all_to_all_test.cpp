// SPDX-License-Identifier: Apache-2.0
// All-to-all job: every pair once, all at once or in a window; size and bound by arithmetic.
#include <doctest/doctest.h>

#include <set>
#include <utility>

#include "tests/support/ideal_network.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::run_job;

TEST_CASE("all-to-all: every ordered pair exchanges `size`, all at once") {
  const auto run = run_job("all_to_all", tests::star_fabric({.hosts = 8}), {{"size", "1 MiB"}});
  CHECK(run.said == "");
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Operation& operation : run.schedule.operations) {
    CHECK(operation.amount == 1 << 20);
    if (operation.kind == OperationKind::send) pairs.emplace(operation.rank.value, operation.peer);
  }
  CHECK(pairs.size() == 8 * 7);
  CHECK(run.schedule.operations.size() == 2 * 8 * 7);
  CHECK(message_depth(run.schedule) == 1);
  const Collective& record = run.schedule.collectives[0];
  CHECK(record.operation == "all_to_all");
  CHECK(record.bytes.count == 8 << 20);  // the whole send buffer, nccl-tests convention
  CHECK(record.bus_factor == doctest::Approx(7.0 / 8.0));
  CHECK(record.lower_bound.ps == std::int64_t{7 << 20} * 20);
}

TEST_CASE("all-to-all: a window of one is the pairwise exchange, longer windows lie between") {
  const tests::IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  const auto time = [&](const char* concurrency) {
    return tests::makespan(
        run_job("all_to_all", tests::star_fabric({.hosts = 8}), {{"size", "4 KiB"}, {"concurrency", concurrency}}).schedule, network);
  };
  CHECK(time("1") == 7 * (1'000'000 + 4'096 * 20));
  CHECK(time("0") == 1'000'000 + 7 * 4'096 * 20);
  CHECK(time("7") == time("0"));
  CHECK(time("3") > time("0"));
  CHECK(time("3") < time("1"));
}
