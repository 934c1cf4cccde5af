// SPDX-License-Identifier: Apache-2.0
// Conservation: what goes in comes out or is counted as lost, worked out from the messages and not from the engine's own
// verdict, on random traffic with congestion, loss, faults and interruption. Seeds are printed.
#include <doctest/doctest.h>

#include <set>

#include "core/random.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

struct Totals {
  std::int64_t bytes = 0;
  std::uint64_t packets = 0;  // of 4096 B
};

std::vector<Flow> random_flows(std::uint64_t seed, std::uint32_t hosts, std::size_t count) {
  RandomStream random(seed, 4);
  std::vector<Flow> list;
  while (list.size() < count) {
    const auto from = static_cast<std::uint32_t>(random.below(hosts));
    const auto to = static_cast<std::uint32_t>(random.below(hosts));
    if (from != to) list.push_back({from, to, Bytes{static_cast<std::int64_t>(1 + random.below(600'000))}});
  }
  return list;
}

Totals total_of(const std::vector<Flow>& list) {
  Totals t;
  for (const Flow& flow : list) {
    t.bytes += flow.bytes.count;
    t.packets += static_cast<std::uint64_t>((flow.bytes.count + 4095) / 4096);
  }
  return t;
}

}  // namespace

// A frame per MTU begun, one hop per link of the path, an acknowledgement for every fourth frame and for the last.
TEST_CASE("packet: packets, hops and bytes of one flow are what its size and path say") {
  for (const std::uint32_t switches : {1u, 2u, 4u}) {
    for (const std::int64_t bytes : {1, 4096, 4097, 16'384, 1'000'001}) {
      CAPTURE(switches);
      CAPTURE(bytes);
      const Fabric fabric = line(switches);
      const Outcomes out = play(fabric, flows(fabric, {{0, 1, {bytes}}}), options_with(network()));
      const auto packets = static_cast<std::uint64_t>((bytes + 4095) / 4096);
      const std::uint64_t acknowledgements = (packets + 3) / 4;
      CHECK(out.result.counters.packets == packets);
      CHECK(out.result.counters.packets_delivered == packets);
      CHECK(out.result.counters.packet_hops == (packets + acknowledgements) * (switches + 1));
      CHECK(out.result.counters.bytes_posted == Bytes{bytes});
      CHECK(out.result.counters.bytes_sent == Bytes{bytes});
      CHECK(out.result.counters.bytes_delivered == Bytes{bytes});
    }
  }
}

// Nothing is lost with PFC, so every message's frames are sent once and arrive once, and every flow has one row.
TEST_CASE("packet: lossless random traffic delivers every byte and frame exactly once") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    SmallFabricOptions shape;
    shape.buffer = 8_MiB;
    const Fabric fabric = two_tier(3, 4, 2, shape);
    const std::vector<Flow> list = random_flows(seed, 12, 150);
    const Totals total = total_of(list);
    const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"buffer_alpha=0.02"})));
    CHECK(out.result.outcome == Outcome::complete);
    CHECK(out.result.counters.packets == total.packets);
    CHECK(out.result.counters.packets_delivered == total.packets);
    CHECK(out.result.counters.bytes_sent == Bytes{total.bytes});
    CHECK(out.result.counters.bytes_delivered == Bytes{total.bytes});
    std::set<std::uint64_t> ids;
    std::int64_t recorded = 0;
    for (const FlowRow& row : out.flows) {
      ids.insert(row.id);
      recorded += row.bytes.count;
      CHECK(row.finish - row.start >= row.ideal);  // nothing beats an idle fabric
    }
    CHECK(ids.size() == list.size());
    CHECK(recorded == total.bytes);
  }
}

// Loss, drops and a cable that fails and comes back: each frame sent is delivered or counted in one of the three losses;
// each message's bytes are delivered once; what was sent beyond the first copies is what the flows say they sent again.
TEST_CASE("packet: with loss, drops and faults every frame is delivered or counted, every byte delivered once") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    for (const char* recovery : {"recovery=go_back_n", "recovery=selective_repeat"}) {
      CAPTURE(seed);
      CAPTURE(recovery);
      SmallFabricOptions shape;
      shape.buffer = 1_MiB;
      Fabric fabric = two_tier(3, 4, 2, shape);
      for (Link& link : fabric.links) link.frame_loss = 1e-3;
      const std::vector<Flow> list = random_flows(seed, 12, 150);
      const Totals total = total_of(list);
      SimulationOptions options = options_with(
          network({"pfc=false", "buffer_alpha=0.2", "retransmit_timeout=300 us", "retry_count=255", "reroute_delay=20 us", recovery}));
      options.seed = seed;
      options.faults = {{Time{30'000'000}, CableId{12}, false}, {Time{400'000'000}, CableId{12}, true}};
      const Outcomes out = play(fabric, flows(fabric, list), options);
      const Counters& c = out.result.counters;
      CHECK(out.result.outcome == Outcome::complete);
      CHECK(c.drops_loss > 0);
      CHECK(c.drops_buffer > 0);
      // The run ends when the last message is in memory; frames sent again for nothing may still be under way.
      CHECK(c.packets >= c.packets_delivered + c.drops_buffer + c.drops_fault + c.drops_loss);
      CHECK(out.result.sane());  // with those under way counted, the two sides are equal
      CHECK(c.packets == total.packets + c.retransmits);
      CHECK(c.bytes_delivered == Bytes{total.bytes});
      std::uint64_t again = 0;
      for (const FlowRow& row : out.flows) again += row.retransmits;
      CHECK(again <= c.retransmits);  // a row is written at delivery; copies may follow it
      CHECK(out.flows.size() == list.size());
    }
  }
}
