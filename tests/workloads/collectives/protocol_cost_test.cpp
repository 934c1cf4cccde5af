// SPDX-License-Identifier: Apache-2.0
// What schedules are charged with, against the tables' constants and the laws worked out by hand.
#include "workloads/collectives/protocol_cost.hpp"

#include <doctest/doctest.h>

#include <string_view>

#include "tests/support/server_machines.hpp"
#include "workloads/collectives/tuning_table.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using tests::b200;
using tests::h100;

namespace {

constexpr auto kAllReduce = CollectiveOperation::all_reduce;

}  // namespace

TEST_CASE("protocol cost: protocols cost what the table has above the network's own time") {
  const auto cost = [](const Machine& machine, std::string_view algorithm, std::string_view protocol, Bytes size = 1_MiB) {
    return protocol_cost(machine, *find_collective_kind(kAllReduce, algorithm), protocol, size);
  };
  const ProtocolCost ll = cost(b200(8), "ring", "ll");  // nothing was measured on this one
  CHECK(ll.wire == 2 * ll.payload);
  CHECK(ll.start == Duration{6'600'000});
  CHECK(ll.hop_inside.ps == 0);
  CHECK(ll.hop_across.ps == 0);
  const ProtocolCost ll128 = cost(h100(8), "ring", "ll128");
  CHECK(ll128.wire * 120 == ll128.payload * 128);
  CHECK(ll128.hop_inside == Duration{1'300'000});
  const ProtocolCost simple = cost(h100(8), "tree", "simple");
  CHECK(simple.wire == simple.payload);
  CHECK(simple.hop_across == Duration{11'300'000});
}

TEST_CASE("protocol cost: what was measured on a generation takes the place of NCCL's constants, and its choice stays") {
  const auto start = [](const Machine& machine) {
    return protocol_cost(machine, *find_collective_kind(kAllReduce, "ring"), "ll", 1_KiB).start.ps * 1e-6;
  };
  CHECK(start(h100(1)) ==
        doctest::Approx(tuning_value({.quantity = "measured_base_latency", .algorithm = "ring", .protocol = "ll", .generation = 90})));
  CHECK(start(b200(1)) == doctest::Approx(6.6));
  CHECK(predicted_time(h100(1), kAllReduce, "ring", "ll", {0}) == doctest::Approx(15.0));
}

TEST_CASE("protocol cost: a ring inside a host stands still for half of the step in which a rank only receives") {
  // 2(n-1) steps send; one more only receives, and slices, two a chunk, hide half of it: 14 of 14.5 for eight GPUs, 2 of 2.5 for two.
  const double share = tuning_value({.quantity = "measured_scale_up_share", .generation = 90});
  const auto inside = [](const Machine& machine, std::string_view protocol) {
    return static_cast<double>(protocol_cost(machine, *find_collective_kind(kAllReduce, "ring"), protocol, 1_GiB).inside_share);
  };
  CHECK(inside(h100(1, 8), "simple") == doctest::Approx(1000 * share * 14 / 14.5).epsilon(0.001));
  CHECK(inside(h100(1, 2), "simple") == doctest::Approx(1000 * share * 2 / 2.5).epsilon(0.001));
  CHECK(inside(h100(1, 8), "ll") == doctest::Approx(1000 * share).epsilon(0.001));
  CHECK(inside(h100(2, 8), "simple") == doctest::Approx(1000 * share).epsilon(0.001));  // the NICs set the pace
}

TEST_CASE("protocol cost: NVLS moves in loops, which take as long as their bytes at the port or their chunk through the switch") {
  const auto constant = [](std::string_view quantity) { return tuning_value({.quantity = quantity, .generation = 90}); };
  const CollectiveKind& nvls = *find_collective_kind(kAllReduce, "nvls");
  // 16 channels of 8 heads. 4 MiB in chunks of 16 KiB: loops of 2 MiB; 8 GiB in chunks of 128 KiB: loops of 16 MiB. An all-reduce takes
  // S + S/8 of each port, of which software gets 0.824 x 0.85.
  const double port = 450e3 * 0.824 * 0.85;  // bytes per us
  const double through = constant("nvls_loop_latency") + 2097152 / (1000 * constant("nvls_loop_rate"));
  const double at_port = 2097152 * 1.125 / port;
  REQUIRE(through > at_port);
  const ProtocolCost small = protocol_cost(h100(1), nvls, "simple", 4_MiB);
  CHECK(static_cast<double>(small.in_switch_share) == doctest::Approx(1000 * 0.824 * 0.85).epsilon(0.002));
  // Two loops: what each lasts beyond its bytes, and half a loop at either end.
  CHECK(small.hop_inside.ps * 1e-6 == doctest::Approx(25 - 0.6 + 2 * (through - at_port) + through / 2).epsilon(0.005));
  const ProtocolCost large = protocol_cost(h100(1), nvls, "simple", 8_GiB);
  CHECK(large.in_switch_share == small.in_switch_share);
  CHECK(large.hop_inside.ps * 1e-6 == doctest::Approx(25 - 0.6 + 16 * 1048576 * 1.125 / port).epsilon(0.01));
}

TEST_CASE("protocol cost: NVLS of any size takes longer the larger it is, on a server and on a rack") {
  for (const Machine& machine : {h100(1), b200(1), b200(1, 72)})
    for (const auto operation : {kAllReduce, CollectiveOperation::all_gather, CollectiveOperation::reduce_scatter}) {
      const CollectiveKind* kind = find_collective_kind(operation, "nvls");
      double before = 0;
      for (std::int64_t size = 1; size <= std::int64_t{1} << 34; size *= 2) {
        CAPTURE(size);
        const ProtocolCost cost = protocol_cost(machine, *kind, "simple", {size});
        REQUIRE(cost.in_switch_share > 0);
        const double time =
            cost.hop_inside.ps * 1e-6 + static_cast<double>(size) / (machine.port * static_cast<double>(cost.in_switch_share));
        CHECK(time >= 0.93 * before);  // chunks grow in steps, and longer ones go better
        before = time;
      }
    }
}

TEST_CASE("protocol cost: channels that move at once are one chunk of the schedule") {
  // 64 servers, 256 MiB, NVLSTree: 16 channels of 64 KiB a head, eight for each of the two trees. Ring: 16 channels for 8 NICs, slices of 1 MiB.
  CHECK(chunk_size(h100(64), {find_collective_kind(kAllReduce, "nvls_tree"), "simple"}, 256_MiB) == 512_KiB);
  CHECK(chunk_size(h100(64), {find_collective_kind(kAllReduce, "ring"), "simple"}, 256_MiB) == 2_MiB);
  CHECK(chunk_size(h100(2), {find_collective_kind(kAllReduce, "nvls_tree"), "simple"}, 256_MiB) == 1_MiB);
  CHECK(slot_count({find_collective_kind(kAllReduce, "ring"), "simple"}, 8) == 4);
  CHECK(slot_count({find_collective_kind(kAllReduce, "ring"), "ll"}, 8) == 8);
}
