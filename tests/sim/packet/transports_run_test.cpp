// SPDX-License-Identifier: Apache-2.0
// Transports in the engine: what each is told must reach it, and what its paper promises must show in queues.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/random.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

/// Eight senders, one receiver, long enough to settle.
Outcomes incast(const std::string& transport, std::vector<std::string> changes, Bytes buffer) {
  SmallFabricOptions shape;
  shape.buffer = buffer;
  const Fabric fabric = star(9, shape);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 8; ++i) list.push_back({i, 8, 8_MiB});
  changes.push_back("transport=" + transport);
  return play(fabric, flows(fabric, list), options_with(network(changes)));
}

std::uint32_t deepest_queue(const RunResult& result) {
  std::uint32_t deepest = 0;
  for (const LinkTotal& link : result.links) deepest = std::max(deepest, link.queue_bytes_max);
  return deepest;
}

/// Deepest queue in the rows of the second half, when everybody has heard of everybody.
std::uint32_t settled_queue(const Outcomes& out) {
  std::uint32_t deepest = 0;
  for (std::size_t row = out.links.size() / 2; row + 2 < out.links.size(); ++row)
    for (const std::uint32_t queue : out.links[row].queue_bytes_max) deepest = std::max(deepest, queue);
  return deepest;
}

}  // namespace

// The contract with every signal in use: trailers and telemetry travel with frames through mail as they do without it.
TEST_CASE("transports in the engine: one digest for every transport and routing policy, threads and domains") {
  SmallFabricOptions shape;
  shape.buffer = 1_MiB;
  const Fabric fabric = two_tier(4, 4, 3, shape);
  std::vector<Flow> list;
  RandomStream random(5, 1);
  while (list.size() < 60) {
    const auto from = static_cast<std::uint32_t>(random.below(16));
    const auto to = static_cast<std::uint32_t>(random.below(random.below(2) == 0 ? 2 : 16));
    if (from != to) list.push_back({from, to, Bytes{static_cast<std::int64_t>(1 + random.below(300'000))}});
  }
  for (const TransportKind* kind : transport_kinds()) {
    CHECK_MESSAGE(transport_offered(*kind), kind->name);
    for (const std::string routing : {"ecmp", "spray", "adaptive"}) {
      CAPTURE(kind->name);
      CAPTURE(routing);
      std::set<std::string> digests;
      for (const auto& [threads, domains] : {std::pair{1u, 1u}, {1u, 23u}, {2u, 3u}, {4u, 8u}}) {
        SimulationOptions options = options_with(network(
            {"transport=" + std::string(kind->name), "routing=" + routing, "pfc=false", "retransmit_timeout=1 ms", "retry_count=100"}));
        options.threads = threads;
        options.domains = domains;
        const Outcomes out = play(fabric, flows(fabric, list), options);
        CHECK(out.result.outcome == Outcome::complete);
        CHECK(out.result.sane());
        digests.insert(out.result.digest);
      }
      CHECK(digests.size() == 1);
    }
  }
}

// Li et al. 2019: HPCC holds every link at eta, so once settled the queue stays within a few packets a flow, where a
// fixed window of one bandwidth-delay product a flow keeps seven of them standing in the queue for ever.
TEST_CASE("transports in the engine: hpcc settles to a near-empty queue, the fixed window to seven products") {
  const Outcomes hpcc = incast("hpcc", {"ecn=false"}, 64_MiB);
  const Outcomes window = incast("window", {"ecn=false"}, 64_MiB);
  REQUIRE(hpcc.result.sane());
  REQUIRE(window.result.sane());
  // 5.2 us of idle round trip (4 x 1 us of link, 2 x 600 ns of pipeline) at 50 B/ns is one product, 260 kB.
  const double product = 5.2e-6 * 50e9;
  CHECK(settled_queue(window) > 6 * product);
  CHECK(settled_queue(hpcc) < 0.25 * product);
}

// Kumar et al. 2020: the delay stays at the target, here 21 us and what small windows are let, so the queue is bounded by
// target x rate; DCQCN without marks would stand at all that is sent.
TEST_CASE("transports in the engine: swift holds the queue at its target delay") {
  const Outcomes swift = incast("swift", {"ecn=false", "swift.flow_range=0 ns"}, 64_MiB);
  REQUIRE(swift.result.sane());
  const double target_bytes = (21e-6 - 5.2e-6) * 50e9;
  CHECK(settled_queue(swift) < 1.3 * target_bytes);
  CHECK(settled_queue(swift) > 0.3 * target_bytes);
}

// Alizadeh et al. 2010: marks from K on keep the queue near K; without the echo of marks nothing would hold it there.
TEST_CASE("transports in the engine: dctcp keeps the queue near the marking threshold") {
  const Outcomes out = incast("dctcp", {"ecn_min=25 kB", "ecn_max=25001 B", "ecn_probability=1", "ack_every=1"}, 64_MiB);
  REQUIRE(out.result.sane());
  const double threshold = 25e3 * 16;  // at 25 Gb/s, here 400
  CHECK(out.result.counters.ecn_marks > 0);
  CHECK(settled_queue(out) < 1.5 * threshold);
  CHECK(settled_queue(out) > 0.9 * threshold);
}

// A switch that trims loses no packet for lack of room as long as headers fit: the sender repeats what was cut at once,
// so an overload that costs go-back-N whole timeouts ends within a small factor of the wire time.
TEST_CASE("transports in the engine: nscc on trimming switches ends an incast without drops or timeouts") {
  const Outcomes out = incast("nscc", {"pfc=false", "routing=ecmp", "recovery=selective_repeat"}, 1_MiB);
  CHECK(out.result.sane());
  CHECK(out.result.counters.trims > 0);
  CHECK(out.result.counters.drops_buffer == 0);
  CHECK(out.result.counters.timeouts == 0);
  CHECK(out.result.counters.retransmits >= out.result.counters.trims);
  // 64 MiB in packets of 4178 B at 50 B/ns.
  const double wire = 8 * 2048 * 4178 / 50e9;
  const double took = out.result.simulated.seconds();
  CHECK(took > wire);
  CHECK(took < 1.25 * wire);
  CHECK(deepest_queue(out.result) <= (1 << 20));
}

// Mittal et al. 2015: above T_high, 500 us, the rate is cut whatever the gradient says. Eight senders that begin at line
// rate pile up a queue near T_high x rate (what PFC lets in); once settled it must have been worked off.
TEST_CASE("transports in the engine: timely works its first queue off") {
  const Outcomes out = incast("timely", {"ecn=false"}, 64_MiB);
  REQUIRE(out.result.sane());
  CHECK(deepest_queue(out.result) > 0.5 * 500e-6 * 50e9);
  CHECK(settled_queue(out) < 0.25 * deepest_queue(out.result));
}

// A window cut below the packets that one acknowledgement stands for must not wait for the timeout, here 67 ms: the last
// packet that the window lets out asks for its acknowledgement.
TEST_CASE("transports in the engine: a window smaller than an acknowledgement's packets does not stand still") {
  for (const std::string transport : {"window", "dctcp"}) {
    CAPTURE(transport);
    const Fabric fabric = star(2);
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}),
                              options_with(network({"transport=" + transport, "window=4096 B", "ack_every=16", "ecn=false"})));
    CHECK(out.result.sane());
    CHECK(out.result.counters.timeouts == 0);
    CHECK(out.result.simulated.seconds() < 5e-3);
  }
}

// What closes a gap is acknowledged at once: on a sprayed, lossless fabric nobody ever waits for a timeout, although the
// packet that asked for the last acknowledgement often overtakes others.
TEST_CASE("transports in the engine: reordering without loss causes no timeout") {
  const Fabric fabric = two_tier(4, 4, 3);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 16; ++i) list.push_back({i, (i + 5) % 16, 2_MiB});
  for (const TransportKind* kind : transport_kinds()) {
    CAPTURE(kind->name);
    const Outcomes out =
        play(fabric, flows(fabric, list), options_with(network({"transport=" + std::string(kind->name), "routing=spray"})));
    CHECK(out.result.sane());
    CHECK(out.result.counters.timeouts == 0);
    CHECK(out.result.counters.retransmits == 0);
  }
}

// Being overtaken is no loss. Spray over as many paths as a permutation needs leaves queues of a few packets and reorders all the time: a
// transport that took late packets for lost ones would cut its window again and again. None may need a tenth longer than the fixed window.
TEST_CASE("transports in the engine: reordering without loss takes nothing off a window") {
  const Fabric fabric = two_tier(2, 8, 8);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 16; ++i) list.push_back({i, (i + 8) % 16, 16_MiB});
  const auto time_of = [&](const std::string& transport) {
    const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"transport=" + transport, "routing=spray", "ecn=false"})));
    CHECK(out.result.sane());
    CHECK(out.result.counters.retransmits == 0);
    return out.result.simulated.seconds();
  };
  const double fixed = time_of("window");
  for (const std::string transport : {"dcqcn", "dctcp", "nscc", "swift"}) {
    CAPTURE(transport);
    CHECK(time_of(transport) < 1.1 * fixed);
  }
}
