// SPDX-License-Identifier: Apache-2.0
// A whole ring all-reduce through the packet engine against its closed form, 2(N-1)(alpha + S/(N B)), to the picosecond.
//
// Every rank has a host of its own and all paths are alike, so every rank does the same at the same time. One round is
// one message of M = S/N bytes from each rank to the next, and it takes
//   2 NIC latencies + (h + 1) link delays + h pipelines + wire(M) + [store-and-forward: h wire(first frame)],
// where wire(M) = (M + p (header + gap)) / R for p = ceil(M / MTU) frames. Without wire(M) this is alpha. The next round
// starts when the message of the round before is in memory, so rounds add up.
//
// What may disturb it is the acknowledgements, which go where the data of the neighbour goes. At the switch they meet no
// data: since all ranks do the same at the same time, every egress sees the sequence that one ingress saw. In the sender's
// NIC each one that leaves between the first and the last data frame of a round delays what follows by its own wire time a.
// Acknowledgement j answers frame 4 j, arrives a path time A after that frame was sent whole, and leaves before the last
// frame if at least ceil(A / wire of a frame) frames lie between: there are floor((p - 1 - ceil(A / W)) / 4) of them.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/small_fabrics.hpp"
#include "workloads/collectives/collective_kind.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kOverhead = 62 + 20;  // header, gap
constexpr std::int64_t kFrame = 4096 + kOverhead;
constexpr std::int64_t kAck = 66 + 20;
constexpr Duration kNic{500'000};
constexpr Duration kLink{1'000'000};
constexpr Duration kPipeline{640'000};

struct Ring {
  std::uint32_t ranks;
  std::uint32_t switches;  // on every path: 1 (star) or 3 (a leaf for each host, one spine)
  ForwardingMode mode;
  Bytes size;  // S
};

Outcomes play_ring(const Ring& ring, std::vector<std::string> changes) {
  SmallFabricOptions shape;
  shape.mode = ring.mode;
  shape.nic_latency = kNic;
  shape.delay = kLink;
  shape.switch_latency = kPipeline;
  const Fabric fabric = ring.switches == 1 ? star(ring.ranks, shape) : two_tier(ring.ranks, 1, 1, shape);
  Workload workload = all_gpus(fabric, "ring");
  std::vector<RankId> ranks;
  for (std::uint32_t i = 0; i < ring.ranks; ++i) ranks.push_back({i});
  const CollectiveKind* kind = find_collective_kind("ring_all_reduce");
  REQUIRE(kind != nullptr);
  ScheduleBuilder builder;
  builder.begin_job(0, 1);
  CollectiveRequest request{.ranks = ranks, .rank_host = {}, .bytes = ring.size, .after = {}, .scale_up_latency = {}};
  request.label = builder.collective(describe_collective(*kind, request, "ring", 0, Duration{0}));
  REQUIRE(append_collective(*kind, request, builder).has_value());
  Result<Schedule> schedule = std::move(builder).finish();
  REQUIRE(schedule.has_value());
  workload.schedule = std::move(schedule).value();
  Outcomes out = play(fabric, std::move(workload), options_with(network(std::move(changes))));
  CHECK(out.result.outcome == Outcome::complete);
  CHECK(out.result.sane());
  REQUIRE(out.result.collectives.size() == 1);
  return out;
}

/// alpha + S/(N B) as the header of this file adds it up, without acknowledgements in the way.
Duration round_time(const Ring& ring) {
  const std::int64_t message = (ring.size.count + ring.ranks - 1) / ring.ranks;
  const std::int64_t frames = (message + 4095) / 4096;
  const Duration wire = serialisation({message + frames * kOverhead}, 400_Gbps);
  const Duration first = serialisation({std::min<std::int64_t>(message, 4096) + kOverhead}, 400_Gbps);
  Duration time = kNic * 2 + kLink * (ring.switches + 1) + kPipeline * ring.switches + wire;
  if (ring.mode == ForwardingMode::store_and_forward) time = time + first * ring.switches;
  return time;
}

Duration time_of(const Outcomes& out) { return out.result.collectives[0].finish - out.result.collectives[0].start; }

}  // namespace

// One acknowledgement per message: it leaves when the round is over and is gone before the next one begins (2 NIC
// latencies later), so nothing is in the way of data.
TEST_CASE("packet: a ring all-reduce takes 2(N-1)(alpha + S/(N B)), to the ps") {
  for (const std::uint32_t n : {2u, 3u, 8u, 16u}) {
    for (const std::uint32_t switches : {1u, 3u}) {
      for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
        for (const std::int64_t message : {1, 100, 4096, 4097, 7 * 4096, 300 * 4096 + 5}) {
          const Ring ring{n, switches, mode, {message * n}};
          CAPTURE(n);
          CAPTURE(switches);
          CAPTURE(message);
          const Outcomes out = play_ring(ring, {"ack_every=1024"});
          CHECK(time_of(out) == round_time(ring) * (2 * (std::int64_t{n} - 1)));
        }
      }
    }
  }
}

// The first S mod N shares are one byte longer. The share that starts at a rank goes once round and once more: the ring
// ends with the longest share's 2(N-1) messages.
TEST_CASE("packet: a ring all-reduce of a size that N does not divide takes as long as its longest share") {
  for (const std::uint32_t n : {3u, 8u, 16u}) {
    for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
      const Ring ring{n, 1, mode, {5'000 * n + 1}};
      CAPTURE(n);
      CHECK(time_of(play_ring(ring, {"ack_every=1024"})) == round_time(ring) * (2 * (std::int64_t{n} - 1)));
    }
  }
}

// At the default of four frames per acknowledgement, those that fall into a round of their sender cost their wire time.
TEST_CASE("packet: a ring all-reduce pays for the acknowledgements among its data, to the ps") {
  for (const std::uint32_t n : {2u, 3u, 8u, 16u}) {
    for (const ForwardingMode mode : {ForwardingMode::cut_through, ForwardingMode::store_and_forward}) {
      for (const std::int64_t frames : {8, 32, 40, 64, 256}) {
        const Ring ring{n, 1, mode, {frames * 4096 * n}};
        CAPTURE(n);
        CAPTURE(frames);
        const std::int64_t wire = serialisation({kFrame}, 400_Gbps).ps;
        std::int64_t path = (kLink * 2 + kPipeline).ps;  // first bit out to last bit in, less one frame
        if (mode == ForwardingMode::store_and_forward) path += wire;
        const std::int64_t among = std::max<std::int64_t>(0, (frames - 1 - (path + wire - 1) / wire) / 4);
        const Duration round = round_time(ring) + serialisation({kAck}, 400_Gbps) * among;
        CHECK(time_of(play_ring(ring, {"ack_every=4"})) == round * (2 * (std::int64_t{n} - 1)));
      }
    }
  }
}

// busbw = 2(N-1)/N S / T: with long messages alpha vanishes and the wire's share of payload is left, 4096 / 4178 here.
TEST_CASE("packet: the bus bandwidth of a long ring tends to the payload share of the wire, from below") {
  const std::uint32_t n = 8;
  double before = 0;
  for (const std::int64_t mebibytes : {1, 8, 64, 256}) {
    const Ring ring{n, 1, ForwardingMode::cut_through, {mebibytes << 20}};
    const double seconds = time_of(play_ring(ring, {})).seconds();
    const double busbw = 2.0 * (n - 1) / n * static_cast<double>(ring.size.count) / seconds;
    CHECK(busbw > before);
    CHECK(busbw < 50e9 * 4096 / 4178);
    before = busbw;
  }
  // Of 256 MiB: a message of 32 MiB has 684.5 us of wire, 3.6 us of alpha, and 86 B of acknowledgement for each 4 x 4178 B.
  CHECK(before == doctest::Approx(50e9 * 4096 / 4178 / (1 + 3.64 / 684.5 + 86.0 / (4 * 4178))).epsilon(1e-3));
}
