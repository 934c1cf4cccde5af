// SPDX-License-Identifier: Apache-2.0
// Loss and repair: everything arrives once, whatever the medium loses, and the price is what the protocol says.
#include <doctest/doctest.h>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

Outcomes lossy_run(double loss, std::vector<std::string> changes, Bytes bytes = 16_MiB, std::uint64_t seed = 1) {
  Fabric fabric = line(1);
  for (Link& link : fabric.links) link.frame_loss = loss;
  SimulationOptions options = options_with(network(std::move(changes)));
  options.seed = seed;
  return play(fabric, flows(fabric, {{0, 1, bytes}}), options);
}

}  // namespace

TEST_CASE("recovery: both schemes deliver everything at any loss up to a tenth") {
  for (const double loss : {1e-4, 1e-3, 1e-2, 1e-1}) {
    for (const char* recovery : {"recovery=go_back_n", "recovery=selective_repeat"}) {
      for (const char* transport : {"transport=window", "transport=dcqcn"}) {
        CAPTURE(loss);
        CAPTURE(recovery);
        const Outcomes out = lossy_run(loss, {recovery, transport, "retransmit_timeout=200 us", "retry_count=255"}, 4_MiB);
        CHECK(out.result.outcome == Outcome::complete);
        CHECK(out.result.counters.bytes_delivered == 4_MiB);
        CHECK(out.result.sane());
        if (loss >= 1e-3) CHECK(out.result.counters.retransmits > 0);
      }
    }
  }
}

// Go-back-N resends all that was in flight behind a gap, selective repeat only what is missing:
// per lost packet about one round trip of packets against one.
TEST_CASE("recovery: selective repeat resends what was lost, go-back-N a round trip for each") {
  const Outcomes selective = lossy_run(1e-3, {"recovery=selective_repeat", "retransmit_timeout=200 us"});
  const Outcomes back = lossy_run(1e-3, {"recovery=go_back_n", "retransmit_timeout=200 us"});
  const std::uint64_t lost_selective = selective.result.counters.drops_loss;
  CHECK(selective.result.counters.retransmits >= lost_selective);
  CHECK(selective.result.counters.retransmits <= lost_selective + 4);
  // Round trip: 4 links x 1 us + 2 x 0.6 us = 5.2 us = 62 packets of 83.56 ns.
  const double per_loss = static_cast<double>(back.result.counters.retransmits) / static_cast<double>(back.result.counters.drops_loss);
  CHECK(per_loss > 40);
  CHECK(per_loss < 80);
}

// A lost last packet has nothing behind it that could reveal the gap: only the timeout does.
TEST_CASE("recovery: a lost tail waits for the timeout") {
  Fabric fabric = line(1);
  for (Link& link : fabric.links) link.frame_loss = 0.5;
  SimulationOptions options = options_with(network({"retransmit_timeout=3 ms", "retry_count=255"}));
  Duration longest{0};
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    options.seed = seed;
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 100_B}}), options);
    CHECK(out.result.outcome == Outcome::complete);
    longest = std::max(longest, out.flows.at(0).finish - out.flows.at(0).start);
    const Duration over{(out.flows[0].finish - out.flows[0].start).ps - out.flows[0].ideal.ps};
    CHECK(over.ps % (3_ms).ps == 0);  // a whole number of timeouts late
  }
  CHECK(longest >= 3_ms);
}

// The frame loss is a probability: over many frames the share lost is within 4 sigma of it.
TEST_CASE("recovery: the share of frames lost is the link's frame loss") {
  const Outcomes out = lossy_run(1e-2, {"recovery=selective_repeat", "retransmit_timeout=200 us"}, 256_MiB);
  const auto sent = static_cast<double>(out.result.counters.packets);
  const double crossings = sent * 2;  // two links; a frame lost on the first does not reach the second
  const double expected = sent * (1 - 0.99 * 0.99);
  CHECK(static_cast<double>(out.result.counters.drops_loss) == doctest::Approx(expected).epsilon(4 / std::sqrt(0.01 * crossings)));
}

TEST_CASE("recovery: a sender that gives up stalls the run, and the diagnosis names job, ranks and timeouts") {
  Fabric fabric = line(1);
  SimulationOptions options = options_with(network({"retransmit_timeout=1 ms", "retry_count=3"}));
  options.faults = {{Time{1'000'000}, CableId{0}, false}};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options);
  CHECK(out.result.outcome == Outcome::stalled);
  CHECK_FALSE(out.result.sane());
  CHECK(out.result.counters.timeouts == 4);
  CHECK(out.result.diagnosis.find("job `flows`") != std::string::npos);
  CHECK(out.result.diagnosis.find("rank 0 (host-0 GPU 0) gave up sending to rank 1 (host-1 GPU 0) after 3 timeouts of 1 ms") !=
        std::string::npos);
}
