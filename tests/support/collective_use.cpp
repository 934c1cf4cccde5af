// SPDX-License-Identifier: Apache-2.0
#include "tests/support/collective_use.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "core/random.hpp"

namespace eastwest::tests {

Made make(const Use& use) {
  Made made;
  made.kind = find_collective_kind(use.kind);
  REQUIRE(made.kind != nullptr);
  for (std::uint32_t i = 0; i < use.n; ++i) {
    made.ranks.push_back({i});
    made.hosts.push_back(use.strided ? i % ((use.n + use.per_host - 1) / use.per_host) : i / use.per_host);
  }
  made.request.ranks = made.ranks;
  made.request.rank_host = made.hosts;
  made.request.bytes = {use.bytes};
  made.request.channels = use.channels;
  made.request.chunks = use.chunks;
  made.request.concurrency = use.concurrency;
  made.request.fused = use.fused;
  made.request.join = use.join;
  made.request.root = use.root;
  made.request.slots = use.slots;
  made.request.pxn = use.pxn;
  made.request.protocol = use.protocol;
  if (made.kind->operation == CollectiveOperation::all_to_all_v) {
    RandomStream random(use.n, static_cast<std::uint64_t>(use.bytes));
    for (std::uint32_t pair = 0; pair < use.n * use.n; ++pair)
      made.pair_bytes.push_back(static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(use.bytes) / use.n + 1)));
    std::int64_t offset = 0;
    for (const std::int64_t bytes : made.pair_bytes) {
      made.pair_offset.push_back(offset);
      offset += bytes;
    }
    made.request.pair_bytes = made.pair_bytes;
  }
  auto plan = made.kind->plan(made.request);
  REQUIRE_MESSAGE(plan.has_value(), plan.error().message);
  made.plan = std::move(plan).value();
  ScheduleBuilder builder;
  made.ends = append_plan(made.plan, made.request, builder);
  auto schedule = std::move(builder).finish();
  REQUIRE_MESSAGE(schedule.has_value(), schedule.error().message);
  made.schedule = std::move(schedule).value();
  return made;
}

}  // namespace eastwest::tests
