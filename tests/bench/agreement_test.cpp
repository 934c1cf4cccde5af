// SPDX-License-Identifier: Apache-2.0
// No time is reported unless every run of a work computed the same: the rule, on suites made by hand.
#include "bench/agreement.hpp"

#include <doctest/doctest.h>

using namespace eastwest;
using namespace eastwest::bench;

namespace {

RunFigures run_with(std::string digest) {
  RunFigures run;
  run.digest = std::move(digest);
  return run;
}

Row row_of(const Work& work, RunSetting setting, std::vector<std::string> digests) {
  Row row{work, setting, {}};
  for (std::string& digest : digests) row.runs.push_back(run_with(std::move(digest)));
  return row;
}

}  // namespace

TEST_CASE("bench: runs of one work must share a digest, across threads, trace and rounds") {
  const Work work = permutation_work(32, 64);
  CHECK(disagreements({row_of(work, {}, {"a", "a"}), row_of(work, {.threads = 2}, {"a", "a"}), row_of(work, {.trace = true}, {"a", "a"})})
            .empty());
  CHECK(disagreements({row_of(work, {}, {"a"}), row_of(work, {.threads = 2}, {"b"})}).size() == 1);
  CHECK(disagreements({row_of(work, {}, {"a"}), row_of(work, {.trace = true}, {"b"})}).size() == 1);
  CHECK(disagreements({row_of(work, {}, {"a", "b"})}).size() == 1);
}

TEST_CASE("bench: works of another name, size or fidelity have a digest of their own") {
  CHECK(disagreements({row_of(permutation_work(32, 64), {}, {"a"}), row_of(permutation_work(32, 128), {}, {"b"}),
                       row_of(permutation_work(64, 64), {}, {"c"}), row_of(ring_work(32, 64), {}, {"d"}),
                       row_of(permutation_work(32, 64), {.fidelity = Fidelity::flow}, {"e"})})
            .empty());
}

TEST_CASE("bench: a failed run, a missing digest and an empty suite are no agreement") {
  Row broken = row_of(permutation_work(32, 64), {}, {"a", "a"});
  broken.runs[1].error = "stalled";
  CHECK(disagreements({broken}).size() == 1);
  CHECK(disagreements({row_of(permutation_work(32, 64), {}, {""})}).size() == 1);
  CHECK(disagreements({}).size() == 1);
  CHECK(disagreements({row_of(permutation_work(32, 64), {}, {})}).size() == 1);
}

TEST_CASE("bench: a run in a child process computes what a run here does, and threads and a trace change nothing") {
  const Work work = permutation_work(32, 64);
  const RunFigures here = run_here(work, {});
  REQUIRE(here.error.empty());
  CHECK(here.counters.packet_hops > 0);
  for (const RunSetting& setting : {RunSetting{}, RunSetting{.threads = 2}, RunSetting{.trace = true}}) {
    const RunFigures child = run_in_child(work, setting);
    CHECK(child.error.empty());
    CHECK(child.digest == here.digest);
    CHECK(child.counters.packet_hops == here.counters.packet_hops);
    CHECK(child.counters.bytes_delivered.count == 32 * 64 * 1024);
    CHECK(child.simulated == here.simulated);
    CHECK((child.trace_bytes > 0) == setting.trace);
    CHECK(child.peak_bytes > 1'000'000);  // no process that runs C++ is smaller
  }
}

TEST_CASE("bench: a scenario that cannot be read is an error, not a time") {
  const RunFigures run = run_in_child({"nonsense", 1, "site:\n  topology: no_such_thing\n"}, {});
  CHECK(run.error.find("no_such_thing") != std::string::npos);
}
