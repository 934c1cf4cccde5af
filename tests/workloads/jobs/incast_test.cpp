// SPDX-License-Identifier: Apache-2.0
// Incast job: who sends, how much the receiver must take, and each mistake in its own words.
#include <doctest/doctest.h>

#include <vector>

#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"

using namespace eastwest;
using tests::run_job;

namespace {

std::vector<std::uint32_t> senders(const Schedule& schedule, std::uint32_t receiver) {
  std::vector<std::uint32_t> from;
  for (const Operation& operation : schedule.operations) {
    if (operation.kind != OperationKind::send) continue;
    CHECK(operation.peer == receiver);
    from.push_back(operation.rank.value);
  }
  return from;
}

}  // namespace

TEST_CASE("incast: all others send by default, and the receiver's link bounds the time") {
  const auto run = run_job("incast", tests::star_fabric({.hosts = 33}), {});
  CHECK(run.said == "");
  CHECK(senders(run.schedule, 0).size() == 32);
  // 32 MiB at 400 Gb/s, 20 ps per byte.
  CHECK(run.schedule.collectives[0].bytes.count == 32 << 20);
  CHECK(run.schedule.collectives[0].lower_bound.ps == std::int64_t{32 << 20} * 20);
}

TEST_CASE("incast: the ranks after the receiver send, in turn") {
  const auto run = run_job("incast", tests::star_fabric({.hosts = 5}), {{"senders", "3"}, {"receiver", "3"}});
  CHECK(senders(run.schedule, 3) == std::vector<std::uint32_t>{4, 0, 1});
}

TEST_CASE("incast: each mistake in its own words, all in one pass") {
  CHECK(run_job("incast", tests::star_fabric({.hosts = 4}), {{"senders", "4"}, {"receiver", "4"}}).said ==
        "scenario.yaml:7:3: error: job `test`: `receiver` is rank 4, which does not exist\n"
        "remedy: ranks of this job are 0 to 3\n"
        "scenario.yaml:7:3: error: job `test`: `senders` is 4, but only 3 ranks are left to send\n"
        "remedy: lower `senders` or place the job on more GPUs\n");
}
