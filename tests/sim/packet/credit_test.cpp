// SPDX-License-Identifier: Apache-2.0
// Link credits: the throughput of a credit loop in closed form, nothing lost, and credits that survive a fault.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

Outcomes with_credits(const Fabric& fabric, const std::vector<Flow>& list, std::vector<std::string> changes,
                      std::vector<Fault> faults = {}) {
  changes.insert(changes.end(), {"credits=true", "ecn=false", "transport=dcqcn"});
  SimulationOptions options = options_with(network(std::move(changes)));
  options.faults = std::move(faults);
  return play(fabric, flows(fabric, list), options);
}

}  // namespace

// InfiniBand 7.9: a sender may have at most B bytes in the loop of link, buffer and returning credit: F = floor(B / f) full frames of
// f bytes, f + g on the wire. At a port that is free when a frame comes, the credit for a frame is back one
//   loop = delay + pipeline + credit frame (8 B + g) + delay
// after the frame left. So F frames leave at line rate, then the sender waits for the first one's credit, and so on:
//   T = (ceil(N / F) - 1) loop + (rest) wire + delay + pipeline + delay   while F wire < loop, else N wire + the same path.
TEST_CASE("credits: throughput is buffer over loop until the wire is the limit") {
  SmallFabricOptions shape;
  shape.delay = 10_us;
  const Fabric fabric = line(1, shape);
  const double wire = (4158 + 20) * 20;  // ps at 400 Gb/s
  const double loop = 10e6 + 600e3 + (8 + 20) * 20 + 10e6;
  const double path = 10e6 + 600e3 + 10e6;
  const int packets = 2048;
  for (const int frames : {4, 32, 128, 400}) {
    CAPTURE(frames);
    const Outcomes out = with_credits(fabric, {{0, 1, 8_MiB}}, {"credit_buffer=" + std::to_string(frames * 4158) + " B"});
    REQUIRE(out.result.sane());
    const int loops = (packets + frames - 1) / frames - 1;
    const double expected = frames * wire < loop ? loops * loop + (packets - loops * frames) * wire + path : packets * wire + path;
    const double took = static_cast<double>((out.flows[0].finish - out.flows[0].start).ps);
    CHECK(took == doctest::Approx(expected).epsilon(2e-4));  // a credit may wait for an acknowledgement of 1.72 ns
  }
}

// Eight to one over credits: no pause, no drop, the last link never idle: bytes over rate and one path, as with PFC.
TEST_CASE("credits: an incast loses nothing and keeps its last link busy") {
  const Fabric fabric = star(9);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 8; ++i) list.push_back({i, 8, 1_MiB});
  const Outcomes out = with_credits(fabric, list, {});
  CHECK(out.result.sane());
  CHECK(out.result.counters.drops_buffer == 0);
  CHECK(out.result.counters.pfc_pauses == 0);
  const double wire = 8 * 256 * 4178.0 * 20;
  CHECK(static_cast<double>(out.result.simulated.ps) == doctest::Approx(wire + 2.6e6).epsilon(1e-4));
}

// What an ingress holds never exceeds what its sender was given, floor(256 KiB / 4158) = 63 frames. Four senders without another
// limit keep all of it in the loop: what is not on the way (50 B/ns x 2.6 us and a frame each) stands in the queue.
TEST_CASE("credits: queues are bounded by the credits of the ports that fill them") {
  const Fabric fabric = star(5);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 4; ++i) list.push_back({i, 4, 4_MiB});
  const Outcomes out = with_credits(fabric, list, {"credit_buffer=256 KiB"});
  REQUIRE(out.result.sane());
  std::uint32_t deepest = 0;
  for (const LinkTotal& link : out.result.links) deepest = std::max(deepest, link.queue_bytes_max);
  CHECK(deepest <= 4 * 63 * 4158);
  CHECK(deepest >= 4 * 63 * 4158 - 130'000 - 4 * 4158);
}

// A cable that goes down takes frames and credits with it. When it is back the receiver tells what room it has, and the
// transport repeats what was lost: everything arrives, for any cut.
TEST_CASE("credits: they are told anew after a fault, with one digest") {
  SmallFabricOptions shape;
  shape.buffer = 1_MiB;
  const Fabric fabric = two_tier(2, 2, 2, shape);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 4; ++i) list.push_back({i, (i + 2) % 4, 2_MiB});
  std::set<std::string> digests;
  for (const unsigned domains : {1u, 3u, 8u}) {
    SimulationOptions options =
        options_with(network({"credits=true", "retransmit_timeout=1 ms", "retry_count=50", "reroute_delay=100 us"}));
    options.domains = domains;
    options.threads = domains == 1 ? 1 : 2;
    options.faults = {{Time{20'000'000}, CableId{4}, false},  {Time{400'000'000}, CableId{4}, true},
                      {Time{30'000'000}, CableId{0}, false},  {Time{60'000'000}, CableId{0}, true},
                      {Time{500'000'000}, CableId{1}, false}, {Time{3'000'000'000}, CableId{1}, true}};
    const Outcomes out = play(fabric, flows(fabric, list), options);
    CHECK(out.result.outcome == Outcome::complete);
    CHECK(out.result.sane());
    CHECK(out.result.counters.drops_fault > 0);
    CHECK(out.result.simulated > Time{3'000'000'000});
    CHECK(out.result.findings.empty());  // a cable that is down for 2.5 ms is no pause storm
    digests.insert(out.result.digest);
  }
  CHECK(digests.size() == 1);
}

TEST_CASE("credits: a buffer of less than two frames a port is refused by name") {
  const Fabric fabric = star(3);
  Workload workload = flows(fabric, {{0, 1, 1_MiB}});
  Progress progress;
  const Result<RunResult> result =
      simulate(fabric, workload, options_with(network({"credits=true", "credit_buffer=8000 B"})), {}, progress);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "`switch-0` has 8 kB of buffer for each of 3 ports and 1 priority; credits need two full frames, 8316 B");
}
