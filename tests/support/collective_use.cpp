// SPDX-License-Identifier: Apache-2.0
#include "tests/support/collective_use.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace eastwest::tests {

Made make(const Use& use) {
  Made made;
  made.kind = find_collective_kind(use.kind);
  REQUIRE(made.kind != nullptr);
  for (std::uint32_t i = 0; i < use.n; ++i) {
    made.ranks.push_back({i});
    made.hosts.push_back(i / use.per_host);
  }
  made.request.ranks = made.ranks;
  made.request.rank_host = made.hosts;
  made.request.bytes = {use.bytes};
  made.request.channels = use.channels;
  made.request.chunks = use.chunks;
  made.request.concurrency = use.concurrency;
  made.request.fused = use.fused;
  made.request.join = use.join;
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
