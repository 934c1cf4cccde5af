// SPDX-License-Identifier: Apache-2.0
// NCCL's cost model: its latencies at the check values worked out from its tables, the bandwidths that published plateaus follow from,
// and the choices that NCCL was observed to make (stas00/ml-engineering, network chapter, 2026; NCCL 2.27).
#include <doctest/doctest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/server_machines.hpp"
#include "tests/support/star_fabric.hpp"
#include "topology/catalogue.hpp"
#include "workloads/collectives/cost_model.hpp"
#include "workloads/collectives/tuning_table.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using tests::b200;
using tests::h100;
using tests::machine_of;
using tests::servers;

namespace {

constexpr auto kAllReduce = CollectiveOperation::all_reduce;

std::string choice(const Machine& machine, CollectiveOperation operation, Bytes size) {
  const auto taken = choose(machine, operation, "auto", "auto", size);
  REQUIRE(taken.has_value());
  return std::string(taken->kind->algorithm) + " " + std::string(taken->protocol);
}

}  // namespace

TEST_CASE("cost model: latencies are NCCL's, at the smallest size") {
  // Ring: base + 14 hops; tree: base + 14 hops; NVLS: 25 us.
  const auto latency = [](const Machine& machine, std::string_view algorithm, std::string_view protocol) {
    return predicted_time(machine, kAllReduce, algorithm, protocol, {1});
  };
  CHECK(latency(h100(1), "ring", "ll") == doctest::Approx(15.0).epsilon(1e-4));
  CHECK(latency(h100(1), "ring", "ll128") == doctest::Approx(40.6).epsilon(1e-4));
  CHECK(latency(h100(1), "ring", "simple") == doctest::Approx(56.0).epsilon(1e-4));
  CHECK(latency(h100(1), "tree", "ll") == doctest::Approx(15.2).epsilon(1e-4));
  CHECK(latency(h100(1), "nvls", "simple") == doctest::Approx(25.0).epsilon(1e-4));
  CHECK(latency(h100(1, 2), "ring", "ll") == doctest::Approx(7.8).epsilon(1e-4));
  CHECK(latency(h100(1, 4), "ring", "ll") == doctest::Approx(10.2).epsilon(1e-4));
  // 8 servers of 8: 6.6 + 112 x 1.0 + 14 x 2.7; 6.8 + 2 (7 x 0.6 + 3 x 5); 14 + 2 (7 x 1.25 + 3 x 8.5); 25 + 6 x 20.9.
  CHECK(latency(h100(8), "ring", "ll") == doctest::Approx(156.4).epsilon(1e-4));
  CHECK(latency(h100(8), "tree", "ll") == doctest::Approx(45.2).epsilon(1e-4));
  CHECK(latency(h100(8), "tree", "ll128") == doctest::Approx(82.5).epsilon(1e-4));
  CHECK(latency(h100(8), "nvls_tree", "simple") == doctest::Approx(150.4).epsilon(1e-4));
}

TEST_CASE("cost model: channels fill what NVLink and NICs give, as the published plateaus show") {
  // busbw of large rings: H100 server 360-370, B200 720, A100 240; 8 x 400 Gb/s NICs 355-360, 8 x 200 Gb/s 192 GB/s.
  CHECK(h100(1).inside == 360);
  CHECK(b200(1).inside == 720);
  CHECK(machine_of(servers("a100-80", 1, 8, 200_Gbps, 2'400_Gbps)).inside == 240);
  CHECK(h100(4).across == 360);
  CHECK(machine_of(servers("a100-80", 4, 8, 200_Gbps, 2'400_Gbps)).across == 192);
  CHECK(h100(4).channels == 16);  // of a DGX H100: 8 NICs x 2
}

TEST_CASE("cost model: eight H200 take ring LL up to 1 MiB and NVLS Simple from 2 MiB on, as observed") {
  const Machine machine = machine_of(servers("h200-sxm", 1, 8, 400_Gbps, 3'600_Gbps));
  for (const Bytes size : {1_KiB, 32_KiB, 256_KiB}) CHECK(choice(machine, kAllReduce, size).starts_with("ring ll"));
  CHECK(choice(machine, kAllReduce, 1_MiB) == "ring ll");
  for (const Bytes size : {2_MiB, 16_MiB, 1_GiB, 8_GiB}) CHECK(choice(machine, kAllReduce, size) == "nvls simple");
}

TEST_CASE("cost model: NVLS is taken for large sizes from 5 H200 and from 6 B200 on, as observed") {
  for (std::uint32_t gpus = 2; gpus <= 8; ++gpus) {
    CAPTURE(gpus);
    CHECK((choice(h100(1, gpus), kAllReduce, 8_GiB) == "nvls simple") == (gpus >= 5));
    CHECK((choice(b200(1, gpus), kAllReduce, 8_GiB) == "nvls simple") == (gpus >= 6));
  }
}

TEST_CASE("cost model: 512 H200 take tree LL128 at 16 MiB, as observed, and NVLSTree for large sizes") {
  const Machine machine = machine_of(servers("h200-sxm", 64, 8, 400_Gbps, 3'600_Gbps));
  CHECK(choice(machine, kAllReduce, 1_KiB) == "tree ll");
  CHECK(choice(machine, kAllReduce, 16_MiB) == "tree ll128");
  // Observed from 32 MiB on; without NCCL's search for channels the change comes a factor of two later.
  CHECK(choice(machine, kAllReduce, 64_MiB) == "nvls_tree simple");
  CHECK(choice(machine, kAllReduce, 1_GiB) == "nvls_tree simple");
}

TEST_CASE("cost model: what the hardware or the shape cannot do is not chosen") {
  const Machine a100 = machine_of(servers("a100-80", 8, 8, 200_Gbps, 2'400_Gbps));
  CHECK(a100.without_multicast == "host-0");
  for (const Bytes size : {1_KiB, 1_MiB, 64_MiB, 1_GiB, 8_GiB}) CHECK_FALSE(choice(a100, kAllReduce, size).starts_with("nvls"));
  CHECK(predicted_time(a100, kAllReduce, "nvls_tree", "simple", 1_MiB) < 0);
  CHECK(predicted_time(h100(8), CollectiveOperation::all_gather, "pat", "simple", 1_MiB) < 0);
  CHECK(choice(h100(64, 1), CollectiveOperation::all_gather, 1_KiB) != "pat ll");
  const Machine plain = machine_of(tests::star_fabric({.hosts = 16}));
  CHECK(plain.generation == 0);
  for (const Bytes size : {1_KiB, 1_MiB, 1_GiB}) CHECK_FALSE(choice(plain, kAllReduce, size).ends_with("ll128"));
  // CollNet only by name, whatever the switches can do.
  Fabric sharp = servers("h100-sxm", 8, 8, 400_Gbps, 3'600_Gbps);
  for (Switch& unit : sharp.switches) unit.model = "nv-qm9700";
  CHECK(machine_of(sharp).without_aggregation.empty());
  CHECK_FALSE(choice(machine_of(sharp), kAllReduce, 1_GiB).starts_with("collnet"));
  CHECK(choose(machine_of(sharp), kAllReduce, "collnet_direct", "auto", 1_GiB)->kind->name == "collnet_direct_all_reduce");
}

TEST_CASE("cost model: a job is where its GPUs are, in whatever order its ranks come; a rack of 72 GPUs has NVLS") {
  const Fabric fabric = servers("h100-sxm", 3, 8, 400_Gbps, 3'600_Gbps);
  std::vector<GpuId> strided;
  for (std::uint32_t gpu = 0; gpu < 8; ++gpu)
    for (std::uint32_t host = 0; host < 3; ++host) strided.push_back({host * 8 + gpu});
  const Machine machine = describe_machine(fabric, strided);
  CHECK(machine.nodes == 3);
  CHECK(machine.per_node == 8);
  CHECK(machine.even);
  CHECK(machine.nics == 8);
  CHECK_FALSE(describe_machine(fabric, std::span(strided).first(23)).even);
  CHECK(choice(b200(1, 72), kAllReduce, 8_GiB) == "nvls simple");
}

TEST_CASE("cost model: every operation has a choice at every size, and it is never slower than another by the model itself") {
  for (const auto operation : {CollectiveOperation::all_reduce, CollectiveOperation::all_gather, CollectiveOperation::reduce_scatter,
                               CollectiveOperation::all_to_all, CollectiveOperation::all_to_all_v, CollectiveOperation::broadcast,
                               CollectiveOperation::reduce, CollectiveOperation::send_recv}) {
    CAPTURE(to_string(operation));
    for (const Machine& machine : {h100(1), h100(2), h100(64), h100(64, 1), machine_of(tests::star_fabric({.hosts = 3}))}) {
      for (std::int64_t size = 1; size <= std::int64_t{1} << 34; size *= 8) {
        CAPTURE(size);
        const auto taken = choose(machine, operation, "auto", "auto", {size});
        REQUIRE(taken.has_value());
        if (taken->kind->algorithm == "direct") {  // no model, and no choice but of the protocol
          const std::int64_t message = operation == CollectiveOperation::send_recv ? size : size / machine.ranks;
          const bool many_channels = machine.nodes == 1 && machine.generation >= 90;  // 16 to a peer over NVLink, else 4; 16 KiB in each
          CHECK((taken->protocol == "ll") == (message <= (many_channels ? 256 << 10 : 64 << 10)));
          continue;
        }
        const double time = predicted_time(machine, operation, taken->kind->algorithm, taken->protocol, {size});
        CHECK(time > 0);
        for (const std::string_view algorithm : {"ring", "tree", "nvls", "nvls_tree", "pat"})
          for (const std::string_view protocol : {"ll", "ll128", "simple"}) {
            const double other = predicted_time(machine, operation, algorithm, protocol, {size});
            if (other >= 0) CHECK(time <= other);
          }
      }
    }
  }
}

TEST_CASE("cost model: a name that does not go with the operation or the protocol is refused with the remedy") {
  const auto none = choose(h100(8), CollectiveOperation::broadcast, "tree", "auto", 1_MiB);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "no algorithm `tree` does broadcast");
  CHECK(none.error().remedy == "`eastwest kinds` lists the algorithms of each operation");
  const auto protocol = choose(h100(1), kAllReduce, "nvls", "ll", 1_MiB);
  REQUIRE_FALSE(protocol.has_value());
  CHECK(protocol.error().message == "`nvls` does not do all_reduce with protocol ll here");
}

TEST_CASE("cost model: EFA parts 128 bytes, so there is no LL128 between its servers, and there is inside one") {
  Machine machine = h100(2);
  CHECK(predicted_time(machine, kAllReduce, "tree", "ll128", 1_MiB) > 0);
  machine.splits_lines = true;
  CHECK(predicted_time(machine, kAllReduce, "tree", "ll128", 1_MiB) < 0);
  machine.nodes = 1;
  CHECK(predicted_time(machine, kAllReduce, "ring", "ll128", 1_MiB) > 0);
  CHECK(collective_hardware("p5-48xlarge").splits_lines);
  CHECK_FALSE(collective_hardware("dgx-h100").splits_lines);
}

TEST_CASE("tuning table: hardware names stand in the catalogue, and every row of constants is read") {
  const Catalogue catalogue = builtin_catalogue();
  for (const GpuEntry& gpu : catalogue.gpus())
    if (gpu.id.starts_with("h") || gpu.id.starts_with("b") || gpu.id.starts_with("gb")) CHECK(collective_hardware(gpu.id).generation >= 90);
  for (const SwitchModel& unit : catalogue.switches()) CHECK(collective_hardware(unit.id).reduces == (unit.protocol == "ib"));
  CHECK(collective_hardware("a100-80").generation == 80);
  CHECK_FALSE(collective_hardware("a100-80").reduces);
  CHECK_FALSE(collective_hardware("no such thing").reduces);
  CHECK(tuning_value({.quantity = "base_latency", .algorithm = "tree", .protocol = "simple"}) == 8.4);
  CHECK(tuning_value({.quantity = "channel_bandwidth_most", .algorithm = "tree", .protocol = "ll128", .generation = 90, .nodes = 512}) ==
        29);
  CHECK(tuning_values({.quantity = "size_factor", .algorithm = "tree", .protocol = "ll"}).size() == 20);
  CHECK(tuning_values({.quantity = "nothing"}).empty());
}
