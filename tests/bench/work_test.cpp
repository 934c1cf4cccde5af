// SPDX-License-Identifier: Apache-2.0
// Works: a name and a size say everything about what a benchmark runs; message counts by closed form.
#include "bench/work.hpp"

#include <doctest/doctest.h>

#include "bench/run_once.hpp"

using namespace eastwest;
using namespace eastwest::bench;

TEST_CASE("bench: a work is found by its own name") {
  for (const Work& work :
       {permutation_work(32, 64), ring_work(32, 1024), rail_work(64, 1024), all_to_all_work(16, 64), incast_work(16, 64)}) {
    const auto found = find_work(work.name, work.kib);
    REQUIRE(found.has_value());
    CHECK(found->name == work.name);
    CHECK(found->scenario == work.scenario);
  }
  CHECK(find_work("512", 64)->name == "permutation-512");
  for (const char* wrong : {"", "permutation", "permutation-", "ring-1", "rail-9", "mesh-8", "ring-8x"}) CHECK_FALSE(find_work(wrong, 64));
  CHECK_FALSE(find_work("ring-8", 0));
}

TEST_CASE("bench: messages of a work by closed form: ring 2 n (n - 1), all-to-all n (n - 1), incast n - 1, permutation n") {
  // Two operations per message, its send and its receive.
  CHECK(run_here(ring_work(16, 64), {}).operations == 2 * 2 * 16 * 15);
  CHECK(run_here(all_to_all_work(16, 4), {}).operations == 2 * 16 * 15);
  CHECK(run_here(incast_work(16, 4), {}).operations == 2 * 15);
  CHECK(run_here(permutation_work(16, 4), {}).operations == 2 * 16);
}
