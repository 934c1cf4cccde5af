// SPDX-License-Identifier: Apache-2.0
// The load bound against arithmetic by hand: the busiest NIC or scale-up port at its wire rate, rounded down.
#include <doctest/doctest.h>

#include <vector>

#include "tests/support/star_fabric.hpp"
#include "workloads/collectives/collective_kind.hpp"
#include "workloads/collectives/load_bound.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

std::vector<GpuId> all_gpus(const Fabric& fabric) {
  std::vector<GpuId> gpus;
  for (std::uint32_t i = 0; i < fabric.gpu_count; ++i) gpus.push_back({i});
  return gpus;
}

Duration bound_of(std::string_view name, const Fabric& fabric, CollectiveRequest request) {
  const auto gpus = all_gpus(fabric);
  const auto hosts = hosts_of(fabric, gpus);
  std::vector<RankId> ranks;
  for (std::uint32_t i = 0; i < fabric.gpu_count; ++i) ranks.push_back({i});
  request.ranks = ranks;
  request.rank_host = hosts;
  const auto plan = find_collective_kind(name)->plan(request);
  REQUIRE(plan.has_value());
  return lower_bound(*plan, fabric, gpus);
}

}  // namespace

TEST_CASE("load bound: the support's fabric is a valid one") {
  CHECK(validate(tests::star_fabric({})).has_value());
  CHECK(validate(tests::star_fabric({.hosts = 3, .gpus = 8, .nics = 4})).has_value());
}

TEST_CASE("load bound: senders, receivers and shared NICs add up") {
  // 2 hosts of 4 GPUs with 2 NICs of 400 Gb/s (20 ps per byte): GPUs 0 and 1 share NIC 0.
  const Fabric fabric = tests::star_fabric({.hosts = 2, .gpus = 4, .nics = 2});
  const auto gpus = all_gpus(fabric);
  SUBCASE("one message") {
    LoadBound load(fabric, gpus);
    load.add_message(0, 4, 1_MiB);
    CHECK(load.time().ps == (1 << 20) * 20);
  }
  SUBCASE("two GPUs on one NIC") {
    LoadBound load(fabric, gpus);
    load.add_message(0, 4, 1_MiB);
    load.add_message(1, 7, 1_MiB);
    CHECK(load.time().ps == (2 << 20) * 20);
  }
  SUBCASE("two GPUs on two NICs into one") {
    LoadBound load(fabric, gpus);
    load.add_message(0, 4, 1_MiB);
    load.add_message(3, 5, 1_MiB);
    CHECK(load.time().ps == (2 << 20) * 20);
  }
  SUBCASE("inside a host the NIC is not used: 3.6 Tb/s, 8e12 / 3.6e12 ps per byte, rounded down") {
    LoadBound load(fabric, gpus);
    load.add_message(0, 1, {1'000'001});
    CHECK(load.time().ps == 2'222'224);
  }
  SUBCASE("nothing to send") { CHECK(LoadBound(fabric, gpus).time().ps == 0); }
}

TEST_CASE("load bound: a ring over plain hosts needs 2(n-1)/n S/B, and eight rails carry eight times as much") {
  CollectiveRequest request;
  request.bytes = 64_MiB;
  const std::int64_t size = 64 << 20;
  CHECK(bound_of("ring_all_reduce", tests::star_fabric({.hosts = 8}), request).ps == 2 * 7 * (size / 8) * 20);
  CHECK(bound_of("ring_all_gather", tests::star_fabric({.hosts = 8}), request).ps == 7 * (size / 8) * 20);
  // 4 hosts of 8 GPUs and 8 NICs: with one channel one NIC per host carries everything, with eight each carries an
  // eighth: 2 x 31/32 x S / (8 B), workloads' multi-rail closed form. 64 MiB / (32 x 8) is a whole number.
  const tests::StarShape dgx{.hosts = 4, .gpus = 8, .nics = 8};
  CHECK(bound_of("ring_all_reduce", tests::star_fabric(dgx), request).ps == 2 * 31 * (size / 32) * 20);
  request.channels = 8;
  CHECK(bound_of("ring_all_reduce", tests::star_fabric(dgx), request).ps == 2 * 31 * (size / 32 / 8) * 20);
  // Hierarchical: a rail carries 2(N-1)/N of S/g, a scale-up port 2(g-1)/g of S. At 3.6 Tb/s the inside is the slower
  // one (20/9 ps per byte), at 7.2 Tb/s the rails are; the fused form loads the ports as the explicit one does.
  const std::int64_t rails = 2 * 3 * (size / 32) * 20;
  const std::int64_t inside = 2 * 7 * (size / 8);
  tests::StarShape fast = dgx;
  fast.scale_up_rate = 7'200_Gbps;
  for (const bool fused : {false, true}) {
    CAPTURE(fused);
    request.fused = fused;
    CHECK(bound_of("hierarchical_all_reduce", tests::star_fabric(dgx), request).ps == inside * 20 / 9);
    CHECK(bound_of("hierarchical_all_reduce", tests::star_fabric(fast), request).ps == rails);
  }
}
