// SPDX-License-Identifier: Apache-2.0
// Closed forms that the flow engine must meet to the picosecond: one message, shared links, rings, all-to-all, messages in a row.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kFrame = 4096 + 62 + 20;

SimulationOptions flow_options(std::vector<std::string> changes = {}) {
  SimulationOptions options = options_with(network(std::move(changes)));
  options.fidelity = Fidelity::flow;
  return options;
}

Duration last_of(const Outcomes& out) {
  Time last{0};
  for (const FlowRow& row : out.flows) last = std::max(last, row.finish);
  return last - Time{0};
}

/// n ranks, each sends a block to the next and passes on what it receives, `rounds` times.
Workload ring(const Fabric& fabric, std::uint32_t n, std::uint32_t rounds, Bytes block) {
  Workload w = all_gpus(fabric, "ring");
  ScheduleBuilder b;
  b.begin_job(0, 1);
  Collective description;
  description.name = "ring #0";
  description.algorithm = "ring";
  description.operation = "all_reduce";
  description.ranks = n;
  description.bytes = block * n;
  const std::uint32_t label = b.collective(description);
  std::vector<OperationId> received(n);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    std::vector<OperationId> next(n);
    for (std::uint32_t r = 0; r < n; ++r) {
      const ScheduleBuilder::Transfer t = b.transfer({r}, {(r + 1) % n}, block, label);
      b.depend(t.send, received[r]);
      next[(r + 1) % n] = t.receive;
    }
    received = next;
  }
  Result<Schedule> schedule = std::move(b).finish();
  REQUIRE(schedule.has_value());
  w.schedule = std::move(schedule).value();
  return w;
}

}  // namespace

// The message's closed form: both NICs, delays, wire time of all frames, the first frame again per store-and-forward switch.
TEST_CASE("flow: one message takes the closed form of its idle path, to the ps") {
  for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
    for (const std::uint32_t hops : {1u, 2u, 3u, 5u}) {
      SmallFabricOptions shape;
      shape.mode = mode;
      shape.nic_latency = 350_ns;
      const Fabric fabric = line(hops, shape);
      for (const Bytes bytes : {1_B, 4096_B, 4097_B, 1_MiB, 1000001_B}) {
        const Outcomes out = play(fabric, flows(fabric, {{0, 1, bytes}}), flow_options());
        const std::int64_t frames = (bytes.count + 4095) / 4096;
        const Duration first = serialisation({std::min<std::int64_t>(bytes.count, 4096) + 82}, 400_Gbps);
        const std::int64_t stored = mode == ForwardingMode::store_and_forward ? hops : 0;
        const Duration expected =
            350_ns * 2 + 1_us * (hops + 1) + 600_ns * hops + serialisation({bytes.count + frames * 82}, 400_Gbps) + first * stored;
        CHECK(out.flows.at(0).finish - out.flows.at(0).start == expected);
        CHECK(out.flows.at(0).ideal == expected);
        CHECK(out.result.sane());
      }
    }
  }
}

// A slower link in the middle is the rate of the message.
TEST_CASE("flow: a message goes at the rate of its slowest link") {
  SmallFabric b;
  const NodeId first = b.add_host();
  const NodeId last = b.add_host();
  const NodeId left = b.add_switch();
  const NodeId right = b.add_switch();
  b.connect(first, left);
  b.connect(left, right, 100_Gbps, 2_us);
  b.connect(right, last);
  const Fabric fabric = b.finish();
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), flow_options());
  CHECK(out.flows.at(0).finish - Time{0} == 4_us + 600_ns * 2 + serialisation({256 * kFrame}, 100_Gbps));
}

// n equal messages into one port share it: all end together when all bytes have crossed it.
TEST_CASE("flow: an n to 1 incast of equal messages ends for all when all bytes have crossed the last link") {
  for (const std::uint32_t n : {2u, 3u, 4u, 7u, 8u}) {
    const Fabric fabric = star(n + 1);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < n; ++i) list.push_back({i, n, 256_KiB});
    const Outcomes out = play(fabric, flows(fabric, list), flow_options());
    const Duration expected = 1_us * 2 + 600_ns + serialisation({n * 64 * kFrame}, 400_Gbps);
    for (const FlowRow& row : out.flows) {
      CHECK((row.finish - Time{0}).ps >= expected.ps);
      CHECK((row.finish - Time{0}).ps <= expected.ps + 1);  // a rate of 1/3 is rounded down
    }
  }
}

// Two messages, the second half as long: it ends when both have sent as much as it, 2 x W/2 at R; the first then has R alone.
TEST_CASE("flow: when a message ends the others speed up") {
  const Fabric fabric = star(3);
  const Outcomes out = play(fabric, flows(fabric, {{0, 2, 512_KiB}, {1, 2, 256_KiB}}), flow_options());
  const Duration path = 2_us + 600_ns;
  CHECK(out.flows[1].finish - Time{0} == path + serialisation({2 * 64 * kFrame}, 400_Gbps));
  CHECK(out.flows[0].finish - Time{0} == path + serialisation({3 * 64 * kFrame}, 400_Gbps));
}

// A message that comes later halves the rate from then on.
TEST_CASE("flow: a message that comes later takes its share from then on") {
  const Fabric fabric = star(3);
  const Duration start = serialisation({64 * kFrame}, 400_Gbps);  // when half of the first has gone
  const Outcomes out = play(fabric, flows(fabric, {{0, 2, 512_KiB}, {1, 2, 512_KiB, start}}), flow_options());
  const Duration path = 2_us + 600_ns;
  CHECK(out.flows[0].finish - Time{0} == path + serialisation({64 * kFrame}, 400_Gbps) + serialisation({2 * 64 * kFrame}, 400_Gbps));
  CHECK(out.flows[1].finish - Time{0} == path + serialisation({4 * 64 * kFrame}, 400_Gbps));
}

// Messages between two ranks share a queue pair and go one after another, not side by side.
TEST_CASE("flow: messages of one queue pair go in a row, several queue pairs share") {
  const Fabric fabric = star(2);
  const Duration path = 2_us + 600_ns;
  const Duration one = serialisation({64 * kFrame}, 400_Gbps);
  const Outcomes row = play(fabric, flows(fabric, {{0, 1, 256_KiB}, {0, 1, 256_KiB}, {0, 1, 256_KiB}}), flow_options());
  for (std::int64_t i = 0; i < 3; ++i) CHECK(row.flows[static_cast<std::size_t>(i)].finish - Time{0} == path + one * (i + 1));
  const Outcomes side = play(fabric, flows(fabric, {{0, 1, 256_KiB}, {0, 1, 256_KiB}}), flow_options({"qps_per_connection=2"}));
  for (const FlowRow& flow : side.flows) CHECK(flow.finish - Time{0} == path + one * 2);
}

// rounds x (both NICs + delays + wire time of a block), all ranks in step.
TEST_CASE("flow: a ring takes its rounds times the time of one block, to the ps") {
  for (const std::uint32_t n : {2u, 3u, 8u, 16u}) {
    SmallFabricOptions shape;
    shape.nic_latency = 300_ns;
    const Fabric fabric = star(n, shape);
    const std::uint32_t rounds = 2 * (n - 1);
    const Outcomes out = play(fabric, ring(fabric, n, rounds, 128_KiB), flow_options());
    const Duration step = 300_ns * 2 + 2_us + 600_ns + serialisation({32 * kFrame}, 400_Gbps);
    REQUIRE(out.result.collectives.size() == 1);
    CHECK(out.result.collectives[0].finish - out.result.collectives[0].start == step * rounds);
    CHECK(out.result.sane());
  }
}

// Every NIC sends to n - 1 others at once: all messages end when n - 1 of them have crossed a NIC.
TEST_CASE("flow: an all-to-all posted at once takes n - 1 messages' wire time") {
  for (const std::uint32_t n : {2u, 4u, 9u, 17u}) {
    const Fabric fabric = star(n);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < n; ++i)
      for (std::uint32_t j = 0; j < n; ++j)
        if (i != j) list.push_back({i, j, 256_KiB});
    const Outcomes out = play(fabric, flows(fabric, list), flow_options());
    const std::int64_t expected = (2_us + 600_ns + serialisation({(n - 1) * 64 * kFrame}, 400_Gbps)).ps;
    CHECK(last_of(out).ps >= expected);
    CHECK(last_of(out).ps <= expected + 1);
    for (const FlowRow& row : out.flows) CHECK(row.finish == out.flows[0].finish);
    CHECK(out.result.counters.windows <= 3);  // one solve at the start, one at the end
  }
}

// Spray over s spines: hosts of a leaf send over all of them, so a full bisection has no collisions at all.
TEST_CASE("flow: spray gives every host of a leaf its full rate over the spines") {
  const Fabric fabric = two_tier(2, 4, 4);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 4; ++i) list.push_back({i, 4 + i, 1_MiB});
  for (const char* routing : {"routing=spray", "routing=adaptive"}) {
    const Outcomes out = play(fabric, flows(fabric, list), flow_options({routing}));
    for (const FlowRow& row : out.flows) CHECK(row.finish - row.start == row.ideal);
  }
  // Three spines for four hosts: 4/3 of the time on the uplinks.
  const Fabric narrow = two_tier(2, 4, 3);
  const Outcomes out = play(narrow, flows(narrow, list), flow_options({"routing=spray"}));
  const double wire = static_cast<double>(serialisation({256 * kFrame}, 400_Gbps).ps);
  CHECK(static_cast<double>((out.flows[0].finish - out.flows[0].start - out.flows[0].ideal).ps) == doctest::Approx(wire / 3).epsilon(1e-6));
}

// Latency + bytes / rate inside a host; two messages out of one GPU share its egress port.
TEST_CASE("flow: messages inside a host take latency and their share of the scale-up ports") {
  SmallFabricOptions shape;
  shape.gpus = 4;
  const Fabric fabric = star(2, shape);
  const Duration one = serialisation(36_MiB, shape.scale_up_rate);
  const Outcomes lone = play(fabric, flows(fabric, {{0, 1, 36_MiB}}), flow_options());
  CHECK(lone.flows[0].finish - Time{0} == shape.scale_up_latency + one);
  CHECK(lone.result.counters.bytes_scale_up == 36_MiB);
  CHECK(lone.result.counters.bytes_sent.count == 0);
  const Outcomes two = play(fabric, flows(fabric, {{0, 1, 36_MiB}, {0, 2, 36_MiB}, {3, 2, 36_MiB}}), flow_options());
  for (const FlowRow& flow : two.flows) CHECK(flow.finish - Time{0} == shape.scale_up_latency + one * 2);
}

// Utilisation is wire time over interval, whatever the probe interval cuts.
TEST_CASE("flow: busy time of a link equals the wire time of what crossed it") {
  const Fabric fabric = star(4);
  for (const Duration interval : {3_us, 100_us}) {
    SimulationOptions options = flow_options();
    options.probes.interval = interval;
    const Outcomes out = play(fabric, flows(fabric, {{0, 3, 1_MiB}, {1, 3, 1_MiB, 20_us}, {2, 3, 256_KiB, 11_us}}), options);
    std::vector<double> busy(fabric.links.size(), 0);
    for (const LinkRow& row : out.links)
      for (std::size_t l = 0; l < busy.size(); ++l) {
        CHECK(row.utilization[l] <= 1.0f + 1e-6f);
        busy[l] += static_cast<double>(row.utilization[l]) * static_cast<double>(row.interval.ps);
      }
    const std::size_t into_last = fabric.ports[fabric.nodes[3].first_port].in.index();
    CHECK(busy[into_last] == doctest::Approx(static_cast<double>(serialisation({576 * kFrame}, 400_Gbps).ps)).epsilon(1e-6));
  }
}
