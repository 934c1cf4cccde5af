// SPDX-License-Identifier: Apache-2.0
// CollNet: what NICs carry and when it is over, against SHARP's arithmetic with the latencies that the model states; refusals by name.
#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/collectives/collnet_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::Made;
using tests::make;

namespace {

constexpr std::int64_t kAlpha = 3'000'000;
constexpr std::int64_t kInside = 500'000;

tests::IdealNetwork network_of(const Made& made) {
  return {.alpha = kAlpha, .ps_per_byte = 20, .inside_alpha = kInside, .inside_ps_per_byte = 2, .host_of_rank = made.hosts};
}

}  // namespace

TEST_CASE("collnet: a NIC sends its share once and gets the sum once, whatever the number of hosts") {
  for (const std::uint32_t hosts : {2u, 3u, 8u, 64u}) {
    CAPTURE(hosts);
    const std::int64_t share = 3 * 4096 * 2;  // divides by 1, 2, 3 and 6 rounds
    const Made made = make({.kind = "collnet_direct_all_reduce", .n = hosts * 4, .bytes = 4 * share, .per_host = 4});
    std::vector<std::int64_t> out(hosts * 4, 0);
    std::vector<std::int64_t> in(hosts * 4, 0);
    for (const PlanStep& step : made.plan.steps) {
      if (!step.in_network) continue;
      CHECK(step.from / 4 != step.to / 4);
      CHECK(step.from % 4 == step.to % 4);
      out[step.from] += wire_bytes(made.plan, step, {}).count;
      in[step.to] += wire_bytes(made.plan, step, {}).count;
    }
    for (std::uint32_t i = 0; i < hosts * 4; ++i) {
      CHECK(out[i] == share);
      CHECK(in[i] == share);
    }
  }
}

TEST_CASE("collnet direct: time is 2 (a_i + (g-1)/g S/B_i) + ceil(log2 N) alpha + S/(g B_e)") {
  for (const std::uint32_t hosts : {2u, 3u, 8u, 64u}) {
    CAPTURE(hosts);
    const std::int64_t share = 3 * 4096 * 2;
    const Made made = make({.kind = "collnet_direct_all_reduce", .n = hosts * 4, .bytes = 4 * share, .per_host = 4});
    const std::int64_t rounds = std::bit_width(hosts - 1);
    CHECK(tests::makespan(made.schedule, network_of(made)) == 2 * (kInside + 3 * share * 2) + rounds * kAlpha + share * 20);
    CHECK(message_depth(made.schedule) == 2 + static_cast<std::uint32_t>(rounds));
  }
}

TEST_CASE("collnet chain: time of one chunk is 2 (g-1)(a_i + S/B_i) + ceil(log2 N) alpha + S/B_e") {
  const std::int64_t bytes = 3 * 8192;
  const Made made = make({.kind = "collnet_chain_all_reduce", .n = 32, .bytes = bytes, .per_host = 4});
  CHECK(tests::makespan(made.schedule, network_of(made)) == 2 * 3 * (kInside + bytes * 2) + 3 * kAlpha + bytes * 20);
}

TEST_CASE("collnet: busbw exceeds what the NICs carry, as published: up to 2 (n-1)/n of it") {
  // 8 hosts of one GPU: a ring carries 2 (n-1)/n S through every NIC, the switches ask for S.
  const std::int64_t bytes = 3 << 20;
  const Made made = make({.kind = "collnet_direct_all_reduce", .n = 8, .bytes = bytes});
  const double seconds = static_cast<double>(tests::makespan(made.schedule, network_of(made)) - 3 * kAlpha) * 1e-12;
  const double nic = 1e12 / 20;
  CHECK(static_cast<double>(bytes) / seconds * bus_factor(CollectiveOperation::all_reduce, 8) / nic == doctest::Approx(2.0 * 7 / 8));
}

TEST_CASE("collnet: refuses a fabric with a switch that does not reduce, by the switch's name, and a single host") {
  std::vector<RankId> ranks{{0}, {1}, {2}};
  std::vector<std::uint32_t> hosts{0, 0, 1};
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  request.bytes = {4096};
  request.without_aggregation = "leaf-2";
  for (const std::string_view kind : {"collnet_direct_all_reduce", "collnet_chain_all_reduce"}) {
    const auto plan = find_collective_kind(kind)->plan(request);
    REQUIRE_FALSE(plan.has_value());
    CHECK(plan.error().message == "collnet needs switches that reduce (SHARP), and `leaf-2` does not");
  }
  request.without_aggregation = {};
  CHECK(find_collective_kind("collnet_chain_all_reduce")->plan(request).has_value());
  const auto uneven = find_collective_kind("collnet_direct_all_reduce")->plan(request);
  REQUIRE_FALSE(uneven.has_value());
  CHECK(uneven.error().message == "collnet_direct needs as many ranks on every host: host 0 of the job has 2, host 1 has 1");
  hosts[2] = 0;
  const auto lone = find_collective_kind("collnet_chain_all_reduce")->plan(request);
  REQUIRE_FALSE(lone.has_value());
  CHECK(lone.error().message == "collnet runs over several hosts, and the job is on one");
}
