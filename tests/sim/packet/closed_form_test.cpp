// SPDX-License-Identifier: Apache-2.0
// The packet engine against arithmetic: what can be worked out by hand must come out to the picosecond.
#include <doctest/doctest.h>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kFrame = 4096 + 62 + 20;  // payload, headers, gap: bytes on the wire

Duration one_flow(std::uint32_t switches, ForwardingMode mode, Bytes bytes) {
  SmallFabricOptions shape;
  shape.mode = mode;
  const Fabric fabric = line(switches, shape);
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, bytes}}), options_with(network()));
  REQUIRE(out.result.outcome == Outcome::complete);
  CHECK(out.result.sane());
  REQUIRE(out.flows.size() == 1);
  return out.flows[0].finish - out.flows[0].start;
}

}  // namespace

// Cut-through: every link's delay and every pipeline once, the bytes once at the line rate.
TEST_CASE("packet: one flow over h cut-through hops takes delays + pipelines + one serialisation, to the ps") {
  for (const std::uint32_t h : {1u, 2u, 3u, 5u}) {
    for (const std::int64_t packets : {1, 7, 256}) {
      const Duration wire = serialisation({packets * kFrame}, 400_Gbps);
      const Duration expected = 1_us * (h + 1) + 600_ns * h + wire;
      CHECK(one_flow(h, ForwardingMode::cut_through, {packets * 4096}) == expected);
    }
  }
}

// Store-and-forward: the first packet is serialised again at every switch, the others follow in its wake.
TEST_CASE("packet: one flow over h store-and-forward hops adds one packet time per switch, to the ps") {
  for (const std::uint32_t h : {1u, 2u, 3u, 5u}) {
    for (const std::int64_t packets : {1, 7, 256}) {
      const Duration wire = serialisation({packets * kFrame}, 400_Gbps);
      const Duration packet = serialisation({kFrame}, 400_Gbps);
      const Duration expected = 1_us * (h + 1) + 600_ns * h + wire + packet * h;
      CHECK(one_flow(h, ForwardingMode::store_and_forward, {packets * 4096}) == expected);
    }
  }
}

// A last packet shorter than the rest waits for the full one before it at every store-and-forward hop.
TEST_CASE("packet: a short last packet follows the full one before it") {
  const Duration wire = serialisation({2 * kFrame + 100 + 82}, 400_Gbps);
  CHECK(one_flow(2, ForwardingMode::store_and_forward, {2 * 4096 + 100}) ==
        1_us * 3 + 600_ns * 2 + wire + serialisation({kFrame}, 400_Gbps) * 2);
}

// fiber-plant budget: 1200 + 700 + 2 x 30 m x 4.8954 + 2 x 100 + 4 x 60 + 81.92 = 2715.6 ns without headers.
TEST_CASE("packet: the published latency budget of one leaf hop comes out of a run") {
  SmallFabricOptions shape;
  shape.nic_latency = 600_ns;
  shape.switch_latency = 700_ns;
  shape.delay = Duration{30 * 4'895'400 / 1000} + 100_ns + 60_ns * 2;  // 30 m of fibre, FEC, two modules
  const Fabric fabric = line(1, shape);
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 4096_B}}), options_with(network({"header=0 B", "gap=0 B"})));
  const double ns = static_cast<double>((out.flows.at(0).finish - out.flows.at(0).start).ps) / 1000;
  CHECK(ns == doctest::Approx(2715.6).epsilon(0.0001));
}

// The record's `ideal` is the same closed form, so an idle fabric has slowdown 1 exactly.
TEST_CASE("packet: the ideal time in a flow's record is what an idle fabric takes") {
  for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
    SmallFabricOptions shape;
    shape.mode = mode;
    shape.nic_latency = 350_ns;
    const Fabric fabric = line(3, shape);
    for (const Bytes bytes : {1_B, 4096_B, 4097_B, 1_MiB, 1000001_B}) {
      const Outcomes out = play(fabric, flows(fabric, {{0, 1, bytes}}), options_with(network()));
      CHECK(out.flows.at(0).ideal == out.flows.at(0).finish - out.flows.at(0).start);
    }
  }
}

// Two flows into one port at once share it: the later one ends when all bytes have gone through.
TEST_CASE("packet: an n to 1 incast ends when all bytes have crossed the last link") {
  for (const std::uint32_t n : {2u, 4u, 8u}) {
    const Fabric fabric = star(n + 1);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < n; ++i) list.push_back({i, n, 256_KiB});
    const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"ecn=false"})));
    Time last{0};
    for (const FlowRow& flow : out.flows) last = std::max(last, flow.finish);
    const Duration wire = serialisation({std::int64_t{n} * 64 * kFrame}, 400_Gbps);
    CHECK(last == Time{0} + 1_us * 2 + 600_ns + wire);
    CHECK(out.result.counters.drops_buffer == 0);
    CHECK(out.result.sane());
  }
}

// Lossy incast of n senders: the queue grows at (n - 1) R until it reaches alpha (B - used), B / 2 at alpha 1.
TEST_CASE("packet: without PFC an incast fills the queue to exactly the dynamic threshold") {
  SmallFabricOptions shape;
  shape.buffer = 1_MiB;
  const std::uint32_t n = 4;
  const Fabric fabric = star(n + 1, shape);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < n; ++i) list.push_back({i, n, 1_MiB});
  const Outcomes out =
      play(fabric, flows(fabric, list), options_with(network({"ecn=false", "pfc=false", "buffer_alpha=1", "retransmit_timeout=10 ms"})));
  CHECK(out.result.outcome == Outcome::complete);
  CHECK(out.result.counters.drops_buffer > 0);
  std::uint32_t queue = 0;
  for (const LinkTotal& link : out.result.links) queue = std::max(queue, link.queue_bytes_max);
  // A frame of 4158 B is let in while q + 4158 <= 2^20 - q, so the queue stops at the last multiple below.
  std::int64_t q = 0;
  while (q + 4158 <= (1 << 20) - q) q += 4158;
  CHECK(queue == q);
}

// Frames that meet an idle port leave at once and never count as buffered.
TEST_CASE("packet: a lone flow never queues") {
  const Fabric fabric = line(3);
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options_with(network()));
  for (const LinkTotal& link : out.result.links) CHECK(link.queue_bytes_max == 0);
}

// Utilisation is busy time over interval: a full-rate flow fills its links but for the head and tail of the run.
TEST_CASE("packet: busy time of a link equals the wire time of what crossed it") {
  const Fabric fabric = line(1);
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options_with(network()));
  double busy = 0;
  for (const LinkRow& row : out.links) busy += static_cast<double>(row.utilization[0]) * static_cast<double>(row.interval.ps);
  CHECK(busy == doctest::Approx(static_cast<double>(serialisation({256 * kFrame}, 400_Gbps).ps)).epsilon(1e-6));
}
