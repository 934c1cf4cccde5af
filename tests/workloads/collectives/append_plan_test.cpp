// SPDX-License-Identifier: Apache-2.0
// What a protocol and slots add to a schedule, against sums by hand on an ideal network.
#include <doctest/doctest.h>

#include <cstdint>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"

using namespace eastwest;
using tests::make;

namespace {

constexpr std::int64_t kAlpha = 1'000'000;

tests::IdealNetwork network_of(std::uint32_t n, std::uint32_t per_host) {
  tests::IdealNetwork network{.alpha = kAlpha, .ps_per_byte = 20, .inside_alpha = 300'000, .inside_ps_per_byte = 2, .host_of_rank = {}};
  for (std::uint32_t i = 0; i < n; ++i) network.host_of_rank.push_back(i / per_host);
  return network;
}

}  // namespace

TEST_CASE("append plan: a protocol costs its start once and its hop before every message of a chain") {
  // A ring over 2 hosts of 2: of 2(n-1) = 6 steps in a row each rank's data crosses hosts in every second one. All ranks wait for
  // the slowest, so time = start + 2(n-1) (hop + alpha + S/n beta) with the larger of both sums per step.
  const ProtocolCost protocol{
      .name = "ll", .payload = 1, .wire = 2, .start = {6'600'000}, .hop_inside = {100'000}, .hop_across = {700'000}};
  const auto network = network_of(4, 1);
  const std::int64_t bytes = 4 * 1024;
  const auto with = make({.kind = "ring_all_reduce", .n = 4, .bytes = bytes, .protocol = protocol});
  CHECK(tests::makespan(with.schedule, network) == 6'600'000 + 6 * (700'000 + kAlpha + 2 * bytes / 4 * 20));
  const auto one_host = make({.kind = "ring_all_reduce", .n = 4, .bytes = bytes, .per_host = 4, .protocol = protocol});
  CHECK(tests::makespan(one_host.schedule, network_of(4, 4)) == 6'600'000 + 6 * (100'000 + 300'000 + 2 * bytes / 4 * 2));
}

TEST_CASE("append plan: the messages that a rank sends in one round share the delay of the protocol") {
  const ProtocolCost protocol{.name = "simple", .hop_inside = {500'000}};
  // 8 GPUs on one host: each sends 7 shares at once, waits, and sends 7 sums: 2 delays, not 14.
  const auto made = make({.kind = "hierarchical_all_reduce", .n = 2, .bytes = 1024, .per_host = 2, .protocol = protocol});
  std::int64_t computes = 0;
  for (const Operation& operation : made.schedule.operations) computes += operation.kind == OperationKind::compute ? 1 : 0;
  CHECK(computes == 2 * 2);
}

TEST_CASE("append plan: delays belong to the collective, so its record counts them") {
  ScheduleBuilder builder;
  builder.begin_job(0, 1);
  const auto made = make({.kind = "ring_all_reduce", .n = 4, .bytes = 4096});
  CollectiveRequest request = made.request;
  request.protocol = {.name = "ll", .payload = 1, .wire = 2, .start = {5}, .hop_across = {7}};
  request.label = builder.collective(describe_collective(*made.kind, request, "all_reduce #0", 0, {}));
  append_plan(made.plan, request, builder);
  const auto schedule = std::move(builder).finish();
  REQUIRE(schedule.has_value());
  for (const Operation& operation : schedule->operations) CHECK(operation.label == request.label);
  CHECK(schedule->collectives[0].algorithm == "ring ll");
}

TEST_CASE("append plan: with slots a sender waits for the message that had its slot before") {
  // 16 chunks from the root of a chain of two, one slot: each waits for the one before to arrive: 16 (alpha + c beta). Without a limit
  // only bytes count.
  const std::int64_t chunk = 4096;
  const auto time = [&](std::uint32_t slots) {
    return tests::makespan(make({.kind = "ring_broadcast", .n = 2, .bytes = 16 * chunk, .chunks = 16, .slots = slots}).schedule,
                           network_of(2, 1));
  };
  CHECK(time(1) == 16 * (kAlpha + chunk * 20));
  CHECK(time(0) == kAlpha + 16 * chunk * 20);
  CHECK(time(16) == time(0));
  // Eight slots hide a latency of up to 7 chunks: here 12.2 chunks long, so a slot comes free alpha + c beta after it was taken.
  CHECK(time(8) == 2 * (kAlpha + chunk * 20) + 7 * chunk * 20);
}

TEST_CASE("append plan: a rank that only sends ends with its last send") {
  const auto made = make({.kind = "ring_broadcast", .n = 3, .bytes = 4096, .chunks = 1, .join = true});
  const OperationId end = made.ends.last[0];
  REQUIRE(end.exists());
  CHECK(made.schedule.operations[end.index()].kind == OperationKind::send);
  CHECK(made.schedule.operations[made.ends.last[1].index()].kind == OperationKind::receive);
}
