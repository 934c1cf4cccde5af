// SPDX-License-Identifier: Apache-2.0
// NVLS and NVLSTree: bytes of ports and times against NCCL's arithmetic; what they refuse.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/collectives/nvls_parts.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::Made;
using tests::make;

namespace {

constexpr std::int64_t kInsideAlpha = 600'000;

tests::IdealNetwork network_of(const Made& made) {
  return {.alpha = 3'000'000, .ps_per_byte = 20, .inside_alpha = kInsideAlpha, .inside_ps_per_byte = 2, .host_of_rank = made.hosts};
}

Error refusal(std::string_view kind, std::uint32_t n, std::uint32_t per_host, std::string_view without) {
  std::vector<RankId> ranks;
  std::vector<std::uint32_t> hosts;
  for (std::uint32_t i = 0; i < n; ++i) {
    ranks.push_back({i});
    hosts.push_back(i / per_host);
  }
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  request.bytes = {4096};
  request.without_multicast = without;
  request.without_aggregation = "leaf-0";
  const auto plan = find_collective_kind(kind)->plan(request);
  REQUIRE_FALSE(plan.has_value());
  return plan.error();
}

}  // namespace

TEST_CASE("NVLS: an all-reduce takes S (1 + 1/g) / B, all-gather and reduce-scatter S / B") {
  for (const std::uint32_t g : {2u, 3u, 4u, 8u, 24u, 64u, 512u}) {
    CAPTURE(g);
    const std::int64_t bytes = std::int64_t{g} * 65'536;
    const auto time = [&](std::string_view kind) {
      const Made made = make({.kind = kind, .n = g, .bytes = bytes, .per_host = g});
      CHECK(message_depth(made.schedule) == 1);
      return tests::makespan(made.schedule, network_of(made));
    };
    CHECK(time("nvls_all_reduce") == (bytes + 65'536) * 2);
    CHECK(time("nvls_all_gather") == bytes * 2);
    CHECK(time("nvls_reduce_scatter") == bytes * 2);
  }
}

TEST_CASE("NVLS: busbw of eight GPUs is 1.556 times the port's rate, published for H100: more than a ring can reach") {
  const std::int64_t bytes = 8 << 20;
  const Made made = make({.kind = "nvls_all_reduce", .n = 8, .bytes = bytes, .per_host = 8});
  const double seconds = static_cast<double>(tests::makespan(made.schedule, network_of(made))) * 1e-12;
  const double port = 1e12 / 2;  // B/s at 2 ps per byte
  CHECK(static_cast<double>(bytes) / seconds * bus_factor(CollectiveOperation::all_reduce, 8) / port == doctest::Approx(14.0 / 9));
}

TEST_CASE("NVLSTree: between the load of the NICs and that plus two passes inside and the latencies of the tree") {
  for (const std::uint32_t hosts : {2u, 3u, 8u}) {
    for (const std::uint32_t chunks : {1u, 16u}) {
      CAPTURE(hosts);
      CAPTURE(chunks);
      const std::int64_t bytes = 64 << 20;
      const Made made = make({.kind = "nvls_tree_all_reduce", .n = hosts * 8, .bytes = bytes, .per_host = 8, .chunks = chunks});
      const auto height = static_cast<std::int64_t>(std::bit_width(hosts - 1));
      CHECK(message_depth(made.schedule) == 2 + 2 * static_cast<std::uint32_t>(height));
      const std::int64_t time = tests::makespan(made.schedule, network_of(made));
      const std::int64_t share = bytes / 8;
      const std::int64_t chunk = share / chunks / 2;
      // A head's NIC: with two hosts half of its share up and half down, with more up to twice its share.
      CHECK(time >= share * 20);
      CHECK(time <= 2 * share * 20 + 2 * height * (3'000'000 + 3 * chunk * 20) + 2 * bytes * 2);
    }
  }
}

TEST_CASE(
    "NVLS over hosts: the slower of ports and NICs, S (1 + 1/g) / B_i or S / (g B_e), once chunks overlap; one chunk in closed form") {
  for (const std::uint32_t hosts : {2u, 8u}) {
    CAPTURE(hosts);
    const std::int64_t rounds = std::bit_width(hosts - 1);
    const std::int64_t bytes = 48 << 20;
    const auto time = [&](std::uint32_t chunks) {
      const Made made = make({.kind = "nvls_all_reduce", .n = hosts * 8, .bytes = bytes, .per_host = 8, .chunks = chunks});
      return tests::makespan(made.schedule, network_of(made));
    };
    // Each half is charged with S + S/g in its direction, so that chunks add up; a chunk alone takes S/g longer than it would need.
    CHECK(time(1) == (bytes + bytes / 8) * 2 + rounds * 3'000'000 + bytes / 8 * 20 + (bytes + bytes / 8) * 2);
    const std::int64_t busiest = std::max((bytes + bytes / 8) * 2, bytes / 8 * 20);
    CHECK(time(64) >= busiest);
    CHECK(time(64) <= busiest + rounds * 3'000'000 + 4 * bytes / 64 * 20);
  }
}

TEST_CASE("NVLSTree: chunks pipeline the switch and the rails; reductions and multicasts share a port's two directions") {
  // With rails that cost nothing only the ports count: S (1 + 1/g) in each direction, not 2 S, up to a chunk at each end.
  const std::int64_t bytes = 64 << 20;
  const Made made = make({.kind = "nvls_tree_all_reduce", .n = 16, .bytes = bytes, .per_host = 8, .chunks = 64});
  const tests::IdealNetwork network{.alpha = 0, .ps_per_byte = 0, .inside_alpha = 0, .inside_ps_per_byte = 2, .host_of_rank = made.hosts};
  const std::int64_t time = tests::makespan(made.schedule, network);
  const std::int64_t port = (bytes + bytes / 8) * 2;
  CHECK(time >= port);
  CHECK(time <= port + 2 * bytes / 128 * 2);
}

TEST_CASE("NVLS: refuses hosts without such a switch by name, several hosts, single GPUs and uneven hosts") {
  CHECK(refusal("nvls_all_reduce", 8, 8, "server-03").message ==
        "NVLS needs a scale-up switch that reduces and multicasts, and `server-03` has none");
  CHECK(refusal("nvls_tree_all_reduce", 16, 8, "server-03").message ==
        "NVLS needs a scale-up switch that reduces and multicasts, and `server-03` has none");
  CHECK(refusal("nvls_all_reduce", 16, 8, "").message == "NVLS runs inside one host, and the job is on 2");
  CHECK(refusal("nvls_all_reduce", 16, 8, "").remedy ==
        "choose nvls_tree for an all-reduce over several hosts, or ring; switches that reduce (SHARP) join hosts, too");
  CHECK(refusal("nvls_tree_all_reduce", 8, 8, "").message == "nvls_tree runs over several hosts, and the job is on one");
  CHECK(refusal("nvls_tree_all_reduce", 4, 1, "").message ==
        "NVLS needs as many ranks on every host, two or more: host 0 of the job has 1");
  CHECK(refusal("nvls_tree_all_reduce", 12, 8, "").message ==
        "NVLS needs as many ranks on every host, two or more: host 0 of the job has 8, host 1 has 4");
}

TEST_CASE("NVLS: the load bound counts both directions of the ports") {
  const Fabric fabric =
      tests::star_fabric({.hosts = 1, .gpus = 8, .nics = 8, .nic_rate = {400'000'000'000}, .scale_up_rate = {3'600'000'000'000}});
  std::vector<GpuId> gpus;
  for (std::uint32_t i = 0; i < 8; ++i) gpus.push_back({i});
  const std::int64_t bytes = 9 << 20;
  const Made made = make({.kind = "nvls_all_reduce", .n = 8, .bytes = bytes, .per_host = 8});
  CHECK(lower_bound(made.plan, fabric, gpus).ps == (bytes + bytes / 8) * 20 / 9);
}
