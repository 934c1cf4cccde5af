// SPDX-License-Identifier: Apache-2.0
// Every algorithm's chain of messages and its time on an ideal network, against the closed forms of the literature
// (Thakur, Rabenseifner, Gropp 2005), and never below its own lower bound.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::Made;
using tests::make;

namespace {

constexpr std::uint32_t kSizes[] = {2, 3, 4, 5, 8, 24, 64};

std::uint32_t log2_floor(std::uint32_t n) { return static_cast<std::uint32_t>(std::bit_width(n)) - 1; }

}  // namespace

TEST_CASE("collectives: the chain of messages is as long as theory says") {
  for (const std::uint32_t n : kSizes) {
    CAPTURE(n);
    const std::int64_t bytes = 1024 * n;
    const auto depth = [&](std::string_view kind, std::uint32_t concurrency = 1) {
      return message_depth(make({.kind = kind, .n = n, .bytes = bytes, .concurrency = concurrency}).schedule);
    };
    CHECK(depth("ring_all_reduce") == 2 * (n - 1));
    CHECK(depth("ring_all_gather") == n - 1);
    CHECK(depth("ring_reduce_scatter") == n - 1);
    CHECK(depth("halving_doubling_all_reduce") == 2 * log2_floor(n) + (std::has_single_bit(n) ? 0 : 2));
    CHECK(depth("pairwise_all_to_all") == n - 1);
    CHECK(depth("pairwise_all_to_all", 0) == 1);
  }
  CHECK(message_depth(make({.kind = "hierarchical_all_reduce", .n = 64, .bytes = 1 << 20, .per_host = 8}).schedule) == 2 * 7 + 2 * 7);
  CHECK(message_depth(make({.kind = "hierarchical_all_reduce", .n = 64, .bytes = 1 << 20, .per_host = 8, .fused = true}).schedule) ==
        1 + 2 * 7 + 1);
}

TEST_CASE("collectives: time on an ideal network equals the closed forms, to the picosecond") {
  // alpha + S beta per message, full duplex, one message at a time per rank: Thakur et al. 2005; n divides S here.
  const std::int64_t alpha = 1'234'567;
  const std::int64_t beta = 20;  // 400 Gb/s
  const tests::IdealNetwork network{.alpha = alpha, .ps_per_byte = beta, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  for (const std::uint32_t ranks : kSizes) {
    CAPTURE(ranks);
    const std::int64_t n = ranks;
    const std::int64_t bytes = 4096 * n;
    const auto time = [&](std::string_view kind, std::uint32_t concurrency = 1) {
      return tests::makespan(make({.kind = kind, .n = ranks, .bytes = bytes, .concurrency = concurrency}).schedule, network);
    };
    CHECK(time("ring_all_reduce") == 2 * (n - 1) * (alpha + bytes / n * beta));
    CHECK(time("ring_all_gather") == (n - 1) * (alpha + bytes / n * beta));
    CHECK(time("ring_reduce_scatter") == (n - 1) * (alpha + bytes / n * beta));
    CHECK(time("pairwise_all_to_all") == (n - 1) * (alpha + bytes / n * beta));
    CHECK(time("pairwise_all_to_all", 0) == alpha + (n - 1) * (bytes / n) * beta);
    if (std::has_single_bit(ranks)) {
      const std::int64_t levels = log2_floor(ranks);
      CHECK(time("halving_doubling_all_reduce") == 2 * levels * alpha + 2 * (n - 1) * (bytes / n) * beta);
    }
  }
}

TEST_CASE("collectives: hierarchical all-reduce takes the sum of its phases, and chunks overlap them") {
  // 2(g-1)(a_i + S/(g B_i)) + 2(N-1)(a_e + S/(g N B_e)): N = 8 hosts of g = 8.
  const std::int64_t bytes = 64 << 20;
  tests::IdealNetwork network{
      .alpha = 5'000'000, .ps_per_byte = 20, .inside_alpha = 1'000'000, .inside_ps_per_byte = 3, .host_of_rank = {}};
  for (std::uint32_t i = 0; i < 64; ++i) network.host_of_rank.push_back(i / 8);
  const std::int64_t inside = 2 * 7 * (1'000'000 + bytes / 8 * 3);
  const std::int64_t across = 2 * 7 * (5'000'000 + bytes / 64 * 20);
  const auto time = [&](std::uint32_t chunks) {
    return tests::makespan(make({.kind = "hierarchical_all_reduce", .n = 64, .bytes = bytes, .per_host = 8, .chunks = chunks}).schedule,
                           network);
  };
  CHECK(time(1) == inside + across);
  // In 16 chunks the scale-up side, here the slower one, is busy nearly all the time: its bytes are a lower bound.
  const std::int64_t slower = 2 * 7 * (bytes / 8 * 3);
  const std::int64_t overlapped = time(16);
  CHECK(overlapped >= slower);
  CHECK(overlapped < (inside + across) * 9 / 10);
}

TEST_CASE("collectives: a fused phase takes as long as the ring inside the host that it stands for") {
  const std::int64_t bytes = 8 << 20;
  Made made = make({.kind = "hierarchical_all_reduce", .n = 8, .bytes = bytes, .per_host = 8});
  tests::IdealNetwork network{.alpha = 1, .ps_per_byte = 20, .inside_alpha = 700'000, .inside_ps_per_byte = 2, .host_of_rank = made.hosts};
  const std::int64_t single = tests::makespan(made.schedule, network);
  CollectiveRequest request = made.request;
  request.fused = true;
  request.scale_up_latency = {700'000};
  ScheduleBuilder builder;
  REQUIRE(append_collective(*made.kind, request, builder).has_value());
  const auto fused = std::move(builder).finish();
  REQUIRE(fused.has_value());
  CHECK(fused->operations.size() == 16);
  CHECK(tests::makespan(*fused, network) == single);
  CHECK(single == 2 * 7 * (700'000 + bytes / 8 * 2));
}

TEST_CASE("collectives: channels share the rails: eight rings over eight NICs take an eighth of the bandwidth term") {
  const std::int64_t bytes = 64 << 20;
  tests::IdealNetwork network{.alpha = 0, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 0, .host_of_rank = {}};
  for (std::uint32_t i = 0; i < 32; ++i) network.host_of_rank.push_back(i / 8);
  const auto time = [&](std::uint32_t channels) {
    return tests::makespan(make({.kind = "ring_all_reduce", .n = 32, .bytes = bytes, .per_host = 8, .channels = channels}).schedule,
                           network);
  };
  // Each crossing costs a share S/(n channels); with infinitely fast insides the chain is bound by the NICs: the NIC
  // that a channel leaves through sends its 2(n-1) shares one after the other.
  const std::int64_t one = time(1);
  CHECK(one >= 2 * 31 * (bytes / 32) * 20);
  CHECK(time(8) * 8 == one);
}

TEST_CASE("collectives: no schedule beats its own lower bound on an ideal network at wire rate") {
  const Fabric fabric =
      tests::star_fabric({.hosts = 4, .gpus = 4, .nics = 4, .nic_rate = {400'000'000'000}, .scale_up_rate = {1'600'000'000'000}});
  std::vector<GpuId> gpus;
  for (std::uint32_t i = 0; i < 16; ++i) gpus.push_back({i});
  for (const CollectiveKind* kind : collective_kinds()) {
    if (kind->operation == CollectiveOperation::all_to_all_v) continue;  // bound by receivers, and here only senders take turns
    // What runs inside one host or with one rank on each is held against its closed form in a test of its own.
    if (kind->algorithm == "nvls" || kind->algorithm == "pat") continue;
    for (const std::uint32_t channels : {1u, 4u}) {
      for (const bool fused : {false, true}) {
        CAPTURE(kind->name);
        const Made made = make({.kind = kind->name,
                                .n = 16,
                                .bytes = 1 << 20,
                                .per_host = 4,
                                .channels = channels,
                                .chunks = 2,
                                .concurrency = 0,
                                .fused = fused});
        const Duration bound = lower_bound(made.plan, fabric, gpus);
        const tests::IdealNetwork network{
            .alpha = 0, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 5, .host_of_rank = made.hosts};
        CHECK(bound.ps > 0);
        CHECK(tests::makespan(made.schedule, network) >= bound.ps);
      }
    }
  }
}

TEST_CASE("collectives: a chunk has the scale-up links for itself until its first phase is done") {
  // Without that rule all chunks would share them and reach the rails together: nothing would overlap.
  const std::int64_t bytes = 64 << 20;
  tests::IdealNetwork network{.alpha = 5'000'000, .ps_per_byte = 1, .inside_alpha = 1'000'000, .inside_ps_per_byte = 3, .host_of_rank = {}};
  for (std::uint32_t i = 0; i < 16; ++i) network.host_of_rank.push_back(i / 8);
  const Made made = make({.kind = "hierarchical_all_reduce", .n = 16, .bytes = bytes, .per_host = 8, .chunks = 4});
  const auto finish = tests::play(made.schedule, network);
  std::int64_t first_phase = 0;
  for (std::size_t step = 0; step < made.plan.steps.size(); ++step)  // step k is operations 2k and 2k + 1
    if (made.plan.steps[step].lane == 0 && made.plan.steps[step].round < 7) first_phase = std::max(first_phase, finish[2 * step + 1]);
  CHECK(first_phase == 7 * (1'000'000 + bytes / 4 / 8 * 3));
}

TEST_CASE("collectives: all-to-all in a window waits for its own sends, too, so a slow receiver holds its senders up") {
  const Made made = make({.kind = "pairwise_all_to_all", .n = 8, .bytes = 8'000, .concurrency = 2});
  for (std::uint32_t step = 0; step + 16 < made.plan.steps.size(); ++step) {
    const auto after_send = made.schedule.successors_of(2 * step);
    CHECK(std::find(after_send.begin(), after_send.end(), 2 * (step + 16)) != after_send.end());  // two rounds of 8 later
  }
}
